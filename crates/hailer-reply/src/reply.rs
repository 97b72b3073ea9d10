//! What a command answers.

use std::borrow::Cow;

use crate::attachment::AnyCard;
use crate::attachment::connector::ConnectorCard;
use crate::attachment::list::ListCard;
use crate::attachment::picture::{HeroCard, ThumbnailCard};
use crate::block::{Block, Kind};
use crate::cut::Cut;
use crate::message::Message;
use crate::rows::Rows;

/// An answer, as a list of blocks that Teams draws one below the other, and cards below them.
///
/// A reply always says something: Teams shows an error for an empty message. Blank blocks and cards are
/// left out, and a reply without any other says "Done."
///
/// ```
/// use hailer_reply::{Reply, escape};
///
/// let service = "api_*";
/// let reply = Reply::markdown(format!("**{}** is down", escape(service)))
///     .then_code("exit 1\n")
///     .then_text("Logs: https://logs.example/api");
///
/// assert_eq!(reply.to_plain(), "api_* is down\nexit 1\nLogs: https://logs.example/api");
/// ```
#[derive(Clone)]
pub struct Reply {
    /// Without blank ones; when empty and without cards, [`DONE`] stands in.
    blocks: Vec<Block>,
    /// Without blank ones.
    cards: Vec<AnyCard>,
    /// What it holds as rows.
    rows: Option<Rows>,
}

/// Stands in for content that is blank.
static DONE: [Block; 1] = [Block {
    kind: Kind::Text,
    content: Cow::Borrowed("Done."),
}];

impl Reply {
    /// Answers with literal text: Teams shows it exactly as given.
    pub fn text(text: impl Into<String>) -> Self {
        Self::empty().then_text(text)
    }

    /// Answers with the author's Markdown: bold, italic, inline code and links.
    ///
    /// A line break stays one, a blank line makes a paragraph. HTML is shown, not read. Text that came
    /// from elsewhere must go through [`escape`](crate::escape), or into a block of its own.
    pub fn markdown(markdown: impl Into<String>) -> Self {
        Self::empty().then_markdown(markdown)
    }

    /// Answers with preformatted text, in a fixed-width face.
    pub fn code(text: impl Into<String>) -> Self {
        Self::empty().then_code(text)
    }

    /// Answers with a card.
    ///
    /// ```
    /// use hailer_reply::{Card, FactSet, Reply};
    ///
    /// let facts = FactSet::new().with("Version", "2.41.0").with("Health", "12/12");
    /// let reply = Reply::card(Card::titled("api").with(facts));
    ///
    /// assert_eq!(reply.to_plain(), "api\nVersion  2.41.0\nHealth   12/12");
    /// ```
    pub fn card(card: impl Into<AnyCard>) -> Self {
        Self::empty().then_card(card)
    }

    /// Answers with a hero card. Experimental, as the card is.
    pub fn hero_card(card: HeroCard) -> Self {
        Self::card(card)
    }

    /// Answers with a thumbnail card. Experimental, as the card is.
    pub fn thumbnail_card(card: ThumbnailCard) -> Self {
        Self::card(card)
    }

    /// Answers with a list card. Experimental, as the card is.
    pub fn list_card(card: ListCard) -> Self {
        Self::card(card)
    }

    /// Answers with a connector card. Experimental, as the card is.
    pub fn connector_card(card: ConnectorCard) -> Self {
        Self::card(card)
    }

    /// Adds literal text below.
    #[must_use]
    pub fn then_text(self, text: impl Into<String>) -> Self {
        self.then(Kind::Text, text.into())
    }

    /// Adds the author's Markdown below.
    #[must_use]
    pub fn then_markdown(self, markdown: impl Into<String>) -> Self {
        self.then(Kind::Markdown, markdown.into())
    }

    /// Adds preformatted text below.
    #[must_use]
    pub fn then_code(self, text: impl Into<String>) -> Self {
        self.then(Kind::Code, text.into())
    }

