//! The proof that somebody may watch or ask for a reload: the key of each webhook signs what for, its name and the time.

use std::collections::HashSet;

use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use hailer_activity::{HmacKey, verify};
use serde_json::{Map, Value, json};

use crate::gate::Gate;

/// A proof is made and used at once; what is older was seen by somebody else.
const LONGEST: TimeDelta = TimeDelta::seconds(60);

/// What a proof is for; one for the one is none for the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Watch,
    Reload,
}

/// Why a proof is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ProofError {
    /// The body is not as [`watch_request`] and [`reload_request`] write it.
    #[error("the body must hold `at` and `proofs`; `hailer listen` and `hailer reload` write it")]
    Unreadable,
    /// The time is too far from ours.
    #[error("the proof was made at another time; compare the clocks")]
    Stale,
    /// No proof is right.
    #[error("no proof is signed with the token of a webhook that runs here")]
    Unproven,
}

/// Writes the body of a request to `/-/watch`: proofs that the caller holds the keys of these webhooks.
pub fn watch_request<'k>(
    webhooks: impl IntoIterator<Item = (&'k str, &'k HmacKey)>,
    now: DateTime<Utc>,
) -> String {
    request(Purpose::Watch, webhooks, now)
}

/// Writes the body of a request to `/-/reload`, as [`watch_request`].
pub fn reload_request<'k>(
    webhooks: impl IntoIterator<Item = (&'k str, &'k HmacKey)>,
    now: DateTime<Utc>,
) -> String {
    request(Purpose::Reload, webhooks, now)
}

fn request<'k>(
    purpose: Purpose,
    webhooks: impl IntoIterator<Item = (&'k str, &'k HmacKey)>,
    now: DateTime<Utc>,
) -> String {
    let at = now.to_rfc3339_opts(SecondsFormat::Millis, true);
    let proofs: Map<String, Value> = webhooks
        .into_iter()
        .map(|(name, key)| {
            (
                name.to_owned(),
                key.sign(statement(purpose, &at, name).as_bytes()).into(),
            )
        })
        .collect();
    json!({ "at": at, "proofs": proofs }).to_string()
}

/// Returns the webhooks whose proofs are right.
pub(crate) fn proven(
    purpose: Purpose,
    gate: &Gate,
    body: &[u8],
    now: DateTime<Utc>,
) -> Result<HashSet<String>, ProofError> {
    let request: Value = serde_json::from_slice(body).map_err(|_| ProofError::Unreadable)?;
    let at = request.get("at").and_then(Value::as_str);
    let at = at.ok_or(ProofError::Unreadable)?;
    let made = DateTime::parse_from_rfc3339(at).map_err(|_| ProofError::Unreadable)?;
    if made.signed_duration_since(now).abs() > LONGEST {
        return Err(ProofError::Stale);
    }
    let proofs = request.get("proofs").and_then(Value::as_object);
    let proofs = proofs.ok_or(ProofError::Unreadable)?;
    let is_right = |name: &str, proof: &Value| {
        let webhook = gate.webhook(name)?;
        let text = Bytes::from(statement(purpose, at, name));
        verify(webhook.keys(), Some(proof.as_str()?.as_bytes()), text).ok()
    };
    let names: HashSet<String> = proofs
        .iter()
        .filter(|(name, proof)| is_right(name, proof).is_some())
        .map(|(name, _)| name.clone())
        .collect();
    if names.is_empty() {
        return Err(ProofError::Unproven);
    }
    Ok(names)
}

/// Not JSON, so that a proof is never the signature of a message, nor the other way round.
fn statement(purpose: Purpose, at: &str, webhook: &str) -> String {
    let purpose = match purpose {
        Purpose::Watch => "watch",
        Purpose::Reload => "reload",
    };
    format!("hailer.{purpose}\n{at}\n{webhook}")
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
        let names = proven(Purpose::Watch, &gate, request.as_bytes(), now).unwrap();

        assert_eq!(names, HashSet::from(["ops".to_owned()]));
        let late = now + LONGEST + TimeDelta::seconds(1);
        let refused = |body: &[u8], at| proven(Purpose::Watch, &gate, body, at).unwrap_err();
        assert_eq!(refused(request.as_bytes(), late), ProofError::Stale);
        assert_eq!(refused(b"{}", now), ProofError::Unreadable);
        let request = watch_request([("data", &ours)], now);
        assert_eq!(refused(request.as_bytes(), now), ProofError::Unproven);
        let request = reload_request([("ops", &ours)], now);
        assert_eq!(refused(request.as_bytes(), now), ProofError::Unproven);
    }
}
