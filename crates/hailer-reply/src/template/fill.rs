//! From a template and data to a card, within bounds.

use std::collections::HashMap;
use std::sync::Arc;

use minijinja::Value as Data;
use minijinja::value::{Serde, ValueKind};
use serde::Serialize;
use serde_json::{Map, Value};

use super::contents::{self, Unfit};
use super::error::TemplateError;
use super::filled::FilledCard;
use super::node::{Formula, Node, Object, Source};
use super::role::Role;
use super::scope::Scope;
use super::text::not_a_text;
use super::write;
use crate::card::fit::json_cost;
use crate::lint::{push_index, push_key};
use crate::message::MESSAGE_LIMIT;

/// How often elements may be repeated in a card, all together. A message has room for some hundred.
const MOST_ITEMS: usize = 2_000;

/// How large a card may grow before it is cut to a message, in bytes.
const LARGEST: usize = 16 * MESSAGE_LIMIT;

/// Fills one card.
pub(super) struct Filler {
    items: usize,
    bytes: usize,
    /// Where in the card.
    path: String,
    origins: HashMap<String, String>,
}

impl Filler {
    pub(super) fn new() -> Self {
        Self {
            items: 0,
            bytes: 0,
            path: "$".to_owned(),
            origins: HashMap::new(),
        }
    }

    pub(super) fn card(
        mut self,
        root: &Node,
        data: &(impl Serialize + ?Sized),
    ) -> Result<FilledCard, TemplateError> {
        let data = Data::from(Serde(data));
        if data.kind() == ValueKind::Invalid {
            return Err(TemplateError::data(
                "$",
                "the data cannot be serialised",
                "give a value that serialises to a JSON object",
            ));
        }
        let scope = Scope::root(data);
        match self.node(root, &scope)? {
            Some(Value::Object(card)) => Ok(FilledCard::new(card, self.origins)),
            Some(_) | None => Err(TemplateError::template(
                "$",
                "`$when` leaves the whole card out",
                "decide in the command whether there is a card",
            )),
        }
    }

    /// Fills a value; nothing when it is left out.
    fn node(&mut self, node: &Node, scope: &Arc<Scope>) -> Result<Option<Value>, TemplateError> {
        match node {
            Node::Fixed(value) => {
                self.spend(json_cost(value))?;
                Ok(Some(value.clone()))
            }
            Node::Text(text) => {
                let filled = text.fill(scope)?;
                self.spend(filled.len())?;
                Ok(Some(Value::String(filled)))
            }
            Node::Whole {
                formula,
                role,
                kind,
                property,
            } => {
                let value = formula.evaluate(scope)?;
                let value = whole(formula, &value, *role, (kind, property))?;
                self.spend(value.as_ref().map_or(0, json_cost))?;
                Ok(value)
            }
            Node::List { path, items } => self.list(path, items, scope).map(Some),
            Node::Object(object) => {
                let scope = match &object.data {
                    None => Arc::clone(scope),
                    Some(source) => within(object, evaluate(source, scope)?, scope)?,
                };
                self.object(object, &scope)
            }
        }
    }

    fn list(
        &mut self,
        path: &str,
        items: &[Node],
        scope: &Arc<Scope>,
    ) -> Result<Value, TemplateError> {
        let mut filled = Vec::with_capacity(items.len());
        for (index, node) in items.iter().enumerate() {
            let (Node::Object(object), Some(data)) = (node, repeated(node, scope)?) else {
                let outside = self.enter(filled.len(), path, index);
                filled.extend(self.node(node, scope)?);
                self.path.truncate(outside);
                continue;
            };
            for (at, item) in data.into_iter().enumerate() {
                self.count(object)?;
                let outside = self.enter(filled.len(), path, index);
                filled.extend(self.object(object, &scope.within(item, Some(at)))?);
                self.path.truncate(outside);
            }
        }
        Ok(Value::Array(filled))
    }

    /// Goes to the next item of a list, and remembers where in the template it comes from.
    fn enter(&mut self, next: usize, path: &str, index: usize) -> usize {
        let outside = self.path.len();
        push_index(next, &mut self.path);
        if next != index {
            let mut origin = path.to_owned();
            push_index(index, &mut origin);
            self.origins.insert(self.path.clone(), origin);
        }
        outside
    }

