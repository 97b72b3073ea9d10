//! Cards as they travel.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "helpers of tests"
)]

use hailer_reply::{
    Action, ActionSet, Card, CardError, Column, ColumnSet, ColumnWidth, Container, ContainerStyle,
    FactSet, HttpsUrl, Image, ImageSet, Reply, RichTextBlock, Spacing, Table, Target, TextBlock,
    TextRun, TextWeight,
};
use serde_json::{Value, json};

pub(crate) fn url(url: &str) -> HttpsUrl {
    url.parse().expect("an address")
}

fn body(card: &Card) -> Value {
    let card: Value = serde_json::from_str(&card.to_json()).expect("JSON");
    card["body"].clone()
}

pub(crate) fn deployed() -> Card {
    Card::titled("api deployed")
        .with(TextBlock::new("production · 12 minutes ago · v2.41.0").subtle())
        .with(FactSet::new().with("Commit", "9f3c1e2").with("By", "Mira"))
        .with_action(Action::open_url(
            "Open pipeline",
            url("https://ci.example/run/812"),
        ))
}

#[test]
fn a_message_with_a_card_has_all_its_texts() {
    let message = Reply::card(deployed()).to_message();

    let message: Value = serde_json::from_str(message.json()).expect("JSON");
    assert_eq!(
        message,
        json!({
            "type": "message",
            "summary": "api deployed",
            "attachments": [{
                "contentType": "application/vnd.microsoft.card.adaptive",
                "content": {
                    "type": "AdaptiveCard",
                    "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                    "version": "1.4",
                    "body": [
                        {"type": "TextBlock", "text": "api deployed", "size": "medium", "weight": "bolder", "wrap": true, "style": "heading"},
                        {"type": "TextBlock", "text": "production · 12 minutes ago · v2.41.0", "isSubtle": true, "wrap": true},
                        {"type": "FactSet", "facts": [{"title": "Commit", "value": "9f3c1e2"}, {"title": "By", "value": "Mira"}]},
                    ],
                    "actions": [{"type": "Action.OpenUrl", "url": "https://ci.example/run/812", "title": "Open pipeline"}],
                    "fallbackText": "api deployed\n\nproduction · 12 minutes ago · v2.41.0\n\nCommit\u{a0} 9f3c1e2\n\nBy\u{a0}\u{a0}\u{a0}\u{a0}\u{a0} Mira\n\nOpen pipeline (https://ci.example/run/812)",
                    "speak": "api deployed\nproduction · 12 minutes ago · v2.41.0\nCommit  9f3c1e2\nBy      Mira\nOpen pipeline (https://ci.example/run/812)",
                },
            }],
        })
    );
}

