//! What every element has: its name, and how it stands below the one above it.

use serde::{Deserialize, Serialize};

use crate::card::clean::Clean;
use crate::card::look::Spacing;

/// The properties that all elements share.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Placement {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Clean>,
    #[serde(skip_serializing_if = "Option::is_none")]
    separator: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    spacing: Option<Spacing>,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_visible: Option<bool>,
}

impl Placement {
    pub(crate) fn id(&self) -> Option<&str> {
        self.id.as_ref().map(Clean::as_str)
    }

    pub(crate) fn set_id(&mut self, id: String) {
        self.id = Some(Clean::label(id));
    }

    pub(crate) fn set_spacing(&mut self, spacing: Spacing) {
        self.spacing = Some(spacing);
    }

    pub(crate) fn separate(&mut self) {
        self.separator = Some(true);
    }

    pub(crate) fn has_separator(&self) -> bool {
        self.separator == Some(true)
    }

    pub(crate) fn hide(&mut self) {
        self.is_visible = Some(false);
    }
}

/// Writes the builders of the shared properties into the `impl` of an element.
macro_rules! placement_builders {
    () => {
        /// Names the element, so that a toggle can refer to it.
        #[must_use]
        pub fn with_id(mut self, id: impl Into<String>) -> Self {
            self.placement.set_id(id.into());
            self
        }

        /// Sets how much room the element keeps from the one above it.
        #[must_use]
        pub fn with_spacing(mut self, spacing: $crate::card::look::Spacing) -> Self {
            self.placement.set_spacing(spacing);
            self
        }

        /// Draws a line above the element.
        #[must_use]
        pub fn with_separator(mut self) -> Self {
            self.placement.separate();
            self
        }

        /// Hides the element until a toggle shows it.
        #[must_use]
        pub fn hidden(mut self) -> Self {
            self.placement.hide();
            self
        }
    };
}

pub(crate) use placement_builders;

/// Builders of the elements that frame others: containers, columns and sets of them.
macro_rules! frame_builders {
    () => {
        /// Sets what is meant by the background.
        #[must_use]
        pub fn with_style(mut self, style: $crate::card::look::ContainerStyle) -> Self {
            self.style = Some(style);
            self
        }

        /// Lets the background reach the border of the card.
        #[must_use]
        pub fn bleeding(mut self) -> Self {
            self.bleed = Some(true);
            self
        }

        /// Sets the least height in pixels.
        #[must_use]
        pub fn with_min_height(mut self, pixels: u32) -> Self {
            self.min_height = Some($crate::card::pixels::Pixels(pixels));
            self
        }

        /// Opens an address when the element is clicked.
        #[must_use]
        pub fn with_link(mut self, url: $crate::card::https_url::HttpsUrl) -> Self {
            self.select_action = Some($crate::card::action::Link::new(url));
            self
        }
    };
}

pub(crate) use frame_builders;
