//! `hailer card check`: cards from files and from standard input.

use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::command_line::{Ran, hailer};

const GOOD: &str = r#"{
  "type": "AdaptiveCard",
  "version": "1.4",
  "fallbackText": "db1 is up",
  "speak": "db1 is up",
  "body": [{ "type": "TextBlock", "text": "db1 is up" }]
}
"#;

const BAD: &str = r#"{
  "type": "message",
  "text": "db1 is up",
  "attachments": [
    {
      "contentType": "application/vnd.microsoft.card.adaptive",
      "content": {
        "type": "AdaptiveCard", "version": "1.4", "fallbackText": "db1 is up", "speak": "db1 is up",
        "body": [{ "type": "TextBlok", "text": "é" }, { "type": "TextBlock", "text": "up", "wrap": false }],
        "actions": [{ "type": "Action.Submit", "title": "Restart" }]
      }
    }
  ]
}
"#;

const WARNED: &str = r##"[{ "type": "TextBlock", "text": "# db1" }]"##;

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn check(folder: &Path, arguments: &[&str]) -> Ran {
    hailer(["card", "check"].iter().chain(arguments))
        .folder(folder)
        .run()
}

#[test]
fn a_good_card_is_fine_and_told_how_to_become_a_message() {
    let folder = folder(&[("card.json", GOOD)]);

    let ran = check(folder.path(), &["card.json"]);

    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(ran.out, "card.json: fine · 238 of 28,000 bytes\n");
    assert!(
        ran.err.starts_with("note: card.json is a card alone"),
        "{ran:?}"
    );
}

#[test]
fn every_finding_is_told_with_its_place_and_the_way_out() {
    let folder = folder(&[("message.json", BAD)]);

    let ran = check(folder.path(), &["message.json"]);

    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert_eq!(
        ran.out,
        "\
error[HC143]: Teams does not know the element `TextBlok`
  --> message.json:9:18 $.attachments[0].content.body[0]
  fix: did you mean `TextBlock`?

warning[HC184]: a text is told not to wrap
  --> message.json:9:92 $.attachments[0].content.body[1].wrap
  fix: write `\"wrap\": true`

error[HC161]: `Action.Submit` cannot work in the answer of a webhook
  --> message.json:10:21 $.attachments[0].content.actions[0]
  fix: use `Action.OpenUrl`, or say which command to type

message.json: 2 errors, 1 warning · 350 of 28,000 bytes
"
    );
    assert_eq!(ran.err, "");
}

#[test]
fn warnings_are_allowed_unless_they_are_denied() {
    let folder = folder(&[("elements.json", WARNED)]);

    let allowed = check(folder.path(), &["elements.json"]);
    let denied = check(folder.path(), &["--deny-warnings", "elements.json"]);

    assert_eq!((allowed.code, denied.code), (Some(0), Some(1)));
    assert!(
        allowed
            .out
            .contains("warning[HC181]: Teams draws no headings in cards\n"),
        "{allowed:?}"
    );
    assert!(
        allowed
            .out
            .ends_with("elements.json: 1 warning · 187 of 28,000 bytes\n"),
        "{allowed:?}"
    );
}

#[test]
fn broken_json_is_a_finding() {
    let ran = hailer(["card", "check", "-"])
        .input("\u{feff}{\n  \"type\": \"AdaptiveCard\",\n}")
        .run();

    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert_eq!(
        ran.out,
        "\
error[HC100]: no JSON: trailing comma at line 3 column 1
  --> standard input:3:1 $
  fix: mend the JSON at this place

standard input: 1 error
"
    );
}

#[test]
fn programs_get_json() {
    let folder = folder(&[("good.json", GOOD), ("bad.json", BAD), ("broken.json", "{")]);

    let ran = check(
        folder.path(),
        &["--json", "good.json", "bad.json", "broken.json"],
    );

    let files: Vec<Value> = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert_eq!(files.len(), 3);
    assert_eq!(files[0]["kind"], "card");
    assert_eq!(files[0]["findings"], serde_json::json!([]));
    assert_eq!(files[1]["limit"], 28_000);
    assert_eq!(
        files[1]["findings"][0],
        serde_json::json!({
            "severity": "error",
            "code": "HC143",
            "path": "$.attachments[0].content.body[0]",
            "line": 9,
            "column": 18,
            "text": "Teams does not know the element `TextBlok`",
            "fix": "did you mean `TextBlock`?",
        })
    );
    assert_eq!(
        (&files[2]["kind"], &files[2]["size"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(ran.err, "");
}

#[test]
fn a_file_that_cannot_be_read_is_another_matter() {
    let folder = folder(&[("good.json", GOOD)]);

    let ran = check(folder.path(), &["good.json", "nowhere.json"]);

    assert_eq!(ran.code, Some(4), "{ran:?}");
    assert_eq!(ran.out, "");
    assert!(
        ran.err.starts_with("error: cannot read nowhere.json: "),
        "{ran:?}"
    );
}

#[test]
fn a_reply_that_the_bot_sends_is_fine() {
    let folder = folder(&[]);
    let reply = hailer(["send", "help", "--json"])
        .folder(folder.path())
        .run();

    let ran = hailer(["card", "check", "-"]).input(reply.out).run();

    assert_eq!(ran.code, Some(0), "{ran:?}");
}

const TEMPLATE: &str = r#"{
  "type": "AdaptiveCard",
  "version": "1.4",
  "body": [
    { "type": "TextBlock", "$data": "${services}", "text": "${name} is up", "wrap": true },
    { "type": "TextBlock", "text": "${note}", "wrap": false }
  ]
}
"#;

#[test]
fn a_template_is_filled_first_and_judged_in_its_own_places() {
    let folder = folder(&[
        ("card.json", TEMPLATE),
        (
            "data.json",
            r#"{ "services": [{ "name": "a" }, { "name": "b" }], "note": "${x}" }"#,
        ),
        ("less.json", r#"{ "services": [], "nte": 1 }"#),
        ("text.json", "note"),
    ]);

    let ran = check(folder.path(), &["card.json", "--data", "data.json"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(
        ran.out.starts_with(
            "warning[HC184]: a text is told not to wrap\n  --> card.json:6:47 $.body[1].wrap\n"
        ),
        "{ran:?}"
    );

    let ran = check(folder.path(), &["card.json", "--data", "less.json"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert_eq!(
        ran.out,
        "\
error[HC135]: `${note}`: the data has no `note`
  --> card.json:6:28 $.body[1].text
  fix: did you mean `nte`?

card.json: 1 error
"
    );

    let ran = check(folder.path(), &["card.json", "--data", "text.json"]);
    assert_eq!(ran.code, Some(4), "{ran:?}");
    assert!(ran.err.contains("text.json is no JSON"), "{ran:?}");

    let ran = check(folder.path(), &["card.json"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.out.contains("with `--data` in this check"), "{ran:?}");
}
