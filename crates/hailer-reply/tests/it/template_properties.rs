//! What holds for every template and all data.

use hailer_reply::{CardTemplate, Reply, lint, read_message, sanitise};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::any_card::any_card;
use crate::card_text::blur;
use crate::foreign_text::{cases, foreign_text};
use crate::templates::{UPDATE, filled_text, template};

/// Pieces that mean something in templates.
const PIECES: [&str; 34] = [
    "${", "}", "$", "{", "\\", "'", "\"", " ", ".", "|", "||", "&&", "!", "(", ")", "[", "]", "](",
    "~", "*", "+", ",", "==", "a", "b", "$data", "$index", "$root", "not", "if", "else", "is",
    "join", "round",
];

fn source() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => prop::sample::select(&PIECES[..]).prop_map(str::to_owned),
        1 => "[ -~]{1,4}",
        1 => foreign_text(),
    ];
    prop::collection::vec(piece, 0..16).prop_map(|pieces| pieces.concat())
}

/// Any JSON value with foreign texts in it.
fn data() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        foreign_text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-c]|type|text|url|\\$data|", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn card(text: &str, when: &str, data: &str) -> String {
    json!({ "type": "AdaptiveCard", "version": "1.4", "body": [
        { "type": "TextBlock", "text": text },
        { "type": "FactSet", "facts": [{ "$data": data, "$when": when, "title": text, "value": "x" }] },
        { "type": "Container", "items": text, "selectAction": { "type": "Action.OpenUrl", "url": text } },
    ] })
    .to_string()
}

/// Tells whether a card's JSON has a Markdown link or a mention, as phones read them.
fn has_link_or_mention(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains("](") || text.contains("<at") || text.contains("</at"),
        Value::Array(items) => items.iter().any(has_link_or_mention),
        // These are not read as Markdown.
        Value::Object(object) => object.iter().any(|(name, value)| {
            !["altText", "speak"].contains(&name.as_str()) && has_link_or_mention(value)
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn no_template_text_panics(text in source(), when in source(), repeat in source(), data in data()) {
        let json = card(&text, &format!("${{{when}}}"), &format!("${{{repeat}}}"));
        if let Ok(template) = CardTemplate::parse(&json) {
            let _ = template.fill(&data);
        }
        let _ = CardTemplate::parse(&text);
    }

    #[test]
    fn no_data_forms_links_or_mentions(value in data()) {
        let template = template(json!([
            { "type": "TextBlock", "text": "**by** ${a | default('x')} and ${b | default('y')}${c | default('z')}", "wrap": true },
            { "type": "FactSet", "facts": "${a | default([])}" },
            { "type": "TextBlock", "$data": "${b | default([])}", "text": "${$data}", "wrap": true },
        ]));
        if let Ok(card) = template.fill(&value) {
            prop_assert!(!has_link_or_mention(card.value()), "{}", card.value());
            let message = Reply::card(card).to_message();
            prop_assert!(read_message(message.json()).is_ok());
        }
    }

    #[test]
    fn every_text_is_drawn_as_it_was(text in foreign_text(), other in foreign_text()) {
        let (text, other) = (format!("a{text}b"), format!("c{other}d"));
        let template = template(json!([{ "type": "TextBlock", "text": "**by** ${x} with ${y}", "wrap": true }]));

        let card = template.fill(&json!({ "x": text, "y": other })).unwrap();

        let meant = format!("by {} with {}", sanitise(&text), sanitise(&other));
        prop_assert_eq!(blur(&card.to_text()), blur(&meant));
        let errors: Vec<_> = lint(card.value()).into_iter().filter(|it| it.is_error() && it.code != "HC134").collect();
        prop_assert_eq!(errors, []);
    }

    #[test]
    fn data_cannot_break_a_real_template(title in foreign_text(), name in foreign_text(), value in foreign_text()) {
        let data = json!({
            "title": format!("t{title}"),
            "creator": { "name": format!("n{name}"), "picture": "https://pictures.example/matt.png" },
            "created": 0, "description": "x", "overdue": true, "url": "https://board.example/",
            "facts": [{ "key": name, "value": value }],
        });

        let card = CardTemplate::parse(UPDATE).unwrap().fill(&data).unwrap();

        prop_assert!(!has_link_or_mention(card.value()), "{}", card.value());
        prop_assert!(read_message(Reply::card(card).to_message().json()).is_ok());
    }

    #[test]
    fn a_card_that_was_built_stays_as_it_is(card in any_card(1)) {
        let json = card.to_json();
        prop_assume!(!json.contains("${"));

        let filled = CardTemplate::parse(&json).unwrap().fill_unjudged(&()).unwrap();

        prop_assert_eq!(filled.value(), &serde_json::from_str::<Value>(&json).unwrap());
        prop_assert_eq!(filled.to_text(), card.to_text());
    }

    #[test]
    fn adjacent_values_form_nothing_together(one in foreign_text(), two in foreign_text()) {
        let wire = filled_text("${x}${y}!", json!({ "x": one, "y": two }));

        prop_assert!(!has_link_or_mention(&Value::String(wire)));
    }

    #[test]
    fn a_value_forms_nothing_with_the_text_after_it(value in foreign_text(), after in "[(\\[:<>/a*_;~]{1,3}") {
        let wire = filled_text(&format!("${{x}}{after}!"), json!({ "x": value }));

        let begins_alone = has_link_or_mention(&Value::String(after));
        prop_assert!(begins_alone || !has_link_or_mention(&Value::String(wire)));
    }
}

#[test]
fn seams_between_values_are_parted() {
    let seams = [
        ("]", "("),
        ("[a]", "(b)"),
        ("<", "at>x"),
        ("<", "/at>"),
        ("x\n]", "(y)"),
    ];
    for (one, two) in seams {
        let wire = filled_text("${x}${y}!", json!({ "x": one, "y": two }));

        assert!(
            !has_link_or_mention(&Value::String(wire)),
            "{one:?} {two:?}"
        );
    }
}
