//! A string of a card, in which nothing steers a screen or hides.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize};

use crate::card::markup::{PART, defuse, escape_card, sanitise_wire};
use crate::sanitise::sanitise;

/// Text as it travels in a card.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct Clean(String);

impl<'de> Deserialize<'de> for Clean {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

impl Clean {
    /// Takes foreign text for a place where Markdown is read.
    pub(crate) fn literal(text: impl Into<String>) -> Self {
        let Self(mut wire) = Self::literal_within(text);
        // Nothing follows from which the end would have to be parted.
        wire.truncate(wire.trim_end_matches(PART).len());
        Self(wire)
    }

    /// Takes foreign text for a place where Markdown is read and more may follow.
    pub(crate) fn literal_within(text: impl Into<String>) -> Self {
        let mut text = text.into();
        text.truncate(text.trim_end_matches(['\n', '\r']).len());
        Self(match escape_card(&text) {
            Cow::Borrowed(_) => text,
            Cow::Owned(wire) => wire,
        })
    }

    /// Takes an author's Markdown.
    pub(crate) fn markdown(text: impl Into<String>) -> Self {
        text.into().into()
    }

    /// Takes foreign text for a place where nothing is read.
    pub(crate) fn plain(text: impl Into<String>) -> Self {
        let text = text.into();
        Self(defuse(&sanitise(&text)).into_owned())
    }

    /// Takes foreign text for a place where nothing is read and that has one line.
    pub(crate) fn label(text: impl Into<String>) -> Self {
        let Self(text) = Self::plain(text);
        Self(if text.contains(['\n', '\t']) {
            text.replace(['\n', '\t'], " ").trim().to_owned()
        } else {
            text
        })
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for Clean {
    fn from(text: String) -> Self {
        match sanitise_wire(&text) {
            Cow::Borrowed(_) => Self(text),
            Cow::Owned(clean) => Self(clean),
        }
    }
}
