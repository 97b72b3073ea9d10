//! The secrets of one message, masked in what is answered, kept and logged.

use hailer_dispatch::Secrets;
use hailer_process::Masker;
use hailer_reply::Message;
use serde_json::Value;

/// What these hold says what a part of a message is, and comes from nobody's argument.
const KINDS: [&str; 5] = ["type", "contentType", "$schema", "version", "textFormat"];

/// Finds the secrets of one message.
#[derive(Debug)]
pub(super) struct Mask {
    masker: Masker,
}

impl Mask {
    pub(super) fn of(secrets: &Secrets) -> Option<Self> {
        (!secrets.is_empty()).then(|| Self {
            masker: Masker::new(secrets.expose()),
        })
    }

    pub(super) fn text(&self, text: &str) -> String {
        self.masker.mask_text(text)
    }

    /// Masks each text of a message by itself, so that no secret can change what the message is.
    pub(super) fn message(&self, message: Message) -> Message {
        let Ok(mut value) = serde_json::from_str(message.json()) else {
            return message;
        };
        self.walk(&mut value);
        Message::from_json(value.to_string()).unwrap_or(message)
    }

    fn walk(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.text(text),
            Value::Array(items) => items.iter_mut().for_each(|it| self.walk(it)),
            Value::Object(parts) => {
                let parts = parts.iter_mut();
                parts
                    .filter(|(name, _)| !KINDS.contains(&name.as_str()))
                    .for_each(|(_, part)| self.walk(part));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}
