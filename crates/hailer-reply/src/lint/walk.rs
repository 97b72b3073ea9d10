//! The way through a card: each element, its parts, and what is known of the card so far.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::finding::Finding;
use super::kind::{
    DUPLICATE_ID, ELEMENT_VERSION, INPUT, MEDIA, MISPLACED, NESTING, NEVER_VISIBLE, NEW_ELEMENT,
    NO_TARGET, NO_TYPE, NOT_AN_OBJECT, TABLE_VERSION, UNKNOWN_ELEMENT,
};
use super::object::fallback_of;
use super::report::{Report, did_you_mean, nearest, shown};
use super::shape::{self, Shape};

/// Every further level costs width.
const DEEPEST_ELEMENT: usize = 8;

/// The newest version that old clients draw; tables need a newer one, and have a finding of their own.
const SAFE_VERSION: u32 = 4;

/// A walk through one value.
pub(super) struct Walk<'a> {
    pub(super) report: Report<'a>,
    pub(super) card: CardSoFar<'a>,
}

/// What is known of a card so far.
#[derive(Default)]
pub(super) struct CardSoFar<'a> {
    /// The number after `1.`, when the card has a version.
    pub(super) version: Option<u32>,
    /// The texts of mentions, and whether the card uses them.
    pub(super) mentions: HashMap<&'a str, bool>,
    /// How many of the objects round this place have a fallback, which stands in for all that is in them.
    pub(super) covers: usize,
    ids: HashSet<&'a str>,
    fallback_ids: HashSet<&'a str>,
    targets: Vec<(&'a str, String)>,
    hidden: Vec<(Option<&'a str>, String)>,
    level: usize,
    fallbacks: usize,
}

impl<'a> Walk<'a> {
    pub(super) fn new(report: Report<'a>) -> Self {
        Self {
            report,
            card: CardSoFar::default(),
        }
    }

    pub(super) fn into_findings(self) -> Vec<Finding> {
        self.report.into_findings()
    }

    /// Looks at elements that stand in no card.
    pub(super) fn loose_elements(&mut self, value: &'a Value) {
        match value.as_array() {
            None => self.element(value),
            Some(list) => {
                for (index, element) in list.iter().enumerate() {
                    self.report.enter_item(index);
                    self.element(element);
                    self.report.leave();
                }
            }
        }
        self.close_card();
    }

    /// Looks at an element where any may stand.
    pub(super) fn element(&mut self, value: &'a Value) {
        let Some((object, kind)) = self.typed(value) else {
            return;
        };
        self.visibility(object);
        if let Some(shape) = shape::element(kind) {
            self.known_element(object, shape);
        } else if kind == "Media" {
            self.report.note(&MEDIA);
        } else if kind.starts_with("Input.") {
            self.report.say(
                &INPUT,
                format!("`{}` asks for input, which nobody gets", shown(kind)),
            );
        } else if shape::is_part(kind) || shape::action(kind).is_some() {
            self.report
                .say(&MISPLACED, format!("a `{}` cannot stand here", shown(kind)));
        } else if let Some(fallback) = fallback_of(object) {
            self.report.enter("fallback");
            self.fallback(fallback, Self::element);
            self.report.leave();
        } else if self.card.covers == 0 {
            self.unknown_element(kind);
        }
    }

    fn unknown_element(&mut self, kind: &'a str) {
        if shape::is_new_element(kind) {
            self.report.say(
                &NEW_ELEMENT,
                format!("`{}` is newer than schema 1.5", shown(kind)),
            );
            return;
        }
        let near = nearest(kind, shape::element_names());
        self.report.advise(
            &UNKNOWN_ELEMENT,
            format!("Teams does not know the element `{}`", shown(kind)),
            did_you_mean(near, UNKNOWN_ELEMENT.fix),
        );
    }

    fn known_element(&mut self, object: &'a Map<String, Value>, shape: &Shape) {
        self.version_of(shape);
        self.card.level += 1;
        if self.card.level == DEEPEST_ELEMENT + 1 {
            self.report.note(&NESTING);
        }
        self.object(object, shape);
        match shape.name {
            "TextBlock" => self.text_block(object),
            "FactSet" => self.facts(object),
            "Image" => self.image(object),
            "ColumnSet" => self.columns(object),
            "Table" => self.table(object),
            _ => {}
        }
        self.card.level -= 1;
    }

    /// Returns an object and its type, or notes that it is none or has none.
    pub(super) fn typed(&mut self, value: &'a Value) -> Option<(&'a Map<String, Value>, &'a str)> {
        let Some(object) = value.as_object() else {
            self.report.note(&NOT_AN_OBJECT);
            return None;
        };
        let kind = object.get("type").and_then(Value::as_str);
        if kind.is_none() {
            self.report.note(&NO_TYPE);
        }
        Some((object, kind?))
    }

    fn version_of(&mut self, shape: &Shape) {
        let Some(version) = self.card.version.filter(|version| *version < shape.since) else {
            return;
        };
        if shape.since > SAFE_VERSION {
            self.report.say(
                &TABLE_VERSION,
                format!("a table stands in a card of version 1.{version}"),
            );
        } else {
            self.report.say(
                &ELEMENT_VERSION,
                format!(
                    "`{}` came with version 1.{}, and the card says 1.{version}",
                    shape.name, shape.since
                ),
            );
        }
    }

    /// Remembers the `id`, and whether the element is hidden.
    pub(super) fn visibility(&mut self, object: &'a Map<String, Value>) {
        let id = object.get("id").and_then(Value::as_str);
        if let Some(id) = id {
            self.identify(id);
        }
        if object.get("isVisible") == Some(&Value::Bool(false)) {
            self.card.hidden.push((id, self.report.here()));
        }
    }

    /// Remembers an `id`; a fallback takes the place of an element and may have its `id`.
    pub(super) fn identify(&mut self, id: &'a str) {
        if self.card.fallbacks > 0 {
            self.card.fallback_ids.insert(id);
        } else if !self.card.ids.insert(id) && !id.is_empty() {
            self.report.say_at(
                "id",
                &DUPLICATE_ID,
                format!("`{}` is the `id` of two elements", shown(id)),
            );
        }
    }

    /// Looks at the fallback of an object that Teams knows: it does not cover itself.
    pub(super) fn own_fallback(&mut self, value: &'a Value, look: impl Fn(&mut Self, &'a Value)) {
        self.card.covers -= 1;
        self.fallback(value, look);
        self.card.covers += 1;
    }

    /// Looks at what stands in for something that a client does not know.
    pub(super) fn fallback(&mut self, value: &'a Value, look: impl Fn(&mut Self, &'a Value)) {
        if value
            .as_str()
            .is_some_and(|word| word.eq_ignore_ascii_case("drop"))
        {
            return;
        }
        self.card.fallbacks += 1;
        look(self, value);
        self.card.fallbacks -= 1;
    }

    /// Remembers what an action toggles; the element may come later.
    pub(super) fn target(&mut self, value: &'a Value) {
        let id = value
            .as_str()
            .or_else(|| value.get("elementId").and_then(Value::as_str));
        match id {
            Some(id) => self.card.targets.push((id, self.report.here())),
            None => self.report.note(&NO_TARGET),
        }
    }

    /// Looks at what can only be known at the end of a card, and forgets the card.
    pub(super) fn close_card(&mut self) {
        let card = std::mem::take(&mut self.card);
        for (id, path) in &card.targets {
            if !card.ids.contains(id) && !card.fallback_ids.contains(id) {
                let text = format!("no element has the `id` `{}`", shown(id));
                self.report
                    .advise_at(path.clone(), &NO_TARGET, text, NO_TARGET.fix);
            }
        }
        let shown: HashSet<&str> = card.targets.iter().map(|(id, _)| *id).collect();
        for (id, path) in card.hidden {
            if id.is_none_or(|id| !shown.contains(id)) {
                self.report
                    .advise_at(path, &NEVER_VISIBLE, NEVER_VISIBLE.title, NEVER_VISIBLE.fix);
            }
        }
        self.unused_mentions(&card.mentions);
    }
}
