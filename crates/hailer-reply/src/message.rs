//! The JSON that answers a webhook request.

use crate::block::Block;
use crate::fit;

/// The size of a message's JSON that Teams takes, in bytes.
///
/// It is documented for incoming webhooks (28 KB); none is documented for replies.
pub const MESSAGE_LIMIT: usize = 28_000;

/// Stands between blocks: each is a paragraph of its own.
pub(crate) const PARAGRAPH: &str = "\n\n";

const HEAD: &str = r#"{"type":"message","text":""#;
const TAIL: &str = r#""}"#;

/// What a message may cost without its frame.
pub(crate) const TEXT_LIMIT: usize = MESSAGE_LIMIT - HEAD.len() - TAIL.len();

/// A message, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    json: String,
}

impl Message {
    /// Returns the JSON.
    pub fn json(&self) -> &str {
        &self.json
    }

    /// Gives the JSON away.
    pub fn into_json(self) -> String {
        self.json
    }

    pub(crate) fn from_blocks(blocks: &[Block]) -> Self {
        let size: usize = blocks.iter().map(|block| block.content.len()).sum();
        // What is longer before it is escaped is hardly shorter afterwards.
        if size <= MESSAGE_LIMIT {
            let message = Self::whole(blocks);
            if message.json.len() <= MESSAGE_LIMIT {
                return message;
            }
        }
        Self::from_wire(&fit::to_wire(blocks))
    }

    fn whole(blocks: &[Block]) -> Self {
        if let [block] = blocks {
            return Self::from_wire(&block.kind.to_wire(&block.content));
        }
        let parts: Vec<_> = blocks
            .iter()
            .map(|block| block.kind.to_wire(&block.content))
            .collect();
        Self::from_wire(&parts.join(PARAGRAPH))
    }

    fn from_wire(text: &str) -> Self {
        let mut json = String::with_capacity(HEAD.len() + cost(text) + TAIL.len());
        json.push_str(HEAD);
        push_json(text, &mut json);
        json.push_str(TAIL);
        Self { json }
    }
}

/// Counts the bytes that a text takes within JSON.
pub(crate) fn cost(text: &str) -> usize {
    text.len()
        + text
            .bytes()
            .filter(|&byte| json_escape(byte).is_some())
            .count()
}

fn push_json(text: &str, json: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| json_escape(byte).is_some()) {
        let (before, special) = rest.split_at_checked(at).unwrap_or((rest, ""));
        json.push_str(before);
        json.push_str(
            special
                .bytes()
                .next()
                .and_then(json_escape)
                .unwrap_or_default(),
        );
        rest = special.get(1..).unwrap_or_default();
    }
    json.push_str(rest);
}

/// Returns what JSON writes for a byte; sanitised text has no other control characters than these.
fn json_escape(byte: u8) -> Option<&'static str> {
    match byte {
        b'"' => Some("\\\""),
        b'\\' => Some("\\\\"),
        b'\n' => Some("\\n"),
        b'\t' => Some("\\t"),
        _ => None,
    }
}
