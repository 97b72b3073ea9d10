//! Findings for people and for programs.

use hailer::{Finding, MESSAGE_LIMIT, Subject};
use serde_json::{Value, json};

use super::position::Place;
use super::{Content, Judged};

/// Draws every finding with its place, and a last line for each file.
pub(super) fn text(files: &[Judged]) -> String {
    let files: Vec<_> = files.iter().map(text_of).collect();
    files.join("\n\n")
}

fn text_of(file: &Judged) -> String {
    let mut parts: Vec<_> = file
        .findings
        .iter()
        .map(|(finding, place)| drawn(&file.name, finding, *place))
        .collect();
    let size = file.content.as_ref().map(|content| {
        format!(
            " · {} of {} bytes",
            grouped(content.size),
            grouped(MESSAGE_LIMIT)
        )
    });
    let last = format!(
        "{}: {}{}",
        file.name,
        counts(file),
        size.unwrap_or_default()
    );
    parts.push(last);
    parts.join("\n\n")
}

fn drawn(file: &str, finding: &Finding, place: Place) -> String {
    let Finding {
        severity,
        code,
        path,
        text,
        fix,
        ..
    } = finding;
    let Place { line, column } = place;
    format!("{severity}[{code}]: {text}\n  --> {file}:{line}:{column} {path}\n  fix: {fix}")
}

fn counts(file: &Judged) -> String {
    let errors = file
        .findings
        .iter()
        .filter(|(finding, _)| finding.is_error())
        .count();
    let count = |number: usize, word: &str| match number {
        1 => format!("1 {word}"),
        _ => format!("{number} {word}s"),
    };
    match (errors, file.findings.len() - errors) {
        (0, 0) => "fine".to_owned(),
        (_, 0) => count(errors, "error"),
        (0, warnings) => count(warnings, "warning"),
        (_, warnings) => format!("{}, {}", count(errors, "error"), count(warnings, "warning")),
    }
}

/// Says of cards that stand alone how they become a message.
pub(super) fn notes(files: &[Judged]) -> Vec<String> {
    let is_alone = |file: &&Judged| {
        let subject = file.content.as_ref().map(|content| content.subject);
        subject == Some(Subject::Card)
    };
    files
        .iter()
        .filter(is_alone)
        .map(|file| {
            format!(
                "note: {} is a card alone; Teams takes it in a message only: {}",
                file.name,
                r#"{"type":"message","attachments":[{"contentType":"application/vnd.microsoft.card.adaptive","content":…}]}"#
            )
        })
        .collect()
}

/// Writes everything as one JSON array, an object for each file.
pub(super) fn json(files: &[Judged]) -> String {
    let files: Vec<Value> = files.iter().map(json_of).collect();
    format!("{:#}", Value::from(files))
}

fn json_of(file: &Judged) -> Value {
    let findings: Vec<_> = file
        .findings
        .iter()
        .map(|(finding, place)| {
            json!({
                "severity": finding.severity.to_string(),
                "code": finding.code,
                "path": finding.path,
                "line": place.line,
                "column": place.column,
                "text": finding.text,
                "fix": finding.fix,
            })
        })
        .collect();
    let content = file.content.as_ref();
    json!({
        "file": file.name,
        "kind": content.map(|content| content.subject.as_str()),
        "size": content.map(|content: &Content| content.size),
        "limit": MESSAGE_LIMIT,
        "findings": findings,
    })
}

/// Writes a number with a comma between thousands.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (28_000, "28,000"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(grouped(number), text);
        }
    }
}
