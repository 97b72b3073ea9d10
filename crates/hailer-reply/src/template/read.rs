//! From JSON to a template.

use minijinja::Value as Data;
use minijinja::value::Serde;
use serde_json::{Map, Value};

use super::error::TemplateError;
use super::expression::{Mistake, Piece, pieces};
use super::node::{Formula, Node, Object, Source};
use super::role::Role;
use super::text::Text;
use crate::card::clean::Clean;
use crate::lint::{push_index, push_key};

/// Properties that say what an element is: what is text in it depends on them.
const FIXED: &[&str] = &["$schema", "type", "version"];

/// Reads a template, and knows where it is.
pub(super) struct Reader {
    path: String,
}

impl Reader {
    pub(super) fn new() -> Self {
        Self {
            path: "$".to_owned(),
        }
    }

    pub(super) fn root(mut self, card: Value) -> Result<Node, TemplateError> {
        let Value::Object(card) = card else {
            return Err(TemplateError::NotACard);
        };
        self.object(card)
            .map(|object| Node::Object(Box::new(object)))
    }

    fn node(&mut self, value: Value, kind: &str, property: &str) -> Result<Node, TemplateError> {
        match value {
            Value::String(text) => self.text(&text, kind, property),
            Value::Array(items) => {
                let mut nodes = Vec::with_capacity(items.len());
                for (index, item) in items.into_iter().enumerate() {
                    let outside = self.path.len();
                    push_index(index, &mut self.path);
                    nodes.push(self.node(item, kind, property)?);
                    self.path.truncate(outside);
                }
                Ok(list(&self.path, nodes))
            }
            Value::Object(object) => Ok(simple(self.object(object)?)),
            Value::Null | Value::Bool(_) | Value::Number(_) => Ok(Node::Fixed(value)),
        }
    }

    fn object(&mut self, object: Map<String, Value>) -> Result<Object, TemplateError> {
        let kind = object.get("type").and_then(Value::as_str);
        let kind = kind.unwrap_or_default().to_owned();
        let mut read = Object {
            path: self.path.clone(),
            data: None,
            when: None,
            members: Vec::with_capacity(object.len()),
        };
        for (name, value) in object {
            let outside = self.path.len();
            push_key(&name, &mut self.path);
            match name.as_str() {
                "$data" => read.data = Some(self.data(value)?),
                "$when" => read.when = self.when(value)?,
                _ => {
                    self.refuse_moving(&name, &value)?;
                    let node = self.node(value, &kind, &name)?;
                    read.members.push((name, node));
                }
            }
            self.path.truncate(outside);
        }
        Ok(read)
    }

    fn text(&self, text: &str, kind: &str, property: &str) -> Result<Node, TemplateError> {
        let role = Role::of(kind, property);
        let mut pieces = self.pieces(text)?;
        Ok(match pieces.as_mut_slice() {
            [] => Node::Fixed(Value::String(String::new())),
            [Piece::Literal(text)] => {
                let text = Clean::markdown(std::mem::take(text));
                Node::Fixed(Value::String(text.as_str().to_owned()))
            }
            [Piece::Expression(source)] => Node::Whole {
                formula: Formula::new(&self.path, std::mem::take(source))?,
                role,
                kind: kind.to_owned(),
                property: property.to_owned(),
            },
            _ => Node::Text(Text::new(role, &self.path, pieces)?),
        })
    }

    fn pieces(&self, text: &str) -> Result<Vec<Piece>, TemplateError> {
        pieces(text)
            .map_err(|Mistake { problem, fix }| TemplateError::template(&self.path, problem, fix))
    }

    fn refuse_moving(&self, name: &str, value: &Value) -> Result<(), TemplateError> {
        let has_placeholder = value.as_str().is_some_and(|text| text.contains("${"));
        if has_placeholder && FIXED.contains(&name) {
            return Err(TemplateError::template(
                &self.path,
                format!("`{name}` cannot depend on the data"),
                "write it out; `$when` chooses between elements",
            ));
        }
        Ok(())
    }

    fn data(&self, value: Value) -> Result<Source, TemplateError> {
        let Value::String(text) = value else {
            return Ok(Source::Given(Data::from(Serde(value))));
        };
        self.formula(&text, "`$data` takes one `${…}`, a list or an object")
            .map(Source::Formula)
    }

    /// Reads a condition; one that always holds is none.
    fn when(&self, value: Value) -> Result<Option<Formula>, TemplateError> {
        const EXPECTED: &str = "`$when` takes one `${…}`";
        match value {
            Value::Bool(true) => Ok(None),
            Value::Bool(false) => Formula::new(&self.path, "false".to_owned()).map(Some),
            Value::String(text) => self.formula(&text, EXPECTED).map(Some),
            Value::Null | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                Err(self.not_a_formula(EXPECTED))
            }
        }
    }

    fn formula(&self, text: &str, expected: &str) -> Result<Formula, TemplateError> {
        match self.pieces(text)?.as_mut_slice() {
            [Piece::Expression(source)] => Formula::new(&self.path, std::mem::take(source)),
            _ => Err(self.not_a_formula(expected)),
        }
    }

    fn not_a_formula(&self, expected: &str) -> TemplateError {
        TemplateError::template(&self.path, expected, "write `\"${name}\"`")
    }
}

/// Keeps a list as it is when nothing in it moves.
fn list(path: &str, items: Vec<Node>) -> Node {
    if items.iter().all(|node| matches!(node, Node::Fixed(_))) {
        let values = items.into_iter().filter_map(fixed);
        return Node::Fixed(Value::Array(values.collect()));
    }
    Node::List {
        path: path.to_owned(),
        items,
    }
}

/// Keeps an object as it is when nothing in it moves.
fn simple(object: Object) -> Node {
    let is_fixed = object.data.is_none()
        && object.when.is_none()
        && object
            .members
            .iter()
            .all(|(_, node)| matches!(node, Node::Fixed(_)));
    if !is_fixed {
        return Node::Object(Box::new(object));
    }
    let members = object.members.into_iter();
    let members = members.filter_map(|(name, node)| Some((name, fixed(node)?)));
    Node::Fixed(Value::Object(members.collect()))
}

fn fixed(node: Node) -> Option<Value> {
    match node {
        Node::Fixed(value) => Some(value),
        Node::Text(_) | Node::Whole { .. } | Node::List { .. } | Node::Object(_) => None,
    }
}
