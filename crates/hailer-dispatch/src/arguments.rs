//! From words to the arguments of one command.
//!
//! clap parses, but it was made for shells: there, quotes are gone before it looks. Here a quoted word is always
//! a value, a negative number too, `key=value` stands for `--key value`, and a command may take the rest of the
//! message as it was written. So the words are put in an order that leaves clap no choice: options, `--`, values.

use std::num::ParseIntError;

use clap::ArgMatches;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::argument::{Argument, ArgumentKind};
use crate::catalog::Entry;
use crate::misunderstanding::UsageProblem;
use crate::reader::Reader;
use crate::suggest::nearest;
use crate::words::{Word, WordKind};

/// Has a command run although the same is under way.
pub(crate) const AGAIN: &str = "--again";

/// Parses the words behind a command's name.
pub(crate) fn parse(
    reader: &Reader,
    entry: &Entry,
    words: &[Word<'_>],
    raw: &str,
) -> Result<ArgMatches, UsageProblem> {
    let arguments = match &entry.spec().rest {
        Some(name) => with_rest(entry, name, words, raw),
        None => in_order(reader.declared(), entry, words)?,
    };
    read(reader, entry, arguments)
}

/// Parses named values, as a pattern's groups give them.
pub(crate) fn parse_named(
    reader: &Reader,
    entry: &Entry,
    values: &[(String, String)],
) -> Result<ArgMatches, UsageProblem> {
    let mut options = Vec::new();
    let mut positional = vec!["--".to_owned()];
    for argument in entry.arguments() {
        let Some((_, value)) = values
            .iter()
            .find(|(name, _)| is_same_name(name, &argument.name))
        else {
            continue;
        };
        match argument.kind {
            ArgumentKind::Positional => positional.push(value.clone()),
            ArgumentKind::Option => options.push(format!("--{}={value}", argument.name)),
            ArgumentKind::Flag => options.push(format!("--{}", argument.name)),
        }
    }
    options.append(&mut positional);
    read(reader, entry, options)
}

pub(crate) fn is_same_name(left: &str, right: &str) -> bool {
    left.replace('_', "-") == right.replace('_', "-")
}

fn read(
    reader: &Reader,
    entry: &Entry,
    arguments: Vec<String>,
) -> Result<ArgMatches, UsageProblem> {
    reader
        .read(arguments)
        .map_err(|error| explain(entry, &error))
}

/// Gives the argument `rest` what was written, from the word on that would be its first.
fn with_rest(entry: &Entry, rest: &str, words: &[Word<'_>], raw: &str) -> Vec<String> {
    let positional = entry
        .arguments()
        .iter()
        .filter(|it| it.kind == ArgumentKind::Positional);
    let before = positional
        .take_while(|it| !is_same_name(&it.name, rest))
        .count();
    let mut arguments = vec!["--".to_owned()];
    arguments.extend(
        words
            .iter()
            .take(before)
            .map(|word| word.text.clone().into_owned()),
    );
    if let Some(word) = words.get(before) {
        arguments.extend(raw.get(word.range.start..).map(str::to_owned));
    }
    arguments
}

fn in_order(
    clap: &clap::Command,
    entry: &Entry,
    words: &[Word<'_>],
) -> Result<Vec<String>, UsageProblem> {
    let mut options = Vec::new();
    let mut values = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if word.kind != WordKind::Bare {
            values.push(word.text.clone().into_owned());
            continue;
        }
        let text = word.text.as_ref();
        if text == AGAIN && entry.takes_again() {
            // Only whoever looks for the same job cares.
            continue;
        } else if text == "--" {
            values.extend(words.by_ref().map(|it| it.text.clone().into_owned()));
        } else if let Some(long) = text.strip_prefix("--") {
            options.push(long_option(entry, long, || words.next())?);
        } else if is_short_option(text) {
            options.push(text.to_owned());
            if takes_value(clap, text) {
                options.extend(words.next().map(|it| it.text.clone().into_owned()));
            }
        } else if let Some(option) = key_value(entry, text) {
            options.extend(option);
        } else {
            values.push(text.to_owned());
        }
    }
    options.push("--".to_owned());
    options.append(&mut values);
    Ok(options)
}

fn long_option<'a>(
    entry: &Entry,
    long: &str,
    next: impl FnOnce() -> Option<&'a Word<'a>>,
) -> Result<String, UsageProblem> {
    let (name, value) = match long.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (long, None),
    };
    let Some(argument) = named(entry, name) else {
        return Err(unknown_option(entry, &format!("--{name}")));
    };
    let name = &argument.name;
    match (argument.kind, value) {
        (ArgumentKind::Option, Some(value)) => Ok(format!("--{name}={value}")),
        (ArgumentKind::Option, None) => match next() {
            Some(word) => Ok(format!("--{name}={}", word.text)),
            None => Err(UsageProblem::NoValue(format!("--{name}"))),
        },
        (ArgumentKind::Flag | ArgumentKind::Positional, None) => Ok(format!("--{name}")),
        (ArgumentKind::Flag | ArgumentKind::Positional, Some(value)) => {
            Err(UsageProblem::BadValue {
                value: value.to_owned(),
                argument: format!("--{name}"),
                why: "it takes no value".to_owned(),
            })
        }
    }
}

