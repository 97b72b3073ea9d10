//! `[script.NAME]`: reading a script from the configuration, and checking it before the bot starts.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use hailer::{Draft, Effect, Section, Spec};
use hailer_process::{Limits, RunAs, check_executable};

use crate::script::argument::{ArgumentType, ScriptArgument};
use crate::script::template::Template;

mod arguments;
mod bounds;

/// Where programs are looked for, and what a script gets as `PATH`.
pub(super) const PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// A placeholder names no argument.
const PLACEHOLDER: &str = "HL231";

/// A file that is run can be changed by anybody.
const WRITABLE: &str = "HL232";

/// Longer summaries do not fit into a line of help.
const LONGEST_SUMMARY: usize = 60;

/// How a script's output is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OutputKind {
    /// As text.
    #[default]
    Text,
    /// As text in a fixed-width face.
    Code,
    /// As a table, from a JSON object a line or from CSV.
    Table,
    /// As the Adaptive Card that it is.
    Card,
}

/// A script, as it is declared.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Script {
    /// What people type.
    pub name: String,
    /// What it does, in a line.
    pub summary: String,
    /// Its heading in help.
    pub group: Option<String>,
    /// What running it does to the world.
    pub effect: Effect,
    /// What to type, and what it does.
    pub examples: Vec<(String, String)>,
    /// Other names.
    pub aliases: Vec<String>,
    /// The file that is run.
    pub program: PathBuf,
    /// The words behind it.
    pub words: Vec<Template>,
    /// What it takes.
    pub arguments: Vec<ScriptArgument>,
    /// Its environment, besides the variables of the call.
    pub environment: BTreeMap<String, String>,
    /// What must never be shown.
    pub secrets: Vec<String>,
    /// The variables of the call that it gets, without `HAILER_`; all when left out.
    pub pass: Option<Vec<String>>,
    /// Where it runs; in its temporary folder when left out.
    pub directory: Option<PathBuf>,
    /// When it is stopped.
    pub time_limit: Duration,
    /// How long it has to end by itself.
    pub grace: Duration,
    /// How many bytes are kept of the beginning and of the end of its output.
    pub kept: usize,
    /// How its output is shown.
    pub output: OutputKind,
    /// Whether each call is a job.
    pub is_job: bool,
    /// What else must not run meanwhile, as [`Spec::lock`] has it.
    pub lock: Option<String>,
    /// What the kernel holds it to, when that is declared.
    pub limits: Option<Limits>,
    /// The paths that it may read and write, when that is declared.
    pub paths: Option<(Vec<PathBuf>, Vec<PathBuf>)>,
    /// Whom it runs as.
    pub run_as: Option<RunAs>,
    /// Whether `sudo` works in it.
    pub may_gain_privileges: bool,
}

impl Script {
    pub(super) fn spec(&self) -> Spec {
        let mut spec = Spec::new(&self.name, &self.summary).effect(self.effect);
        if let Some(group) = &self.group {
            spec = spec.group(group);
        }
        for (text, note) in &self.examples {
            spec = spec.example(text, note);
        }
        for alias in &self.aliases {
            spec = spec.alias(alias);
        }
        if self.is_job {
            spec = spec.job().time_limit(self.time_limit);
        }
        match &self.lock {
            Some(lock) => spec.lock(lock),
            None => spec,
        }
    }
}

/// Reads the scripts in the order of the file; problems are noted in the draft.
pub fn read(draft: &Draft) -> Vec<Script> {
    let sections = draft.sections("script");
    sections.iter().filter_map(read_one).collect()
}

