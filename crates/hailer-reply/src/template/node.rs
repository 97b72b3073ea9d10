//! A template that has been read: what stands fast, and what is to be filled.

use std::sync::Arc;

use minijinja::{ErrorKind, Expression, Value as Data};
use serde_json::Value;

use super::engine;
use super::error::TemplateError;
use super::expression::{Mistake, translate};
use super::role::Role;
use super::scope::Scope;
use super::text::Text;
use crate::lint::nearest;

/// Names beyond this do not help.
const MOST_NAMES: usize = 8;

/// A value of the template.
#[derive(Debug)]
pub(super) enum Node {
    /// It has no placeholder.
    Fixed(Value),
    /// A text with something in it.
    Text(Text),
    /// A placeholder alone, whose value keeps its type.
    Whole {
        formula: Formula,
        role: Role,
        kind: String,
        property: String,
    },
    List {
        /// Where it is in the template.
        path: String,
        items: Vec<Self>,
    },
    Object(Box<Object>),
}

/// An object, which may be left out or repeated.
#[derive(Debug)]
pub(super) struct Object {
    /// Where it is in the template.
    pub(super) path: String,
    pub(super) data: Option<Source>,
    pub(super) when: Option<Formula>,
    pub(super) members: Vec<(String, Node)>,
}

/// What `$data` says.
#[derive(Debug)]
pub(super) enum Source {
    Formula(Formula),
    /// Data that is written in the template.
    Given(Data),
}

/// An expression and where it is.
#[derive(Debug)]
pub(super) struct Formula {
    pub(super) path: String,
    source: String,
    compiled: Expression<'static, 'static>,
    /// What must be known for it.
    names: Vec<String>,
}

impl Formula {
    pub(super) fn new(path: &str, source: String) -> Result<Self, TemplateError> {
        let mistaken = |Mistake { problem, fix }| {
            TemplateError::template(path, format!("`${{{source}}}`: {problem}"), fix)
        };
        let translated = translate(&source).map_err(mistaken)?;
        let compiled = engine::compile(translated).map_err(|error| {
            mistaken(Mistake::new(
                error.detail().unwrap_or("it is no expression").to_owned(),
                "write names, comparisons, `and`, `or`, `not`, `A if B else C` and filters after `|`",
            ))
        })?;
        let mut names: Vec<_> = compiled.undeclared_variables(false).into_iter().collect();
        names.sort_unstable();
        Ok(Self {
            path: path.to_owned(),
            source,
            compiled,
            names,
        })
    }

    /// Evaluates the expression; the value is never undefined.
    pub(super) fn evaluate(&self, scope: &Arc<Scope>) -> Result<Data, TemplateError> {
        match self.compiled.eval(scope.to_value()) {
            Ok(value) if value.is_undefined() => Err(self.missing(scope)),
            Ok(value) => Ok(value),
            Err(error) if error.kind() == ErrorKind::UndefinedError => Err(self.missing(scope)),
            // A filter that was given nothing says only what it takes.
            Err(_) if self.unknown(scope).is_some() => Err(self.missing(scope)),
            Err(error) if error.kind() == ErrorKind::OutOfFuel => Err(self.unfit(
                "it takes too long",
                "give the card less data, or prepare it in the command",
            )),
            Err(error) => Err(self.unfit(
                error.detail().unwrap_or("it cannot be evaluated"),
                "compare the expression with the data",
            )),
        }
    }

    /// Makes the error for a value that does not fit here.
    pub(super) fn unfit(&self, problem: &str, fix: &str) -> TemplateError {
        TemplateError::data(
            &self.path,
            format!("`${{{}}}`: {problem}", self.source),
            fix,
        )
    }

    /// Makes the error for a value that is one thing where the card needs another.
    pub(super) fn unfit_kind(&self, value: &Data, fix: &str) -> TemplateError {
        self.unfit(&format!("it is {}", kind_of(value)), fix)
    }

    /// Finds a name that nothing in the data has.
    fn unknown(&self, scope: &Scope) -> Option<&str> {
        let mut names = self.names.iter().map(String::as_str);
        names.find(|name| scope.lookup(name).is_none())
    }

    fn missing(&self, scope: &Scope) -> TemplateError {
        let source = &self.source;
        let Some(unknown) = self.unknown(scope) else {
            let fix = format!(
                "write `${{{source} | default(\"\")}}`, or `\"$when\": \"${{{source} is defined}}\"`"
            );
            return self.unfit("the data has nothing there", &fix);
        };
        if unknown == super::expression::INDEX {
            return self.unfit(
                "`$index` is known only where `$data` repeats something",
                "remove it",
            );
        }
        let names = scope.names();
        let fix = match nearest(unknown, names.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None if names.is_empty() => "the data has no names at all".to_owned(),
            None => {
                let known: Vec<_> = names.iter().take(MOST_NAMES).map(String::as_str).collect();
                format!(
                    "known: {}; or write `{unknown} | default(\"\")`",
                    known.join(", ")
                )
            }
        };
        self.unfit(&format!("the data has no `{unknown}`"), &fix)
    }
}

/// Names a kind of value in words.
fn kind_of(value: &Data) -> &'static str {
    use minijinja::value::ValueKind;
    match value.kind() {
        ValueKind::None => "`null`",
        ValueKind::Bool => "`true` or `false`",
        ValueKind::Number => "a number",
        ValueKind::String => "a text",
        ValueKind::Seq | ValueKind::Iterable => "a list",
        ValueKind::Map => "an object",
        _ => "something that a card cannot hold",
    }
}
