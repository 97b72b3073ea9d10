//! A value for each kind of finding, and what they are built of.

mod elements;
mod looks;
mod messages;

use serde_json::{Value, json};

/// The code, where it is found, the value.
pub(crate) type Example = (&'static str, &'static str, Value);

/// Returns at least one example for each kind.
pub(crate) fn examples() -> Vec<Example> {
    [
        messages::messages(),
        messages::cards(),
        elements::elements(),
        elements::actions(),
        looks::links(),
        looks::texts(),
        looks::looks(),
    ]
    .concat()
}

/// A card that has everything, with these elements.
pub(crate) fn card(body: Value) -> Value {
    json!({
        "type": "AdaptiveCard", "version": "1.4", "fallbackText": "db1 is up", "speak": "db1 is up", "body": body
    })
}

/// The same with actions.
pub(crate) fn acting(actions: Value) -> Value {
    let mut card = card(json!([text("db1 is up")]));
    card["actions"] = actions;
    card
}

pub(crate) fn with(key: &str, value: Value) -> Value {
    let mut card = card(json!([text("db1 is up")]));
    card[key] = value;
    card
}

pub(crate) fn without(key: &str) -> Value {
    let mut card = card(json!([text("db1 is up")]));
    card.as_object_mut().unwrap().remove(key);
    card
}

pub(crate) fn text(text: &str) -> Value {
    json!({ "type": "TextBlock", "text": text, "wrap": true })
}

pub(crate) fn open(url: &str) -> Value {
    json!({ "type": "Action.OpenUrl", "title": "Open", "url": url })
}

pub(crate) fn image(url: &str) -> Value {
    json!({ "type": "Image", "url": url, "altText": "a curve" })
}

pub(crate) fn message(attachments: Value) -> Value {
    json!({ "type": "message", "summary": "db1 is up", "attachments": attachments })
}

pub(crate) fn attachment(kind: &str, content: Value) -> Value {
    json!({ "contentType": kind, "content": content })
}

pub(crate) fn adaptive(content: Value) -> Value {
    message(json!([attachment(
        "application/vnd.microsoft.card.adaptive",
        content
    )]))
}

pub(crate) fn hero(content: Value) -> Value {
    message(json!([attachment(
        "application/vnd.microsoft.card.hero",
        content
    )]))
}

pub(crate) fn nested(levels: usize) -> Value {
    (0..levels).fold(
        text("deep"),
        |inner, _| json!({ "type": "Container", "items": [inner] }),
    )
}
