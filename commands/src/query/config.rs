//! `[prometheus]`: where it is, and what people may ask by name.

use hailer::{Draft, Section};

use crate::backend::{self, Backend};
use crate::query::number::Unit;
use crate::query::sample::sample;

/// Names that are commands below `query`.
const COMMANDS: [&str; 1] = ["range"];

/// A Prometheus, and what is asked of it by name.
#[derive(Debug, Clone)]
pub struct Prometheus {
    pub(crate) backend: Backend,
    pub(crate) queries: Vec<Query>,
}

/// An expression with a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// What people type.
    pub name: String,
    /// What is asked.
    pub expression: String,
    /// What it says.
    pub help: String,
    /// What it counts.
    pub unit: Unit,
}

impl Prometheus {
    /// Takes a server, and what is asked of it by name.
    pub fn new(backend: Backend, queries: Vec<Query>) -> Self {
        Self { backend, queries }
    }

    /// Makes up values instead of asking a server.
    pub fn sample(queries: Vec<Query>) -> Self {
        Self::new(Backend::sample("Prometheus", sample()), queries)
    }
}

/// Reads the table; problems are noted in the draft.
pub fn read(draft: &Draft) -> Option<Prometheus> {
    let section = draft.section("prometheus");
    let backend = backend::read(&section, "Prometheus", sample);
    let queries = section.sections("query");
    let queries = queries.iter().filter_map(read_one).collect();
    Some(Prometheus::new(backend?, queries))
}

fn read_one(section: &Section<'_>) -> Option<Query> {
    let name = section.name().to_owned();
    if COMMANDS.contains(&name.to_lowercase().as_str()) || name.contains(char::is_whitespace) {
        section.reject(
            "expr",
            format!("a query cannot be called \"{name}\""),
            "fix: one word that is no command",
        );
    }
    let expression = section.string("expr");
    let help = section.string("help").unwrap_or_default();
    let unit = section.string("unit").unwrap_or_default();
    if expression.as_deref().is_none_or(|it| it.trim().is_empty()) {
        section.reject(
            "expr",
            "there is no `expr`: what Prometheus is asked",
            "fix: expr = \"sum(rate(http_requests_total[5m]))\"",
        );
    }
    Some(Query {
        name,
        expression: expression?,
        help,
        unit: Unit::read(&unit),
    })
}
