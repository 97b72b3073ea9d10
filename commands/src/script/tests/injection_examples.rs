//! What people type to get something else run, against every script that comes with the bot, and against a service.
//!
//! A stub that notes its words and its environment stands in the place of each program; each of its arguments is tried
//! as every type, so that a script stays safe when somebody changes what it takes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use hailer::{Draft, Environment};
use serde_json::Value as Json;

use super::injection::{payloads, types};
use super::{
    CancellationToken, Context, Finished, Folder, Launcher, Script, Value, config, run, value,
};
use crate::script::Work;
use crate::script::argument::{ArgumentType, ScriptArgument};

/// Notes the words of its argument vector and its variables, each ended by a NUL character.
const STUB: &str = "#!/bin/sh\nfor word in \"$@\"; do printf '%s\\0' \"$word\"; done > \"$RECORD\"\nenv -0 > \"$RECORD.env\"\n";

fn examples() -> Vec<Script> {
    let (folder, toml) = (folder_of_examples(), examples_toml());
    let token = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
    let environment = Environment::from_pairs([("HAILER_TOKEN_OPS", token)]);
    let draft = Draft::parse("hailer.toml", &toml, &folder, &environment);
    let scripts = config::read(&draft);
    draft.finish().unwrap();
    scripts
}

/// Puts the stub in the place of a script's program; returns where it notes what it got.
fn put_stub(script: &mut Script, folder: &Folder) -> PathBuf {
    let record = folder.path().join("record");
    let Work::Program(executable) = &mut script.work else {
        panic!("{script:?} is a program");
    };
    executable.program = folder.path().join("stub.sh");
    executable.directory = Some(folder.path().to_owned());
    let shown = record.display().to_string();
    executable.environment.insert("RECORD".to_owned(), shown);
    record
}

/// Returns a harmless value for an argument that is not the one that is tried.
fn harmless(argument: &ScriptArgument) -> Value {
    match &argument.kind {
        ArgumentType::Flag => Value::Flag(true),
        ArgumentType::Choice { choices } => Value::One(choices[0].clone()),
        _ => Value::One("5".to_owned()),
    }
}

/// Returns the words that must arrive, without what expands words.
fn expected(script: &Script, tried: &str, values: &[String]) -> Vec<String> {
    let toml = examples_toml();
    let exec = exec_of(&toml, &script.name);
    let mut words = Vec::new();
    for word in exec {
        match word.strip_prefix('{').and_then(|it| it.strip_suffix('}')) {
            Some(name) if name == tried => words.extend_from_slice(values),
            Some(name) => {
                let argument = script.arguments.iter().find(|it| it.name == name).unwrap();
                words.push(match harmless(argument) {
                    Value::One(value) => value,
                    _ => format!("--{name}"),
                });
            }
            None => words.push(word),
        }
    }
    words
}

fn folder_of_examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/scripts")
}

/// Returns the configuration of the examples, with what the one says of itself that has no table there.
fn examples_toml() -> String {
    let folder = folder_of_examples();
    let toml = fs::read_to_string(folder.join("hailer.toml")).unwrap();
    format!("{toml}\n{}", as_table("backup", &folder))
}

fn as_table(name: &str, folder: &Path) -> String {
    let program = format!("bin/{name}.sh");
    let asked = Command::new(folder.join(&program))
        .arg("--hailer-spec")
        .output()
        .unwrap();
    let spec: Json = serde_json::from_slice(&asked.stdout).unwrap();
    let words: Vec<String> = spec["words"]
        .as_array()
        .unwrap()
        .iter()
        .map(Json::to_string)
        .collect();
    let args = spec["args"].as_array().unwrap().iter();
    let args = args.map(|it| {
        let keys = it.as_object().unwrap().iter();
        let keys: Vec<String> = keys
            .map(|(key, value)| format!("{key} = {value}"))
            .collect();
        format!("{{ {} }}", keys.join(", "))
    });
    format!(
        "[script.{name}]\nhelp = {}\nexec = [\"{program}\", {}]\nargs = [{}]\n",
        spec["help"],
        words.join(", "),
        args.collect::<Vec<_>>().join(", ")
    )
}

