//! The doctor's ping: a signed request that runs nothing and is answered with what arrived.
//!
//! One of them through the public URL proves the name, the certificate, the proxy's path, the method, the
//! header and an unchanged body. It is recognised by its first bytes, which no message of Teams has, and
//! answered only behind a good signature and a limit.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// What a ping begins with.
const START: &[u8] = br#"{"type":"hailer.ping","#;

/// Enough for a person who tries again and again; too few for anything else.
const MOST: u32 = 30;

/// The time in which [`MOST`] pings are answered.
const PERIOD: Duration = Duration::from_secs(60);

/// Writes the body of a ping of about this many bytes.
///
/// It has what a proxy that reads and writes JSON would change: white space, escapes, raw letters, numbers
/// and the order of keys. The text of `mark` tells one ping from another and must need no escapes.
pub fn ping_body(mark: &str, size: usize) -> String {
    let start = std::str::from_utf8(START).unwrap_or_default();
    let sample =
        r#""sample":{"z":1.0,"a": [ 1e2,"\u00e9 é \/ \u003Cat\u003E <b>&nbsp;\r\n"],"k":null}"#;
    let body = format!("{start}\"mark\":\"{mark}\",{sample},\"pad\":\"");
    let padding = size.saturating_sub(body.len() + 2);
    format!("{body}{}\"}}", "x".repeat(padding))
}

/// Says whether a body is a ping.
pub(crate) fn is_ping(body: &[u8]) -> bool {
    body.starts_with(START)
}

/// What the answer to a ping tells.
pub(crate) struct Pong<'a> {
    pub(crate) body: &'a [u8],
    pub(crate) now: DateTime<Utc>,
    pub(crate) uptime: Duration,
    pub(crate) key_index: usize,
    /// The `Host` of this request.
    pub(crate) host: Option<&'a str>,
    /// The `Host` of the last message of Teams.
    pub(crate) last_host: Option<&'a str>,
}

impl Pong<'_> {
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "type": "hailer.pong",
            "sha256": sha256(self.body),
            "bytes": self.body.len(),
            "at": self.now.to_rfc3339_opts(SecondsFormat::Millis, true),
            "uptime_ms": u64::try_from(self.uptime.as_millis()).unwrap_or(u64::MAX),
            "version": env!("CARGO_PKG_VERSION"),
            "key": self.key_index,
            "host": self.host,
            "last_host": self.last_host,
        })
    }
}

/// Returns the SHA-256 of some bytes as 64 hex digits.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .fold(String::new(), |mut digits, byte| {
            // Writing to a string cannot fail.
            let _ = write!(digits, "{byte:02x}");
            digits
        })
}

/// Counts the pings of each webhook.
#[derive(Debug, Default)]
pub(crate) struct PingLimit {
    webhooks: Mutex<HashMap<String, (Instant, u32)>>,
}

impl PingLimit {
    /// Says whether one more ping is answered. Only names of webhooks come here, so that their number is bounded.
    pub(crate) fn admit(&self, webhook: &str, now: Instant) -> bool {
        let mut webhooks = self.webhooks.lock().unwrap_or_else(PoisonError::into_inner);
        let (begun, count) = webhooks.entry(webhook.to_owned()).or_insert((now, 0));
        if now.duration_since(*begun) >= PERIOD {
            (*begun, *count) = (now, 0);
        }
        *count = count.saturating_add(1);
        *count <= MOST
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ping_has_the_size_that_is_asked_for_and_is_json() {
        for size in [1_000, 64 * 1024] {
            let body = ping_body("a1b2", size);

            assert_eq!(body.len(), size);
            assert!(is_ping(body.as_bytes()));
            let json: Value = serde_json::from_str(&body).unwrap();
            assert_eq!(json["mark"], "a1b2");
            assert_ne!(json.to_string(), body);
        }
        assert!(!is_ping(br#"{"type":"message","text":"hailer.ping"}"#));
    }

    #[test]
    fn the_digest_is_the_known_one() {
        assert_eq!(
            sha256(b"abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn pings_are_limited_by_webhook_and_minute() {
        let limit = PingLimit::default();
        let start = Instant::now();

        assert!((0..MOST).all(|_| limit.admit("ops", start)));
        assert!(!limit.admit("ops", start));
        assert!(limit.admit("data", start));
        assert!(limit.admit("ops", start + PERIOD));
    }
}
