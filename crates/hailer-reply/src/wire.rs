//! A message read back from its JSON, for terminals and tests.

use serde::Deserialize;
use serde_json::Value;

use crate::card::canvas::Canvas;
use crate::card::foreign::draw_attachment;
use crate::card::frame::frame;
use crate::plain::{self, Style};

/// A message as Teams gets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WireMessage {
    text: String,
    summary: Option<String>,
    attachments: Vec<Value>,
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
    summary: Option<String>,
    attachments: Option<Vec<Value>>,
}

/// Reads a message from its JSON.
pub fn read_message(json: &str) -> Result<WireMessage, ReadError> {
    let wire: Wire = serde_json::from_str(json).map_err(|source| ReadError::NotJson { source })?;
    if wire.kind != "message" {
        return Err(ReadError::NotAMessage { kind: wire.kind });
    }
    Ok(WireMessage {
        text: wire.text.unwrap_or_default(),
        summary: wire.summary,
        attachments: wire.attachments.unwrap_or_default(),
    })
}

impl WireMessage {
    /// Returns the `text` as it travels.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns what a preview shows.
    pub fn summary(&self) -> Option<&str> {
        self.summary.as_deref()
    }

    /// Returns the attachments as they travel: `contentType` and `content`.
    pub fn attachments(&self) -> &[Value] {
        &self.attachments
    }

    /// Draws the message without any markup; cards in their text form.
    ///
    /// Links read `label (target)`; whatever could steer a terminal is removed.
    pub fn to_plain(&self) -> String {
        self.to_terminal(Style::Plain)
    }

    /// Draws the message for a terminal; where there is a layout, cards have a border.
    pub fn to_terminal(&self, style: Style) -> String {
        let text = plain::of_wire(&self.text, style);
        let gap = match style {
            Style::Plain => "\n",
            Style::Monochrome | Style::Ansi => "\n\n",
        };
        let cards = self.attachments.iter().map(|attachment| {
            let mut canvas = Canvas::new();
            draw_attachment(attachment, &mut canvas);
            let text = canvas.into_text();
            match style {
                Style::Plain => text,
                Style::Monochrome | Style::Ansi => frame(&text, style),
            }
        });
        let parts: Vec<_> = Some(text)
            .into_iter()
            .filter(|text| !text.is_empty())
            .chain(cards)
            .collect();
        parts.join(gap)
    }
}
