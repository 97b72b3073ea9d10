//! Finds what Teams refuses or draws badly in a message or a card, before anybody sees it.
//!
//! Decision: it judges JSON, not the typed cards of this crate, so that foreign cards can be judged too. It
//! takes linear time, and no JSON makes it panic.

mod action;
mod attachment;
mod card;
mod classic;
mod finding;
mod fold;
mod image;
mod kind;
mod link;
mod markdown;
mod mention;
mod message;
mod object;
mod report;
mod shape;
mod size;
mod subject;
mod text;
mod walk;

use serde_json::Value;

pub use finding::{Finding, Severity};
pub use kind::{FINDING_KINDS, FindingKind};
pub(crate) use kind::{PLACEHOLDER, TEMPLATE, TOO_LARGE};
pub(crate) use report::{nearest, push_index, push_key};
pub use size::message_size;
pub use subject::Subject;

use report::Report;
use walk::Walk;

/// Returns everything that is wrong or looks wrong in a message, an attachment, a card or a list of elements.
///
/// What the value is shows by itself; see [`Subject::of`].
///
/// ```
/// let card = serde_json::json!({
///     "type": "AdaptiveCard",
///     "version": "1.4",
///     "speak": "db1 is down",
///     "fallbackText": "db1 is down",
///     "body": [{ "type": "TextBlok", "text": "db1 is down" }]
/// });
///
/// let findings = hailer_reply::lint(&card);
///
/// let [finding] = findings.as_slice() else { panic!("{findings:?}") };
/// assert_eq!(finding.code, "HC143");
/// assert_eq!(finding.path, "$.body[0]");
/// assert_eq!(finding.fix, "did you mean `TextBlock`?");
/// ```
pub fn lint(value: &Value) -> Vec<Finding> {
    judged(value, Subject::of(value))
}

/// Returns why Teams would refuse a message; nothing when it would draw it.
///
/// Only errors are returned, and none for a `${…}` in a text: the author cannot know what others wrote.
/// A message without attachments is not even read.
pub fn judge(json: &str) -> Vec<Finding> {
    // Within a text the quotes are escaped, so this is found nowhere else.
    if !json.contains(r#""attachments""#) {
        return Vec::new();
    }
    let mut findings = match serde_json::from_str(json) {
        Ok(value) => judged(&value, Subject::Message),
        Err(error) => vec![Finding::not_json(&error)],
    };
    findings.retain(|finding| finding.is_error() && finding.code != PLACEHOLDER.code);
    findings
}

/// Returns everything that is wrong or looks wrong in a card alone.
pub(crate) fn lint_card(card: &Value) -> Vec<Finding> {
    judged(card, Subject::Card)
}

fn judged(value: &Value, subject: Subject) -> Vec<Finding> {
    let mut report = Report::default();
    if size::is_too_deep(value) {
        report.note(&kind::TOO_DEEP);
        return report.into_findings();
    }
    size::check(value, &mut report);
    let mut walk = Walk::new(report);
    match subject {
        Subject::Message => walk.message(value),
        Subject::Attachment => walk.attachment(value),
        Subject::Card => walk.card(value),
        Subject::Elements => walk.loose_elements(value),
    }
    walk.into_findings()
}
