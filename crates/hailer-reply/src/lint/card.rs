//! The card round the elements, and the parts of elements that are no elements.

use serde_json::{Map, Value};

use super::fold;
use super::kind::{
    BAD_VERSION, BELOW_THE_FOLD, CARD_TYPE, EMPTY_CARD, FIXED_WIDTH, IMAGE_FIRST, MANY_COLUMNS,
    MISPLACED, NO_FALLBACK_TEXT, NO_SPEAK, NO_VERSION, NOT_AN_OBJECT, ONLY_ACTIONS, REFRESH,
    VERSION_1_5, VERSION_TOO_NEW,
};
use super::object::{fallback_of, is_blank};
use super::report::shown;
use super::shape::{BACKGROUND, CARD, CELL, COLUMN, COLUMN_DEFINITION, FACT, ROW, Shape, TEXT_RUN};
use super::walk::Walk;

/// The newest version of a card that Teams draws, after `1.`.
const NEWEST_VERSION: u32 = 5;

/// A column of fewer pixels holds an icon.
const WIDEST_ICON: f64 = 100.0;

const MOST_COLUMNS: usize = 3;

impl<'a> Walk<'a> {
    /// Looks at a whole card.
    pub(super) fn card(&mut self, value: &'a Value) {
        let Some(card) = value.as_object() else {
            self.report.note(&NOT_AN_OBJECT);
            return;
        };
        self.version(card);
        self.mentions(card);
        let is_empty = |key| card.get(key).is_none_or(is_blank);
        match (is_empty("body"), is_empty("actions")) {
            (true, true) => self.report.note(&EMPTY_CARD),
            (true, false) => self.report.note(&ONLY_ACTIONS),
            (false, _) => {}
        }
        self.card_content(card);
        for key in ["refresh", "authentication"] {
            if card.get(key).is_some_and(|block| !block.is_null()) {
                self.report
                    .say_at(key, &REFRESH, format!("the card has a `{key}` block"));
            }
        }
        if card.get("fallbackText").is_none_or(is_blank) {
            self.report.note(&NO_FALLBACK_TEXT);
        }
        if card.get("speak").is_none_or(is_blank) {
            self.report.note(&NO_SPEAK);
        }
        self.first_screen(card);
        self.close_card();
    }

    /// Looks at the card of an `Action.ShowCard`.
    pub(super) fn inner_card(&mut self, value: &'a Value) {
        match value.as_object() {
            Some(card) => self.card_content(card),
            None => self.report.note(&NOT_AN_OBJECT),
        }
    }

    fn card_content(&mut self, card: &'a Map<String, Value>) {
        match card.get("type").and_then(Value::as_str) {
            Some("AdaptiveCard") => {}
            Some(kind) => self.report.say_at(
                "type",
                &CARD_TYPE,
                format!("the card's `type` is `{}`, not `AdaptiveCard`", shown(kind)),
            ),
            None => self.report.say(&CARD_TYPE, "the card has no `type`"),
        }
        self.object(card, &CARD);
    }

    fn version(&mut self, card: &'a Map<String, Value>) {
        let version = match card.get("version") {
            None | Some(Value::Null) => return self.report.note(&NO_VERSION),
            Some(version) => version.as_str().and_then(parts_of_version),
        };
        self.report.enter("version");
        match version {
            None => self.report.note(&BAD_VERSION),
            Some((1, minor)) if minor <= NEWEST_VERSION => {
                self.card.version = Some(minor);
                if minor == NEWEST_VERSION {
                    self.report.note(&VERSION_1_5);
                }
            }
            Some((major, minor)) => {
                self.report.say(
                    &VERSION_TOO_NEW,
                    format!("the card's `version` is {major}.{minor}"),
                );
            }
        }
        self.report.leave();
    }