/// Reads the words behind the program, as they stand in the file.
fn exec_of(toml: &str, name: &str) -> Vec<String> {
    let (_, table) = toml.split_once(&format!("[script.{name}]")).unwrap();
    let mut lines = table.lines();
    let line = lines.find(|it| it.starts_with("exec")).unwrap();
    let words: Vec<String> = line
        .split('"')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect();
    words[1..].to_vec()
}

async fn try_values(script: &Script, record: &Path, tried: usize, values: &[String]) {
    let name = script.arguments[tried].name.clone();
    let all = script.arguments.iter().map(|argument| {
        let value = if argument.name == name {
            Value::Many(values.to_vec())
        } else {
            harmless(argument)
        };
        (argument.name.clone(), value)
    });
    let context = Context {
        values: all.collect(),
        ..Context::default()
    };
    let never = CancellationToken::new();
    let note = |_| std::future::ready(Ok(()));
    let launcher = Launcher::direct();

    let finished = run(script, &launcher, &context, &never, note, |_| {}).await;

    assert!(matches!(finished, Finished::Done(_)), "{finished:?}");
    let words = fs::read_to_string(record).unwrap();
    let words: Vec<&str> = words.split_terminator('\0').collect();
    assert_eq!(
        words,
        expected(script, &name, values),
        "{} {name}",
        script.name
    );
    let variables = fs::read_to_string(record.with_extension("env")).unwrap();
    let variable = format!(
        "HAILER_ARG_{}={}",
        name.to_uppercase().replace('-', "_"),
        values.join("\n")
    );
    assert!(
        variables.split('\0').any(|it| it == variable),
        "{} {name}",
        script.name
    );
}

#[tokio::test]
async fn no_example_gets_anything_but_words() {
    let folder = Folder::new().script("stub.sh", STUB);
    let (mut scripts, mut calls) = (0, 0);
    for mut script in examples() {
        let record = put_stub(&mut script, &folder);
        scripts += 1;
        for tried in 0..script.arguments.len() {
            if script.arguments[tried].is_flag() {
                continue;
            }
            let declared = script.arguments[tried].kind.clone();
            for kind in types().into_iter().chain([declared]) {
                let mut script = script.clone();
                // What is a secret has no place in the words; the configuration refuses it.
                let is_secret = kind == ArgumentType::Secret;
                script.arguments[tried].kind = if is_secret {
                    ArgumentType::Text { lines: false }
                } else {
                    kind
                };
                let argument = script.arguments[tried].clone();
                let read = |typed: &String| value::read(&argument, typed).ok();
                let values: Vec<String> = payloads().iter().filter_map(read).collect();
                if !values.is_empty() {
                    try_values(&script, &record, tried, &values).await;
                    calls += 1;
                }
            }
        }
    }
    assert!(scripts >= 7 && calls > 80, "{scripts} {calls}");
    let left: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|it| it.unwrap().file_name())
        .collect();
    assert!(!left.iter().any(|it| it == "CANARY"), "{left:?}");
}

#[test]
fn a_service_gets_what_was_typed_and_nothing_beside_it() {
    for kind in types() {
        let argument = ScriptArgument::new("value", "x", kind);
        for typed in payloads() {
            let Ok(read) = value::read(&argument, &typed) else {
                continue;
            };
            let context = Context {
                values: vec![("value".to_owned(), Value::One(read.clone()))],
                ..Context::default()
            };
            let body = context.to_json(None);
            let json: serde_json::Value = serde_json::from_slice(&body).unwrap();
            let arguments = serde_json::json!({ "value": read });
            assert_eq!(
                json,
                serde_json::json!({ "version": 1, "arguments": arguments })
            );
        }
    }
}
