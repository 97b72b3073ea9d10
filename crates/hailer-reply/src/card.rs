//! Adaptive Cards: what Teams can draw of them in the answer of an outgoing webhook.

pub(crate) mod action;
pub(crate) mod canvas;
pub(crate) mod clean;
pub(crate) mod column_set;
pub(crate) mod container;
pub(crate) mod cut;
pub(crate) mod draw;
pub(crate) mod element;
pub(crate) mod fact_set;
pub(crate) mod fit;
pub(crate) mod fit_element;
pub(crate) mod foreign;
pub(crate) mod frame;
pub(crate) mod https_url;
pub(crate) mod image;
pub(crate) mod lead;
pub(crate) mod look;
pub(crate) mod markup;
pub(crate) mod mention;
pub(crate) mod pixels;
pub(crate) mod placement;
pub(crate) mod read;
pub(crate) mod rich_text;
pub(crate) mod stacked;
pub(crate) mod table;
pub(crate) mod text_block;
pub(crate) mod toggles;
pub(crate) mod wire;

use serde::{Deserialize, Serialize};

use crate::card::action::{Action, Link};
use crate::card::canvas::Canvas;
use crate::card::clean::Clean;
use crate::card::element::{Element, deepest, nest};
use crate::card::https_url::HttpsUrl;
use crate::card::lead::{LEAD, LONGEST_OWN, Lead, shorten};
use crate::card::look::VerticalAlignment;
use crate::card::mention::Mention;
use crate::card::pixels::Pixels;

/// An Adaptive Card.
///
/// It travels as version 1.4, which every client of Teams draws, and with a `fallbackText` and a `speak`
/// made of its content, so that previews and screen readers say more than "Card".
///
/// ```
/// use hailer_reply::{Action, Card, FactSet, HttpsUrl, Reply, TextBlock};
///
/// let run: HttpsUrl = "https://ci.example/run/812".parse()?;
/// let card = Card::titled("api deployed")
///     .with(TextBlock::new("production · 12 minutes ago · v2.41.0").subtle())
///     .with(FactSet::new().with("Commit", "9f3c1e2").with("By", "Mira"))
///     .with_action(Action::open_url("Open pipeline", run));
///
/// let reply = Reply::card(card);
/// assert!(reply.to_plain().starts_with("api deployed\nproduction"));
/// # Ok::<(), hailer_reply::UrlError>(())
/// ```
///
/// Not here: inputs and actions that send something back, which Teams does not support for outgoing
/// webhooks; media, which it does not play; the icons, charts and badges of Teams itself, which the
/// published schema (1.5) does not describe. Elements nested more than sixteen deep become their text
/// form, because no reader takes JSON of any depth.
#[derive(Clone, Debug, Default)]
pub struct Card {
    version: Version,
    body: Vec<Element>,
    actions: Vec<Action>,
    select_action: Option<Link>,
    min_height: Option<Pixels>,
    vertical_content_alignment: Option<VerticalAlignment>,
    is_full_width: bool,
    mentions: Vec<Mention>,
    fallback_text: Option<Clean>,
    speak: Option<Clean>,
}

/// The version of the schema that a card needs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Serialize, Deserialize)]
enum Version {
    #[default]
    #[serde(
        rename = "1.4",
        alias = "1.0",
        alias = "1.1",
        alias = "1.2",
        alias = "1.3"
    )]
    V1_4,
    #[serde(rename = "1.5")]
    V1_5,
}

/// Says why a JSON is no card that could have been built here.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CardError {
    /// When it is not JSON, or holds something that webhooks cannot show.
    #[error("the card cannot be read")]
    NotACard {
        /// What the JSON parser says.
        #[source]
        source: serde_json::Error,
    },
}

impl Card {
    /// Begins an empty card.
    pub fn new() -> Self {
        Self::default()
    }

    /// Begins a card with a heading of literal text.
    pub fn titled(title: impl Into<String>) -> Self {
        Self::new().with(text_block::TextBlock::heading(title))
    }

    /// Reads a card back from its JSON.
    ///
    /// Older versions become 1.4; properties that are not modelled here are dropped.
    ///
    /// # Errors
    ///
    /// When the JSON holds elements or actions that cannot be built here.
    pub fn from_json(json: &str) -> Result<Self, CardError> {
        serde_json::from_str(json).map_err(|source| CardError::NotACard { source })
    }

