//! Names and values, one pair a line.

use serde::{Deserialize, Serialize};

use crate::card::clean::Clean;
use crate::card::placement::{Placement, placement_builders};

/// Names and values in two columns: the shortest way to tell several things.
///
/// ```
/// use hailer_reply::{Card, FactSet};
///
/// let card = Card::new().with(FactSet::new().with("Commit", "9f3c1e2").with("By", "Mira"));
///
/// assert_eq!(card.to_text(), "Commit  9f3c1e2\nBy      Mira");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FactSet {
    pub(crate) facts: Vec<Fact>,
    #[serde(flatten)]
    pub(crate) placement: Placement,
}

/// One pair.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Fact {
    pub(crate) title: Clean,
    pub(crate) value: Clean,
}

impl FactSet {
    /// Begins an empty list.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a name and its value, both literal.
    #[must_use]
    pub fn with(mut self, title: impl Into<String>, value: impl Into<String>) -> Self {
        self.facts.push(Fact {
            title: Clean::literal(title),
            value: Clean::literal(value),
        });
        self
    }

    /// Adds a literal name and a value in the author's Markdown.
    #[must_use]
    pub fn with_markdown(mut self, title: impl Into<String>, value: impl Into<String>) -> Self {
        self.facts.push(Fact {
            title: Clean::literal(title),
            value: Clean::markdown(value),
        });
        self
    }

    placement_builders!();
}
