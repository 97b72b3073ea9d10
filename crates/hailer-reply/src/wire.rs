//! A message read back from its JSON, for terminals and tests.

use serde::Deserialize;

use crate::plain::{self, Style};

/// A message as Teams gets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WireMessage {
    text: String,
}

/// Says why a JSON is no message.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// When the answer is not JSON, or its fields have other types.
    #[error("the answer is not the JSON of a message")]
    NotJson {
        /// What the JSON parser says.
        #[source]
        source: serde_json::Error,
    },
    /// When the answer is another kind of activity.
    #[error("the answer has type `{kind}`; Teams draws only `message`")]
    NotAMessage {
        /// The `type` it has.
        kind: String,
    },
}

#[derive(Deserialize)]
struct Wire {
    #[serde(rename = "type")]
    kind: String,
    text: Option<String>,
}

/// Reads a message from its JSON.
pub fn read_message(json: &str) -> Result<WireMessage, ReadError> {
    let wire: Wire = serde_json::from_str(json).map_err(|source| ReadError::NotJson { source })?;
    if wire.kind != "message" {
        return Err(ReadError::NotAMessage { kind: wire.kind });
    }
    Ok(WireMessage {
        text: wire.text.unwrap_or_default(),
    })
}

impl WireMessage {
    /// Returns the `text` as it travels.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Draws the message without any markup.
    ///
    /// Links read `label (target)`; whatever could steer a terminal is removed.
    pub fn to_plain(&self) -> String {
        self.to_terminal(Style::Plain)
    }

    /// Draws the message for a terminal.
    pub fn to_terminal(&self, style: Style) -> String {
        plain::of_wire(&self.text, style)
    }
}