    /// Writes the card as its JSON, whatever its length.
    pub fn to_json(&self) -> String {
        // Strings, numbers and lists always serialise.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Writes the text form of everything in the card, as a terminal or a log shows it.
    pub fn to_text(&self) -> String {
        draw::to_text(|canvas| canvas.card(self))
    }

    /// Adds an element below. A `&str` or `String` is a paragraph of literal text.
    #[must_use]
    pub fn with(mut self, element: impl Into<Element>) -> Self {
        nest(&mut self.body, element.into());
        self
    }

    /// Adds a button to the bar below the body. Teams shows six at most.
    #[must_use]
    pub fn with_action(mut self, action: Action) -> Self {
        self.actions.push(action);
        self
    }

    /// Opens an address when the card is clicked.
    #[must_use]
    pub fn with_link(mut self, url: HttpsUrl) -> Self {
        self.select_action = Some(Link::new(url));
        self
    }

    /// Asks for version 1.5, which tables need. Clients without it show the text form.
    #[must_use]
    pub fn version_1_5(mut self) -> Self {
        self.version = Version::V1_5;
        self
    }

    /// Draws the card as wide as the channel.
    #[must_use]
    pub fn full_width(mut self) -> Self {
        self.is_full_width = true;
        self
    }

    /// Sets the least height in pixels.
    #[must_use]
    pub fn with_min_height(mut self, pixels: u32) -> Self {
        self.min_height = Some(Pixels(pixels));
        self
    }

    /// Sets where the body stands from top to bottom, when the card is higher.
    #[must_use]
    pub fn with_vertical_alignment(mut self, alignment: VerticalAlignment) -> Self {
        self.vertical_content_alignment = Some(alignment);
        self
    }

    /// Makes a mention of the text `<at>name</at>` in the card's Markdown.
    ///
    /// The id is a person's Entra object id or user principal name. Nothing becomes a mention without
    /// this call. That Teams notifies people from the answer of an outgoing webhook is not documented:
    /// where it does not, the name is shown as text.
    ///
    /// ```
    /// use hailer_reply::{Card, TextBlock};
    ///
    /// let card = Card::new()
    ///     .with(TextBlock::markdown("<at>Dana</at>, please look"))
    ///     .with_mention("Dana", "8f1c2d3e-0000-4000-8000-000000000001");
    /// # assert!(card.to_json().contains(r#""type":"mention""#));
    /// ```
    #[must_use]
    pub fn with_mention(mut self, name: &str, id: &str) -> Self {
        self.mentions.push(Mention::new(name, id));
        self
    }

    /// Sets the literal text for clients that cannot draw the card, instead of its first lines.
    ///
    /// It is cut after 1,000 bytes.
    #[must_use]
    pub fn with_fallback_text(mut self, text: impl Into<String>) -> Self {
        self.fallback_text = Some(Clean::literal(shorten(&text.into(), LONGEST_OWN)));
        self
    }

    /// Sets what a screen reader says, instead of the first lines.
    ///
    /// It is cut after 1,000 bytes.
    #[must_use]
    pub fn with_speak(mut self, text: impl Into<String>) -> Self {
        self.speak = Some(Clean::plain(shorten(&text.into(), LONGEST_OWN)));
        self
    }

    /// Returns what travels as `fallbackText` and as `speak`.
    pub(crate) fn texts(&self) -> (Clean, Clean) {
        let lead = self.lead();
        let fallback_text = self.fallback_text.clone();
        let speak = self.speak.clone();
        (
            fallback_text.unwrap_or_else(|| lead.fallback_text()),
            speak.unwrap_or_else(|| lead.speak()),
        )
    }

    /// Takes away what only a card of its own has.
    pub(crate) fn into_inner(self) -> Self {
        Self {
            version: Version::default(),
            fallback_text: None,
            speak: None,
            ..self
        }
    }

    pub(crate) fn depth(&self) -> usize {
        let actions = self.actions.iter().map(Action::depth).max().unwrap_or(0);
        deepest(&self.body).max(actions)
    }

    /// Draws as much as previews need.
    pub(crate) fn lead(&self) -> Lead {
        let mut canvas = Canvas::with_room(LEAD);
        canvas.card(self);
        Lead(canvas.into_text())
    }
}

/// Cards are equal when they say the same, whether their texts for other eyes are set or derived.
impl PartialEq for Card {
    fn eq(&self, other: &Self) -> bool {
        let own = |card: &Self| (card.fallback_text.clone(), card.speak.clone());
        self.version == other.version
            && self.body == other.body
            && self.actions == other.actions
            && self.select_action == other.select_action
            && self.min_height == other.min_height
            && self.vertical_content_alignment == other.vertical_content_alignment
            && self.is_full_width == other.is_full_width
            && self.mentions == other.mentions
            && (own(self) == own(other) || self.texts() == other.texts())
    }
}
