//! Watching a running bot: each exchange as it happens, from the admin listener.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

use chrono::Utc;
use hailer::{WebhookConfig, watch_request};
use reqwest::Response;
use serde_json::Value;

use crate::exchange::Exchange;
use crate::http;

/// A bot that is being watched.
pub(crate) struct Watching {
    response: Response,
    unread: Vec<u8>,
    exchanges: VecDeque<Exchange>,
}

/// Why a bot cannot be watched.
#[derive(Debug)]
pub(crate) enum NotWatching {
    /// Nobody answers there.
    NobodyThere,
    /// Somebody answers, and does not want to.
    Refused(String),
}

impl Watching {
    /// Asks the bot at this admin address to tell what happens on these webhooks.
    pub(crate) async fn open(
        admin: SocketAddr,
        webhooks: &[WebhookConfig],
    ) -> Result<Self, NotWatching> {
        let keys = webhooks
            .iter()
            .filter_map(|it| Some((it.name.as_str(), it.keys.first()?)));
        let client = http::near().map_err(|error| NotWatching::Refused(error.to_string()))?;
        let answering = client
            .post(format!("http://{}/-/watch", reachable(admin)))
            .body(watch_request(keys, Utc::now()))
            .send();
        let response = answering.await.map_err(|_| NotWatching::NobodyThere)?;
        if response.status().as_u16() != 200 {
            let status = response.status();
            let text = response.text().await.unwrap_or_default();
            let json: Value = serde_json::from_str(&text).unwrap_or_default();
            let error = json.get("error").and_then(Value::as_str);
            let error = error.map_or_else(|| format!("it answered {status}"), str::to_owned);
            return Err(NotWatching::Refused(error));
        }
        Ok(Self {
            response,
            unread: Vec::new(),
            exchanges: VecDeque::new(),
        })
    }

    /// Waits for the next exchange; none when the bot has ended.
    pub(crate) async fn next(&mut self) -> Option<Exchange> {
        loop {
            if let Some(exchange) = self.exchanges.pop_front() {
                return Some(exchange);
            }
            let piece = self.response.chunk().await.ok()??;
            self.unread.extend_from_slice(&piece);
            self.read_lines();
        }
    }

    /// Waits for the exchange of this id, but not for long.
    pub(crate) async fn find(&mut self, request_id: &str, patience: Duration) -> Option<Exchange> {
        let finding = async {
            while let Some(exchange) = self.next().await {
                if exchange.request_id == request_id {
                    return Some(exchange);
                }
            }
            None
        };
        tokio::time::timeout(patience, finding).await.ok()?
    }

    fn read_lines(&mut self) {
        while let Some(end) = self.unread.iter().position(|&byte| byte == b'\n') {
            let line: Vec<u8> = self.unread.drain(..=end).collect();
            let json = serde_json::from_slice(&line).ok();
            self.exchanges.extend(json.and_then(Exchange::from_json));
        }
    }
}

/// Returns where an address that means "all of this computer" is reached.
pub(crate) fn reachable(address: SocketAddr) -> SocketAddr {
    let mut address = address;
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
        });
    }
    address
}
