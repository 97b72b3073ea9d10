//! Elements that belong together.

use serde::{Deserialize, Serialize};

use crate::card::action::Link;
use crate::card::element::{Element, nest};
use crate::card::look::{ContainerStyle, VerticalAlignment};
use crate::card::pixels::Pixels;
use crate::card::placement::{Placement, frame_builders, placement_builders};

/// Elements one below the other, with a background or a link of their own.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Container {
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

impl Container {
    /// Begins an empty container.
    pub fn new() -> Self {
        Self::default()
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
