//! Any JSON is judged, in linear time, and nothing of it makes the judgement panic.

use std::time::{Duration, Instant};

use hailer_reply::{Finding, judge, lint, message_size};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// Names that lead into every corner, and some that lead nowhere.
const NAMES: &[&str] = &[
    "type",
    "version",
    "body",
    "actions",
    "items",
    "columns",
    "rows",
    "cells",
    "facts",
    "images",
    "inlines",
    "text",
    "url",
    "fallback",
    "selectAction",
    "card",
    "targetElements",
    "elementId",
    "id",
    "isVisible",
    "backgroundImage",
    "attachments",
    "contentType",
    "content",
    "buttons",
    "tap",
    "value",
    "title",
    "msteams",
    "entities",
    "mentioned",
    "data",
    "width",
    "height",
    "color",
    "wrap",
    "maxLines",
    "potentialAction",
    "sections",
    "targets",
    "@type",
    "",
    "$data",
    "grid.area",
    "é\u{202e}'\"",
];

const WORDS: &[&str] = &[
    "AdaptiveCard",
    "message",
    "TextBlock",
    "Image",
    "ImageSet",
    "FactSet",
    "Container",
    "ColumnSet",
    "Column",
    "Table",
    "TableRow",
    "TableCell",
    "ActionSet",
    "RichTextBlock",
    "TextRun",
    "Media",
    "Input.Text",
    "Action.OpenUrl",
    "Action.ShowCard",
    "Action.ToggleVisibility",
    "Action.Submit",
    "OpenUri",
    "openUrl",
    "imBack",
    "drop",
    "1.4",
    "1.5",
    "99999999999.1",
    "1.",
    "https://a.b",
    "http://",
    "data:",
    ":",
    "a:b",
    "${x}",
    "<at>x</at>",
    "<at>",
    "<",
    "![](",
    "`",
    "~~~~",
    "\\`",
    "#",
    "px",
    "1e999px",
    "application/vnd.microsoft.card.adaptive",
    "application/vnd.microsoft.card.hero",
    "application/vnd.microsoft.teams.card.o365connector",
    "",
    "é",
    "id",
];

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        prop::sample::select(WORDS).prop_map(Value::from),
        prop::sample::select(WORDS).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    let name = prop::sample::select(NAMES).prop_map(str::to_owned);
    leaf.prop_recursive(8, 120, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::hash_map(name.clone(), inner, 0..8)
                .prop_map(|map| Value::Object(map.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

proptest! {
    #[test]
    fn any_value_is_judged(value in any_value()) {
        let findings = lint(&value);
        let refused = judge(&value.to_string());

        prop_assert!(refused.iter().all(Finding::is_error));
        prop_assert!(findings.iter().all(|finding| finding.path.starts_with('$') && !finding.text.is_empty()));
    }

    #[test]
    fn any_value_is_judged_as_a_card(value in any_value()) {
        let content = json!({ "type": "AdaptiveCard", "version": "1.4", "body": [value.clone()], "actions": [value] });

        lint(&content);
        lint(&json!({ "type": "message", "attachments": [
            { "contentType": "application/vnd.microsoft.card.adaptive", "content": content.clone() },
            { "contentType": "application/vnd.microsoft.card.hero", "content": content },
        ] }));
    }

    #[test]
    fn any_text_is_judged(text in any::<String>()) {
        lint(&json!([{ "type": "TextBlock", "text": text, "color": "good" }]));
        judge(&text);
    }
}

#[test]
fn the_deepest_nesting_takes_no_stack() {
    let mut value = json!([]);
    for _ in 0..20_000 {
        // `json!` would copy it, which takes stack.
        value = Value::Array(vec![value]);
    }

    let codes: Vec<_> = lint(&value)
        .into_iter()
        .map(|finding| finding.code)
        .collect();

    assert_eq!(codes, ["HC115"]);
    assert_eq!(message_size(&value), usize::MAX);
    // Dropping it the usual way would take the stack that judging it did not.
    while let Some(inner) = value.as_array_mut().and_then(Vec::pop) {
        value = inner;
    }
}

#[test]
fn twice_the_card_takes_about_twice_the_time() {
    let shapes: [fn(usize) -> Value; 5] = [
        |n| json!([{ "type": "TextBlock", "text": "<at>`~~![<b ".repeat(n) }]),
        |n| {
            json!(vec![
                json!({ "type": "TextBlock", "text": "a", "id": "x", "isVisible": false });
                n
            ])
        },
        |n| json!([{ "type": "Container", "items": [], "x": 1, "y": vec!["a"; n] }]),
        |n| {
            let names = (0..n).map(|at| (format!("colour{at}"), json!(1)));
            let mut block: Map<_, _> = names.collect();
            block.insert("type".to_owned(), json!("TextBlock"));
            json!([block])
        },
        |n| {
            json!([{ "type": "Action.ToggleVisibility", "targetElements": vec!["x"; n] }, { "type": "ActionSet",
            "actions": vec![json!({ "type": "Action.ToggleVisibility", "targetElements": ["x"] }); n] }])
        },
    ];
    for (index, shape) in shapes.into_iter().enumerate() {
        let time = |value: &Value| (0..3).map(|_| measure(value)).min().unwrap();

        let small = time(&shape(250)).max(Duration::from_micros(50));
        let large = time(&shape(16_000));

        // 64 times as much; quadratic would be 4,096 times as long. The rest is for a busy computer.
        assert!(
            large < small * 800,
            "shape {index}: {small:?}, then {large:?}"
        );
    }
}

fn measure(value: &Value) -> Duration {
    let start = Instant::now();
    lint(value);
    start.elapsed()
}
