//! The buttons of cards that are not Adaptive Cards: they open an address, nothing else.

use serde::Serialize;

use crate::card::canvas::Canvas;
use crate::card::clean::Clean;
use crate::card::https_url::HttpsUrl;
use crate::escape::escape;
use crate::plain::{self, Style};

/// A button, or what a click on an item does.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type")]
pub(crate) enum Tap {
    #[serde(rename = "openUrl")]
    OpenUrl { title: Clean, value: HttpsUrl },
}

impl Tap {
    pub(crate) fn new(title: impl Into<String>, url: HttpsUrl) -> Self {
        Self::OpenUrl {
            title: Clean::label(title),
            value: url,
        }
    }

    pub(crate) fn draw(&self, canvas: &mut Canvas) {
        let Self::OpenUrl { title, value } = self;
        canvas.labelled(title.as_str(), value.as_str());
    }
}

/// Literal text for a place where Teams reads HTML and Markdown, as in the text of a message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct Marked(String);

impl Marked {
    pub(crate) fn literal(text: &str) -> Self {
        Self(escape(text.trim_end_matches(['\n', '\r'])).into_owned())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn draw(&self, canvas: &mut Canvas) {
        canvas.text(&self.to_text());
    }

    pub(crate) fn to_text(&self) -> String {
        plain::of_wire(&self.0, Style::Plain)
    }
}
