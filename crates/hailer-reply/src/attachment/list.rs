//! List cards: lines that lead somewhere.

use serde::Serialize;

use crate::attachment::tap::Tap;
use crate::card::canvas::Canvas;
use crate::card::clean::Clean;
use crate::card::https_url::HttpsUrl;

/// A card with a list of items.
///
/// Experimental: it is known from a sample of Microsoft's, not from the documentation. All texts are
/// literal.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ListCard {
    title: Clean,
    items: Vec<Item>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    buttons: Vec<Tap>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "camelCase")]
enum Item {
    Section { title: Clean },
    ResultItem(ListItem),
}

/// One line of a [`ListCard`].
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ListItem {
    title: Clean,
    #[serde(skip_serializing_if = "Option::is_none")]
    subtitle: Option<Clean>,
    #[serde(skip_serializing_if = "Option::is_none")]
    icon: Option<HttpsUrl>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tap: Option<Tap>,
}

impl ListCard {
    /// Begins an empty list with a title.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: Clean::label(title),
            ..Self::default()
        }
    }

    /// Adds a title for the items that follow.
    #[must_use]
    pub fn with_section(mut self, title: impl Into<String>) -> Self {
        self.items.push(Item::Section {
            title: Clean::label(title),
        });
        self
    }

    /// Adds an item.
    #[must_use]
    pub fn with(mut self, item: ListItem) -> Self {
        self.items.push(Item::ResultItem(item));
        self
    }

    /// Adds a button that opens an address.
    #[must_use]
    pub fn with_button(mut self, title: impl Into<String>, url: HttpsUrl) -> Self {
        self.buttons.push(Tap::new(title, url));
        self
    }

    pub(crate) fn draw(&self, canvas: &mut Canvas) {
        canvas.text(self.title.as_str());
        for item in &self.items {
            if canvas.is_full() {
                return;
            }
            match item {
                Item::Section { title } => canvas.text(title.as_str()),
                Item::ResultItem(item) => item.draw(canvas),
            }
        }
        for button in &self.buttons {
            button.draw(canvas);
        }
    }
}

impl ListItem {
    /// Begins an item with a title.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: Clean::label(title),
            ..Self::default()
        }
    }

    /// Sets the line below the title.
    #[must_use]
    pub fn with_subtitle(mut self, subtitle: impl Into<String>) -> Self {
        self.subtitle = Some(Clean::label(subtitle));
        self
    }

    /// Puts an image before the title.
    #[must_use]
    pub fn with_icon(mut self, url: HttpsUrl) -> Self {
        self.icon = Some(url);
        self
    }

    /// Opens an address when the item is clicked.
    #[must_use]
    pub fn with_link(mut self, url: HttpsUrl) -> Self {
        self.tap = Some(Tap::new("", url));
        self
    }

    fn draw(&self, canvas: &mut Canvas) {
        let title = self.title.as_str();
        let line = match &self.subtitle {
            Some(subtitle) => format!("{title} · {}", subtitle.as_str()),
            None => title.to_owned(),
        };
        match &self.tap {
            Some(Tap::OpenUrl { value, .. }) => canvas.labelled(&line, value.as_str()),
            None => canvas.text(&line),
        }
    }
}
