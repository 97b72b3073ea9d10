//! Elements and actions.

use serde_json::{Value, json};

use super::{Example, acting, card, hero, open, text, with};

pub(super) fn elements() -> Vec<Example> {
    let block = |key: &str, value: Value| {
        let mut block = text("db1");
        block[key] = value;
        card(json!([block]))
    };
    vec![
        ("HC141", "$.body[0]", card(json!(["db1"]))),
        ("HC142", "$.body[0]", card(json!([{ "text": "db1" }]))),
        (
            "HC143",
            "$.body[0]",
            card(json!([{ "type": "Textblock", "text": "db1" }])),
        ),
        ("HC144", "$.body[0]", card(json!([{ "type": "CodeBlock" }]))),
        (
            "HC145",
            "$.body[0]",
            card(json!([{ "type": "Column", "items": [] }])),
        ),
        (
            "HC145",
            "$.body[0].columns[0]",
            card(json!([{ "type": "ColumnSet", "columns": [text("a")] }])),
        ),
        (
            "HC145",
            "$.body[0].images[0]",
            card(json!([{ "type": "ImageSet", "images": [text("a")] }])),
        ),
        (
            "HC145",
            "$.selectAction",
            with("selectAction", json!({ "type": "Action.ShowCard" })),
        ),
        ("HC146", "$.body[0]", card(json!([{ "type": "TextBlock" }]))),
        (
            "HC146",
            "$.body[0]",
            card(json!([{ "type": "Image", "altText": "x" }])),
        ),
        ("HC146", "$.body[0]", card(json!([{ "type": "FactSet" }]))),
        (
            "HC146",
            "$.body[0].facts[0]",
            card(json!([{ "type": "FactSet", "facts": [{}] }])),
        ),
        ("HC147", "$.body[0].text", block("text", json!(5))),
        ("HC147", "$.body[0].wrap", block("wrap", json!("true"))),
        ("HC147", "$.body[0].maxLines", block("maxLines", json!("2"))),
        (
            "HC147",
            "$.body",
            with("body", json!({ "type": "TextBlock" })),
        ),
        ("HC148", "$.body[0].size", block("size", json!("huge"))),
        (
            "HC148",
            "$.body[0].columns[0].width",
            card(json!([{ "type": "ColumnSet", "columns": [{ "width": "wide" }] }])),
        ),
        ("HC149", "$.body[0].colour", block("colour", json!("good"))),
        (
            "HC150",
            "$.body[0]",
            card(json!([{ "type": "Media", "sources": [] }])),
        ),
        (
            "HC151",
            "$.body[0]",
            card(json!([{ "type": "Input.Text", "id": "a" }])),
        ),
        (
            "HC152",
            "$.body[1].id",
            card(json!([
                { "type": "TextBlock", "text": "a", "wrap": true, "id": "x" },
                { "type": "TextBlock", "text": "b", "wrap": true, "id": "x" }
            ])),
        ),
        ("HC153", "$.body[0]", block("isVisible", json!(false))),
    ]
}

pub(super) fn actions() -> Vec<Example> {
    let titled = |kind: &str| json!([{ "type": kind, "title": "Go" }]);
    vec![
        ("HC161", "$.actions[0]", acting(titled("Action.Submit"))),
        ("HC161", "$.actions[0]", acting(titled("Action.Execute"))),
        (
            "HC161",
            "$.attachments[0].content.buttons[0]",
            hero(json!({ "buttons": [{ "type": "imBack", "title": "a", "value": "b" }] })),
        ),
        ("HC162", "$.actions[0]", acting(titled("Action.OpenURL"))),
        (
            "HC162",
            "$.attachments[0].content.buttons[0]",
            hero(json!({ "buttons": [{ "type": "openurl", "title": "a", "value": "b" }] })),
        ),
        (
            "HC163",
            "$.actions[0]",
            acting(json!([
                { "type": "Action.Submit", "title": "Go", "data": { "msteams": { "type": "task/fetch" } } }
            ])),
        ),
        ("HC164", "$.actions[0]", acting(titled("Action.OpenUrl"))),
        (
            "HC164",
            "$.attachments[0].content.buttons[0]",
            hero(json!({ "buttons": [{ "type": "openUrl", "title": "a" }] })),
        ),
        (
            "HC165",
            "$.actions[0]",
            acting(json!([
                { "type": "Action.ShowCard", "title": "More", "card": { "type": "AdaptiveCard", "body": [] } }
            ])),
        ),
        (
            "HC166",
            "$.actions[0].targetElements[1]",
            acting(json!([
                { "type": "Action.ToggleVisibility", "title": "More", "targetElements": [{ "elementId": "a" }, "b"] }
            ])),
        ),
        (
            "HC167",
            "$.actions",
            acting(json!(vec![open("https://a.b"); 7])),
        ),
        (
            "HC168",
            "$.actions[0]",
            acting(json!([{ "type": "Action.OpenUrl", "url": "https://a.b" }])),
        ),
    ]
}
