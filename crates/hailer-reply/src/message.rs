//! The JSON that answers a webhook request.

use std::borrow::Cow;

use serde::Serialize;

use crate::attachment::AnyCard;
use crate::block::Block;
use crate::card::clean::Clean;
use crate::card::lead::Lead;
use crate::fit;
use crate::wire::{ReadError, read_message};

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

    /// Takes a message back that was kept as its JSON.
    ///
    /// # Errors
    ///
    /// The JSON is not that of a message.
    pub fn from_json(json: impl Into<String>) -> Result<Self, ReadError> {
        let json = json.into();
        read_message(&json)?;
        Ok(Self { json })
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

    /// Writes text and cards, of which there is at least one.
    pub(crate) fn from_parts(blocks: &[Block], cards: &[AnyCard]) -> Self {
        let summary = summary(blocks, cards);
        let size: usize = blocks.iter().map(|block| block.content.len()).sum();
        if size <= MESSAGE_LIMIT {
            let message = Self::with_cards(&whole(blocks), &summary, cards);
            if message.json.len() <= MESSAGE_LIMIT {
                return message;
            }
        }
        let room = MESSAGE_LIMIT - Self::with_cards("", &summary, &[]).json.len();
        let (text, cards) = fit::with_cards(blocks, cards, room);
        Self::with_cards(&text, &summary, &cards)
    }

    pub(crate) fn with_cards(text: &str, summary: &Clean, cards: &[AnyCard]) -> Self {
        #[derive(Serialize)]
        struct Wire<'a> {
            #[serde(rename = "type")]
            kind: &'static str,
            #[serde(skip_serializing_if = "str::is_empty")]
            text: &'a str,
            summary: &'a Clean,
            attachments: &'a [AnyCard],
        }
        let wire = Wire {
            kind: "message",
            text,
            summary,
            attachments: cards,
        };
        // Strings and lists always serialise.
        Self {
            json: serde_json::to_string(&wire).unwrap_or_default(),
        }
    }

    /// Writes text and cards, whatever their size.
    pub(crate) fn whole_of(blocks: &[Block], cards: &[AnyCard]) -> Self {
        if cards.is_empty() {
            return Self::whole(blocks);
        }
        Self::with_cards(&whole(blocks), &summary(blocks, cards), cards)
    }

    fn whole(blocks: &[Block]) -> Self {
        Self::from_wire(&whole(blocks))
    }

    pub(crate) fn from_wire(text: &str) -> Self {
        let mut json = String::with_capacity(HEAD.len() + cost(text) + TAIL.len());
        json.push_str(HEAD);
        push_json(text, &mut json);
        json.push_str(TAIL);
        Self { json }
    }
}

/// Writes blocks as they travel, whatever their length.
fn whole(blocks: &[Block]) -> Cow<'_, str> {
    if let [block] = blocks {
        return block.kind.to_wire(&block.content);
    }
    let parts: Vec<_> = blocks
        .iter()
        .map(|block| block.kind.to_wire(&block.content))
        .collect();
    Cow::Owned(parts.join(PARAGRAPH))
}

/// Returns the first line, which Teams shows as a preview instead of "Card".
pub(crate) fn summary(blocks: &[Block], cards: &[AnyCard]) -> Clean {
    match (blocks.first(), cards.first()) {
        (Some(block), _) => Lead(block.to_plain().into_owned()).summary(),
        (None, Some(card)) => card.summary(),
        (None, None) => Lead(String::new()).summary(),
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