    /// Looks at what is seen before anybody scrolls or presses "See more".
    fn first_screen(&mut self, card: &'a Map<String, Value>) {
        let Some(body) = card.get("body").and_then(Value::as_array) else {
            return;
        };
        self.report.enter("body");
        let first = body
            .first()
            .and_then(|first| first.get("type"))
            .and_then(Value::as_str);
        if matches!(first, Some("Image" | "ImageSet")) {
            self.report.enter_item(0);
            self.report.note(&IMAGE_FIRST);
            self.report.leave();
        }
        if let Some(fold) = fold::find(body) {
            self.report.enter_item(fold.index);
            let text = format!(
                "the card has about {} lines; Teams may fold it from here on",
                fold.lines
            );
            self.report.say(&BELOW_THE_FOLD, text);
            self.report.leave();
        }
        self.report.leave();
    }

    /// Looks at an object whose `type` may be left out, but not be another.
    fn part(&mut self, value: &'a Value, shape: &Shape) -> Option<&'a Map<String, Value>> {
        let Some(object) = value.as_object() else {
            self.report.note(&NOT_AN_OBJECT);
            return None;
        };
        match object.get("type").and_then(Value::as_str) {
            Some(kind) if kind != shape.name => {
                self.report.say(
                    &MISPLACED,
                    format!(
                        "a `{}` stands where only a `{}` can",
                        shown(kind),
                        shape.name
                    ),
                );
                return None;
            }
            _ => self.object(object, shape),
        }
        Some(object)
    }

    pub(super) fn column(&mut self, value: &'a Value) {
        if let Some(column) = value.as_object() {
            self.visibility(column);
            self.width_of_column(column);
            let kind = column.get("type").and_then(Value::as_str);
            let is_foreign = kind.is_some_and(|kind| kind != COLUMN.name);
            if let Some(fallback) = fallback_of(column).filter(|_| is_foreign) {
                self.report.enter("fallback");
                self.fallback(fallback, Self::column);
                self.report.leave();
                return;
            }
        }
        self.part(value, &COLUMN);
    }

    pub(super) fn row(&mut self, value: &'a Value) {
        self.part(value, &ROW);
    }

    pub(super) fn cell(&mut self, value: &'a Value) {
        self.part(value, &CELL);
    }

    pub(super) fn fact(&mut self, value: &'a Value) {
        self.part(value, &FACT);
    }

    pub(super) fn column_definition(&mut self, value: &'a Value) {
        if let Some(column) = self.part(value, &COLUMN_DEFINITION) {
            self.width_of_column(column);
        }
    }

    pub(super) fn inline(&mut self, value: &'a Value) {
        if value.is_string() {
            return;
        }
        if let Some(run) = self.part(value, &TEXT_RUN) {
            self.text_run(run);
        }
    }

    pub(super) fn background(&mut self, value: &'a Value) {
        match value.as_str() {
            Some(url) => self.image_link(url),
            None => {
                self.part(value, &BACKGROUND);
            }
        }
    }

    fn width_of_column(&mut self, column: &'a Map<String, Value>) {
        let width = column
            .get("width")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let pixels = width
            .strip_suffix("px")
            .and_then(|pixels| pixels.trim().parse::<f64>().ok());
        if pixels.is_some_and(|pixels| pixels > WIDEST_ICON) {
            self.report.say_at(
                "width",
                &FIXED_WIDTH,
                format!("the column is always {} wide", shown(width)),
            );
        }
    }

    pub(super) fn columns(&mut self, set: &'a Map<String, Value>) {
        self.count_columns(set);
    }

    pub(super) fn table(&mut self, table: &'a Map<String, Value>) {
        self.count_columns(table);
    }

    fn count_columns(&mut self, parent: &'a Map<String, Value>) {
        let columns = parent.get("columns").and_then(Value::as_array);
        let shares = |column: &&Value| column.get("width").is_none_or(|width| width != "auto");
        let count = columns.map_or(0, |columns| columns.iter().filter(shares).count());
        if count > MOST_COLUMNS {
            self.report.say_at(
                "columns",
                &MANY_COLUMNS,
                format!("{count} columns share the width"),
            );
        }
    }
}

/// Reads a version such as `1.4`.
fn parts_of_version(version: &str) -> Option<(u32, u32)> {
    let (major, minor) = version.trim().split_once('.').unwrap_or((version, "0"));
    Some((major.parse().ok()?, minor.parse().ok()?))
}
