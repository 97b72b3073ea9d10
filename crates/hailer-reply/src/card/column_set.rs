//! Elements side by side.

use serde::{Deserialize, Serialize};

use crate::card::action::Link;
use crate::card::element::{Element, nest};
use crate::card::look::{ContainerStyle, HorizontalAlignment, VerticalAlignment};
use crate::card::pixels::Pixels;
use crate::card::placement::{Placement, frame_builders, placement_builders};

/// Columns side by side.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ColumnSet {
    #[serde(default)]
    pub(crate) columns: Vec<TaggedColumn>,
    #[serde(skip_serializing_if = "Option::is_none")]
    style: Option<ContainerStyle>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bleed: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_height: Option<Pixels>,
    #[serde(skip_serializing_if = "Option::is_none")]
    horizontal_alignment: Option<HorizontalAlignment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) select_action: Option<Link>,
    #[serde(flatten)]
    pub(crate) placement: Placement,
}

/// A column with its type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub(crate) enum TaggedColumn {
    Column(Column),
}

/// Elements one below the other, beside other columns.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Column {
    #[serde(skip_serializing_if = "Option::is_none")]
    width: Option<ColumnWidth>,
    #[serde(default)]
    pub(crate) items: Vec<Element>,
    #[serde(skip_serializing_if = "Option::is_none")]
    style: Option<ContainerStyle>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bleed: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_height: Option<Pixels>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vertical_content_alignment: Option<VerticalAlignment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) select_action: Option<Link>,
    #[serde(flatten)]
    pub(crate) placement: Placement,
}

/// How wide a column is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "WireWidth", try_from = "WireWidth")]
pub enum ColumnWidth {
    /// As wide as its content.
    Auto,
    /// As wide as there is room.
    Stretch,
    /// Some pixels.
    Pixels(u32),
    /// A share of the room, beside the shares of other columns.
    Weight(u32),
}

/// A width as it travels.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum WireWidth {
    Weight(u32),
    Word(String),
}

/// Says why a value is no width.
#[derive(Debug, thiserror::Error)]
#[error("a width is `auto`, `stretch`, a number, or written like `50px`")]
struct NotAWidth;

impl From<ColumnWidth> for WireWidth {
    fn from(width: ColumnWidth) -> Self {
        match width {
            ColumnWidth::Auto => Self::Word("auto".to_owned()),
            ColumnWidth::Stretch => Self::Word("stretch".to_owned()),
            ColumnWidth::Pixels(pixels) => Self::Word(Pixels(pixels).into()),
            ColumnWidth::Weight(weight) => Self::Weight(weight),
        }
    }
}

impl TryFrom<WireWidth> for ColumnWidth {
    type Error = NotAWidth;

    fn try_from(wire: WireWidth) -> Result<Self, NotAWidth> {
        match wire {
            WireWidth::Weight(weight) => Ok(Self::Weight(weight)),
            WireWidth::Word(word) if word.eq_ignore_ascii_case("auto") => Ok(Self::Auto),
            WireWidth::Word(word) if word.eq_ignore_ascii_case("stretch") => Ok(Self::Stretch),
            WireWidth::Word(word) => word
                .parse()
                .map(Self::Weight)
                .or_else(|_| Pixels::try_from(word).map(|Pixels(pixels)| Self::Pixels(pixels)))
                .map_err(|_| NotAWidth),
        }
    }
}

impl ColumnSet {
    /// Begins an empty set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a column at the right.
    #[must_use]
    pub fn with(mut self, column: Column) -> Self {
        self.columns.push(TaggedColumn::Column(column));
        self
    }

    /// Sets where the columns stand from left to right.
    #[must_use]
    pub fn with_horizontal_alignment(mut self, alignment: HorizontalAlignment) -> Self {
        self.horizontal_alignment = Some(alignment);
        self
    }

    frame_builders!();
    placement_builders!();
}

impl Column {
    /// Begins an empty column, which takes its share of the room.
    pub fn new() -> Self {
        Self::default()
    }

    /// Begins an empty column of a width.
    pub fn of_width(width: ColumnWidth) -> Self {
        Self {
            width: Some(width),
            ..Self::default()
        }
    }

    /// Adds an element below.
    #[must_use]
    pub fn with(mut self, element: impl Into<Element>) -> Self {
        nest(&mut self.items, element.into());
        self
    }

    /// Sets where the elements stand from top to bottom.
    #[must_use]
    pub fn with_vertical_alignment(mut self, alignment: VerticalAlignment) -> Self {
        self.vertical_content_alignment = Some(alignment);
        self
    }

    frame_builders!();
    placement_builders!();
}