    fn object(
        &mut self,
        object: &Object,
        scope: &Arc<Scope>,
    ) -> Result<Option<Value>, TemplateError> {
        if let Some(when) = &object.when
            && !when.evaluate(scope)?.is_true()
        {
            return Ok(None);
        }
        let mut filled = Map::new();
        for (name, node) in &object.members {
            self.spend(name.len())?;
            let outside = self.path.len();
            push_key(name, &mut self.path);
            if let Some(value) = self.node(node, scope)? {
                filled.insert(name.clone(), value);
            }
            self.path.truncate(outside);
        }
        Ok(Some(Value::Object(filled)))
    }

    fn count(&mut self, object: &Object) -> Result<(), TemplateError> {
        self.items += 1;
        if self.items <= MOST_ITEMS {
            return Ok(());
        }
        Err(TemplateError::data(
            &object.path,
            format!("the card repeats more than {MOST_ITEMS} times"),
            "give it only the items that matter, and say how many more there are",
        ))
    }

    fn spend(&mut self, bytes: usize) -> Result<(), TemplateError> {
        self.bytes = self.bytes.saturating_add(bytes);
        if self.bytes <= LARGEST {
            return Ok(());
        }
        Err(TemplateError::data(
            &self.path,
            format!("the card is larger than {LARGEST} bytes"),
            format!("give it less data; a message has {MESSAGE_LIMIT} bytes"),
        ))
    }
}

/// Returns the items that an element of a list is repeated for, if it is.
fn repeated(node: &Node, scope: &Arc<Scope>) -> Result<Option<Vec<Data>>, TemplateError> {
    let Node::Object(object) = node else {
        return Ok(None);
    };
    let Some(source) = &object.data else {
        return Ok(None);
    };
    let data = evaluate(source, scope)?;
    if !is_list(&data) {
        return Ok(None);
    }
    let items = data.try_iter().map(Iterator::collect);
    items.map(Some).map_err(|_| not_items(object))
}

/// Takes the names of an object for an element that is not repeated.
fn within(object: &Object, data: Data, scope: &Arc<Scope>) -> Result<Arc<Scope>, TemplateError> {
    match data.kind() {
        ValueKind::Map => Ok(scope.within(data, None)),
        _ => Err(not_items(object)),
    }
}

fn evaluate(source: &Source, scope: &Arc<Scope>) -> Result<Data, TemplateError> {
    match source {
        Source::Formula(formula) => formula.evaluate(scope),
        Source::Given(data) => Ok(data.clone()),
    }
}

fn is_list(data: &Data) -> bool {
    matches!(data.kind(), ValueKind::Seq | ValueKind::Iterable)
}

fn not_items(object: &Object) -> TemplateError {
    TemplateError::data(
        &object.path,
        "`$data` has nothing to repeat the element for",
        "give a list to an element of a list, or an object for its names",
    )
}

/// Writes a value that stands alone; nothing for `null`.
fn whole(
    formula: &Formula,
    value: &Data,
    role: Role,
    (kind, property): (&str, &str),
) -> Result<Option<Value>, TemplateError> {
    if value.is_none() {
        return Ok(None);
    }
    if role.is_text() && property != "inlines" && !is_background(value, property) {
        let text = write::scalar(value).ok_or_else(|| not_a_text(formula, value))?;
        let written = match role {
            Role::Address => write::address(formula, &text)?.into(),
            Role::Markdown if value.is_safe() => crate::card::clean::Clean::markdown(text)
                .as_str()
                .to_owned(),
            _ => role.literal(&text),
        };
        return Ok(Some(Value::String(written)));
    }
    let plain = serde_json::to_value(value).map_err(|_| {
        formula.unfit_kind(value, "give the card texts, numbers, lists and objects")
    })?;
    match contents::literal(plain, kind, property) {
        Ok(value) => Ok(Some(value)),
        Err(Unfit::Deep) => Err(formula.unfit("it is nested too deeply", "flatten it")),
        Err(Unfit::Address) => Err(formula.unfit(
            "it holds an address that is not `https`",
            "give whole addresses, beginning `https://`",
        )),
    }
}

/// Tells whether a value is the long form of a background.
fn is_background(value: &Data, property: &str) -> bool {
    property == "backgroundImage" && value.kind() == ValueKind::Map
}