/// Reads `key=value`; `None` when the command has no such option. A flag may be switched by a word.
fn key_value(entry: &Entry, text: &str) -> Option<Option<String>> {
    let (key, value) = text.split_once('=')?;
    let argument = named(entry, key)?;
    let name = &argument.name;
    match argument.kind {
        ArgumentKind::Option => Some(Some(format!("--{name}={value}"))),
        ArgumentKind::Flag => match value.to_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => Some(Some(format!("--{name}"))),
            "false" | "no" | "off" | "0" => Some(None),
            _ => None,
        },
        ArgumentKind::Positional => None,
    }
}

fn named<'a>(entry: &'a Entry, name: &str) -> Option<&'a Argument> {
    let name = name.to_lowercase();
    let mut options = entry
        .arguments()
        .iter()
        .filter(|it| it.kind != ArgumentKind::Positional);
    options.find(|it| is_same_name(&it.name, &name))
}

fn is_short_option(text: &str) -> bool {
    text.strip_prefix('-')
        .is_some_and(|it| it.starts_with(|letter: char| letter.is_ascii_alphabetic()))
}

fn takes_value(clap: &clap::Command, short: &str) -> bool {
    let mut letters = short.trim_start_matches('-').chars();
    let (Some(letter), None) = (letters.next(), letters.next()) else {
        return false;
    };
    clap.get_arguments()
        .any(|arg| arg.get_short() == Some(letter) && arg.get_action().takes_values())
}

fn unknown_option(entry: &Entry, option: &str) -> UsageProblem {
    let names: Vec<String> = entry
        .arguments()
        .iter()
        .filter(|it| it.kind != ArgumentKind::Positional)
        .map(|it| format!("--{}", it.name))
        .collect();
    let suggestion = nearest(option, names.iter().map(String::as_str))
        .first()
        .map(|it| (*it).to_owned());
    UsageProblem::UnknownOption {
        option: option.to_owned(),
        suggestion,
    }
}

/// Reads what clap found wrong; its own words are for shells.
fn explain(entry: &Entry, error: &clap::Error) -> UsageProblem {
    let strings = |kind| match error.get(kind) {
        Some(ContextValue::Strings(texts)) => texts.clone(),
        Some(ContextValue::String(text)) => vec![text.clone()],
        _ => Vec::new(),
    };
    let first = |kind| strings(kind).into_iter().next().unwrap_or_default();
    let argument = || plain_name(&first(ContextKind::InvalidArg));
    match error.kind() {
        ErrorKind::MissingRequiredArgument => {
            let missing: Vec<String> = strings(ContextKind::InvalidArg)
                .iter()
                .map(|it| plain_name(it))
                .collect();
            UsageProblem::Missing(in_order_of_usage(entry, missing))
        }
        ErrorKind::InvalidValue if first(ContextKind::InvalidValue).is_empty() => {
            UsageProblem::NoValue(argument())
        }
        ErrorKind::InvalidValue => {
            let value = first(ContextKind::InvalidValue);
            let choices = strings(ContextKind::ValidValue);
            let near = nearest(&value, choices.iter().map(String::as_str))
                .first()
                .map(|it| (*it).to_owned());
            UsageProblem::BadChoice {
                value,
                argument: argument(),
                choices,
                suggestion: near,
            }
        }
        ErrorKind::ValueValidation => UsageProblem::BadValue {
            value: first(ContextKind::InvalidValue),
            argument: argument(),
            why: why_not(error),
        },
        ErrorKind::ArgumentConflict
            if first(ContextKind::PriorArg) == first(ContextKind::InvalidArg) =>
        {
            UsageProblem::Twice(argument())
        }
        ErrorKind::UnknownArgument => {
            let said = first(ContextKind::InvalidArg);
            if is_short_option(&said) || said.starts_with("--") {
                unknown_option(entry, &said)
            } else {
                UsageProblem::Leftover(said)
            }
        }
        ErrorKind::ArgumentConflict => UsageProblem::Other(format!(
            "{} and {} exclude each other",
            first(ContextKind::PriorArg),
            argument()
        )),
        kind => UsageProblem::Other(kind.to_string()),
    }
}

/// Says why a value cannot be read; the words of Rust's numbers are for programmers.
fn why_not(error: &clap::Error) -> String {
    match std::error::Error::source(error) {
        Some(why) if why.is::<ParseIntError>() => "it is no whole number that fits".to_owned(),
        Some(why) => why.to_string(),
        None => "it has another form".to_owned(),
    }
}

fn in_order_of_usage(entry: &Entry, mut names: Vec<String>) -> Vec<String> {
    names.sort_by_key(|name| {
        entry
            .arguments()
            .iter()
            .position(|it| it.name == name.trim_start_matches('-'))
    });
    names
}

/// Turns `<SERVICE>`, `[when]...` and `--at <TIME>` into the names that usage lines show.
fn plain_name(clap_name: &str) -> String {
    let name = clap_name.split([' ', '=']).next().unwrap_or(clap_name);
    let name = name.trim_matches(|it: char| matches!(it, '<' | '>' | '[' | ']' | '.'));
    name.to_lowercase().replace('_', "-")
}
