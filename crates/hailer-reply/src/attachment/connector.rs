//! Connector cards: the older cards of Office 365, with sections of facts.

use serde::{Serialize, Serializer};

use crate::attachment::tap::Marked;
use crate::card::canvas::Canvas;
use crate::card::clean::Clean;
use crate::card::https_url::HttpsUrl;

/// A card of sections with facts.
///
/// Experimental: it is known from a sample of Microsoft's, not from the documentation, and Microsoft
/// retires the connectors that it was made for. All texts are literal.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConnectorCard {
    #[serde(rename = "@type")]
    kind: MessageCard,
    #[serde(rename = "@context")]
    context: Extensions,
    summary: Clean,
    title: Marked,
    #[serde(skip_serializing_if = "Marked::is_empty")]
    text: Marked,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    sections: Vec<ConnectorSection>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    potential_action: Vec<OpenUri>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
enum MessageCard {
    #[default]
    MessageCard,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
enum Extensions {
    #[default]
    #[serde(rename = "https://schema.org/extensions")]
    Extensions,
}

/// One part of a [`ConnectorCard`].
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConnectorSection {
    #[serde(skip_serializing_if = "Marked::is_empty")]
    activity_title: Marked,
    #[serde(skip_serializing_if = "Marked::is_empty")]
    activity_subtitle: Marked,
    #[serde(skip_serializing_if = "Option::is_none")]
    activity_image: Option<HttpsUrl>,
    #[serde(skip_serializing_if = "Marked::is_empty")]
    text: Marked,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    facts: Vec<ConnectorFact>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct ConnectorFact {
    name: Marked,
    value: Marked,
}

#[derive(Clone, Debug, PartialEq)]
struct OpenUri {
    name: Clean,
    url: HttpsUrl,
}

impl Serialize for OpenUri {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Target<'a> {
            os: &'static str,
            uri: &'a HttpsUrl,
        }
        #[derive(Serialize)]
        struct Action<'a> {
            #[serde(rename = "@type")]
            kind: &'static str,
            name: &'a Clean,
            targets: [Target<'a>; 1],
        }
        let action = Action {
            kind: "OpenUri",
            name: &self.name,
            targets: [Target {
                os: "default",
                uri: &self.url,
            }],
        };
        action.serialize(serializer)
    }
}

impl ConnectorCard {
    /// Begins a card with a title.
    pub fn new(title: &str) -> Self {
        Self {
            summary: Clean::label(title),
            title: Marked::literal(title),
            ..Self::default()
        }
    }

    /// Sets the text below the title.
    #[must_use]
    pub fn with_text(mut self, text: &str) -> Self {
        self.text = Marked::literal(text);
        self
    }

    /// Adds a section.
    #[must_use]
    pub fn with(mut self, section: ConnectorSection) -> Self {
        self.sections.push(section);
        self
    }

    /// Adds a button that opens an address.
    #[must_use]
    pub fn with_button(mut self, name: impl Into<String>, url: HttpsUrl) -> Self {
        self.potential_action.push(OpenUri {
            name: Clean::label(name),
            url,
        });
        self
    }

    pub(crate) fn draw(&self, canvas: &mut Canvas) {
        self.title.draw(canvas);
        self.text.draw(canvas);
        for section in &self.sections {
            if canvas.is_full() {
                return;
            }
            section.draw(canvas);
        }
        for action in &self.potential_action {
            canvas.labelled(action.name.as_str(), action.url.as_str());
        }
    }
}

impl ConnectorSection {
    /// Begins an empty section.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets who or what the section is about.
    #[must_use]
    pub fn with_title(mut self, title: &str) -> Self {
        self.activity_title = Marked::literal(title);
        self
    }

    /// Sets the line below the title.
    #[must_use]
    pub fn with_subtitle(mut self, subtitle: &str) -> Self {
        self.activity_subtitle = Marked::literal(subtitle);
        self
    }

    /// Puts an image beside the title.
    #[must_use]
    pub fn with_image(mut self, url: HttpsUrl) -> Self {
        self.activity_image = Some(url);
        self
    }

    /// Sets the text.
    #[must_use]
    pub fn with_text(mut self, text: &str) -> Self {
        self.text = Marked::literal(text);
        self
    }

    /// Adds a name and its value.
    #[must_use]
    pub fn with_fact(mut self, name: &str, value: &str) -> Self {
        self.facts.push(ConnectorFact {
            name: Marked::literal(name),
            value: Marked::literal(value),
        });
        self
    }

    fn draw(&self, canvas: &mut Canvas) {
        self.activity_title.draw(canvas);
        self.activity_subtitle.draw(canvas);
        self.text.draw(canvas);
        let facts = self
            .facts
            .iter()
            .map(|fact| (fact.name.to_text().into(), fact.value.to_text().into()));
        canvas.facts(facts);
    }
}
