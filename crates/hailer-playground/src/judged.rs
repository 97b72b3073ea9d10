//! Pasted JSON judged as `hailer card check` does, and wrapped as a message that can be drawn.

use hailer_reply::{Finding, Subject, lint, message_size};
use serde_json::{Value, json};

/// Judges a text that should be the JSON of a message, an attachment, a card or elements.
pub(crate) fn judge_text(text: &str) -> Value {
    let value: Value = match serde_json::from_str(text) {
        Ok(value) => value,
        Err(error) => {
            return json!({
                "error": { "text": error.to_string(), "line": error.line().max(1), "column": error.column().max(1) },
                "findings": [finding(&Finding::not_json(&error))],
            });
        }
    };
    let subject = Subject::of(&value);
    let findings = findings(&value);
    let size = message_size(&value);
    json!({
        "subject": name(subject),
        "size": size,
        "findings": findings,
        "message": to_message(value, subject),
    })
}

/// Returns what Teams would refuse or draw badly in an answer.
pub(crate) fn findings(value: &Value) -> Vec<Value> {
    lint(value).iter().map(finding).collect()
}

fn finding(finding: &Finding) -> Value {
    json!({
        "severity": finding.severity.to_string(),
        "code": finding.code,
        "path": finding.path,
        "text": finding.text,
        "fix": finding.fix,
    })
}

fn name(subject: Subject) -> &'static str {
    match subject {
        Subject::Message => "message",
        Subject::Attachment => "attachment",
        Subject::Card => "card",
        Subject::Elements => "elements",
        _ => "value",
    }
}

/// Puts round a value what it lacks to be a message.
fn to_message(value: Value, subject: Subject) -> Value {
    let attachment = match subject {
        Subject::Attachment => value,
        Subject::Card => wrap(&value),
        Subject::Elements => {
            let body = if value.is_array() {
                value
            } else {
                json!([value])
            };
            wrap(&json!({ "type": "AdaptiveCard", "version": "1.4", "body": body }))
        }
        _ => return value,
    };
    json!({ "type": "message", "attachments": [attachment] })
}

fn wrap(card: &Value) -> Value {
    json!({ "contentType": "application/vnd.microsoft.card.adaptive", "content": card })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_alone_is_wrapped_to_be_drawn() {
        let judged = judge_text(r#"{"type":"AdaptiveCard","version":"1.4","body":[]}"#);

        assert_eq!(judged["subject"], "card");
        assert_eq!(
            judged["message"]["attachments"][0]["content"]["version"],
            "1.4"
        );
    }

    #[test]
    fn a_syntax_error_has_its_place() {
        let judged = judge_text("{\n  \"a\": ,\n}");

        assert_eq!(judged["error"]["line"], 2);
        assert_eq!(judged["findings"][0]["severity"], "error");
    }
}
