//! Messages and whole cards.

use serde_json::json;

use super::{
    Example, acting, adaptive, attachment, card, hero, message, nested, open, text, with, without,
};

pub(super) fn messages() -> Vec<Example> {
    let fine = || card(json!([text("db1 is up")]));
    let kind = "application/vnd.microsoft.card.adaptive";
    vec![
        ("HC101", "$", json!({ "type": "message", "body": [] })),
        ("HC101", "$.attachments[0]", message(json!([fine()]))),
        ("HC102", "$", json!({ "type": "message" })),
        (
            "HC102",
            "$",
            json!({ "type": "message", "text": " \u{200b}", "attachments": [] }),
        ),
        ("HC103", "$.text", json!({ "type": "message", "text": 5 })),
        ("HC104", "$", json!("{\"type\":\"message\"}")),
        ("HC104", "$", json!(null)),
        ("HC105", "$", json!({ "text": "hello" })),
        ("HC105", "$", json!({ "type": "typing", "text": "hello" })),
        (
            "HC106",
            "$.attachments",
            json!({ "type": "message", "attachments": {} }),
        ),
        ("HC106", "$.attachments[0]", message(json!(["x"]))),
        (
            "HC107",
            "$.attachments[0]",
            message(json!([{ "content": fine() }])),
        ),
        (
            "HC108",
            "$.attachments[0].contentType",
            message(json!([attachment(
                "application/vnd.microsoft.card.adaptiv",
                fine()
            )])),
        ),
        (
            "HC109",
            "$.attachments[0].content",
            message(json!([attachment(kind, json!(fine().to_string()))])),
        ),
        (
            "HC110",
            "$.attachments[0]",
            message(json!([{ "contentType": kind }])),
        ),
        (
            "HC111",
            "$.attachments[0].content",
            message(json!([attachment(
                "application/vnd.microsoft.teams.card.list",
                json!({ "title": "x" })
            )])),
        ),
        (
            "HC112",
            "$",
            json!({ "type": "message", "attachments": [attachment(kind, fine())] }),
        ),
        (
            "HC113",
            "$",
            card(
                json!([{ "type": "TextBlock", "text": "x".repeat(28_000), "maxLines": 2, "wrap": true }]),
            ),
        ),
        (
            "HC114",
            "$",
            card(
                json!([{ "type": "TextBlock", "text": "x".repeat(26_000), "maxLines": 2, "wrap": true }]),
            ),
        ),
        ("HC115", "$", card(json!([nested(80)]))),
        ("HC116", "$.attachmentLayout", {
            let mut message = message(json!([attachment(kind, fine()), attachment(kind, fine())]));
            message["attachmentLayout"] = json!("carousel");
            message
        }),
    ]
}

pub(super) fn cards() -> Vec<Example> {
    let table = json!({ "type": "Table", "columns": [{ "width": 1 }], "rows": [{ "type": "TableRow", "cells": [] }] });
    vec![
        (
            "HC121",
            "$.attachments[0].content.type",
            adaptive(with("type", json!("adaptiveCard"))),
        ),
        (
            "HC121",
            "$.attachments[0].content",
            adaptive(without("type")),
        ),
        ("HC122", "$", without("version")),
        ("HC123", "$.version", with("version", json!(1.4))),
        ("HC123", "$.version", with("version", json!("one"))),
        ("HC124", "$.version", with("version", json!("1.6"))),
        ("HC124", "$.version", with("version", json!("2"))),
        ("HC125", "$.version", with("version", json!("1.5"))),
        ("HC126", "$.body[1]", card(json!([text("a"), table]))),
        ("HC127", "$.body[0]", {
            let mut card = card(json!([{ "type": "RichTextBlock", "inlines": ["a"] }]));
            card["version"] = json!("1.0");
            card
        }),
        ("HC128", "$", card(json!([]))),
        ("HC128", "$.attachments[0].content", hero(json!({}))),
        ("HC129", "$", {
            let mut card = without("body");
            card["actions"] = json!([open("https://a.b")]);
            card
        }),
        (
            "HC130",
            "$.refresh",
            with("refresh", json!({ "action": {} })),
        ),
        (
            "HC130",
            "$.authentication",
            with("authentication", json!({})),
        ),
        ("HC131", "$", without("fallbackText")),
        ("HC132", "$", without("speak")),
        (
            "HC133",
            "$.body[0].$data",
            card(json!([{ "type": "Container", "items": [], "$data": "${list}" }])),
        ),
        (
            "HC134",
            "$.body[0].text",
            card(json!([text("hello ${name}")])),
        ),
        ("HC134", "$.actions[0].url", acting(json!([open("${url}")]))),
    ]
}