fn read_one(section: &Section<'_>) -> Option<Script> {
    let arguments = arguments::read(section);
    let (environment, secrets) = read_environment(section);
    let executable = read_exec(section, &environment, &arguments);
    let effects = [
        ("read", Effect::Read),
        ("write", Effect::Write),
        ("destructive", Effect::Destructive),
    ];
    let effect = section.choice("effect", &effects);
    let access = section.choice("access", &effects);
    let outputs = [
        ("text", OutputKind::Text),
        ("code", OutputKind::Code),
        ("table", OutputKind::Table),
        ("card", OutputKind::Card),
    ];
    let summary = read_summary(section);
    let script = Script {
        name: section.name().to_owned(),
        summary: summary.clone().unwrap_or_default(),
        group: section.string("group"),
        effect: effect.or(access).unwrap_or(Effect::Destructive),
        examples: read_examples(section, summary.as_deref().unwrap_or_default()),
        aliases: section.strings("aliases").unwrap_or_default(),
        program: PathBuf::new(),
        words: Vec::new(),
        environment,
        secrets,
        pass: bounds::pass(section),
        directory: bounds::directory(section),
        time_limit: bounds::time_limit(section),
        grace: section.duration("grace").unwrap_or(bounds::GRACE),
        kept: bounds::kept(section),
        output: section.choice("output", &outputs).unwrap_or_default(),
        is_job: section.boolean("job").unwrap_or(false),
        lock: bounds::lock(section, &arguments),
        limits: bounds::limits(section),
        paths: bounds::paths(section),
        run_as: bounds::run_as(section),
        may_gain_privileges: section.boolean("sudo").unwrap_or(false),
        arguments,
    };
    let (program, words) = executable?;
    summary?;
    Some(Script {
        program,
        words,
        ..script
    })
}

fn read_summary(section: &Section<'_>) -> Option<String> {
    let help = section.string("help");
    match help {
        None => {
            section.reject(
                "help",
                "there is no `help`: what the script does, in a line",
                "fix: help = \"Restart a service\"",
            );
            None
        }
        Some(help) if help.chars().count() > LONGEST_SUMMARY => {
            section.reject(
                "help",
                format!("this is longer than {LONGEST_SUMMARY} characters, so help would cut it"),
                "fix: say it in fewer words",
            );
            Some(help)
        }
        help => help,
    }
}

fn read_examples(section: &Section<'_>, summary: &str) -> Vec<(String, String)> {
    let one = section.string("example");
    let more = section.strings("examples").unwrap_or_default();
    let note = summary.to_lowercase();
    one.into_iter()
        .chain(more)
        .map(|text| (text, note.clone()))
        .collect()
}

/// Reads the environment: texts, and references to secrets.
fn read_environment(section: &Section<'_>) -> (BTreeMap<String, String>, Vec<String>) {
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
    let program = read_program(section, program, environment)?;
    for word in words.iter().filter(|it| it.starts_with('/')) {
        // An interpreter's script, most likely.
        check_owner(section, Path::new(word));
    }
    let mut templates = Vec::new();
    for word in words {
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
    Some((program, templates))
}

fn read_program(
    section: &Section<'_>,
    program: &str,
    environment: &BTreeMap<String, String>,
) -> Option<PathBuf> {
    if program.contains(['{', '}']) {
        section.reject(
            "exec",
            "the program itself cannot depend on what people type",
            "fix: name one program, and give it the argument",
        );
        return None;
    }
    let path = if program.contains('/') {
        Some(section.resolve(program))
    } else {
        let folders = environment.get("PATH").map_or(PATH, String::as_str);
        let mut places = folders.split(':').map(|it| Path::new(it).join(program));
        places.find(|it| it.is_file())
    };
    let Some(path) = path else {
        section.reject(
            "exec",
            format!("there is no program `{program}` in the script's PATH"),
            "fix: write its whole path, or set PATH in `env`",
        );
        return None;
    };
    let path = std::path::absolute(&path).unwrap_or(path);
    if let Err(error) = check_executable(&path) {
        section.reject("exec", error.to_string(), "");
        return None;
    }
    check_owner(section, &path);
    Some(path)
}

/// Refuses a file that anybody can change, or put another in the place of.
fn check_owner(section: &Section<'_>, path: &Path) {
    let mode = |path: &Path| fs::metadata(path).map(|it| it.permissions().mode());
    let shown = path.display();
    let is_open = mode(path).is_ok_and(|it| it & 0o002 != 0);
    let parent = path.parent().unwrap_or(Path::new("/"));
    // In a folder with the sticky bit, as /tmp, only owners replace files.
    let is_folder_open = mode(parent).is_ok_and(|it| it & 0o1002 == 0o002);
    if is_open {
        section.reject_as(
            WRITABLE,
            "exec",
            format!("{shown} is writable by everyone"),
            format!("fix: chmod go-w {shown}"),
        );
    } else if is_folder_open {
        section.reject_as(
            WRITABLE,
            "exec",
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
