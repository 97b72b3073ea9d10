//! The configuration as a tree whose every value knows where it came from.
//!
//! Our own tree instead of serde: a deserializer stops at the first problem and forgets the places.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::problem::Location;
use super::source::Source;

/// A value and where it stands.
#[derive(Clone)]
pub(super) struct Node {
    pub(super) value: Value,
    pub(super) origin: Origin,
    /// The text of a variable, which may be meant as a string although it reads as something else.
    raw: Option<String>,
}

/// What stands there.
#[derive(Clone)]
pub(super) enum Value {
    String(String),
    /// As it is written when it is too large for 64 bits.
    Integer(Result<i64, String>),
    Float,
    Boolean(bool),
    Datetime,
    Array(Vec<Node>),
    Table(Table),
}

/// Where something stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    /// These bytes of the file.
    Span(Range<usize>),
    /// The environment variable of that name.
    Variable(String),
}

/// The entries of a table, in the order of the file; variables come last.
#[derive(Clone, Default)]
pub(super) struct Table {
    pub(super) entries: Vec<Entry>,
}

/// A key and its value.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) key_origin: Origin,
    pub(super) node: Node,
}

/// Something that is not TOML.
pub(super) struct SyntaxError {
    pub(super) message: String,
    pub(super) span: Range<usize>,
}

impl SyntaxError {
    /// Moves its place by some bytes.
    pub(super) fn shifted(self, by: usize) -> Self {
        Self {
            span: self.span.start + by..self.span.end + by,
            ..self
        }
    }
}

/// Says that a variable's path leads through a value that has no keys.
pub(super) struct NoTable {
    /// The part of the path that is not a table.
    pub(super) path: Vec<String>,
    /// What it is instead.
    pub(super) found: &'static str,
}

/// Reads a file as far as it can be read, with everything that is not TOML in it.
pub(super) fn parse(text: &str) -> (Table, Vec<SyntaxError>) {
    let (document, errors) = DeTable::parse_recoverable(text);
    let errors = errors.into_iter().map(|error| SyntaxError {
        message: error.message().to_owned(),
        span: error.span().unwrap_or(0..0),
    });
    let errors = errors.collect();
    (Table::from_toml(document.get_ref()), errors)
}

/// Says that a key stands in two files.
pub(super) struct Clash {
    pub(super) path: Vec<String>,
    pub(super) first: Origin,
    pub(super) second: Origin,
}

impl Table {
    /// Moves every place by some bytes: another file comes before.
    pub(super) fn shift(&mut self, by: usize) {
        for entry in &mut self.entries {
            entry.key_origin.shift(by);
            entry.node.shift(by);
        }
    }

    /// Takes in what another file says. Tables become one, lists of tables go on; any other key is said once.
    pub(super) fn merge(&mut self, other: Self, path: &mut Vec<String>, clashes: &mut Vec<Clash>) {
        for entry in other.entries {
            let own = self.entries.iter_mut().find(|it| it.key == entry.key);
            let Some(own) = own else {
                self.entries.push(entry);
                continue;
            };
            path.push(entry.key);
            match (&mut own.node.value, entry.node.value) {
                (Value::Table(own), Value::Table(other)) => own.merge(other, path, clashes),
                (Value::Array(own), Value::Array(other)) if is_tables(own) && is_tables(&other) => {
                    own.extend(other);
                }
                _ => clashes.push(Clash {
                    path: path.clone(),
                    first: own.key_origin.clone(),
                    second: entry.key_origin,
                }),
            }
            path.pop();
        }
    }

