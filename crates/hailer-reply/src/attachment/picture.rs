//! Hero and thumbnail cards: a title, a text and pictures.

use serde::Serialize;

use crate::attachment::tap::{Marked, Tap};
use crate::card::canvas::Canvas;
use crate::card::clean::Clean;
use crate::card::draw::image_text;
use crate::card::https_url::HttpsUrl;

/// A card with one large picture.
///
/// Experimental: Teams documents it for outgoing webhooks, but an Adaptive [`Card`](crate::Card) says
/// more. All texts are literal.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct HeroCard(Picture);

/// A card with one small picture beside its text.
///
/// Experimental: it is known from a sample of Microsoft's, not from the documentation. All texts are
/// literal.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct ThumbnailCard(Picture);

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
struct Picture {
    title: Clean,
    #[serde(skip_serializing_if = "Option::is_none")]
    subtitle: Option<Clean>,
    #[serde(skip_serializing_if = "Marked::is_empty")]
    text: Marked,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    images: Vec<PictureImage>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    buttons: Vec<Tap>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct PictureImage {
    url: HttpsUrl,
    alt: Clean,
}

impl Picture {
    fn draw(&self, canvas: &mut Canvas) {
        canvas.text(self.title.as_str());
        canvas.text(self.subtitle.as_ref().map_or("", Clean::as_str));
        self.text.draw(canvas);
        for image in &self.images {
            canvas.text(&image_text(image.alt.as_str()));
        }
        for button in &self.buttons {
            button.draw(canvas);
        }
    }
}

/// Writes what both cards have, so that neither needs the other.
macro_rules! picture_builders {
    ($card:ident) => {
        impl $card {
            /// Begins a card with a title.
            pub fn new(title: impl Into<String>) -> Self {
                Self(Picture {
                    title: Clean::label(title),
                    ..Picture::default()
                })
            }

            /// Sets the line below the title.
            #[must_use]
            pub fn with_subtitle(mut self, subtitle: impl Into<String>) -> Self {
                self.0.subtitle = Some(Clean::label(subtitle));
                self
            }

            /// Sets the text.
            #[must_use]
            pub fn with_text(mut self, text: &str) -> Self {
                self.0.text = Marked::literal(text);
                self
            }

            /// Adds a picture, with the words for who does not see it.
            #[must_use]
            pub fn with_image(mut self, url: HttpsUrl, alt_text: impl Into<String>) -> Self {
                self.0.images.push(PictureImage {
                    url,
                    alt: Clean::label(alt_text),
                });
                self
            }

            /// Adds a button that opens an address.
            #[must_use]
            pub fn with_button(mut self, title: impl Into<String>, url: HttpsUrl) -> Self {
                self.0.buttons.push(Tap::new(title, url));
                self
            }

            pub(crate) fn draw(&self, canvas: &mut Canvas) {
                self.0.draw(canvas);
            }
        }
    };
}

picture_builders!(HeroCard);
picture_builders!(ThumbnailCard);
