//! What is done with an answer before it is shown: `| where status=down | sort name desc | head 5`.
//!
//! It works on the rows of the answer, and never runs a command again.

mod quantity;

use std::cmp::Ordering;
use std::fmt;

use hailer_reply::{Reply, Rows, Words};

use crate::known::known;
use crate::words::{Word, WordKind};
use quantity::{compare, quantity};

/// What a stage begins with.
const NAMES: [&str; 5] = ["where", "sort", "head", "count", "columns"];

/// How many rows `head` leaves when it is not said.
const HEAD: usize = 10;

/// The words that compare, the longer first.
const COMPARISONS: [(&str, Comparison); 7] = [
    ("!=", Comparison::IsNot),
    (">=", Comparison::AtLeast),
    ("<=", Comparison::AtMost),
    ("=", Comparison::Is),
    ("~", Comparison::Holds),
    (">", Comparison::More),
    ("<", Comparison::Less),
];

/// What is done with an answer, step by step.
///
/// ```
/// use hailer_dispatch::Pipe;
/// use hailer_reply::Reply;
///
/// let pipe = Pipe::read(&["where status=down", "columns name"]).unwrap();
/// let reply = Reply::table("Services", ["Name", "Status"], [["api", "up"], ["web", "down · refused"]]);
///
/// assert_eq!(pipe.apply(&reply).unwrap().to_plain(), "1 of 2 rows · where status=down · columns name\nName\nweb");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pipe {
    stages: Vec<Stage>,
    /// As it was typed.
    told: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Stage {
    Where {
        column: String,
        comparison: Comparison,
        value: String,
    },
    Sort {
        column: String,
        is_descending: bool,
    },
    Head(usize),
    Count,
    Columns(Vec<String>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Is,
    IsNot,
    Holds,
    More,
    Less,
    AtLeast,
    AtMost,
}

/// Finds the chain of stages at the end of a message: where the text before it ends, and what each stage says.
pub(crate) fn find<'t>(words: &[Word<'_>], raw: &'t str) -> Option<(usize, Vec<&'t str>)> {
    let is_bar = |word: &&Word<'_>| word.kind == WordKind::Bare && word.text.starts_with('|');
    let mut stages = Vec::new();
    let mut end = raw.len();
    for bar in words.iter().filter(is_bar).rev() {
        let said = raw.get(bar.range.start + 1..end)?.trim();
        let name = said.split_whitespace().next().unwrap_or_default();
        if !NAMES.contains(&name.to_lowercase().as_str()) {
            break;
        }
        stages.push(said);
        end = bar.range.start;
    }
    stages.reverse();
    (!stages.is_empty()).then_some((end, stages))
}

impl Pipe {
    /// Reads stages, each without its bar.
    ///
    /// # Errors
    ///
    /// What is wrong, as a sentence.
    pub fn read(stages: &[&str]) -> Result<Self, String> {
        let read: Result<Vec<Stage>, String> = stages.iter().map(|it| Stage::read(it)).collect();
        let read = read?;
        let counts = read.iter().position(|it| *it == Stage::Count);
        if counts.is_some_and(|at| at + 1 < read.len()) {
            return Err("Nothing can come after | count: it gives a number.".to_owned());
        }
        Ok(Self {
            stages: read,
            told: stages.join(" · "),
        })
    }

    /// Does it to the rows of an answer, or to the lines of a text.
    ///
    /// # Errors
    ///
    /// The answer has no rows, or no such column: told as a sentence.
    pub fn apply(&self, reply: &Reply) -> Result<Reply, String> {
        let lines;
        let rows = match reply.rows() {
            Some(rows) => rows,
            None => {
                lines = lines_of(reply)?;
                &lines
            }
        };
        let mut table = Table {
            columns: rows.columns().to_vec(),
            rows: rows.rows().to_vec(),
        };
        let all = table.rows.len();
        for stage in &self.stages {
            if *stage == Stage::Count {
                return Ok(Reply::text(match table.rows.len() {
                    1 => "1 row".to_owned(),
                    number => format!("{number} rows"),
                }));
            }
            table.pass(stage)?;
        }
        let title = format!("{} of {all} rows · {self}", table.rows.len());
        Ok(Reply::table(title, table.columns, table.rows))
    }
}

impl fmt::Display for Pipe {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.told)
    }
}

fn lines_of(reply: &Reply) -> Result<Rows, String> {
    let text = reply.to_plain();
    if text.lines().count() < 2 {
        return Err(
            "That answer has no rows, so there is nothing to filter, sort or count.".to_owned(),
        );
    }
    Ok(Rows::new(["Line"], text.lines().map(|line| [line])))
}

impl Stage {
    fn read(said: &str) -> Result<Self, String> {
        let (name, rest) = said.split_once(char::is_whitespace).unwrap_or((said, ""));
        let rest = rest.trim();
        match name.to_lowercase().as_str() {
            "where" => Self::read_where(rest),
            "sort" => Self::read_sort(rest),
            "head" if rest.is_empty() => Ok(Self::Head(HEAD)),
            "head" => match rest.parse() {
                Ok(number @ 1..) => Ok(Self::Head(number)),
                Ok(0) | Err(_) => Err(format!(
                    "head takes how many rows to show, and \"{rest}\" is none: | head 3"
                )),
            },
            "count" if rest.is_empty() => Ok(Self::Count),
            "count" => Err(format!("count takes nothing, and there is \"{rest}\".")),
            "columns" => {
                let columns = rest.split(',').map(bare).filter(|it| !it.is_empty());
                let columns: Vec<String> = columns.map(str::to_owned).collect();
                if columns.is_empty() {
                    return Err("columns takes which to show: | columns name,status".to_owned());
                }
                Ok(Self::Columns(columns))
            }
            _ => Err(format!("I can't do \"{said}\" with an answer.")),
        }
    }

