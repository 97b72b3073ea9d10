//! One exchange as a watcher sees it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::HttpRequest;
use actix_web::http::header::HeaderMap;
use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, Utc};
use hailer_reply::RequestId;
use serde_json::{Map, Value, json};

use super::Watch;

/// What is known of an exchange when it begins.
pub(crate) struct Seen<'a> {
    pub(crate) request: &'a HttpRequest,
    pub(crate) request_id: RequestId,
    pub(crate) received: Instant,
    pub(crate) now: DateTime<Utc>,
    pub(crate) uptime: Duration,
    /// The webhook that the path names, if there is one.
    pub(crate) webhook: Option<&'a str>,
}

/// An exchange that is being looked at. When it is dropped untold, the caller hung up.
pub(crate) struct Sight {
    watch: Arc<Watch>,
    webhook: Option<String>,
    received: Instant,
    event: Map<String, Value>,
    is_told: bool,
}

/// What became of an exchange.
pub(crate) enum Fate<'a> {
    /// A handler answered.
    Answered {
        key_index: usize,
        command: Option<&'a str>,
        outcome: &'static str,
        reply: &'a str,
    },
    /// A ping was answered, or there were too many.
    Ping { status: u16 },
    /// The gate, or what stands before it, turned it away.
    Refused {
        reason: &'static str,
        code: &'static str,
        text: String,
    },
}

impl Sight {
    pub(super) fn new(watch: Arc<Watch>, seen: &Seen<'_>) -> Self {
        let request = seen.request;
        let at = seen.now.to_rfc3339_opts(SecondsFormat::Millis, true);
        let mut sight = Self {
            watch,
            webhook: seen.webhook.map(str::to_owned),
            received: seen.received,
            event: Map::new(),
            is_told: false,
        };
        sight.put("at", at.into());
        sight.put("request_id", seen.request_id.to_string().into());
        sight.put("uptime_ms", milliseconds(seen.uptime).into());
        sight.put("method", request.method().as_str().into());
        sight.put("path", request.path().into());
        sight.put("webhook", seen.webhook.into());
        sight.put("headers", json!(headers(request.headers())));
        sight
    }

    /// Keeps the body as it came.
    pub(crate) fn note_body(&mut self, body: &Bytes) {
        self.put("bytes", body.len().into());
        match std::str::from_utf8(body) {
            Ok(text) => self.put("body", text.into()),
            Err(_) => self.put("body_hex", hex(body).into()),
        }
    }

    /// Tells how it ended.
    pub(crate) fn tell(mut self, fate: Fate<'_>) {
        match fate {
            Fate::Answered {
                key_index,
                command,
                outcome,
                reply,
            } => {
                self.put("kind", "answered".into());
                self.put("key", key_index.into());
                self.put("command", command.into());
                self.put("outcome", outcome.into());
                self.put("reply", reply.into());
            }
            Fate::Ping { status } => {
                self.put("kind", "ping".into());
                self.put("status", status.into());
            }
            Fate::Refused { reason, code, text } => {
                self.put("kind", "refused".into());
                self.put("reason", reason.into());
                self.put("code", code.into());
                self.put("text", text.into());
            }
        }
        self.send();
    }

    fn send(&mut self) {
        self.is_told = true;
        self.put("took_ms", milliseconds(self.received.elapsed()).into());
        let event = Value::Object(std::mem::take(&mut self.event));
        self.watch.tell(self.webhook.as_deref(), &event);
    }

    fn put(&mut self, key: &str, value: Value) {
        self.event.insert(key.to_owned(), value);
    }
}

impl Drop for Sight {
    fn drop(&mut self) {
        if !self.is_told {
            self.put("kind", "hung_up".into());
            self.put("code", "HL112".into());
            self.send();
        }
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

fn headers(headers: &HeaderMap) -> Vec<[String; 2]> {
    headers
        .iter()
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            [name.as_str().to_owned(), value]
        })
        .collect()
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u8| char::from(DIGITS.get(usize::from(value)).copied().unwrap_or(b'0'));
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}
