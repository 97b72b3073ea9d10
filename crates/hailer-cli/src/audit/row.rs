//! A row of the audit, for people and for programs.

use chrono::{DateTime, Local, SecondsFormat, Utc};
use hailer_store::AuditRow;
use serde_json::Value;

pub(crate) use hailer::audit_json as json;

/// Writes a moment as programs read it.
pub(crate) fn utc(at_ms: i64) -> String {
    DateTime::<Utc>::from_timestamp_millis(at_ms)
        .unwrap_or_default()
        .to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// Draws rows for people, the newest first.
pub(crate) fn table(rows: &[AuditRow]) -> String {
    let mut lines = vec![line(["WHEN", "EVENT", "WHO", "WHAT", "CAME OF IT"])];
    lines.extend(rows.iter().map(draw));
    lines.join("\n")
}

/// Draws one row.
pub(crate) fn draw(row: &AuditRow) -> String {
    let entry = &row.entry;
    let when = DateTime::<Utc>::from_timestamp_millis(row.at_ms)
        .unwrap_or_default()
        .with_timezone(&Local)
        .format("%Y-%m-%d %H:%M:%S")
        .to_string();
    let who = match (entry.actor_name.as_str(), entry.actor_id.as_str()) {
        ("", "") => "-",
        ("", id) => id,
        (name, _) => name,
    };
    line([&when, &entry.event, who, &what(row), &came(row)])
}

fn what(row: &AuditRow) -> String {
    let entry = &row.entry;
    let arguments: Value = serde_json::from_str(&entry.arguments).unwrap_or_default();
    let arguments = arguments.as_object().into_iter().flatten();
    let arguments = arguments.map(|(name, value)| {
        let value = value.as_str().map_or_else(|| value.to_string(), clean);
        format!(" {name}={value}")
    });
    let job = entry.job.as_ref();
    let job = job.map(|it| format!(" (job {it})")).unwrap_or_default();
    let what = format!("{}{}{job}", entry.command, arguments.collect::<String>());
    if what.is_empty() {
        "-".to_owned()
    } else {
        what.trim().to_owned()
    }
}

fn came(row: &AuditRow) -> String {
    let entry = &row.entry;
    let took = entry.duration_ms.map(|it| format!("{it} ms"));
    let key = Some(&entry.key_label).filter(|it| !it.is_empty());
    let parts = [
        Some(entry.outcome.clone()),
        Some(entry.detail.clone()),
        took,
        Some(entry.rule.clone()).filter(|rule| !entry.detail.contains(rule.as_str())),
        key.map(|it| format!("key {it}")),
        Some(entry.webhook.clone())
            .filter(|it| !it.is_empty())
            .map(|it| format!("@{it}")),
    ];
    let parts: Vec<String> = parts
        .into_iter()
        .flatten()
        .filter(|it| !it.is_empty())
        .map(|it| clean(&it))
        .collect();
    parts.join(", ")
}

/// What somebody typed cannot draw on the terminal of whoever reads it.
fn clean(text: &str) -> String {
    text.chars()
        .map(|it| if it.is_control() { '\u{fffd}' } else { it })
        .filter(|it| !matches!(it, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
        .collect()
}

fn line([when, event, who, what, came]: [&str; 5]) -> String {
    let (event, who, what) = (clean(event), clean(who), clean(what));
    format!("{when:<19}  {event:<16} {who:<18} {what:<32} {came}")
        .trim_end()
        .to_owned()
}
