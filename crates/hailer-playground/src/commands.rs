//! What somebody may run, for suggestions while they type, and why not the rest.

use hailer::{Argument, ArgumentKind, Decision, Entry, Permissions, Standpoint};
use serde_json::{Value, json};

/// Describes the commands that somebody may run, and says of the others why not.
pub(crate) fn describe(permissions: &Permissions, standpoint: &Standpoint) -> Value {
    let permitted = permissions.catalog_for(standpoint);
    let may_run = |path: &str| permitted.iter().any(|it| it.path() == path);
    let all = || permissions.catalog().iter();
    let commands = all().filter(|it| may_run(it.path())).map(command);
    let refused = all()
        .filter(|it| !may_run(it.path()) && !it.is_hidden())
        .map(|entry| refusal(permissions, standpoint, entry));
    json!({
        "commands": commands.collect::<Vec<_>>(),
        "refused": refused.collect::<Vec<_>>(),
    })
}

fn command(entry: &Entry) -> Value {
    let examples = entry.examples().iter();
    let examples: Vec<Value> = examples
        .map(|it| json!({ "text": it.text, "note": it.note }))
        .collect();
    json!({
        "path": entry.path(),
        "usage": entry.usage(),
        "summary": entry.summary(),
        "group": entry.group(),
        "effect": entry.effect().as_str(),
        "aliases": entry.aliases(),
        "isHidden": entry.is_hidden(),
        "isJob": entry.is_job(),
        "examples": examples,
        "arguments": entry.arguments().iter().map(argument).collect::<Vec<_>>(),
    })
}

fn argument(argument: &Argument) -> Value {
    json!({
        "name": argument.name,
        "usage": argument.usage(),
        "kind": match argument.kind {
            ArgumentKind::Positional => "positional",
            ArgumentKind::Option => "option",
            ArgumentKind::Flag => "flag",
        },
        "isRequired": argument.is_required,
        "isRepeated": argument.is_repeated,
        "help": argument.help,
        "choices": argument.choices,
        "default": argument.default,
    })
}

fn refusal(permissions: &Permissions, standpoint: &Standpoint, entry: &Entry) -> Value {
    let judged = permissions.judge(entry.path(), standpoint);
    let why = judged
        .as_ref()
        .map_or_else(|_| String::new(), |it| it.decision.to_string());
    json!({
        "path": entry.path(),
        "why": why,
        "place": judged.as_ref().ok().and_then(|it| Decision::place(&it.decision)),
    })
}
