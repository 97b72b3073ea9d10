//! What the server asks before it sends: would Teams refuse this message?

use hailer_reply::{Reply, judge};
use serde_json::{Value, json};

fn message(card: Value) -> String {
    let content_type = "application/vnd.microsoft.card.adaptive";
    json!({ "type": "message", "attachments": [{ "contentType": content_type, "content": card }] })
        .to_string()
}

fn codes(json: &str) -> Vec<&'static str> {
    judge(json)
        .into_iter()
        .map(|finding| finding.code)
        .collect()
}

#[test]
fn a_text_is_not_even_read() {
    let text = Reply::text(r#"{"attachments": [{}]} "attachments" ${HOME}"#).to_message();

    assert_eq!(codes(text.json()), [""; 0]);
    assert_eq!(codes("this is no JSON"), [""; 0]);
}

#[test]
fn warnings_hold_nothing_up() {
    let card = json!({ "type": "AdaptiveCard", "version": "1.5", "body": [{ "type": "TextBlock", "text": "# `a`", "x": 1 }] });

    assert_eq!(codes(&message(card)), [""; 0]);
}

#[test]
fn errors_are_told() {
    let card = json!({ "type": "AdaptiveCard", "body": [{ "type": "Input.Text", "id": "a" }] });

    assert_eq!(codes(&message(card)), ["HC122", "HC151"]);
    assert_eq!(
        codes(r#"{"type":"AdaptiveCard","attachments":[]}"#),
        ["HC101"]
    );
    assert_eq!(codes(r#"{"attachments":[}"#), ["HC100"]);
}

#[test]
fn a_placeholder_may_be_what_somebody_wrote() {
    let card = json!({ "type": "AdaptiveCard", "version": "1.4", "body": [{ "type": "TextBlock", "text": "echo ${HOME}" }] });

    assert_eq!(codes(&message(card)), [""; 0]);
}
