//! Keys that nobody asked for: slips of the pen, and what a later version will read.

use std::collections::BTreeSet;

use super::code;
use super::environment::{key_of, variable_of};
use super::problem::Problem;
use super::reading::Reading;
use super::report::shown;
use super::tree::{Entry, Node, Origin, Table, Value, flatten};

/// Keys that are documented, but that this version does not act on; `*` is any name.
const PLANNED: [&[&str]; 5] = [
    &["bot", "language"],
    &["server", "trusted_proxies"],
    &["log", "format"],
    &["log", "bodies"],
    &["telemetry"],
];

/// More than so many known keys are not listed.
const LIST_LIMIT: usize = 12;

/// Notes every key in a tree that was not asked for.
pub(super) fn report(reading: &Reading, root: &Table) {
    Walk { reading }.table(&mut Vec::new(), root);
}

struct Walk<'d> {
    reading: &'d Reading,
}

impl Walk<'_> {
    /// A table that was never opened is a value of the wrong type: that was told already.
    fn table(&self, path: &mut Vec<String>, table: &Table) {
        let Some(known) = self.reading.known(path) else {
            return;
        };
        for entry in &table.entries {
            path.push(entry.key.clone());
            if known.contains(&entry.key) {
                self.node(path, &entry.node);
            } else {
                self.unknown(path, entry, &known);
            }
            path.pop();
        }
    }

    fn node(&self, path: &mut Vec<String>, node: &Node) {
        match &node.value {
            Value::Table(table) => self.table(path, table),
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    path.push(index.to_string());
                    self.node(path, item);
                    path.pop();
                }
            }
            Value::String(_)
            | Value::Integer(_)
            | Value::Float
            | Value::Boolean(_)
            | Value::Datetime => {}
        }
    }

    /// In the file an unknown table is one problem; of variables each is one.
    fn unknown(&self, path: &[String], entry: &Entry, known: &BTreeSet<String>) {
        if let Origin::Span(_) = entry.key_origin {
            self.unknown_in_file(path, entry, known);
        }
        let mut variables = BTreeSet::new();
        collect_variables(&entry.node, &mut variables);
        for variable in variables {
            self.unknown_variable(path, variable, known);
        }
    }

    fn unknown_in_file(&self, path: &[String], entry: &Entry, known: &BTreeSet<String>) {
        let kind = match &entry.node.value {
            Value::Table(_) => "table",
            Value::String(_)
            | Value::Integer(_)
            | Value::Float
            | Value::Boolean(_)
            | Value::Datetime
            | Value::Array(_) => "key",
        };
        let problem = planned(path, &format!("take the {kind} out")).unwrap_or_else(|| {
            let help = match nearest(&entry.key, known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => list(known),
            };
            let text = format!("unknown {kind} `{}`", shown(&entry.key));
            Problem::error(code::UNKNOWN_KEY, text).with_help(help)
        });
        self.reading.note(&entry.key_origin, problem);
    }

    fn unknown_variable(&self, path: &[String], variable: &str, known: &BTreeSet<String>) {
        let problem = planned(path, "unset it").unwrap_or_else(|| {
            let (key, outer) = match path.split_last() {
                Some((key, outer)) => (key.as_str(), outer),
                None => ("", path),
            };
            let help = match nearest(key, known) {
                Some(near) => {
                    let mut meant = outer.to_vec();
                    meant.push(near.to_owned());
                    let wrong = variable_of(path);
                    let rest = variable.strip_prefix(&wrong).unwrap_or_default();
                    format!("did you mean {}{rest}?", variable_of(&meant))
                }
                None => list(known),
            };
            let text = format!("unknown key `{}`", shown(&key_of(variable)));
            Problem::error(code::UNKNOWN_KEY, text).with_help(help)
        });
        self.reading
            .note(&Origin::Variable(variable.to_owned()), problem);
    }
}

fn collect_variables<'a>(node: &'a Node, variables: &mut BTreeSet<&'a str>) {
    match (&node.value, &node.origin) {
        (Value::Table(table), _) if !table.entries.is_empty() => {
            for entry in &table.entries {
                collect_variables(&entry.node, variables);
            }
        }
        (_, Origin::Variable(name)) => {
            variables.insert(name);
        }
        (_, Origin::Span(_)) => {}
    }
}

/// Says that a key is not an error of the user's, when it is one that a later version will know.
fn planned(path: &[String], remedy: &str) -> Option<Problem> {
    let matches = |plan: &&[&str]| {
        let same = |(plan, key): (&&str, &String)| *plan == "*" || *plan == key;
        plan.len() == path.len() && plan.iter().zip(path).all(same)
    };
    PLANNED.iter().copied().find(matches)?;
    let text = format!(
        "`{}` is not supported by this version yet",
        shown(&path.join("."))
    );
    let help = format!("fix: {remedy} until a version reads it");
    Some(Problem::error(code::NOT_SUPPORTED_YET, text).with_help(help))
}

/// Returns the known key that a wrong one is most likely meant to be.
fn nearest<'a>(key: &str, known: &'a BTreeSet<String>) -> Option<&'a str> {
    let wrong = flatten(key);
    let scored = known.iter().map(|it| {
        let distance = strsim::damerau_levenshtein(&wrong, &flatten(it));
        (distance, it.as_str())
    });
    let (distance, near) = scored.min()?;
    let longest = wrong.chars().count().max(near.chars().count());
    (distance <= longest.div_ceil(3).min(3)).then_some(near)
}

fn list(known: &BTreeSet<String>) -> String {
    let names: Vec<_> = known.iter().take(LIST_LIMIT).map(|it| shown(it)).collect();
    match known.len() {
        0 => "there are no keys here".to_owned(),
        count if count > LIST_LIMIT => format!("known here: {}, …", names.join(", ")),
        _ => format!("known here: {}", names.join(", ")),
    }
}