    pub(super) fn get(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// Sets a value from a variable; the path is in lower case.
    pub(super) fn set(
        &mut self,
        path: &[String],
        variable: &str,
        raw: &str,
    ) -> Result<(), NoTable> {
        let Some((key, rest)) = path.split_first() else {
            return Ok(());
        };
        let index = self.find_or_add(key, variable);
        let Some(entry) = self.entries.get_mut(index) else {
            return Ok(());
        };
        if rest.is_empty() {
            entry.node = Node::from_variable(variable, raw);
            return Ok(());
        }
        let found = entry.node.type_name();
        match &mut entry.node.value {
            Value::Table(table) => table.set(rest, variable, raw).map_err(|mut error| {
                error.path.insert(0, key.clone());
                error
            }),
            Value::String(_)
            | Value::Integer(_)
            | Value::Float
            | Value::Boolean(_)
            | Value::Datetime
            | Value::Array(_) => Err(NoTable {
                path: vec![key.clone()],
                found,
            }),
        }
    }

    /// Finds the key that a variable means: names that people chose may have capitals, `-` and spaces,
    /// which names of variables cannot have.
    fn find_or_add(&mut self, key: &str, variable: &str) -> usize {
        let exact = self.entries.iter().position(|entry| entry.key == key);
        let alike = || self.entries.iter().position(|it| flatten(&it.key) == key);
        if let Some(index) = exact.or_else(alike) {
            return index;
        }
        let origin = Origin::Variable(variable.to_owned());
        self.entries.push(Entry {
            key: key.to_owned(),
            key_origin: origin.clone(),
            node: Node {
                value: Value::Table(Self::default()),
                origin,
                raw: None,
            },
        });
        self.entries.len() - 1
    }

    fn from_toml(table: &DeTable<'_>) -> Self {
        let mut entries: Vec<_> = table
            .iter()
            .map(|(key, value)| Entry {
                key: key.get_ref().clone().into_owned(),
                key_origin: Origin::Span(key.span()),
                node: Node::from_toml(value),
            })
            .collect();
        entries.sort_by_key(|entry| entry.key_origin.order());
        Self { entries }
    }
}

impl Node {
    /// Returns the text of a string, or that of a variable whatever it reads as.
    pub(super) fn as_text(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            Value::Integer(_)
            | Value::Float
            | Value::Boolean(_)
            | Value::Datetime
            | Value::Array(_)
            | Value::Table(_) => self.raw.as_deref(),
        }
    }

    /// Returns what the value is, with its article.
    pub(super) fn type_name(&self) -> &'static str {
        match &self.value {
            Value::String(_) => "a string",
            Value::Integer(_) => "an integer",
            Value::Float => "a number with a fraction",
            Value::Boolean(_) => "a boolean",
            Value::Datetime => "a date or a time",
            Value::Array(_) => "a list",
            Value::Table(_) => "a table",
        }
    }

    fn from_toml(value: &Spanned<DeValue<'_>>) -> Self {
        Self {
            value: Value::from_toml(value.get_ref()),
            origin: Origin::Span(value.span()),
            raw: None,
        }
    }

    fn from_variable(variable: &str, raw: &str) -> Self {
        let origin = Origin::Variable(variable.to_owned());
        let mut node = DeValue::parse(raw).map_or_else(
            |_| Self {
                value: Value::String(raw.to_owned()),
                origin: origin.clone(),
                raw: None,
            },
            |value| Self::from_toml(&value),
        );
        node.move_to(&origin);
        node.raw = Some(raw.to_owned());
        node
    }

    fn shift(&mut self, by: usize) {
        self.origin.shift(by);
        match &mut self.value {
            Value::Array(items) => items.iter_mut().for_each(|item| item.shift(by)),
            Value::Table(table) => table.shift(by),
            Value::String(_)
            | Value::Integer(_)
            | Value::Float
            | Value::Boolean(_)
            | Value::Datetime => {}
        }
    }

    /// Spans of a variable's text mean nothing in the file.
    fn move_to(&mut self, origin: &Origin) {
        self.origin = origin.clone();
        match &mut self.value {
            Value::Array(items) => items.iter_mut().for_each(|item| item.move_to(origin)),
            Value::Table(table) => {
                for entry in &mut table.entries {
                    entry.key_origin = origin.clone();
                    entry.node.move_to(origin);
                }
            }
            Value::String(_)
            | Value::Integer(_)
            | Value::Float
            | Value::Boolean(_)
            | Value::Datetime => {}
        }
    }
}

