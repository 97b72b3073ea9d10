//! What a JSON value is meant to be.

use serde_json::Value;

use super::shape;

/// What a JSON value is meant to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Subject {
    /// A whole message.
    Message,
    /// One of the `attachments` of a message.
    Attachment,
    /// A card alone, as designers export it.
    Card,
    /// An element alone, or a list of them.
    Elements,
}

impl Subject {
    /// Guesses what a value is meant to be; in doubt a message.
    pub fn of(value: &Value) -> Self {
        let Some(object) = value.as_object() else {
            return if value.is_array() {
                Self::Elements
            } else {
                Self::Message
            };
        };
        let has = |names: &[&str]| names.iter().any(|name| object.contains_key(*name));
        match object.get("type").and_then(Value::as_str) {
            Some("AdaptiveCard") => Self::Card,
            Some("message") => Self::Message,
            Some(kind) if shape::element(kind).is_some() => Self::Elements,
            _ if has(&["attachments"]) => Self::Message,
            _ if has(&["contentType", "content"]) => Self::Attachment,
            _ if has(&["body", "version", "$schema"]) => Self::Card,
            _ => Self::Message,
        }
    }

    /// Returns its name in words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Attachment => "attachment",
            Self::Card => "card",
            Self::Elements => "elements",
        }
    }
}
