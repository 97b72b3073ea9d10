//! A paragraph.

use serde::{Deserialize, Serialize};

use crate::card::clean::Clean;
use crate::card::https_url::HttpsUrl;
use crate::card::look::{
    FontType, HorizontalAlignment, TextColor, TextSize, TextStyle, TextWeight,
};
use crate::card::markup::escape_card;
use crate::card::placement::{Placement, placement_builders};

/// A paragraph, which wraps.
///
/// ```
/// use hailer_reply::{Card, TextBlock, TextWeight, escape_card};
///
/// let card = Card::new()
///     .with(TextBlock::new("api_* is [down]").with_weight(TextWeight::Bolder))
///     .with(TextBlock::markdown(format!("since **{}**", escape_card("12 minutes"))));
///
/// assert_eq!(card.to_text(), "api_* is [down]\nsince 12 minutes");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TextBlock {
    pub(crate) text: Clean,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) size: Option<TextSize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) weight: Option<TextWeight>,
    #[serde(skip_serializing_if = "Option::is_none")]
    color: Option<TextColor>,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_subtle: Option<bool>,
    #[serde(default)]
    wrap: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_lines: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    font_type: Option<FontType>,
    #[serde(skip_serializing_if = "Option::is_none")]
    horizontal_alignment: Option<HorizontalAlignment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    style: Option<TextStyle>,
    #[serde(flatten)]
    pub(crate) placement: Placement,
}

impl TextBlock {
    /// Writes literal text: it is drawn exactly as given, whatever is in it.
    pub fn new(text: impl Into<String>) -> Self {
        Self::of(Clean::literal(text))
    }

    /// Writes the author's Markdown: bold, italic, lists and links.
    ///
    /// Text that came from elsewhere must go through [`escape_card`](crate::escape_card), or into a
    /// block of its own.
    pub fn markdown(markdown: impl Into<String>) -> Self {
        Self::of(Clean::markdown(markdown))
    }

    /// Writes a link with a literal label, in which brackets become parentheses.
    pub fn link(label: &str, url: &HttpsUrl) -> Self {
        let label = label
            .replace('[', "(")
            .replace(']', ")")
            .replace(['\n', '\r'], " ");
        let label = escape_card(&label);
        Self::markdown(format!("[{label}]({})", url.to_markdown_target()))
    }

    /// Writes the title of a card or of a part of it: literal text, larger and bold.
    pub fn heading(text: impl Into<String>) -> Self {
        Self::new(text)
            .with_size(TextSize::Medium)
            .with_weight(TextWeight::Bolder)
            .with_style(TextStyle::Heading)
    }

    fn of(text: Clean) -> Self {
        Self {
            text,
            size: None,
            weight: None,
            color: None,
            is_subtle: None,
            wrap: true,
            max_lines: None,
            font_type: None,
            horizontal_alignment: None,
            style: None,
            placement: Placement::default(),
        }
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

    /// Tones the text down.
    #[must_use]
    pub fn subtle(mut self) -> Self {
        self.is_subtle = Some(true);
        self
    }

    /// Cuts the text at the end of its first line instead of wrapping it.
    #[must_use]
    pub fn on_one_line(mut self) -> Self {
        self.wrap = false;
        self
    }

    /// Cuts the text after some lines.
    #[must_use]
    pub fn with_max_lines(mut self, lines: u32) -> Self {
        self.max_lines = Some(lines);
        self
    }

    /// Writes the text in a fixed-width face: for commands, paths and numbers.
    #[must_use]
    pub fn monospace(mut self) -> Self {
        self.font_type = Some(FontType::Monospace);
        self
    }

    /// Sets where the text stands from left to right.
    #[must_use]
    pub fn with_horizontal_alignment(mut self, alignment: HorizontalAlignment) -> Self {
        self.horizontal_alignment = Some(alignment);
        self
    }

    /// Says what the text is for a screen reader.
    #[must_use]
    pub fn with_style(mut self, style: TextStyle) -> Self {
        self.style = Some(style);
        self
    }

    placement_builders!();
}
