//! Images, and rows of them.

use serde::{Deserialize, Serialize};

use crate::card::action::Link;
use crate::card::clean::Clean;
use crate::card::https_url::HttpsUrl;
use crate::card::look::{HorizontalAlignment, ImageSize, ImageStyle};
use crate::card::pixels::Pixels;
use crate::card::placement::{Placement, placement_builders};

/// An image that Teams loads: PNG, JPEG or GIF, up to 1 MB and 1,024 pixels a side.
///
/// Teams loads it without the reader's account, so the address has to be public.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Image {
    pub(crate) url: HttpsUrl,
    pub(crate) alt_text: Clean,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<ImageSize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    style: Option<ImageStyle>,
    #[serde(skip_serializing_if = "Option::is_none")]
    width: Option<Pixels>,
    #[serde(skip_serializing_if = "Option::is_none")]
    height: Option<Pixels>,
    #[serde(skip_serializing_if = "Option::is_none")]
    horizontal_alignment: Option<HorizontalAlignment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) select_action: Option<Link>,
    #[serde(flatten)]
    pub(crate) placement: Placement,
}

/// Images side by side, which wrap.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImageSet {
    pub(crate) images: Vec<TaggedImage>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_size: Option<ImageSize>,
    #[serde(flatten)]
    pub(crate) placement: Placement,
}

/// An image with its type: the schema wants it in a set as well.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub(crate) enum TaggedImage {
    Image(Image),
}

impl Image {
    /// Shows an image, with the words for who does not see it.
    pub fn new(url: HttpsUrl, alt_text: impl Into<String>) -> Self {
        Self {
            url,
            alt_text: Clean::label(alt_text),
            size: None,
            style: None,
            width: None,
            height: None,
            horizontal_alignment: None,
            select_action: None,
            placement: Placement::default(),
        }
    }

    /// Sets about how large the image is.
    #[must_use]
    pub fn with_size(mut self, size: ImageSize) -> Self {
        self.size = Some(size);
        self
    }

    /// Cuts the image round, as portraits are.
    #[must_use]
    pub fn as_person(mut self) -> Self {
        self.style = Some(ImageStyle::Person);
        self
    }

    /// Sets the width in pixels.
    #[must_use]
    pub fn with_width(mut self, pixels: u32) -> Self {
        self.width = Some(Pixels(pixels));
        self
    }

    /// Sets the height in pixels.
    #[must_use]
    pub fn with_height(mut self, pixels: u32) -> Self {
        self.height = Some(Pixels(pixels));
        self
    }

    /// Sets where the image stands from left to right.
    #[must_use]
    pub fn with_horizontal_alignment(mut self, alignment: HorizontalAlignment) -> Self {
        self.horizontal_alignment = Some(alignment);
        self
    }

    /// Opens an address when the image is clicked.
    #[must_use]
    pub fn with_link(mut self, url: HttpsUrl) -> Self {
        self.select_action = Some(Link::new(url));
        self
    }

    placement_builders!();
}

impl ImageSet {
    /// Begins an empty row.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an image.
    #[must_use]
    pub fn with(mut self, image: Image) -> Self {
        self.images.push(TaggedImage::Image(image));
        self
    }

    /// Sets about how large the images are.
    #[must_use]
    pub fn with_image_size(mut self, size: ImageSize) -> Self {
        self.image_size = Some(size);
        self
    }

    placement_builders!();
}
