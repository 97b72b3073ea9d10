//! A table that a script printed: a JSON object a line, or CSV with a row of titles.

use std::collections::HashSet;
use std::fmt;

use hailer::Reply;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value as Json;

/// More rows do not fit into a message.
const MOST_ROWS: usize = 50;

/// More columns nobody reads.
const MOST_COLUMNS: usize = 30;

/// The most letters of a cell.
const MOST_LETTERS: usize = 200;

/// Draws a table in a fixed-width face; what is none is shown as it is.
pub(super) fn reply(text: &str) -> Reply {
    let rows = json_rows(text).unwrap_or_else(|| csv_rows(text));
    if rows.len() < 2 {
        return Reply::code(text.trim_end());
    }
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let shown = rows.iter().take(MOST_ROWS + 1);
    let reply = Reply::code(draw(&shown.map(|row| cells(row)).collect::<Vec<_>>()));
    let left_out = [
        (rows.len().saturating_sub(MOST_ROWS + 1), "rows"),
        (columns.saturating_sub(MOST_COLUMNS), "columns"),
    ];
    let left_out = left_out.iter().filter(|(count, _)| *count > 0);
    let left_out: Vec<String> = left_out
        .map(|(count, what)| format!("{count} more {what}"))
        .collect();
    if left_out.is_empty() {
        return reply;
    }
    reply.then_text(format!("{} are left out.", left_out.join(" and ")))
}

/// Returns what is shown of a row.
fn cells(row: &[String]) -> Vec<String> {
    let shown = row.iter().take(MOST_COLUMNS).map(|cell| {
        let mut letters = cell.chars();
        let mut begin: String = letters.by_ref().take(MOST_LETTERS).collect();
        if letters.next().is_some() {
            begin.push('…');
        }
        begin.replace('\n', " ")
    });
    shown.collect()
}

/// A JSON object whose keys keep their order.
struct Object {
    entries: Vec<(String, Json)>,
}

impl Object {
    fn cell(&self, title: &str) -> String {
        let found = self.entries.iter().rev().find(|(key, _)| key == title);
        match found.map(|(_, value)| value) {
            None | Some(Json::Null) => String::new(),
            Some(Json::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        }
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(InOrder)
    }
}

struct InOrder;

impl<'de> Visitor<'de> for InOrder {
    type Value = Object;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Object { entries })
    }
}

/// Reads one object a line; the titles are the keys in the order in which they first come.
fn json_rows(text: &str) -> Option<Vec<Vec<String>>> {
    let lines = text.lines().filter(|it| !it.trim().is_empty());
    let objects: Vec<Object> = lines
        .map(|line| serde_json::from_str(line).ok())
        .collect::<Option<_>>()?;
    let mut seen = HashSet::new();
    let keys = objects.iter().flat_map(|object| &object.entries);
    let titles: Vec<String> = keys
        .filter(|(key, _)| seen.insert(key))
        .map(|(key, _)| key.clone())
        .collect();
    // What is not shown is counted only: rows times titles could be far more than what was printed.
    let rows = objects.iter().enumerate().map(|(index, object)| {
        let shown = if index < MOST_ROWS { MOST_COLUMNS } else { 0 };
        let shown = titles.iter().take(shown);
        shown.map(|title| object.cell(title)).collect()
    });
    let rows: Vec<Vec<String>> = rows.collect();
    Some(std::iter::once(titles).chain(rows).collect())
}

/// Reads CSV as RFC 4180 has it: quotes round a cell, doubled within.
fn csv_rows(text: &str) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    let (mut row, mut cell) = (Vec::new(), String::new());
    let mut is_quoted = false;
    let mut letters = text.trim_end().chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if is_quoted && letters.next_if_eq(&'"').is_some() => cell.push('"'),
            '"' if is_quoted || cell.is_empty() => is_quoted = !is_quoted,
            ',' if !is_quoted => row.push(std::mem::take(&mut cell)),
            '\n' if !is_quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            '\r' if !is_quoted => {}
            _ => cell.push(letter),
        }
    }
    row.push(cell);
    rows.push(row);
    rows
}

fn draw(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|it| it.chars().count()).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths);
        let cells = cells.map(|(cell, width)| format!("{cell:<width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let mut lines: Vec<String> = rows.iter().map(line).collect();
    let rule: Vec<String> = widths.iter().map(|it| "─".repeat(*it)).collect();
    lines.insert(1.min(lines.len()), rule.join("  "));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_and_csv_make_the_same_table() {
        // "up" before "at": the order of the first object, not of the letters.
        let json = "{\"name\":\"api\",\"up\":true}\n{\"name\":\"worker\",\"at\":\"a, b\"}\n";
        let csv = "name,up,at\r\napi,true,\nworker,,\"a, b\"\n";

        let expected = "name    up    at\n──────  ────  ────\napi     true\nworker        a, b";
        assert_eq!(reply(json).to_plain(), expected);
        assert_eq!(reply(csv).to_plain(), expected);
    }

    #[test]
    fn what_is_no_table_is_shown_as_it_is() {
        assert_eq!(reply("just words\n").to_plain(), "just words");
        assert_eq!(reply("").to_plain(), "Done.");
    }

    #[test]
    fn a_table_of_a_thousand_columns_is_cut_and_counted() {
        let line = |it: usize| format!("{{\"k{it}\":\"{}\"}}\n", "x".repeat(300));
        let json: String = (0..1_000).map(line).collect();

        let shown = reply(&json).to_plain();

        assert!(
            shown.ends_with("950 more rows and 970 more columns are left out."),
            "{shown}"
        );
        let cell = format!("{}…", "x".repeat(MOST_LETTERS));
        assert!(shown.contains(&cell));
        assert!(!shown.contains(&"x".repeat(MOST_LETTERS + 1)));
        assert!(shown.len() < 400_000, "{} bytes", shown.len());
    }

    #[test]
    fn quotes_are_doubled_within_quotes() {
        assert_eq!(csv_rows("\"a \"\"b\"\"\nc\",d"), [["a \"b\"\nc", "d"]]);
    }
}
