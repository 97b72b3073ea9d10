//! The properties of one object against its shape.

use serde_json::{Map, Value};

use super::kind::{
    MISSING_PROPERTY, PLACEHOLDER, TEMPLATE_KEY, UNKNOWN_PROPERTY, UNKNOWN_VALUE, WRONG_TYPE,
};
use super::report::{did_you_mean, nearest, shown};
use super::shape::{Kind, Property, Shape};
use super::walk::Walk;

impl<'a> Walk<'a> {
    /// Looks at every property of an object.
    pub(super) fn object(&mut self, object: &'a Map<String, Value>, shape: &Shape) {
        let is_missing = |property: &&Property| {
            property.is_required && object.get(property.name).is_none_or(Value::is_null)
        };
        for property in shape.properties().filter(is_missing) {
            let Property { name, .. } = property;
            self.report.advise(
                &MISSING_PROPERTY,
                format!("`{}` needs `{name}`", shape.name),
                format!("add `{name}`"),
            );
        }
        let has_fallback = fallback_of(object).is_some();
        self.card.covers += usize::from(has_fallback);
        for (name, value) in object {
            self.report.enter(name);
            match shape.property(name) {
                Some(property) if !value.is_null() => self.property(property, value),
                Some(_) => {}
                None => self.unknown_property(name, shape),
            }
            if value.as_str().is_some_and(has_placeholder) {
                self.report.note(&PLACEHOLDER);
            }
            self.report.leave();
        }
        self.card.covers -= usize::from(has_fallback);
    }

    fn property(&mut self, property: &Property, value: &'a Value) {
        match property.kind {
            Kind::Any => {}
            Kind::Text => self.expect(value.is_string(), property, "a string"),
            Kind::Flag => self.expect(
                value.is_boolean(),
                property,
                "`true` or `false`, without quotes",
            ),
            Kind::Number => self.expect(value.is_number(), property, "a number, without quotes"),
            Kind::Object => self.expect(value.is_object(), property, "an object"),
            Kind::Choice(known) => self.choice(property, value, known),
            Kind::Width(known) => self.width(property, value, known),
            Kind::Link => match value.as_str() {
                Some(url) => self.link(url),
                None => self.expect(false, property, "a string"),
            },
            Kind::ImageLink => match value.as_str() {
                Some(url) => self.image_link(url),
                None => self.expect(false, property, "a string"),
            },
            Kind::SelectAction => self.select_action(value),
            Kind::Background => self.background(value),
            Kind::Card => self.inner_card(value),
            Kind::Fallback => self.own_fallback(value, Self::element),
            Kind::FallbackColumn => self.own_fallback(value, Self::column),
            Kind::FallbackAction => self.own_fallback(value, Self::action),
            Kind::Elements => self.list(property, value, Self::element),
            Kind::Actions => self.actions(property, value),
            Kind::Columns => self.list(property, value, Self::column),
            Kind::Rows => self.list(property, value, Self::row),
            Kind::Cells => self.list(property, value, Self::cell),
            Kind::ColumnDefinitions => self.list(property, value, Self::column_definition),
            Kind::Facts => self.list(property, value, Self::fact),
            Kind::Images => self.list(property, value, Self::image_of_set),
            Kind::Inlines => self.list(property, value, Self::inline),
            Kind::Targets => self.list(property, value, Self::target),
        }
    }

    pub(super) fn list(
        &mut self,
        property: &Property,
        value: &'a Value,
        look: impl Fn(&mut Self, &'a Value),
    ) {
        let Some(list) = value.as_array() else {
            return self.expect(false, property, "a list");
        };
        for (index, item) in list.iter().enumerate() {
            self.report.enter_item(index);
            look(self, item);
            self.report.leave();
        }
    }

    fn expect(&mut self, is_right: bool, property: &Property, what: &str) {
        if !is_right {
            self.report.advise(
                &WRONG_TYPE,
                format!("`{}` has the wrong type", property.name),
                format!("write {what}"),
            );
        }
    }

    fn choice(&mut self, property: &Property, value: &Value, known: &'static [&'static str]) {
        let Some(word) = value.as_str() else {
            return self.expect(false, property, "a string");
        };
        if !is_one_of(word, known) && !has_placeholder(word) {
            let near = nearest(word, known.iter().copied());
            self.report.advise(
                &UNKNOWN_VALUE,
                format!("`{}` cannot be `{}`", property.name, shown(word)),
                did_you_mean(near, &format!("known: {}", known.join(", "))),
            );
        }
    }

    fn width(&mut self, property: &Property, value: &Value, known: &'static [&'static str]) {
        let is_right = match value {
            Value::Number(_) => true,
            Value::String(word) => {
                is_one_of(word, known)
                    || has_placeholder(word)
                    || word
                        .strip_suffix("px")
                        .unwrap_or(word)
                        .trim()
                        .parse::<f64>()
                        .is_ok()
            }
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
                return self.expect(false, property, "a string");
            }
        };
        if !is_right {
            let known: String = known.iter().map(|word| format!("`{word}`, ")).collect();
            self.report.advise(
                &UNKNOWN_VALUE,
                format!(
                    "`{}` cannot be `{}`",
                    property.name,
                    value.as_str().map(shown).unwrap_or_default()
                ),
                format!("write {known}or pixels such as `50px`"),
            );
        }
    }

    fn unknown_property(&mut self, name: &str, shape: &Shape) {
        if name == "type" {
            return;
        }
        if name.starts_with('$') {
            self.report.note(&TEMPLATE_KEY);
            return;
        }
        let near = nearest(name, shape.properties().map(|property| property.name));
        self.report.advise(
            &UNKNOWN_PROPERTY,
            format!("Teams does not know `{}` of `{}`", shown(name), shape.name),
            did_you_mean(near, UNKNOWN_PROPERTY.fix),
        );
    }
}

/// Returns what stands in for an object that a client does not know.
pub(super) fn fallback_of(object: &Map<String, Value>) -> Option<&Value> {
    object
        .get("fallback")
        .filter(|fallback| !fallback.is_null())
}

/// Tells whether a value shows nothing.
pub(super) fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => crate::sanitise::is_blank(text),
        Value::Array(list) => list.is_empty(),
        Value::Object(object) => object.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

fn is_one_of(word: &str, known: &[&str]) -> bool {
    known.iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// Tells whether a text has a placeholder of the template language.
fn has_placeholder(text: &str) -> bool {
    text.split_once("${")
        .is_some_and(|(_, rest)| rest.contains('}'))
}
