//! What the official schema says about every card that can be built.

#![expect(clippy::expect_used, reason = "helpers of tests")]

use std::sync::LazyLock;

use hailer_reply::{Card, MESSAGE_LIMIT, Reply, judge, read_message};
use jsonschema::Validator;
use proptest::prelude::*;
use serde_json::Value;

use crate::any_card::any_card;
use crate::foreign_text::cases;

static SCHEMA: LazyLock<Validator> = LazyLock::new(|| {
    let schema = include_str!("../adaptivecards/adaptive-card-1.5.0.schema.json");
    let schema: Value = serde_json::from_str(schema).expect("the schema is JSON");
    jsonschema::validator_for(&schema).expect("the schema is one")
});

/// Takes away what Teams adds to the schema, of the card and of the cards within it.
fn strip_teams(value: &mut Value) {
    match value {
        Value::Object(object) => {
            object.remove("msteams");
            object.values_mut().for_each(strip_teams);
        }
        Value::Array(values) => values.iter_mut().for_each(strip_teams),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Says what the schema has against a card.
pub(crate) fn objections(card: &Value) -> Vec<String> {
    let mut card = card.clone();
    strip_teams(&mut card);
    if SCHEMA.is_valid(&card) {
        return Vec::new();
    }
    SCHEMA
        .iter_errors(&card)
        .map(|error| format!("{error} in {card}"))
        .collect()
}

#[test]
fn the_schema_objects_to_what_is_wrong() {
    let wrong = serde_json::json!({"type": "AdaptiveCard", "version": "1.4", "body": [{"type": "TextBlock"}]});

    assert_ne!(objections(&wrong), Vec::<String>::new());
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn every_card_is_valid(card in any_card(1)) {
        let json: Value = serde_json::from_str(&card.to_json()).expect("JSON");

        prop_assert_eq!(objections(&json), Vec::<String>::new());
    }

    #[test]
    fn the_lint_objects_only_to_ids_and_empty_cards(card in any_card(1)) {
        let message = Reply::card(card.version_1_5()).to_message();

        for finding in judge(message.json()) {
            prop_assert!(["HC128", "HC152", "HC166"].contains(&finding.code), "{finding:?}");
        }
    }

    #[test]
    fn every_card_is_read_back_as_it_was(card in any_card(1)) {
        prop_assert_eq!(Card::from_json(&card.to_json()).expect("our own card is readable"), card);
    }

    #[test]
    fn a_message_is_drawn_as_the_reply_was(card in any_card(1), text in crate::foreign_text::foreign_text()) {
        let reply = Reply::card(card).then_text(text);

        let message = reply.to_message();

        prop_assert!(message.json().len() <= MESSAGE_LIMIT);
        let read = read_message(message.json()).expect("our own message is readable");
        prop_assert_eq!(read.to_plain(), reply.to_plain());
    }
}

proptest! {
    // Long cards take their time.
    #![proptest_config(ProptestConfig { cases: cases().cases / 8, ..cases() })]

    #[test]
    fn every_message_is_within_the_limit_and_valid(
        cards in prop::collection::vec(any_card(300), 1..8),
        text in crate::foreign_text::foreign_text(),
    ) {
        let reply = cards.into_iter().fold(Reply::text(text.repeat(500)), Reply::then_card);

        let message = reply.to_message();

        prop_assert!(message.json().len() <= MESSAGE_LIMIT, "{}", message.json().len());
        let read = read_message(message.json()).expect("our own message is readable");
        for attachment in read.attachments() {
            prop_assert_eq!(objections(&attachment["content"]), Vec::<String>::new());
            let json = attachment["content"].to_string();
            prop_assert!(Card::from_json(&json).is_ok());
        }
    }
}
