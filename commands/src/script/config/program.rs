//! `[script.NAME]`: the program that does the work, its words and its environment.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use hailer::Section;
use hailer_process::check_executable;

use crate::script::argument::{ArgumentType, ScriptArgument};
use crate::script::config::{Executable, bounds};
use crate::script::progress::ProgressLine;
use crate::script::template::Template;

/// Where programs are looked for, and what a script gets as `PATH`.
pub(crate) const PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// A placeholder names no argument.
const PLACEHOLDER: &str = "HL231";

/// A file that is run can be changed by anybody.
const WRITABLE: &str = "HL232";

/// Reads what is run, and the secrets that it is given.
pub(super) fn read(
    section: &Section<'_>,
    arguments: &[ScriptArgument],
) -> (Option<Executable>, Vec<String>) {
    let (environment, secrets) = read_environment(section);
    let exec = read_exec(section, &environment, arguments);
    let executable = Executable {
        program: PathBuf::new(),
        words: Vec::new(),
        environment,
        directory: bounds::directory(section),
        grace: section.duration("grace").unwrap_or(bounds::GRACE),
        limits: bounds::limits(section),
        paths: bounds::paths(section),
        run_as: bounds::run_as(section),
        may_gain_privileges: section.boolean("sudo").unwrap_or(false),
        progress: read_progress(section),
    };
    let executable = exec.map(|(program, words)| Executable {
        program,
        words,
        ..executable
    });
    (executable, secrets)
}

fn read_progress(section: &Section<'_>) -> Option<ProgressLine> {
    let pattern = section.string("progress")?;
    let line = ProgressLine::new(&pattern);
    line.map_err(|error| {
        section.reject(
            "progress",
            format!("this cannot find lines of progress: {error}"),
            "fix: progress = '^PROGRESS (\\d+)/(\\d+) (.*)$'",
        );
    })
    .ok()
}

/// Reads the environment: texts, and references to secrets.
pub(crate) fn read_environment(section: &Section<'_>) -> (BTreeMap<String, String>, Vec<String>) {
    let mut environment = BTreeMap::from([("PATH".to_owned(), PATH.to_owned())]);
    let mut secrets = Vec::new();
    let table = section.section("env");
    for name in table.names() {
        let is_letter = |it: char| it.is_ascii_alphanumeric() || it == '_';
        if name.is_empty() || !name.chars().all(is_letter) {
            table.reject(
                &name,
                format!("`{name}` is no name of a variable"),
                "fix: letters, digits and underscores",
            );
        }
        if table.is_table(&name) {
            if let Some(secret) = table.secret(&name) {
                secrets.push(secret.expose().to_owned());
                environment.insert(name, secret.expose().to_owned());
            }
        } else if let Some(value) = table.string(&name) {
            environment.insert(name, value);
        }
    }
    (environment, secrets)
}

fn read_exec(
    section: &Section<'_>,
    environment: &BTreeMap<String, String>,
    arguments: &[ScriptArgument],
) -> Option<(PathBuf, Vec<Template>)> {
    let exec = section.strings("exec").unwrap_or_default();
    let Some((program, words)) = exec.split_first() else {
        section.reject(
            "exec",
            "there is no `exec`: the program and its arguments, as a list",
            "fix: exec = [\"/opt/ops/restart.sh\", \"{service}\"]",
        );
        return None;
    };
    let folders = environment.get("PATH").map_or(PATH, String::as_str);
    let program = read_program(section, "exec", program, folders);
    for word in words.iter().filter(|it| it.starts_with('/')) {
        // An interpreter's script, most likely.
        check_owner(section, "exec", Path::new(word));
    }
    let mut templates = Vec::new();
    for word in words {
        warn_of_relative(section, word);
        match Template::parse(word) {
            Ok(template) => {
                check_names(section, &template, arguments);
                templates.push(template);
            }
            Err(error) => {
                section.reject("exec", format!("in `{word}` {error}"), "");
            }
        }
    }
    Some((program?, templates))
}

