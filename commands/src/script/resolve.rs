//! From what clap read to what the program gets, where only the world knows: paths, people, names that exist now.

use std::path::Path;

use hailer::clap::ArgMatches;
use hailer::{CommandError, Invocation, known, values};

use crate::script::argument::{ArgumentType, ScriptArgument};
use crate::script::choices::Choices;
use crate::script::value::Value;

/// Somebody means themselves.
const ME: &str = "me";

/// Returns the value of one argument.
pub(super) async fn resolve(
    argument: &ScriptArgument,
    matches: &ArgMatches,
    invocation: Option<&Invocation>,
    choices: &Choices,
) -> Result<Value, CommandError> {
    if argument.is_flag() {
        return Ok(Value::Flag(matches.get_flag(&argument.name)));
    }
    let typed = typed(argument, matches);
    let mut values = Vec::new();
    for value in typed {
        values.push(resolve_one(argument, value, invocation, choices).await?);
    }
    Ok(match (argument.is_list, values.pop()) {
        (_, None) => Value::Absent,
        (false, Some(value)) => Value::One(value),
        (true, Some(last)) => {
            values.push(last);
            Value::Many(values)
        }
    })
}

/// Returns the values as they were read; numbers keep the digits that were typed.
fn typed(argument: &ScriptArgument, matches: &ArgMatches) -> Vec<String> {
    let name = argument.name.as_str();
    match &argument.kind {
        ArgumentType::Integer { .. } => {
            let numbers = matches.get_many::<i64>(name).into_iter().flatten();
            numbers.map(ToString::to_string).collect()
        }
        ArgumentType::Number { .. } => {
            let raw = matches.get_raw(name).into_iter().flatten();
            raw.map(|it| it.to_string_lossy().trim().to_owned())
                .collect()
        }
        _ => {
            let texts = matches.get_many::<String>(name).into_iter().flatten();
            texts.cloned().collect()
        }
    }
}

async fn resolve_one(
    argument: &ScriptArgument,
    value: String,
    invocation: Option<&Invocation>,
    choices: &Choices,
) -> Result<String, CommandError> {
    match &argument.kind {
        // clap matched it whatever its case.
        ArgumentType::Choice { choices } => {
            let lower = value.to_lowercase();
            let own = choices.iter().find(|it| it.to_lowercase() == lower);
            Ok(own.cloned().unwrap_or(value))
        }
        ArgumentType::ChoiceFrom { program, cache } => {
            let names = choices.get(program, *cache).await?;
            known(&argument.name, &value, names.iter().cloned())
        }
        ArgumentType::Path { root } => below(root, &value),
        ArgumentType::Person => person(&value, invocation),
        _ => Ok(value),
    }
}

/// Follows symbolic links, so that none of them leads out.
fn below(root: &Path, value: &str) -> Result<String, CommandError> {
    let missing = || CommandError::told(format!("There is no {value}."));
    let root = root
        .canonicalize()
        .map_err(|error| missing().caused_by(error))?;
    let path = root
        .join(value)
        .canonicalize()
        .map_err(|error| missing().caused_by(error))?;
    if !path.starts_with(&root) {
        return Err(missing());
    }
    let path = path.into_os_string().into_string();
    path.map_err(|_| missing())
}

fn person(value: &str, invocation: Option<&Invocation>) -> Result<String, CommandError> {
    let Some(invocation) = invocation else {
        return Err(CommandError::told(
            "Only a message says who somebody is: try it with `hailer send`.",
        ));
    };
    if value.eq_ignore_ascii_case(ME) {
        let own = invocation.sender().id().map(ToString::to_string);
        return own.ok_or_else(|| CommandError::told("Teams does not say who you are."));
    }
    let person = values::person(value).map_err(|error| {
        CommandError::told(format!("\"{value}\" is nobody: {error}, or write me."))
    })?;
    let id = person.mention(invocation).and_then(|it| it.id.clone());
    id.ok_or_else(|| {
        CommandError::told(format!(
            "Teams does not say who {person} is, and a name is not enough: names can be chosen."
        ))
    })
}