    /// Adds a card below. Teams draws all cards below all text.
    #[must_use]
    pub fn then_card(mut self, card: impl Into<AnyCard>) -> Self {
        let card = card.into();
        if !card.is_blank() {
            self.cards.push(card);
        }
        self
    }

    /// Writes the text form of each card in its place, for when a card cannot be sent.
    #[must_use]
    pub fn without_cards(&self) -> Self {
        let reply = Self {
            blocks: self.blocks.clone(),
            cards: Vec::new(),
            rows: self.rows.clone(),
        };
        self.cards
            .iter()
            .fold(reply, |reply, card| reply.then_text(card.to_text()))
    }

    /// Says what it holds as rows, for whoever filters, sorts or counts the answer: needed where a card is drawn by
    /// hand. Of several the first table counts, else the first list.
    #[must_use]
    pub fn with_rows(mut self, rows: Rows) -> Self {
        let is_wanted = self.rows.as_ref().is_none_or(|it| rows.goes_before(it));
        if is_wanted {
            self.rows = Some(rows);
        }
        self
    }

    /// Returns what it holds as rows; `None` when it has neither a table nor facts, a list or bars.
    pub fn rows(&self) -> Option<&Rows> {
        self.rows.as_ref()
    }

    /// Writes the message that Teams gets, cut to [`MESSAGE_LIMIT`](crate::MESSAGE_LIMIT).
    pub fn to_message(&self) -> Message {
        if self.cards.is_empty() {
            Message::from_blocks(self.blocks())
        } else {
            Message::from_parts(self.blocks(), &self.cards)
        }
    }

    /// Returns what does not fit into one message; `None` when all of it does.
    pub fn cut(&self) -> Option<Cut> {
        Cut::of(self.blocks(), &self.cards, || self.to_plain())
    }

    /// Writes the whole answer as a terminal, a log or a test shows it: no markers, nothing cut.
    pub fn to_plain(&self) -> String {
        let blocks = self.blocks().iter().map(Block::to_plain);
        let cards = self.cards.iter().map(|card| Cow::Owned(card.to_text()));
        let parts: Vec<_> = blocks.chain(cards).collect();
        parts.join("\n")
    }

    pub(crate) fn empty() -> Self {
        Self {
            blocks: Vec::new(),
            cards: Vec::new(),
            rows: None,
        }
    }

    fn then(mut self, kind: Kind, content: String) -> Self {
        self.blocks.extend(Block::new(kind, content));
        self
    }

    fn blocks(&self) -> &[Block] {
        if self.blocks.is_empty() && self.cards.is_empty() {
            &DONE
        } else {
            &self.blocks
        }
    }
}

impl PartialEq for Reply {
    fn eq(&self, other: &Self) -> bool {
        self.blocks() == other.blocks() && self.cards == other.cards
    }
}

impl std::fmt::Debug for Reply {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Reply")
            .field("blocks", &self.blocks())
            .field("cards", &self.cards)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_content_becomes_done() {
        for blank in ["", "  \n", "\0\x1b", "\u{200b}\u{feff}", "\u{a0}"] {
            assert_eq!(Reply::text(blank).to_plain(), "Done.", "{blank:?}");
            assert_eq!(Reply::code(blank).to_plain(), "Done.", "{blank:?}");
            assert_eq!(Reply::markdown(blank).to_plain(), "Done.", "{blank:?}");
        }
        for blank in ["&nbsp;", "<br>", "[](https://x.example)"] {
            assert_eq!(Reply::markdown(blank).to_plain(), "Done.", "{blank:?}");
        }
    }

    #[test]
    fn a_blank_block_gives_way_to_the_others() {
        assert_eq!(Reply::text("").then_text("b"), Reply::text("b"));
        assert_eq!(
            Reply::text("a").then_code("\n").then_markdown(""),
            Reply::text("a")
        );
        assert_eq!(Reply::text("").then_code(""), Reply::text("Done."));
    }

    #[test]
    fn kinds_are_told_apart() {
        assert_ne!(Reply::text("a"), Reply::code("a"));
        assert_ne!(Reply::text("a"), Reply::markdown("a"));
    }
}
