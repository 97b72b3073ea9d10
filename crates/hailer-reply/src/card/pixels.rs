//! A length in pixels, which the schema writes as `"50px"`.

use serde::{Deserialize, Serialize};

/// A number of pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Pixels(pub(crate) u32);

/// Says why a text is no length.
#[derive(Debug, thiserror::Error)]
#[error("a length is written like `50px`")]
pub(crate) struct NotPixels;

impl From<Pixels> for String {
    fn from(pixels: Pixels) -> Self {
        format!("{}px", pixels.0)
    }
}

impl TryFrom<String> for Pixels {
    type Error = NotPixels;

    fn try_from(text: String) -> Result<Self, NotPixels> {
        text.strip_suffix("px")
            .and_then(|number| number.parse().ok())
            .map(Self)
            .ok_or(NotPixels)
    }
}
