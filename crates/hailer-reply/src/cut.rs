//! A reply that is too long for one message: what of it is shown, what is left, and how to ask for that.

use crate::attachment::AnyCard;
use crate::block::{Block, Kind};
use crate::fit;
use crate::message::{MESSAGE_LIMIT, Message, PARAGRAPH, TEXT_LIMIT, cost, summary};

/// Room for the note that says how the rest can be had, in bytes.
const NOTE_ROOM: usize = 256;

/// The rest of a reply that does not fit into one message. Whoever keeps it writes the message with a note on how
/// to get it; [`Reply::to_message`](crate::Reply::to_message) only says how much is missing.
///
/// ```
/// use hailer_reply::Reply;
///
/// let reply = Reply::code("one line\n".repeat(10_000));
/// let cut = reply.cut().unwrap();
/// let message = cut.message_with("The rest: **@ops more K7Q2**");
///
/// assert!(cut.rest().starts_with("one line\n"));
/// assert!(message.json().contains("more K7Q2"));
/// assert!(Reply::text("short").cut().is_none());
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Cut {
    shown: Shown,
    rest: String,
}

/// What is shown, as it travels.
#[derive(Debug, Clone, PartialEq)]
enum Shown {
    Text(String),
    WithCards {
        text: String,
        blocks: Vec<Block>,
        cards: Vec<AnyCard>,
    },
}

impl Cut {
    /// Cuts what is too long. Of a reply with cards, which are cut within, everything counts as left.
    pub(crate) fn of(
        blocks: &[Block],
        cards: &[AnyCard],
        whole: impl FnOnce() -> String,
    ) -> Option<Self> {
        if fits(blocks, cards) {
            return None;
        }
        if cards.is_empty() {
            let (text, rest) = fit::to_wire_and_rest(blocks, TEXT_LIMIT - NOTE_ROOM);
            let shown = Shown::Text(text);
            return Some(Self { shown, rest });
        }
        let frame = Message::with_cards("", &summary(blocks, cards), &[]);
        let room = MESSAGE_LIMIT - NOTE_ROOM - frame.json().len();
        let (text, kept) = fit::with_cards(blocks, cards, room);
        Some(Self {
            shown: Shown::WithCards {
                text,
                blocks: blocks.to_vec(),
                cards: kept,
            },
            rest: whole(),
        })
    }

    /// Returns what is left, as a terminal shows it; of a reply with cards, all of it.
    pub fn rest(&self) -> &str {
        &self.rest
    }

    /// Writes the message with a note below, in the author's Markdown. A note of more than 256 bytes is left out.
    pub fn message_with(&self, note: &str) -> Message {
        let note = Kind::Markdown.to_wire(note);
        let note = if cost(&note) + cost(PARAGRAPH) > NOTE_ROOM {
            ""
        } else {
            &note
        };
        let below = |text: &str| match (text, note) {
            (text, "") => text.to_owned(),
            ("", note) => note.to_owned(),
            (text, note) => [text, PARAGRAPH, note].concat(),
        };
        match &self.shown {
            Shown::Text(text) => Message::from_wire(&below(text)),
            Shown::WithCards {
                text,
                blocks,
                cards,
            } => Message::with_cards(&below(text), &summary(blocks, cards), cards),
        }
    }
}

/// Says whether a message takes all of it, as it would be written.
fn fits(blocks: &[Block], cards: &[AnyCard]) -> bool {
    let size: usize = blocks.iter().map(|block| block.content.len()).sum();
    size <= MESSAGE_LIMIT && Message::whole_of(blocks, cards).json().len() <= MESSAGE_LIMIT
}

#[cfg(test)]
mod tests {
    use crate::reply::Reply;
    use crate::wire::read_message;

    use super::*;

    fn drawn(message: &Message) -> String {
        assert!(message.json().len() <= MESSAGE_LIMIT);
        read_message(message.json()).unwrap().to_plain()
    }

    fn lines(count: usize) -> String {
        let lines: Vec<_> = (0..count).map(|it| format!("line {it} <&> *x*")).collect();
        lines.join("\n")
    }

    #[test]
    fn what_is_shown_and_what_is_left_are_the_whole() {
        for reply in [
            Reply::code(lines(5_000)),
            Reply::text(lines(5_000)),
            Reply::text(lines(2_000)),
        ] {
            let cut = reply.cut().unwrap();
            let message = drawn(&cut.message_with("The rest: **@ops more K7Q2**"));

            let (shown, note) = message.rsplit_once('\n').unwrap();
            let (shown, marker) = shown.rsplit_once('\n').unwrap();
            assert_eq!(note, "The rest: @ops more K7Q2");
            let left = cut.rest().split('\n').count();
            assert_eq!(marker, format!("… {left} more lines"));
            assert_eq!(format!("{shown}\n{}", cut.rest()), reply.to_plain());
        }
    }

    #[test]
    fn a_block_of_markdown_and_dropped_blocks_are_left_too() {
        let reply = Reply::text("head").then_markdown("**b** a  \n".repeat(4_000));

        let cut = reply.cut().unwrap();

        assert!(cut.rest().starts_with("b a\n"), "{:.40}", cut.rest());
        let many = (0..500).fold(Reply::text("0"), |reply, it| {
            reply.then_text(format!("{it} {}", "x".repeat(100)))
        });
        assert!(many.cut().unwrap().rest().ends_with(&"x".repeat(100)));
    }

    #[test]
    fn a_long_note_is_left_out() {
        let cut = Reply::code(lines(5_000)).cut().unwrap();

        let message = cut.message_with(&"x".repeat(300));

        assert!(!message.json().contains("xxx"));
    }
}
