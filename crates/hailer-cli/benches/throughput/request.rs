//! Requests as Teams sends them, signed before anybody looks at the clock.

use std::net::SocketAddr;

use chrono::Utc;
use hailer::{HmacKey, TeamsMessage};

/// What people say.
const COMMAND: &str = "echo hello world";

/// A piece of every right answer.
pub(crate) const ANSWER: &[u8] = b"hello world";

/// Writes messages to the webhooks of one server, to each as often as to any other.
pub(crate) struct Sender<'k> {
    key: &'k HmacKey,
    webhooks: usize,
}

impl<'k> Sender<'k> {
    pub(crate) fn new(key: &'k HmacKey, webhooks: usize) -> Self {
        Self { key, webhooks }
    }

    /// Writes whole requests. Each message has an id of its own, so none is a repeat.
    pub(crate) fn sign(&self, count: usize, address: SocketAddr) -> Vec<Vec<u8>> {
        // A step that shares no factor with the number of webhooks visits all of them, and none twice in a row.
        let step = 7_919;
        (0..count)
            .map(|index| self.request(index * step % self.webhooks, address))
            .collect()
    }

    fn request(&self, webhook: usize, address: SocketAddr) -> Vec<u8> {
        let name = webhook_name(webhook);
        let body = TeamsMessage::new(&name, COMMAND).to_json(Utc::now());
        let signature = self.key.sign(body.as_bytes());
        let length = body.len();
        format!(
            "POST /webhook/{name} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json; charset=utf-8\r\n\
             Authorization: {signature}\r\nContent-Length: {length}\r\n\r\n{body}"
        )
        .into_bytes()
    }
}

/// Returns the name of a webhook.
pub(crate) fn webhook_name(index: usize) -> String {
    format!("team{index:05}")
}
