//! The proof that somebody may watch: the key of each webhook signs its name and the time.

use std::collections::HashSet;

use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use hailer_activity::{HmacKey, verify};
use serde_json::{Map, Value, json};

use crate::gate::Gate;

/// A proof is made and used at once; what is older was seen by somebody else.
const LONGEST: TimeDelta = TimeDelta::seconds(60);

/// Why somebody may not watch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum WatchError {
    /// The body is not as [`watch_request`] writes it.
    #[error("the body must hold `at` and `proofs`; `hailer listen` writes it")]
    Unreadable,
    /// The time is too far from ours.
    #[error("the proof was made at another time; compare the clocks")]
    Stale,
    /// No proof is right.
    #[error("no proof is signed with the token of a webhook that runs here")]
    Unproven,
    /// Enough people watch.
    #[error("too many are watching already; stop another `hailer listen`")]
    Full,
}

/// Writes the body of a request to `/-/watch`: proofs that the caller holds the keys of these webhooks.
pub fn watch_request<'k>(
    webhooks: impl IntoIterator<Item = (&'k str, &'k HmacKey)>,
    now: DateTime<Utc>,
) -> String {
    let at = now.to_rfc3339_opts(SecondsFormat::Millis, true);
    let proofs: Map<String, Value> = webhooks
        .into_iter()
        .map(|(name, key)| {
            (
                name.to_owned(),
                key.sign(statement(&at, name).as_bytes()).into(),
            )
        })
        .collect();
    json!({ "at": at, "proofs": proofs }).to_string()
}

/// Returns the webhooks whose proofs are right.
pub(crate) fn proven(
    gate: &Gate,
    body: &[u8],
    now: DateTime<Utc>,
) -> Result<HashSet<String>, WatchError> {
    let request: Value = serde_json::from_slice(body).map_err(|_| WatchError::Unreadable)?;
    let at = request.get("at").and_then(Value::as_str);
    let at = at.ok_or(WatchError::Unreadable)?;
    let made = DateTime::parse_from_rfc3339(at).map_err(|_| WatchError::Unreadable)?;
    if made.signed_duration_since(now).abs() > LONGEST {
        return Err(WatchError::Stale);
    }
    let proofs = request.get("proofs").and_then(Value::as_object);
    let proofs = proofs.ok_or(WatchError::Unreadable)?;
    let is_right = |name: &str, proof: &Value| {
        let webhook = gate.webhook(name)?;
        let text = Bytes::from(statement(at, name));
        verify(webhook.keys(), Some(proof.as_str()?.as_bytes()), text).ok()
    };
    let names: HashSet<String> = proofs
        .iter()
        .filter(|(name, proof)| is_right(name, proof).is_some())
        .map(|(name, _)| name.clone())
        .collect();
    if names.is_empty() {
        return Err(WatchError::Unproven);
    }
    Ok(names)
}

/// Not JSON, so that a proof is never the signature of a message, nor the other way round.
fn statement(at: &str, webhook: &str) -> String {
    format!("hailer.watch\n{at}\n{webhook}")
}

#[cfg(test)]
mod tests {
    use crate::webhook::Webhook;

    use super::*;

    fn key(digit: char) -> HmacKey {
        HmacKey::from_base64(&digit.to_string().repeat(44).replace("AA", "AB")).unwrap()
    }

    #[test]
    fn only_the_webhooks_whose_key_is_held_are_watched() {
        let (ours, theirs) = (key('a'), key('b'));
        let gate = Gate::new(
            [
                Webhook::new("ops", "ops", vec![ours.clone()]),
                Webhook::new("data", "data", vec![theirs]),
            ],
            None,
        )
        .unwrap();
        let now = Utc::now();

        let request = watch_request([("ops", &ours), ("data", &ours), ("none", &ours)], now);
        let names = proven(&gate, request.as_bytes(), now).unwrap();

        assert_eq!(names, HashSet::from(["ops".to_owned()]));
        let late = now + LONGEST + TimeDelta::seconds(1);
        let refused = |body: &[u8], at| proven(&gate, body, at).unwrap_err();
        assert_eq!(refused(request.as_bytes(), late), WatchError::Stale);
        assert_eq!(refused(b"{}", now), WatchError::Unreadable);
        let request = watch_request([("data", &ours)], now);
        assert_eq!(refused(request.as_bytes(), now), WatchError::Unproven);
    }
}