#[test]
fn elements_travel_as_the_schema_names_them() {
    let image = || Image::new(url("https://x.example/a.png"), "a graph");
    let card = Card::new()
        .with(
            RichTextBlock::new()
                .with("a ")
                .with(TextRun::new("b*").with_weight(TextWeight::Bolder)),
        )
        .with(
            image()
                .as_person()
                .with_width(40)
                .with_spacing(Spacing::ExtraLarge),
        )
        .with(ImageSet::new().with(image()))
        .with(
            Container::new()
                .with("x")
                .with_style(ContainerStyle::Emphasis)
                .with_link(url("https://x.example/"))
                .hidden(),
        )
        .with(
            ColumnSet::new()
                .with(Column::of_width(ColumnWidth::Auto).with("l"))
                .with(Column::of_width(ColumnWidth::Weight(2)).with_id("r")),
        )
        .with(ActionSet::new().with(Action::toggle_visibility(
            "More",
            [Target::toggle("r"), Target::show("s")],
        )))
        .with(Table::with_header(["h"]).with_row(["c"]).with_separator());

    assert_eq!(
        body(&card),
        json!([
            {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": "a "}, {"type": "TextRun", "text": "b*", "weight": "bolder"}]},
            {"type": "Image", "url": "https://x.example/a.png", "altText": "a graph", "style": "person", "width": "40px", "spacing": "extraLarge"},
            {"type": "ImageSet", "images": [{"type": "Image", "url": "https://x.example/a.png", "altText": "a graph"}]},
            {"type": "Container", "items": [{"type": "TextBlock", "text": "x", "wrap": true}], "style": "emphasis",
             "selectAction": {"type": "Action.OpenUrl", "url": "https://x.example/"}, "isVisible": false},
            {"type": "ColumnSet", "columns": [
                {"type": "Column", "width": "auto", "items": [{"type": "TextBlock", "text": "l", "wrap": true}]},
                {"type": "Column", "width": 2, "items": [], "id": "r"},
            ]},
            {"type": "ActionSet", "actions": [{"type": "Action.ToggleVisibility", "title": "More",
                "targetElements": [{"elementId": "r"}, {"elementId": "s", "isVisible": true}]}]},
            {"type": "Table", "columns": [{"width": 1}], "firstRowAsHeader": true, "separator": true, "rows": [
                {"type": "TableRow", "cells": [{"type": "TableCell", "items": [{"type": "TextBlock", "text": "h", "wrap": true}]}]},
                {"type": "TableRow", "cells": [{"type": "TableCell", "items": [{"type": "TextBlock", "text": "c", "wrap": true}]}]},
            ]},
        ])
    );
}

#[test]
fn only_an_explicit_mention_is_one() {
    let literal = Card::new()
        .with("<at>Dana</at>")
        .with(RichTextBlock::new().with("<at>Dana</at>"));
    let explicit = Card::new()
        .with(TextBlock::markdown("<at>Dana</at>, please"))
        .with_mention("<Dana>\n", "8f1c2d3e-0000-4000-8000-000000000001");

    assert!(!literal.to_json().contains("<at>"), "{}", literal.to_json());
    assert!(!literal.to_json().contains("entities"));
    let json: Value = serde_json::from_str(&explicit.to_json()).expect("JSON");
    assert_eq!(json["body"][0]["text"], "<at>Dana</at>, please");
    assert_eq!(
        json["msteams"]["entities"],
        json!([{"type": "mention", "text": "<at>Dana</at>",
                "mentioned": {"id": "8f1c2d3e-0000-4000-8000-000000000001", "name": "Dana"}}])
    );
}

#[test]
fn texts_for_other_eyes_can_be_set_and_are_short() {
    let set = Card::new()
        .with("x")
        .with_fallback_text("a *b*")
        .with_speak("say a");
    let long = Card::new()
        .with("word ".repeat(1_000))
        .with_speak("word ".repeat(1_000));

    let set: Value = serde_json::from_str(&set.to_json()).expect("JSON");
    let long: Value = serde_json::from_str(&long.to_json()).expect("JSON");
    assert_eq!(
        (&set["fallbackText"], &set["speak"]),
        (&json!(r"a \*b\*"), &json!("say a"))
    );
    for text in [&long["fallbackText"], &long["speak"]] {
        let text = text.as_str().expect("a string");
        assert!(text.len() <= 1_000 && text.ends_with("word…"), "{text}");
    }
}

#[test]
fn what_posts_back_cannot_be_read() {
    for action in [
        json!({"type": "Action.Submit", "title": "x"}),
        json!({"type": "Action.Execute", "title": "x"}),
        json!({"type": "Action.OpenUrl", "title": "x", "url": "http://x.example"}),
    ] {
        let card =
            json!({"type": "AdaptiveCard", "version": "1.4", "body": [], "actions": [action]});

        assert!(
            matches!(
                Card::from_json(&card.to_string()),
                Err(CardError::NotACard { .. })
            ),
            "{card}"
        );
    }
}

#[test]
fn the_words_of_other_authors_are_read() {
    let card = json!({"type": "AdaptiveCard", "version": "1.2", "lang": "en", "body": [
        {"type": "TextBlock", "text": "a\u{202e}b", "size": "ExtraLarge", "weight": "Bolder"},
        {"type": "ColumnSet", "columns": [{"type": "Column", "width": "50px", "items": []}, {"type": "Column", "width": "2"}]},
    ]});

    let card = Card::from_json(&card.to_string()).expect("a card");

    assert_eq!(card.to_text(), "ab");
    assert_eq!(body(&card)[1]["columns"][1]["width"], 2);
}

#[test]
fn a_card_that_shows_nothing_gives_way() {
    let blank = || {
        Card::new()
            .with(" \u{200b}")
            .with(Container::new())
            .with(FactSet::new())
    };

    assert_eq!(Reply::card(blank()), Reply::text("Done."));
    assert_eq!(Reply::text("x").then_card(blank()), Reply::text("x"));
    assert_ne!(Reply::card(Card::new().with("x")), Reply::text("x"));
}

#[test]
fn a_reply_can_do_without_its_cards() {
    let reply = Reply::text("Done:").then_card(deployed());

    let text = reply.without_cards();

    assert_eq!(text.to_plain(), reply.to_plain());
    assert!(!text.to_message().json().contains("attachments"));
}
