//! Everything that is known of each command, as JSON.

use hailer::{Argument, ArgumentKind, Catalog, Entry};
use serde_json::{Value, json};

use crate::commands::schema_type;

pub(super) fn draw(catalog: &Catalog) -> String {
    let commands: Vec<Value> = catalog.iter().map(command).collect();
    format!("{:#}", Value::from(commands))
}

fn command(command: &Entry) -> Value {
    let examples = command.examples().iter();
    let examples: Vec<Value> = examples
        .map(|it| json!({ "text": it.text, "note": it.note }))
        .collect();
    json!({
        "path": command.path(),
        "summary": command.summary(),
        "group": command.group(),
        "effect": command.effect().as_str(),
        "aliases": command.aliases(),
        "usage": command.usage(),
        "hidden": command.is_hidden(),
        "replacement": command.replacement(),
        "patterns": command.patterns(),
        "arguments": command.arguments().iter().map(argument).collect::<Vec<_>>(),
        "examples": examples,
    })
}

fn argument(argument: &Argument) -> Value {
    json!({
        "name": argument.name,
        "kind": match argument.kind {
            ArgumentKind::Positional => "positional",
            ArgumentKind::Option => "option",
            ArgumentKind::Flag => "flag",
        },
        "type": schema_type(argument),
        "required": argument.is_required,
        "repeated": argument.is_repeated,
        "help": argument.help,
        "choices": argument.choices,
        "default": argument.default,
        "secret": argument.is_secret,
    })
}