    fn read_where(rest: &str) -> Result<Self, String> {
        let found = rest.char_indices().find_map(|(at, _)| {
            let behind = rest.get(at..)?;
            let comparison = COMPARISONS
                .iter()
                .find(|(sign, _)| behind.starts_with(sign))?;
            Some((at, comparison))
        });
        let Some((at, (sign, comparison))) = found else {
            return Err(
                "where takes a column, a comparison and a value: | where status=down; or !=, ~ (holds), >, <, >=, <="
                    .to_owned(),
            );
        };
        let column = bare(rest.get(..at).unwrap_or_default());
        let value = bare(rest.get(at + sign.len()..).unwrap_or_default());
        if column.is_empty() {
            return Err(format!(
                "where lacks the column before \"{sign}\": | where status=down"
            ));
        }
        Ok(Self::Where {
            column: column.to_owned(),
            comparison: *comparison,
            value: value.to_owned(),
        })
    }

    fn read_sort(rest: &str) -> Result<Self, String> {
        let lower = rest.to_lowercase();
        let suffix = |word: &str| {
            lower
                .ends_with(&format!(" {word}"))
                .then_some(word.len() + 1)
        };
        let (cut, is_descending) = match (suffix("desc"), suffix("asc")) {
            (Some(length), _) => (length, true),
            (None, Some(length)) => (length, false),
            (None, None) => (0, false),
        };
        let column = bare(rest.get(..rest.len() - cut).unwrap_or_default());
        if column.is_empty() {
            return Err(
                "sort takes a column, and desc for the largest first: | sort name desc".to_owned(),
            );
        }
        Ok(Self::Sort {
            column: column.to_owned(),
            is_descending,
        })
    }
}

/// Takes quotes of every kind off.
fn bare(text: &str) -> &str {
    let is_quote = |it: char| matches!(it, '"' | '\'' | '“' | '”' | '„' | '‘' | '’' | '«' | '»');
    let text = text.trim();
    let inner = text.strip_prefix(is_quote);
    inner
        .and_then(|it| it.strip_suffix(is_quote))
        .unwrap_or(text)
}

struct Table {
    columns: Vec<String>,
    rows: Vec<Vec<Words>>,
}

impl Table {
    fn pass(&mut self, stage: &Stage) -> Result<(), String> {
        match stage {
            Stage::Where {
                column,
                comparison,
                value,
            } => {
                let at = self.column(column)?;
                self.rows
                    .retain(|row| comparison.holds(cell(row, at), value));
            }
            Stage::Sort {
                column,
                is_descending,
            } => {
                let at = self.column(column)?;
                self.rows.sort_by(|one, other| {
                    let order = compare(cell(one, at), cell(other, at));
                    if *is_descending {
                        order.reverse()
                    } else {
                        order
                    }
                });
            }
            Stage::Head(number) => self.rows.truncate(*number),
            Stage::Columns(names) => {
                let wanted: Result<Vec<usize>, String> =
                    names.iter().map(|it| self.column(it)).collect();
                let wanted = wanted?;
                let pick = |row: &Vec<Words>| -> Vec<Words> {
                    let blank = || Words::new("");
                    let cells = wanted.iter().map(|at| row.get(*at).cloned());
                    cells.map(|it| it.unwrap_or_else(blank)).collect()
                };
                self.rows = self.rows.iter().map(pick).collect();
                let name = |at: &usize| self.columns.get(*at).cloned().unwrap_or_default();
                self.columns = wanted.iter().map(name).collect();
            }
            Stage::Count => {}
        }
        Ok(())
    }

    /// Finds a column by its name, the beginning of it that only one has, or its number, which is needed where it has no name.
    fn column(&self, typed: &str) -> Result<usize, String> {
        let names: Vec<String> = self
            .columns
            .iter()
            .enumerate()
            .map(|(at, name)| match name.trim() {
                "" => (at + 1).to_string(),
                name => name.to_owned(),
            })
            .collect();
        let count = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let count = count.max(names.len());
        if let Some(number) = typed
            .parse::<usize>()
            .ok()
            .filter(|it| (1..=count).contains(it))
        {
            return Ok(number - 1);
        }
        let begin = typed.to_lowercase();
        let begun = |name: &String| name.to_lowercase().starts_with(&begin);
        let mut likely = names.iter().enumerate().filter(|(_, name)| begun(name));
        if let (Some((at, _)), None) = (likely.next(), likely.next()) {
            return Ok(at);
        }
        match known("column", typed, &names) {
            Ok(name) => Ok(names.iter().position(|it| it == name).unwrap_or(0)),
            Err(error) => Err(error.to_string()),
        }
    }
}

fn cell(row: &[Words], at: usize) -> &str {
    row.get(at).map_or("", Words::text)
}

impl Comparison {
    /// A cell is what it says as a whole, or a part of it between dots: `down` in `down · refused`.
    fn holds(self, cell: &str, value: &str) -> bool {
        let (cell, value) = (cell.to_lowercase(), value.to_lowercase());
        let is = || cell == value || cell.split(" · ").any(|part| part.trim() == value);
        let order = || match (quantity(&cell), quantity(&value)) {
            (Some(one), Some(other)) => one.partial_cmp(&other),
            (None, _) | (_, None) => None,
        };
        match self {
            Self::Is => is(),
            Self::IsNot => !is(),
            Self::Holds => cell.contains(&value),
            Self::More => order() == Some(Ordering::Greater),
            Self::Less => order() == Some(Ordering::Less),
            Self::AtLeast => order().is_some_and(Ordering::is_ge),
            Self::AtMost => order().is_some_and(Ordering::is_le),
        }
    }
}

#[cfg(test)]
mod tests;
