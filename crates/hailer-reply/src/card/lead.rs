//! The first words of a card: for previews, for screen readers, and for clients that cannot draw it.

use crate::card::clean::Clean;

/// How much an author may set instead, in bytes.
pub(crate) const LONGEST_OWN: usize = 1_000;

/// How much is shown in place of the card, in bytes.
///
/// Escaped it is six times as long at worst, which still leaves the card itself most of a message. More would be
/// drawn for every card although hardly a client shows it.
const FALLBACK: usize = 300;

/// How much is read aloud, in bytes.
const SPEAK: usize = 300;

/// How much a preview shows, in bytes.
const SUMMARY: usize = 120;

/// How much of the text form is needed for all of them.
pub(crate) const LEAD: usize = FALLBACK + 1;

/// Stands in for a card that says nothing.
const NOTHING: &str = "An empty card.";

/// The beginning of a card's text form.
#[derive(Debug)]
pub(crate) struct Lead(pub(crate) String);

impl Lead {
    pub(crate) fn fallback_text(&self) -> Clean {
        Clean::literal(self.first(FALLBACK))
    }

    pub(crate) fn speak(&self) -> Clean {
        Clean::plain(self.first(SPEAK))
    }

    pub(crate) fn summary(&self) -> Clean {
        let line = self.0.lines().find(|line| !line.trim().is_empty());
        Clean::label(shorten(line.unwrap_or(NOTHING), SUMMARY))
    }

    fn first(&self, limit: usize) -> String {
        match self.0.trim() {
            "" => NOTHING.to_owned(),
            text => shorten(text, limit),
        }
    }
}

/// Keeps the beginning of a text, and says by an ellipsis that there was more.
pub(crate) fn shorten(text: &str, limit: usize) -> String {
    if text.len() <= limit {
        return text.to_owned();
    }
    let kept = text
        .get(..text.floor_char_boundary(limit.saturating_sub("…".len())))
        .unwrap_or_default();
    let whole = kept
        .rsplit_once([' ', '\n'])
        .map_or(kept, |(whole, _)| whole);
    let kept = if whole.len() * 2 > kept.len() {
        whole
    } else {
        kept
    };
    format!("{}…", kept.trim_end())
}
