//! Links, images, texts, and what a card looks like.

use serde_json::{Value, json};

use super::{Example, acting, card, hero, image, nested, open, text, with};

pub(super) fn links() -> Vec<Example> {
    let picture = |url: &str| card(json!([text("a"), image(url)]));
    let sized = |key: &str, size: Value| {
        let mut image = image("https://a.b/c.png");
        image[key] = size;
        card(json!([text("a"), image]))
    };
    vec![
        (
            "HC171",
            "$.actions[0].url",
            acting(json!([open("mailto:ops@example.com")])),
        ),
        (
            "HC171",
            "$.actions[0].url",
            acting(json!([open("javascript:alert(1)")])),
        ),
        (
            "HC171",
            "$.actions[0].url",
            acting(json!([open("/dashboards/1")])),
        ),
        (
            "HC171",
            "$.actions[0].url",
            acting(json!([open("https://")])),
        ),
        (
            "HC171",
            "$.actions[0].url",
            acting(json!([open("data:text/html,x")])),
        ),
        (
            "HC171",
            "$.attachments[0].content.tap.value",
            hero(json!({ "title": "a", "tap": { "type": "openUrl", "value": "tel:1" } })),
        ),
        (
            "HC172",
            "$.actions[0].url",
            acting(json!([open("HTTP://a.b")])),
        ),
        (
            "HC173",
            "$.body[1].url",
            picture("data:image/png;base64,AAAA"),
        ),
        ("HC174", "$.body[1].url", picture("http://a.b/c.png")),
        ("HC175", "$.body[1].width", sized("width", json!("1025px"))),
        ("HC175", "$.body[1].height", sized("height", json!(4000))),
        ("HC176", "$.body[1].url", picture("https://a.b/c.SVG?x=1")),
        (
            "HC177",
            "$.body[1]",
            card(json!([text("a"), { "type": "Image", "url": "https://a.b/c.png" }])),
        ),
        (
            "HC177",
            "$.attachments[0].content.images[0]",
            hero(json!({ "images": [{ "url": "https://a.b/c.png" }] })),
        ),
    ]
}

pub(super) fn texts() -> Vec<Example> {
    let colored = |text: &str| json!({ "type": "TextBlock", "text": text, "wrap": true, "color": "Attention" });
    let entity = json!([{ "type": "mention", "text": "<at>Mira</at>", "mentioned": { "id": "29:1", "name": "Mira" } }]);
    vec![
        ("HC181", "$.body[0].text", card(json!([text("# Down")]))),
        (
            "HC181",
            "$.body[0].facts[0].value",
            card(json!([{ "type": "FactSet", "facts": [{ "title": "a", "value": "`b`" }] }])),
        ),
        ("HC182", "$.body[0].text", card(json!([text("a<br>b")]))),
        (
            "HC183",
            "$.body[0]",
            card(json!([{ "type": "TextBlock", "text": "x".repeat(41) }])),
        ),
        (
            "HC184",
            "$.body[0].wrap",
            card(json!([{ "type": "TextBlock", "text": "x", "wrap": false }])),
        ),
        ("HC185", "$.body[0].color", card(json!([colored("●")]))),
        (
            "HC185",
            "$.body[0].inlines[0].color",
            card(json!([
                { "type": "RichTextBlock", "inlines": [{ "type": "TextRun", "text": "98 %", "color": "good" }] }
            ])),
        ),
        ("HC186", "$.body[0].text", card(json!([text(" ")]))),
        (
            "HC187",
            "$.body[0].text",
            card(json!([text("hello <at>Mira</at>")])),
        ),
        (
            "HC187",
            "$.msteams.entities",
            with("msteams", json!({ "entities": entity })),
        ),
    ]
}

pub(super) fn looks() -> Vec<Example> {
    let columns = |width: Value| json!([{ "type": "ColumnSet", "columns": vec![json!({ "items": [], "width": width }); 4] }]);
    vec![
        ("HC191", "$.body[20]", card(json!(vec![text("a line"); 30]))),
        (
            "HC192",
            "$.body[0]",
            card(json!([image("https://a.b/c.png")])),
        ),
        (
            "HC193",
            "$.body[0].columns[0].width",
            card(columns(json!("150px"))),
        ),
        (
            "HC194",
            "$.body[0].columns",
            card(columns(json!("stretch"))),
        ),
        (
            "HC195",
            "$.body[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0]",
            card(json!([nested(9)])),
        ),
    ]
}
