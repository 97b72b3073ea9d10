//! Buttons and links.
//!
//! Teams sends nothing back from the cards of an outgoing webhook, so actions that would post (submit,
//! execute, `imBack`, `messageBack`, `invoke`) do not exist here: a button that does nothing is worse
//! than none.

use serde::{Deserialize, Serialize, Serializer};

use crate::card::Card;
use crate::card::clean::Clean;
use crate::card::element::DEEPEST;
use crate::card::https_url::HttpsUrl;
use crate::card::look::ActionStyle;
use crate::card::placement::{Placement, placement_builders};
use crate::card::text_block::TextBlock;
use crate::card::wire::Inner;

/// A button.
///
/// ```
/// use hailer_reply::{Action, Card, HttpsUrl, TextBlock};
///
/// let run: HttpsUrl = "https://ci.example/run/812".parse()?;
/// let card = Card::new()
///     .with(TextBlock::new("api deployed"))
///     .with_action(Action::open_url("Open pipeline", run));
///
/// assert_eq!(card.to_text(), "api deployed\nOpen pipeline (https://ci.example/run/812)");
/// # Ok::<(), hailer_reply::UrlError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Action {
    #[serde(flatten)]
    pub(crate) kind: Kind,
    #[serde(default)]
    pub(crate) title: Clean,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Clean>,
    #[serde(skip_serializing_if = "Option::is_none")]
    icon_url: Option<HttpsUrl>,
    #[serde(skip_serializing_if = "Option::is_none")]
    style: Option<ActionStyle>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all_fields = "camelCase")]
pub(crate) enum Kind {
    #[serde(rename = "Action.OpenUrl")]
    OpenUrl { url: HttpsUrl },
    #[serde(rename = "Action.ToggleVisibility")]
    ToggleVisibility { target_elements: Vec<Target> },
    #[serde(rename = "Action.ShowCard")]
    ShowCard {
        #[serde(serialize_with = "serialize_inner")]
        card: Box<Card>,
    },
}

/// An element that a toggle shows or hides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Target {
    element_id: Clean,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_visible: Option<bool>,
}

/// What a click on an element opens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub(crate) enum Link {
    #[serde(rename = "Action.OpenUrl")]
    OpenUrl { url: HttpsUrl },
}

/// Buttons within the body of a card.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ActionSet {
    pub(crate) actions: Vec<Action>,
    #[serde(flatten)]
    pub(crate) placement: Placement,
}

impl Action {
    /// Opens an address in a browser: the one action that Teams documents for outgoing webhooks.
    pub fn open_url(title: impl Into<String>, url: HttpsUrl) -> Self {
        Self::of(title, Kind::OpenUrl { url })
    }

    /// Shows or hides elements by their id, without asking the bot.
    ///
    /// It is not documented for outgoing webhooks; the lint warns.
    pub fn toggle_visibility(
        title: impl Into<String>,
        targets: impl IntoIterator<Item = Target>,
    ) -> Self {
        let target_elements = targets.into_iter().collect();
        Self::of(title, Kind::ToggleVisibility { target_elements })
    }

    /// Unfolds a card below the button, without asking the bot.
    ///
    /// It is not documented for outgoing webhooks; the lint warns. Version, `fallbackText` and `speak` of
    /// the unfolded card do not travel: those of the outer card count.
    pub fn show_card(title: impl Into<String>, card: Card) -> Self {
        let card = if card.depth() > DEEPEST {
            Card::new().with(TextBlock::new(card.to_text()))
        } else {
            card.into_inner()
        };
        let card = Box::new(card);
        Self::of(title, Kind::ShowCard { card })
    }

    fn of(title: impl Into<String>, kind: Kind) -> Self {
        Self {
            kind,
            title: Clean::label(title),
            id: None,
            icon_url: None,
            style: None,
        }
    }

    /// Draws the button as the thing to do, or as something to think about twice.
    #[must_use]
    pub fn with_style(mut self, style: ActionStyle) -> Self {
        self.style = Some(style);
        self
    }

    /// Puts an image before the title.
    #[must_use]
    pub fn with_icon(mut self, url: HttpsUrl) -> Self {
        self.icon_url = Some(url);
        self
    }

    /// Names the button.
    #[must_use]
    pub fn with_id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(Clean::label(id));
        self
    }

    pub(crate) fn depth(&self) -> usize {
        match &self.kind {
            Kind::OpenUrl { .. } | Kind::ToggleVisibility { .. } => 0,
            Kind::ShowCard { card } => 1 + card.depth(),
        }
    }
}

impl Target {
    /// Shows an element that is hidden and hides one that is shown.
    pub fn toggle(id: impl Into<String>) -> Self {
        Self {
            element_id: Clean::label(id),
            is_visible: None,
        }
    }

    /// Shows an element.
    pub fn show(id: impl Into<String>) -> Self {
        Self {
            is_visible: Some(true),
            ..Self::toggle(id)
        }
    }

    /// Hides an element.
    pub fn hide(id: impl Into<String>) -> Self {
        Self {
            is_visible: Some(false),
            ..Self::toggle(id)
        }
    }

    pub(crate) fn id(&self) -> &str {
        self.element_id.as_str()
    }
}

impl Link {
    pub(crate) fn new(url: HttpsUrl) -> Self {
        Self::OpenUrl { url }
    }

    pub(crate) fn url(&self) -> &HttpsUrl {
        let Self::OpenUrl { url } = self;
        url
    }
}

impl ActionSet {
    /// Begins an empty set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a button.
    #[must_use]
    pub fn with(mut self, action: Action) -> Self {
        self.actions.push(action);
        self
    }

    placement_builders!();
}

/// Writes a card within a card, which has no version and no fallback of its own.
#[expect(clippy::borrowed_box, reason = "serde hands the field as it is")]
fn serialize_inner<S: Serializer>(card: &Box<Card>, serializer: S) -> Result<S::Ok, S::Error> {
    Inner(card).serialize(serializer)
}
