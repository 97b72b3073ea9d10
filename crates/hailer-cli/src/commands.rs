//! `hailer commands`: what the bot can do, for people, documents and tools.

use std::fmt::Write as _;
use std::path::Path;

use hailer::{Argument, ArgumentKind, Catalog, Entry, Environment};
use serde_json::{Map, Value, json};

use crate::arguments::CommandsOptions;
use crate::exit::{Exit, Failure};
use crate::output;
use crate::project::{Modules, Project, Source};

/// Prints the commands of the configured bot, or of the demo.
pub(crate) fn run(
    config: Option<&Path>,
    options: &CommandsOptions,
    environment: &Environment,
    modules: Modules<'_>,
) -> Result<Exit, Failure> {
    let project = Project::load(Source::find(config), None, environment, modules)?;
    let catalog = project.bot.check()?;
    let format = &options.format;
    output::print(&if format.json {
        format!(
            "{:#}",
            Value::from(catalog.iter().map(to_json).collect::<Vec<_>>())
        )
    } else if format.markdown {
        markdown(&catalog)
    } else if format.mcp {
        format!(
            "{:#}",
            json!({ "tools": catalog.iter().map(tool).collect::<Vec<_>>() })
        )
    } else {
        table(&catalog)
    })?;
    Ok(Exit::Fine)
}

fn table(catalog: &Catalog) -> String {
    let width = catalog
        .iter()
        .map(|it| it.usage().chars().count())
        .max()
        .unwrap_or_default();
    let lines: Vec<String> = catalog
        .iter()
        .filter(|it| !it.is_hidden())
        .map(|it| {
            format!(
                "{:<width$}  {:<11}  {}",
                it.usage(),
                it.effect().as_str(),
                it.summary()
            )
        })
        .collect();
    lines.join("\n")
}

fn to_json(command: &Entry) -> Value {
    let examples: Vec<Value> = command
        .examples()
        .iter()
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
        "patterns": command.patterns(),
        "arguments": command.arguments().iter().map(argument_json).collect::<Vec<_>>(),
        "examples": examples,
    })
}

fn argument_json(argument: &Argument) -> Value {
    json!({
        "name": argument.name,
        "kind": match argument.kind {
            ArgumentKind::Positional => "positional",
            ArgumentKind::Option => "option",
            ArgumentKind::Flag => "flag",
        },
        "required": argument.is_required,
        "repeated": argument.is_repeated,
        "help": argument.help,
        "choices": argument.choices,
        "default": argument.default,
    })
}

fn markdown(catalog: &Catalog) -> String {
    let mut out = String::from("# Commands\n");
    for command in catalog.iter().filter(|it| !it.is_hidden()) {
        let _ = write!(
            out,
            "\n## {}\n\n{}\n\n```text\n{}\n```\n",
            command.path(),
            command.summary(),
            command.usage()
        );
        if !command.arguments().is_empty() {
            out.push_str("\n| argument | what it is |\n|---|---|\n");
        }
        for argument in command.arguments() {
            let choices = if argument.choices.is_empty() {
                String::new()
            } else {
                format!(" ({})", argument.choices.join(", "))
            };
            let _ = writeln!(
                out,
                "| `{}` | {}{choices} |",
                argument.usage(),
                argument.help.replace('|', "\\|")
            );
        }
        for example in command.examples() {
            let _ = write!(out, "\n- `{}`: {}", example.text, example.note);
        }
        let _ = writeln!(out, "\n\nEffect: {}", command.effect().as_str());
    }
    out.trim_end().to_owned()
}

/// Describes a command as a tool, see <https://modelcontextprotocol.io/specification/2025-06-18/server/tools>.
fn tool(command: &Entry) -> Value {
    let properties: Map<String, Value> = command
        .arguments()
        .iter()
        .map(|argument| (argument.name.clone(), property(argument)))
        .collect();
    let required: Vec<&str> = command
        .arguments()
        .iter()
        .filter(|it| it.is_required)
        .map(|it| it.name.as_str())
        .collect();
    json!({
        "name": command.path().replace(' ', "_"),
        "description": command.summary(),
        "inputSchema": {
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": false,
        },
        "annotations": {
            "readOnlyHint": command.effect() == hailer::Effect::Read,
            "destructiveHint": command.effect() == hailer::Effect::Destructive,
        },
    })
}

fn property(argument: &Argument) -> Value {
    let mut one = Map::new();
    let kind = match argument.kind {
        ArgumentKind::Flag => "boolean",
        ArgumentKind::Positional | ArgumentKind::Option => "string",
    };
    one.insert("type".to_owned(), json!(kind));
    if !argument.choices.is_empty() {
        one.insert("enum".to_owned(), json!(argument.choices));
    }
    let mut property = if argument.is_repeated && argument.kind != ArgumentKind::Flag {
        Map::from_iter([
            ("type".to_owned(), json!("array")),
            ("items".to_owned(), json!(one)),
        ])
    } else {
        one
    };
    property.insert("description".to_owned(), json!(argument.help));
    if let Some(default) = &argument.default {
        property.insert("default".to_owned(), json!(default));
    }
    Value::Object(property)
}
