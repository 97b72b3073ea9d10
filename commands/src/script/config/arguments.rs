//! `args` of a script: each a table with a name, a type and a help.

use std::time::Duration;

use hailer::Section;

use crate::script::argument::{ArgumentType, Pattern, ScriptArgument};
use crate::script::config::program;
use crate::script::value;

/// How long names that a program gave hold.
const CACHE: Duration = Duration::from_secs(60);

/// The types by their names, as messages list them.
const TYPES: [&str; 15] = [
    "text",
    "integer",
    "number",
    "flag",
    "choice",
    "duration",
    "date-time",
    "version",
    "url",
    "host",
    "path",
    "person",
    "pattern",
    "secret",
    "bool",
];

pub(super) fn read(section: &Section<'_>) -> Vec<ScriptArgument> {
    let mut arguments: Vec<ScriptArgument> = Vec::new();
    for table in section.tables("args") {
        let Some(argument) = read_one(&table) else {
            continue;
        };
        if arguments.iter().any(|it| it.name == argument.name) {
            let text = format!("there are two arguments `{}`", argument.name);
            table.reject("name", text, "fix: rename one of them");
        }
        arguments.push(argument);
    }
    check_order(section, &arguments);
    arguments
}

fn read_one(table: &Section<'_>) -> Option<ScriptArgument> {
    let name = table.string("name");
    let help = table.string("help");
    let kind = read_kind(table);
    let default = table.scalar("default");
    let is_optional = table.boolean("optional").unwrap_or(false);
    let is_positional = table.boolean("positional");
    let is_list = table.boolean("list").unwrap_or(false);
    let allows_dash = table.boolean("allow_dash").unwrap_or(false);
    let Some(name) = name else {
        table.reject(
            "name",
            "an argument needs a `name`",
            "fix: { name = \"service\", type = \"text\", help = \"which one\" }",
        );
        return None;
    };
    check_name(table, &name);
    let kind = kind?;
    let help = help.unwrap_or_else(|| kind.in_words().to_owned());
    let argument = ScriptArgument {
        is_positional: is_positional.unwrap_or(!is_optional && default.is_none())
            && kind != ArgumentType::Flag,
        is_optional: is_optional || kind == ArgumentType::Flag,
        is_list,
        allows_dash,
        default,
        ..ScriptArgument::new(name, help, kind)
    };
    check_default(table, &argument);
    Some(argument)
}

fn check_name(table: &Section<'_>, name: &str) {
    let is_letter = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-';
    let begins_well = name.starts_with(|it: char| it.is_ascii_lowercase());
    if !begins_well || !name.chars().all(is_letter) || name.ends_with('-') {
        table.reject(
            "name",
            format!("`{name}` is no name of an argument"),
            "fix: small letters, digits and dashes, as in dry-run",
        );
    }
}

/// A default that is refused would only be seen in a channel.
fn check_default(table: &Section<'_>, argument: &ScriptArgument) {
    let Some(default) = &argument.default else {
        return;
    };
    let is_choice = match &argument.kind {
        ArgumentType::Choice { choices } => choices.contains(default),
        _ => true,
    };
    if argument.is_flag() {
        table.reject(
            "default",
            "a flag that is left out is off",
            "fix: take it out",
        );
    } else if !is_choice {
        let text = format!("`{default}` is not among the choices");
        table.reject("default", text, "");
    } else if let Err(refusal) = value::read(argument, default) {
        let text = format!("`{default}` cannot be the default: {refusal}");
        table.reject("default", text, "");
    }
}

/// What may be left out, or given several times, cannot stand before what has to be given.
fn check_order(section: &Section<'_>, arguments: &[ScriptArgument]) {
    let positional: Vec<_> = arguments.iter().filter(|it| it.is_positional).collect();
    for pair in positional.windows(2) {
        let [one, two] = pair else { continue };
        let may_be_left_out = |it: &ScriptArgument| it.is_optional || it.default.is_some();
        if one.is_list {
            let text = format!("`{}` is a list and takes everything behind it", one.name);
            section.reject(
                "args",
                text,
                "fix: put it last, or write positional = false",
            );
        } else if may_be_left_out(one) && !may_be_left_out(two) {
            let text = format!(
                "`{}` may be left out, `{}` behind it not",
                one.name, two.name
            );
            section.reject(
                "args",
                text,
                "fix: exchange them, or write positional = false",
            );
        }
    }
}

