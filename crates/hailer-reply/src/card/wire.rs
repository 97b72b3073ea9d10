//! A card as it travels.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::card::action::{Action, Link};
use crate::card::clean::Clean;
use crate::card::element::{Element, nest};
use crate::card::look::VerticalAlignment;
use crate::card::mention::Mention;
use crate::card::pixels::Pixels;
use crate::card::{Card, Version};

const SCHEMA: &str = "http://adaptivecards.io/schemas/adaptive-card.json";

/// A card within a card.
pub(crate) struct Inner<'a>(pub(crate) &'a Card);

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire<'a> {
    #[serde(rename = "type")]
    kind: CardType,
    #[serde(rename = "$schema", skip_serializing_if = "Option::is_none", borrow)]
    schema: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<Version>,
    #[serde(default)]
    body: Cow<'a, [Element]>,
    #[serde(default, skip_serializing_if = "<[Action]>::is_empty")]
    actions: Cow<'a, [Action]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    select_action: Option<Cow<'a, Link>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_height: Option<Pixels>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vertical_content_alignment: Option<VerticalAlignment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fallback_text: Option<Clean>,
    #[serde(skip_serializing_if = "Option::is_none")]
    speak: Option<Clean>,
    #[serde(default, skip_serializing_if = "Teams::is_empty")]
    msteams: Teams<'a>,
}

#[derive(Serialize, Deserialize)]
enum CardType {
    AdaptiveCard,
}

/// What only Teams knows.
#[derive(Default, Serialize, Deserialize)]
struct Teams<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    width: Option<Width>,
    #[serde(default, skip_serializing_if = "<[Mention]>::is_empty")]
    entities: Cow<'a, [Mention]>,
}

#[derive(Serialize, Deserialize)]
enum Width {
    #[serde(alias = "full")]
    Full,
}

impl Teams<'_> {
    fn is_empty(&self) -> bool {
        self.width.is_none() && self.entities.is_empty()
    }
}

impl<'a> Wire<'a> {
    fn inner(card: &'a Card) -> Self {
        Self {
            kind: CardType::AdaptiveCard,
            schema: None,
            version: None,
            body: Cow::Borrowed(&card.body),
            actions: Cow::Borrowed(&card.actions),
            select_action: card.select_action.as_ref().map(Cow::Borrowed),
            min_height: card.min_height,
            vertical_content_alignment: card.vertical_content_alignment,
            fallback_text: None,
            speak: None,
            msteams: Teams {
                width: card.is_full_width.then_some(Width::Full),
                entities: Cow::Borrowed(&card.mentions),
            },
        }
    }

    fn outer(card: &'a Card) -> Self {
        let (fallback_text, speak) = card.texts();
        Self {
            schema: Some(Cow::Borrowed(SCHEMA)),
            version: Some(card.version),
            fallback_text: Some(fallback_text),
            speak: Some(speak),
            ..Self::inner(card)
        }
    }
}

impl Serialize for Card {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Wire::outer(self).serialize(serializer)
    }
}

impl Serialize for Inner<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Wire::inner(self.0).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Card {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wire = Wire::deserialize(deserializer)?;
        let mut body = Vec::new();
        for element in wire.body.into_owned() {
            nest(&mut body, element);
        }
        let mut card = Self {
            version: wire.version.unwrap_or_default(),
            body,
            actions: wire.actions.into_owned(),
            select_action: wire.select_action.map(Cow::into_owned),
            min_height: wire.min_height,
            vertical_content_alignment: wire.vertical_content_alignment,
            is_full_width: wire.msteams.width.is_some(),
            mentions: wire.msteams.entities.into_owned(),
            ..Self::default()
        };
        // What we would derive anyway was not set by hand.
        let lead = card.lead();
        card.fallback_text = wire
            .fallback_text
            .filter(|text| *text != lead.fallback_text());
        card.speak = wire.speak.filter(|text| *text != lead.speak());
        Ok(card)
    }
}