impl Value {
    fn from_toml(value: &DeValue<'_>) -> Self {
        match value {
            DeValue::String(text) => Self::String(text.clone().into_owned()),
            DeValue::Integer(number) => Self::Integer(
                i64::from_str_radix(number.as_str(), number.radix())
                    .map_err(|_| number.to_string()),
            ),
            DeValue::Float(_) => Self::Float,
            DeValue::Boolean(truth) => Self::Boolean(*truth),
            DeValue::Datetime(_) => Self::Datetime,
            DeValue::Array(items) => Self::Array(items.iter().map(Node::from_toml).collect()),
            DeValue::Table(table) => Self::Table(Table::from_toml(table)),
        }
    }
}

fn is_tables(items: &[Node]) -> bool {
    items.iter().all(|it| matches!(it.value, Value::Table(_)))
}

impl Origin {
    fn shift(&mut self, by: usize) {
        if let Self::Span(span) = self {
            *span = span.start + by..span.end + by;
        }
    }

    /// Returns the place for a message.
    pub(super) fn locate(&self, source: &Source) -> Location {
        match self {
            Self::Span(span) => source.locate(span),
            Self::Variable(name) => Location::Variable { name: name.clone() },
        }
    }

    /// Returns a number that sorts by place: the file first, variables after it.
    pub(super) fn order(&self) -> usize {
        match self {
            Self::Span(span) => span.start,
            Self::Variable(_) => usize::MAX,
        }
    }
}

/// Writes a key as the name of a variable has it, in lower case.
pub(super) fn flatten(key: &str) -> String {
    key.to_lowercase().replace(['-', ' ', '.'], "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(parts: &[&str]) -> Vec<String> {
        parts.iter().map(|&part| part.to_owned()).collect()
    }

    fn text<'a>(table: &'a Table, outer: &str, inner: &str) -> Option<&'a str> {
        match &table.get(outer)?.node.value {
            Value::Table(table) => table.get(inner)?.node.as_text(),
            _ => None,
        }
    }

    #[test]
    fn entries_keep_the_order_of_the_file() {
        let (table, errors) = parse("zebra = 1\n[b]\nx = 1\n[a]\nx = 1\n");

        let keys: Vec<_> = table.entries.iter().map(|it| it.key.as_str()).collect();
        assert_eq!(keys, ["zebra", "b", "a"]);
        assert!(errors.is_empty());
    }

    #[test]
    fn all_syntax_errors_are_found() {
        let (table, errors) = parse("a = \nb = 1\nc = \"x\nd = 2\n");

        assert_eq!(errors.len(), 2);
        assert!(table.get("b").is_some() && table.get("d").is_some());
    }

    #[test]
    fn a_variable_finds_the_name_that_somebody_chose() {
        let (mut table, _) =
            parse("[\"Data-Team\"]\nmention = \"x\"\n[data_ops]\nmention = \"x\"\n");

        let first = table.set(&path(&["data_team", "mention"]), "HAILER_X__A", "one");
        let second = table.set(&path(&["data_ops", "mention"]), "HAILER_X__B", "two");

        assert!(first.is_ok() && second.is_ok());
        assert_eq!(text(&table, "Data-Team", "mention"), Some("one"));
        assert_eq!(text(&table, "data_ops", "mention"), Some("two"));
        assert_eq!(table.entries.len(), 2);
    }

    #[test]
    fn a_variable_is_a_value_and_a_text() {
        let node = Node::from_variable("HAILER_A__B", "true");
        let list = Node::from_variable("HAILER_A__B", "[1, { a = 2 }]");
        let quoted = Node::from_variable("HAILER_A__B", "\"a b\"");
        let address = Node::from_variable("HAILER_A__B", "127.0.0.1:0");

        assert!(matches!(node.value, Value::Boolean(true)));
        assert_eq!(node.as_text(), Some("true"));
        assert_eq!(list.type_name(), "a list");
        assert_eq!(quoted.as_text(), Some("a b"));
        assert_eq!(address.as_text(), Some("127.0.0.1:0"));
    }

    #[test]
    fn a_variable_cannot_lead_through_a_value() {
        let (mut table, _) = parse("[a]\nb = 1\n");

        let Err(error) = table.set(&path(&["a", "b", "c"]), "HAILER_A__B__C", "1") else {
            panic!("a number has no keys");
        };

        assert_eq!(error.path, ["a", "b"]);
        assert_eq!(error.found, "an integer");
    }
}
