//! A template that has been filled.

use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::attachment::AnyCard;
use crate::card::Card;
use crate::card::canvas::Canvas;
use crate::card::clean::Clean;
use crate::card::lead::{LEAD, Lead};

/// A card that a template was filled to, as it travels: whatever the template has, although no builder
/// makes it.
#[derive(Clone, Debug)]
pub struct FilledCard {
    value: Value,
    /// From places in the card to places in the template, where they differ.
    origins: HashMap<String, String>,
}

impl FilledCard {
    pub(super) fn new(mut card: Map<String, Value>, origins: HashMap<String, String>) -> Self {
        let value = Value::Object(card.clone());
        let mut canvas = Canvas::with_room(LEAD);
        canvas.foreign_card(&value);
        let lead = Lead(canvas.into_text());
        let mut derive = |name: &str, text: Clean| {
            card.entry(name)
                .or_insert_with(|| Value::String(text.as_str().to_owned()));
        };
        derive("fallbackText", lead.fallback_text());
        derive("speak", lead.speak());
        Self {
            value: Value::Object(card),
            origins,
        }
    }

    /// Returns the card as JSON.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// Writes the text form of everything in the card, as a terminal or a log shows it.
    pub fn to_text(&self) -> String {
        let mut canvas = Canvas::new();
        canvas.foreign_card(&self.value);
        canvas.into_text()
    }

    /// Finds the place in the template for one in the card, both such as `$.body[2].text`.
    pub fn path_in_template(&self, path: &str) -> String {
        let mut end = path.len();
        loop {
            let (place, rest) = path.split_at_checked(end).unwrap_or((path, ""));
            if let Some(origin) = self.origins.get(place) {
                return format!("{origin}{rest}");
            }
            match place.rfind(['.', '[']) {
                Some(shorter) => end = shorter,
                None => return path.to_owned(),
            }
        }
    }

    /// Reads the card as one that can be cut, if builders could have made it.
    pub(crate) fn to_card(&self) -> Option<Card> {
        Card::from_json(&self.value.to_string()).ok()
    }
}

/// Cards are equal when they say the same, wherever it came from.
impl PartialEq for FilledCard {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl From<FilledCard> for AnyCard {
    fn from(card: FilledCard) -> Self {
        Self::Filled(card)
    }
}
