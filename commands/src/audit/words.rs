//! Rows of the audit in words: what belongs together is one line.

use std::collections::BTreeMap;
use std::time::SystemTime;

use hailer::{AuditCursor, AuditRow, LocalTime};
use serde_json::Value;

/// Longer values of arguments say little on a phone.
const LONGEST_VALUE: usize = 40;

/// Tells rows, the newest first, in as many lines at most. Returns the place after the last line when there are more.
pub(super) fn told(
    rows: &[AuditRow],
    most: usize,
    times: LocalTime,
    now: SystemTime,
) -> (Vec<[String; 4]>, Option<AuditCursor>) {
    // The newest row of a job says what came of it.
    let mut ends: BTreeMap<&str, &AuditRow> = BTreeMap::new();
    let mut lines = Vec::new();
    for row in rows.iter().filter(|row| !is_told_by_its_command(row)) {
        let job = row.entry.job.as_ref().map(|it| it.as_str());
        if matches!(
            row.entry.event.as_str(),
            "started" | "outcome" | "interrupted"
        ) && let Some(job) = job
        {
            ends.entry(job).or_insert(row);
            continue;
        }
        if lines.len() == most {
            return (lines, place_before(rows, row));
        }
        let end = job.and_then(|job| ends.get(job).copied());
        lines.push([
            times.moment(row.at_ms, now),
            who(row),
            what(row),
            came(row, end),
        ]);
    }
    (lines, None)
}

/// What a command of this channel held or let go is in the row of the command.
fn is_told_by_its_command(row: &AuditRow) -> bool {
    let entry = &row.entry;
    let is_hold = ["locked", "unlocked", "frozen", "unfrozen"].contains(&entry.event.as_str());
    is_hold && !entry.request_id.is_empty()
}

/// Returns the place before which a row and all older ones are.
fn place_before(rows: &[AuditRow], row: &AuditRow) -> Option<AuditCursor> {
    let position = rows.iter().position(|it| std::ptr::eq(it, row))?;
    rows.get(position.checked_sub(1)?).map(AuditRow::cursor)
}

fn who(row: &AuditRow) -> String {
    match (row.entry.actor_name.as_str(), row.entry.actor_id.as_str()) {
        ("", "") => "–".to_owned(),
        ("", id) => id.to_owned(),
        (name, _) => name.to_owned(),
    }
}

fn what(row: &AuditRow) -> String {
    let entry = &row.entry;
    let arguments: Value = serde_json::from_str(&entry.arguments).unwrap_or_default();
    let mut what = entry.command.clone();
    for (name, value) in arguments.as_object().into_iter().flatten() {
        let value = match value {
            // A switch that is off was not typed.
            Value::String(text) if text == "false" => continue,
            Value::String(text) if text == "true" => format!("--{name}"),
            Value::String(text) => text.clone(),
            Value::Array(items) => {
                let items: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
                items.join(" ")
            }
            other => other.to_string(),
        };
        let short: String = value.chars().take(LONGEST_VALUE).collect();
        let cut = if short.len() < value.len() { "…" } else { "" };
        what.push_str(&format!(" {short}{cut}"));
    }
    match what.trim() {
        "" => entry.event.replace('_', " "),
        what => what.to_owned(),
    }
}

fn came(row: &AuditRow, end: Option<&AuditRow>) -> String {
    let entry = &row.entry;
    let job = entry.job.as_ref().map(|job| format!(" · job {job}"));
    let told = match entry.event.as_str() {
        // Its end may be on the page before.
        "intent" => end.map_or_else(
            || "asked for".to_owned(),
            |end| match end.entry.event.as_str() {
                "started" => "runs".to_owned(),
                _ => end.entry.outcome.replace('_', " "),
            },
        ),
        "denied" => format!("✖ {}", entry.detail),
        "read" => entry.outcome.clone(),
        event => {
            let detail = [entry.detail.as_str(), entry.outcome.as_str()];
            let detail = detail.into_iter().find(|it| !it.is_empty());
            let event = event.replace('_', " ");
            match detail {
                None => event,
                // What stands there as what was done needs no second word.
                Some(it) if entry.command.is_empty() => it.to_owned(),
                Some(it) => format!("{event}: {it}"),
            }
        }
    };
    format!("{told}{}", job.unwrap_or_default())
}
