//! Teams, as far as a webhook can tell: messages in its form, signed with the webhook's token.

use std::net::SocketAddr;

use chrono::Utc;
use hailer::{HmacKey, TeamsMessage};
use serde_json::{Value, json};

use crate::http::{Response, exchange, post};

/// The token of every webhook that a test does not name another one for.
pub(crate) const TOKEN: &str = "WCXQE0U6B4wUvuoQv0HiM4FNZKazjXrgCS5TCHfipWI=";

/// The token of somebody else.
pub(crate) const OTHER_TOKEN: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// One team's outgoing webhook, seen from Teams.
#[derive(Clone, Debug)]
pub(crate) struct Teams {
    pub(crate) address: SocketAddr,
    pub(crate) webhook: &'static str,
    pub(crate) bot: &'static str,
}

impl Teams {
    pub(crate) fn at(address: SocketAddr) -> Self {
        Self {
            address,
            webhook: "ops",
            bot: "ops",
        }
    }

    /// Says something to the bot, as a person types it behind the mention.
    pub(crate) async fn say(&self, text: &str) -> Response {
        self.post(message(self.bot, text).to_string()).await
    }

    /// Says something whose HTML is given, as Teams' editor would have written it.
    pub(crate) async fn say_html(&self, html: &str) -> Response {
        let mut message = message(self.bot, "");
        message["text"] = json!(format!("<at>{}</at> {html}\n", self.bot));
        self.post(message.to_string()).await
    }

    /// Signs a body and posts it.
    pub(crate) async fn post(&self, body: impl AsRef<[u8]>) -> Response {
        exchange(self.address, self.signed(body)).await
    }

    /// Returns a whole request with the right signature.
    pub(crate) fn signed(&self, body: impl AsRef<[u8]>) -> Vec<u8> {
        let body = body.as_ref();
        post(self.webhook, &[&authorization(TOKEN, body)], body)
    }
}

/// Returns a message of this moment, to be changed before it is signed.
pub(crate) fn message(bot: &str, text: &str) -> Value {
    let body = TeamsMessage::new(bot, text).to_json(Utc::now());
    serde_json::from_str(&body).unwrap()
}

pub(crate) fn authorization(token: &str, body: &[u8]) -> String {
    format!("authorization: {}", signature(token, body))
}

pub(crate) fn signature(token: &str, body: &[u8]) -> String {
    HmacKey::from_base64(token).unwrap().sign(body)
}