fn read_kind(table: &Section<'_>) -> Option<ArgumentType> {
    let (least, most) = (table.integer("min"), table.integer("max"));
    let choices = table.strings("choices");
    let choices_from = table.strings("choices_from");
    let cache = table.duration("cache").unwrap_or(CACHE);
    let root = table.path("root");
    let pattern = table.string("pattern");
    let lines = table.boolean("lines").unwrap_or(false);
    let name = table.string("type");
    let kind = name.as_deref().unwrap_or("text");
    if !has_only_its_own(table, kind) {
        return None;
    }
    if let (Some(least), Some(most)) = (least, most)
        && least > most
    {
        let text = format!("nothing is from {least} to {most}");
        table.reject("max", text, format!("fix: min = {most}, max = {least}"));
        return None;
    }
    Some(match kind {
        "text" => ArgumentType::Text { lines },
        "integer" => ArgumentType::Integer { least, most },
        "number" => ArgumentType::Number { least, most },
        "flag" | "bool" => ArgumentType::Flag,
        "choice" => return read_choice(table, choices, choices_from, cache),
        "duration" => ArgumentType::Duration,
        "date-time" => ArgumentType::DateTime,
        "version" => ArgumentType::Version,
        "url" => ArgumentType::Url,
        "host" => ArgumentType::Host,
        "path" => {
            let Some(root) = root else {
                let text = "a path needs the folder that it must not leave";
                table.reject("root", text, "fix: root = \"/var/log\"");
                return None;
            };
            ArgumentType::Path { root }
        }
        "person" => ArgumentType::Person,
        "pattern" => return read_pattern(table, pattern.as_deref()),
        "secret" => ArgumentType::Secret,
        other => {
            let text = format!("`{other}` is no type of an argument");
            table.reject("type", text, format!("known: {}", TYPES.join(", ")));
            return None;
        }
    })
}

/// Refuses keys of another type: what seems to limit an argument, and does not, would let anything through.
fn has_only_its_own(table: &Section<'_>, kind: &str) -> bool {
    const OWN: [(&str, &[&str]); 8] = [
        ("choices", &["choice"]),
        ("choices_from", &["choice"]),
        ("cache", &["choice"]),
        ("root", &["path"]),
        ("pattern", &["pattern"]),
        ("min", &["integer", "number"]),
        ("max", &["integer", "number"]),
        ("lines", &["text"]),
    ];
    let mut foreign = OWN
        .iter()
        .filter(|(key, kinds)| table.has(key) && TYPES.contains(&kind) && !kinds.contains(&kind));
    let Some((key, kinds)) = foreign.next() else {
        return true;
    };
    let text = format!("`{key}` says nothing of the type `{kind}`");
    let fix = format!(
        "fix: type = \"{}\", or take `{key}` away",
        kinds.join("\" or \"")
    );
    table.reject(key, text, fix);
    false
}

fn read_choice(
    table: &Section<'_>,
    choices: Option<Vec<String>>,
    choices_from: Option<Vec<String>>,
    cache: Duration,
) -> Option<ArgumentType> {
    match (choices, choices_from) {
        (Some(choices), None) if !choices.is_empty() => Some(ArgumentType::Choice { choices }),
        (None, Some(words)) if !words.is_empty() => {
            let (first, words) = words.split_first()?;
            let program = program::read_program(table, "choices_from", first, program::PATH)?;
            let program = program.into_os_string().into_string().ok()?;
            let program = std::iter::once(program).chain(words.iter().cloned());
            Some(ArgumentType::ChoiceFrom {
                program: program.collect(),
                cache,
            })
        }
        _ => {
            table.reject(
                "choices",
                "a choice needs either `choices` or `choices_from`",
                "fix: choices = [\"api\", \"web\"], or choices_from = [\"/opt/ops/services\"]",
            );
            None
        }
    }
}

fn read_pattern(table: &Section<'_>, pattern: Option<&str>) -> Option<ArgumentType> {
    let Some(pattern) = pattern else {
        let text = "the type `pattern` needs a `pattern`";
        table.reject("pattern", text, "fix: pattern = \"[A-Z]+-[0-9]+\"");
        return None;
    };
    match Pattern::new(pattern) {
        Ok(pattern) => Some(ArgumentType::Pattern(pattern)),
        Err(_) => {
            let text = format!("`{pattern}` is no regular expression");
            table.reject("pattern", text, "fix: pattern = \"[A-Z]+-[0-9]+\"");
            None
        }
    }
}
