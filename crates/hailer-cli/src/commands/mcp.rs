//! The commands as tools of the Model Context Protocol, in the shape of an answer to `tools/list`.
//!
//! See <https://modelcontextprotocol.io/specification/2025-06-18/server/tools>.

use std::collections::HashSet;

use hailer::{Argument, Catalog, Effect, Entry, ValueKind};
use serde_json::{Map, Value, json};

use crate::commands::{is_list, schema_type};

/// Clients refuse longer names, and any with other characters than letters, digits, `_` and `-`.
const LONGEST_NAME: usize = 64;

pub(super) fn draw(catalog: &Catalog) -> String {
    format!("{:#}", json!({ "tools": tools(catalog) }))
}

fn tools(catalog: &Catalog) -> Vec<Value> {
    let mut taken = HashSet::new();
    let mut tools = Vec::with_capacity(catalog.len());
    for command in catalog.iter() {
        let name = free_name(command.path(), &taken);
        tools.push(tool(&name, command));
        taken.insert(name);
    }
    tools
}

/// Makes a name of a path; two paths may differ only in what a name cannot have.
fn free_name(path: &str, taken: &HashSet<String>) -> String {
    let name: String = path
        .chars()
        .map(|it| {
            if it.is_ascii_alphanumeric() || it == '-' {
                it
            } else {
                '_'
            }
        })
        .take(LONGEST_NAME)
        .collect();
    let numbered = (2_usize..).map(|number| {
        let number = format!("_{number}");
        let kept: String = name.chars().take(LONGEST_NAME - number.len()).collect();
        kept + &number
    });
    std::iter::once(name.clone())
        .chain(numbered)
        .find(|it| !taken.contains(it))
        .unwrap_or_default()
}

fn tool(name: &str, command: &Entry) -> Value {
    let arguments = || command.arguments().iter();
    let properties: Map<String, Value> = arguments()
        .map(|it| (it.name.clone(), property(it)))
        .collect();
    let required: Vec<&str> = arguments()
        .filter(|it| it.is_required)
        .map(|it| it.name.as_str())
        .collect();
    json!({
        "name": name,
        "title": command.path(),
        "description": command.summary(),
        "inputSchema": {
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": false,
        },
        "annotations": {
            "readOnlyHint": command.effect() == Effect::Read,
            "destructiveHint": command.effect() == Effect::Destructive,
        },
    })
}

fn property(argument: &Argument) -> Value {
    let mut one = json!({ "type": schema_type(argument) });
    // Choices are texts, so they would contradict any other type.
    if !argument.choices.is_empty() && argument.value == ValueKind::Text {
        insert(&mut one, "enum", json!(argument.choices));
    }
    let mut property = if is_list(argument) {
        json!({ "type": "array", "items": one })
    } else {
        one
    };
    insert(&mut property, "description", json!(argument.help));
    if argument.is_secret {
        insert(&mut property, "writeOnly", json!(true));
    }
    if let Some(default) = default(argument) {
        insert(&mut property, "default", default);
    }
    property
}

/// Returns the default as a value of the argument's type. Of a list only the text is known, which is none.
fn default(argument: &Argument) -> Option<Value> {
    let text = argument.default.as_deref().filter(|_| !is_list(argument))?;
    match argument.value {
        ValueKind::Text => Some(text.into()),
        ValueKind::Integer | ValueKind::Number | ValueKind::Boolean => {
            serde_json::from_str(text).ok()
        }
    }
}

fn insert(schema: &mut Value, key: &str, value: Value) {
    if let Value::Object(fields) = schema {
        fields.insert(key.to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::samples::registry;

    #[test]
    fn a_schema_has_the_types_of_the_arguments() {
        let tools = tools(registry().catalog());

        let run = &tools.first().unwrap()["inputSchema"];
        assert_eq!(run["required"], json!(["service"]));
        let properties = &run["properties"];
        let of = |name: &str| {
            let mut property = properties[name].clone();
            property.as_object_mut().unwrap().remove("description");
            property
        };
        assert_eq!(
            of("service"),
            json!({ "type": "string", "enum": ["api", "web"] })
        );
        assert_eq!(of("count"), json!({ "type": "integer", "default": 2 }));
        assert_eq!(of("share"), json!({ "type": "number" }));
        assert_eq!(
            of("weight"),
            json!({ "type": "array", "items": { "type": "integer" } })
        );
        assert_eq!(of("force"), json!({ "type": "boolean" }));
        assert_eq!(of("loud"), json!({ "type": "integer" }));
        assert_eq!(of("tell"), json!({ "type": "boolean" }));
        assert_eq!(properties["count"]["description"], "How many");
    }

    #[test]
    fn names_are_such_as_clients_take_and_differ() {
        let tools = tools(registry().catalog());

        let names: Vec<&str> = tools.iter().filter_map(|it| it["name"].as_str()).collect();

        assert_eq!(names, ["deploy_run", "ping", "gr__e", "gr___e", "secret"]);
        let taken = HashSet::from(["a".repeat(LONGEST_NAME)]);
        assert_eq!(free_name(&"a".repeat(100), &taken), "a".repeat(62) + "_2");
        assert_eq!(
            free_name(
                "a b",
                &HashSet::from(["a_b".to_owned(), "a_b_2".to_owned()])
            ),
            "a_b_3"
        );
    }
}
