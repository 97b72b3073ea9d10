//! Each kind of finding is found where it is, and good cards have none.

use hailer_reply::{FINDING_KINDS, Finding, lint};
use serde_json::{Value, json};

use crate::examples::{acting, adaptive, attachment, card, examples, image, message, open, text};

#[test]
fn every_kind_is_found_where_it_is() {
    for (code, path, value) in examples() {
        let findings = lint(&value);

        let is_it = |finding: &Finding| finding.code == code && finding.path == path;
        assert!(
            findings.iter().any(is_it),
            "{code} at {path} in {value}: {findings:#?}"
        );
    }
}

#[test]
fn every_kind_has_an_example() {
    // What is no JSON cannot be a JSON value, and no value is a template with its data.
    let tested: Vec<_> = examples()
        .into_iter()
        .map(|(code, ..)| code)
        .chain(["HC100", "HC135"])
        .collect();

    for kind in FINDING_KINDS {
        assert!(tested.contains(&kind.code), "{}", kind.code);
    }
}

#[test]
fn codes_are_in_order_and_findings_are_in_the_table() {
    assert!(FINDING_KINDS.is_sorted_by(|one, other| one.code < other.code));
    for (_, _, value) in examples() {
        for finding in lint(&value) {
            let kind = FINDING_KINDS
                .iter()
                .find(|kind| kind.code == finding.code)
                .unwrap();
            assert_eq!(finding.severity, kind.severity);
        }
    }
}

#[test]
fn a_good_card_has_no_findings() {
    let good = card(json!([
        { "type": "TextBlock", "text": "**db1** is up, see [the page](https://a.b)", "wrap": true, "size": "Large" },
        { "type": "TextBlock", "text": "failed", "color": "attention" },
        { "type": "FactSet", "facts": [{ "title": "Since", "value": "10:42" }], "isVisible": true },
        { "type": "ColumnSet", "columns": [
            { "type": "Column", "width": "auto", "items": [image("https://a.b/c.png")] },
            { "type": "Column", "width": 2, "items": [] },
            { "type": "Column", "width": "50px", "items": [] }
        ] },
        { "type": "Badge", "text": "new", "fallback": { "type": "TextBlock", "text": "new" } },
        { "type": "Chart.Line", "fallback": "drop" },
        { "type": "ActionSet", "actions": [open("https://a.b/c?d=e#f")] },
    ]));

    assert_eq!(lint(&good), []);
    assert_eq!(lint(&adaptive(good)), []);
    assert_eq!(lint(&json!([text("db1 is up")])), []);
    assert_eq!(lint(&text("db1 is up")), []);
    assert_eq!(lint(&json!({ "type": "message", "text": "db1 is up" })), []);
}

#[test]
fn a_mention_with_its_entity_is_fine() {
    let mut card = card(json!([text("ask <at>Mira</at>")]));
    card["msteams"] = json!({
        "entities": [{ "type": "mention", "text": "<at>Mira</at>", "mentioned": { "id": "29:1", "name": "Mira" } }]
    });

    assert_eq!(lint(&card), []);
}

#[test]
fn a_fallback_stands_in_for_all_that_is_in_its_element_but_not_for_itself() {
    let unknown = json!({ "type": "Graph" });
    let covered =
        card(json!([{ "type": "Container", "items": [unknown], "fallback": text("no graph") }]));
    let uncovered = card(json!([{ "type": "Container", "items": [], "fallback": unknown }]));

    assert_eq!(lint(&covered), []);
    assert_eq!(
        lint(&uncovered)
            .first()
            .map(|finding| finding.path.as_str()),
        Some("$.body[0].fallback")
    );
}

#[test]
fn near_names_are_suggested() {
    let fix = |value: Value| lint(&value).into_iter().next().unwrap().fix;

    assert_eq!(
        fix(card(json!([{ "type": "Textblok" }]))),
        "did you mean `TextBlock`?"
    );
    assert_eq!(
        fix(card(
            json!([{ "type": "TextBlock", "text": "a", "collor": "good" }])
        )),
        "did you mean `color`?"
    );
    assert_eq!(
        fix(card(
            json!([{ "type": "TextBlock", "text": "a", "weight": "bold" }])
        )),
        "did you mean `bolder`?"
    );
    assert_eq!(
        fix(acting(json!([{ "type": "OpenUrl" }]))),
        "use `Action.OpenUrl`"
    );
    assert_eq!(
        fix(message(json!([attachment(
            "application/vnd.microsoft.card.adaptivecard",
            json!({})
        )]))),
        "did you mean `application/vnd.microsoft.card.adaptive`?"
    );
}

#[test]
fn findings_repeat_words_short_and_harmless() {
    let findings = lint(&card(
        json!([{ "type": format!("\u{1b}[31m\n{}", "x".repeat(5_000)) }]),
    ));

    let [finding] = findings.as_slice() else {
        panic!("{findings:?}")
    };
    assert!(finding.text.len() < 150, "{}", finding.text);
    assert!(
        !finding.text.contains(['\u{1b}', '\n']),
        "{:?}",
        finding.text
    );
}