/// A script runs in a folder of its own, so an interpreter would not find a file that stands beside the configuration.
fn warn_of_relative(section: &Section<'_>, word: &str) {
    let is_word = !word.is_empty() && !word.starts_with('/') && !word.contains(['{', '}']);
    if !is_word || section.has("cwd") {
        return;
    }
    let path = section.resolve(word);
    if path.is_file() {
        let path = std::path::absolute(&path).unwrap_or(path);
        section.warn(
            "exec",
            format!("`{word}` is not found where the script runs: in an empty folder of its own"),
            format!("fix: write {}, or set `cwd`", path.display()),
        );
    }
}

/// Finds a program that a key names, and refuses one that cannot be run, or that anybody can change.
pub(crate) fn read_program(
    section: &Section<'_>,
    key: &str,
    program: &str,
    folders: &str,
) -> Option<PathBuf> {
    if program.contains(['{', '}']) {
        section.reject(
            key,
            "the program itself cannot depend on what people type",
            "fix: name one program, and give it the argument",
        );
        return None;
    }
    let path = if program.contains('/') {
        Some(section.resolve(program))
    } else {
        let mut places = folders.split(':').map(|it| Path::new(it).join(program));
        places.find(|it| it.is_file())
    };
    let Some(path) = path else {
        let help = match section.resolve(program).is_file() {
            true => format!("fix: the file beside hailer.toml is \"./{program}\""),
            false => "fix: write its whole path, or set PATH in `env`".to_owned(),
        };
        let text = format!("there is no program `{program}` in the script's PATH");
        section.reject(key, text, help);
        return None;
    };
    let path = std::path::absolute(&path).unwrap_or(path);
    if let Err(error) = check_executable(&path) {
        let help = match program.starts_with('/') {
            true => "",
            false => "paths start at the folder of hailer.toml, in conf.d too",
        };
        section.reject(key, error.to_string(), help);
        return None;
    }
    section.watch(key, &path);
    check_owner(section, key, &path);
    Some(path)
}

/// Refuses a file that anybody can change, or put another in the place of.
fn check_owner(section: &Section<'_>, key: &str, path: &Path) {
    let mode = |path: &Path| fs::metadata(path).map(|it| it.permissions().mode());
    let shown = path.display();
    let is_open = mode(path).is_ok_and(|it| it & 0o002 != 0);
    let parent = path.parent().unwrap_or(Path::new("/"));
    // In a folder with the sticky bit, as /tmp, only owners replace files.
    let is_folder_open = mode(parent).is_ok_and(|it| it & 0o1002 == 0o002);
    if is_open {
        section.reject_as(
            WRITABLE,
            key,
            format!("{shown} is writable by everyone"),
            format!("fix: chmod go-w {shown}"),
        );
    } else if is_folder_open {
        section.reject_as(
            WRITABLE,
            key,
            format!("everyone can replace {shown}: its folder is writable by everyone"),
            format!("fix: chmod go-w {}", parent.display()),
        );
    }
}

fn check_names(section: &Section<'_>, template: &Template, arguments: &[ScriptArgument]) {
    for name in template.names() {
        let Some(argument) = arguments.iter().find(|it| it.name == name) else {
            let known: Vec<&str> = arguments.iter().map(|it| it.name.as_str()).collect();
            let known = if known.is_empty() {
                "there are none; declare it in `args`".to_owned()
            } else {
                format!("arguments: {}", known.join(", "))
            };
            let text = format!("placeholder {{{name}}} has no argument of that name");
            section.reject_as(PLACEHOLDER, "exec", text, known);
            continue;
        };
        if argument.kind == ArgumentType::Secret {
            section.reject_as(
                PLACEHOLDER,
                "exec",
                format!("{{{name}}} is a secret, and command lines can be read by every process"),
                format!(
                    "fix: take it from the variable HAILER_ARG_{}",
                    name.to_uppercase().replace('-', "_")
                ),
            );
        }
    }
}
