//! A paragraph whose parts look different, without any Markdown.

use serde::{Deserialize, Serialize};

use crate::card::clean::Clean;
use crate::card::look::{FontType, HorizontalAlignment, TextColor, TextSize, TextWeight};
use crate::card::placement::{Placement, placement_builders};

/// A paragraph of [`TextRun`]s.
///
/// Nothing in it is read as Markdown, so it is the best place for foreign text that needs emphasis.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RichTextBlock {
    pub(crate) inlines: Vec<Inline>,
    #[serde(skip_serializing_if = "Option::is_none")]
    horizontal_alignment: Option<HorizontalAlignment>,
    #[serde(flatten)]
    pub(crate) placement: Placement,
}

/// The kinds of parts that a paragraph may have: so far one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub(crate) enum Inline {
    TextRun(TextRun),
}

/// Literal text of one look.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TextRun {
    pub(crate) text: Clean,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<TextSize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    weight: Option<TextWeight>,
    #[serde(skip_serializing_if = "Option::is_none")]
    color: Option<TextColor>,
    #[serde(skip_serializing_if = "Option::is_none")]
    font_type: Option<FontType>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) is_subtle: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    italic: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    strikethrough: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    highlight: Option<bool>,
}

impl RichTextBlock {
    /// Begins an empty paragraph.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a part.
    #[must_use]
    pub fn with(mut self, run: impl Into<TextRun>) -> Self {
        self.inlines.push(Inline::TextRun(run.into()));
        self
    }

    /// Sets where the text stands from left to right.
    #[must_use]
    pub fn with_horizontal_alignment(mut self, alignment: HorizontalAlignment) -> Self {
        self.horizontal_alignment = Some(alignment);
        self
    }

    placement_builders!();
}

impl TextRun {
    /// Writes literal text.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: Clean::plain(text),
            ..Self::default()
        }
    }

    /// Tells whether the text is something to type.
    pub(crate) fn is_monospace(&self) -> bool {
        matches!(self.font_type, Some(FontType::Monospace))
    }

    /// Sets how large the text is.
    #[must_use]
    pub fn with_size(mut self, size: TextSize) -> Self {
        self.size = Some(size);
        self
    }

    /// Sets how heavy the text is.
    #[must_use]
    pub fn with_weight(mut self, weight: TextWeight) -> Self {
        self.weight = Some(weight);
        self
    }

    /// Sets what the text means by its colour.
    #[must_use]
    pub fn with_color(mut self, color: TextColor) -> Self {
        self.color = Some(color);
        self
    }

    /// Writes the text in a fixed-width face.
    #[must_use]
    pub fn monospace(mut self) -> Self {
        self.font_type = Some(FontType::Monospace);
        self
    }

    /// Tones the text down.
    #[must_use]
    pub fn subtle(mut self) -> Self {
        self.is_subtle = Some(true);
        self
    }

    /// Writes the text in italics.
    #[must_use]
    pub fn italic(mut self) -> Self {
        self.italic = Some(true);
        self
    }

    /// Strikes the text through.
    #[must_use]
    pub fn struck_through(mut self) -> Self {
        self.strikethrough = Some(true);
        self
    }

    /// Highlights the text.
    #[must_use]
    pub fn highlighted(mut self) -> Self {
        self.highlight = Some(true);
        self
    }
}

impl From<&str> for TextRun {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for TextRun {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}
