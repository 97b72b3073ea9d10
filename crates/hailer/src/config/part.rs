//! A part of a configuration, for whoever needs no more of it: what is wrong elsewhere is told apart.

use std::ops::Range;
use std::sync::Arc;

use super::code;
use super::draft::Draft;
use super::problem::Problems;
use super::reading::{Found, Reading};
use super::tree::{Entry, Node, Origin, Table, Value};
use super::{Config, unknown};

/// What [`Draft::finish_part`] tells.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Partly {
    /// The configuration as far as it goes; whatever is wrong has its default or is left out.
    pub config: Config,
    /// What is wrong, or looks wrong, in the part.
    pub here: Problems,
    /// What is wrong, or looks wrong, anywhere else.
    pub elsewhere: Problems,
}

impl Draft {
    /// Reads as much as can be read, for whoever needs only some of the tables; each is named by its path.
    ///
    /// Nothing may be served with such a configuration. In a file that is not TOML nobody knows which table a line
    /// belongs to, so that counts as wrong in every table of that file.
    pub fn finish_part(self, paths: &[&[&str]]) -> Partly {
        let mut config = Config::read(&self.top());
        config.outline = Arc::new(self.reading.outline(&self.root));
        unknown::report(&self.reading, &self.root);
        let part = Part::of(&self.root, paths);
        let (here, elsewhere) = self
            .reading
            .into_parted_problems(|reading, found| part.holds(reading, found));
        Partly {
            config,
            here,
            elsewhere,
        }
    }
}

/// Where some tables stand.
#[derive(Default)]
struct Part {
    spans: Vec<Range<usize>>,
    variables: Vec<String>,
}

impl Part {
    fn of(root: &Table, paths: &[&[&str]]) -> Self {
        let mut part = Self::default();
        for entry in paths.iter().filter_map(|path| find(root, path)) {
            part.add(entry);
        }
        part
    }

    fn add(&mut self, entry: &Entry) {
        self.add_origin(&entry.key_origin);
        self.add_node(&entry.node);
    }

    fn add_node(&mut self, node: &Node) {
        self.add_origin(&node.origin);
        match &node.value {
            Value::Table(table) => table.entries.iter().for_each(|it| self.add(it)),
            Value::Array(items) => items.iter().for_each(|it| self.add_node(it)),
            Value::String(_)
            | Value::Integer(_)
            | Value::Float
            | Value::Boolean(_)
            | Value::Datetime => {}
        }
    }

    fn add_origin(&mut self, origin: &Origin) {
        match origin {
            Origin::Span(span) => self.spans.push(span.clone()),
            Origin::Variable(name) => self.variables.push(name.clone()),
        }
    }

    fn holds(&self, reading: &Reading, found: &Found) -> bool {
        match &found.origin {
            Origin::Variable(name) => self.variables.contains(name),
            Origin::Span(span) if found.problem.code == code::SYNTAX => {
                let file = |byte| reading.source().file_start(byte);
                let mut spans = self.spans.iter();
                spans.any(|it| file(it.start) == file(span.start))
            }
            Origin::Span(span) => self.spans.iter().any(|it| it.contains(&span.start)),
        }
    }
}

fn find<'t>(root: &'t Table, path: &[&str]) -> Option<&'t Entry> {
    let (key, rest) = path.split_first()?;
    let entry = root.get(key)?;
    match (&entry.node.value, rest) {
        (_, []) => Some(entry),
        (Value::Table(table), rest) => find(table, rest),
        (_, _) => None,
    }
}
