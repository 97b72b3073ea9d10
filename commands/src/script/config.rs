//! `[script.NAME]` and `[http.NAME]`: reading a command from the configuration, and checking it before the bot starts.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use hailer::{Approval, Draft, Effect, Section, Spec, read_approval};
use hailer_process::{Limits, RunAs};

use crate::script::argument::{ArgumentType, ScriptArgument};
use crate::script::progress::ProgressLine;
use crate::script::service::Service;
use crate::script::template::Template;

mod arguments;
mod bounds;
mod program;
mod service;

pub(crate) use program::{PATH, read_environment, read_program};

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

/// A command that the configuration declares. `Debug` shows its name only, because secrets are in it.
#[derive(Clone)]
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
    /// What it takes.
    pub arguments: Vec<ScriptArgument>,
    /// What must never be shown.
    pub secrets: Vec<String>,
    /// The facts of the call that are told, without `HAILER_`; all when left out.
    pub pass: Option<Vec<String>>,
    /// When it is stopped.
    pub time_limit: Duration,
    /// How many bytes are kept of its output: of a program's beginning, and as many of its end.
    pub kept: usize,
    /// How its output is shown.
    pub output: OutputKind,
    /// Whether each call is a job.
    pub is_job: bool,
    /// Whether to do it twice is as good as once.
    pub is_idempotent: bool,
    /// What else must not run meanwhile, as [`Spec::lock`] has it.
    pub lock: Option<String>,
    /// Whether whoever runs it is asked whether they mean it; as its effect has it when left out.
    pub confirms: Option<bool>,
    /// Whose approval it needs.
    pub approval: Option<Approval>,
    /// Who does the work.
    pub work: Work,
}

/// Who does the work of a command.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Work {
    /// A program of this machine.
    Program(Executable),
    /// A service that a URL leads to.
    Service(Service),
}

/// A program, and what holds it. `Debug` shows its path only.
#[derive(Clone)]
#[non_exhaustive]
pub struct Executable {
    /// The file that is run.
    pub program: PathBuf,
    /// The words behind it.
    pub words: Vec<Template>,
    /// Its environment, besides the variables of the call.
    pub environment: BTreeMap<String, String>,
    /// Where it runs; in its temporary folder when left out.
    pub directory: Option<PathBuf>,
    /// How long it has to end by itself.
    pub grace: Duration,
    /// What the kernel holds it to, when that is declared.
    pub limits: Option<Limits>,
    /// The paths that it may read and write, when that is declared.
    pub paths: Option<(Vec<PathBuf>, Vec<PathBuf>)>,
    /// Whom it runs as.
    pub run_as: Option<RunAs>,
    /// Whether `sudo` works in it.
    pub may_gain_privileges: bool,
    /// How its lines of progress look, besides `::progress 3/10 packing`.
    pub progress: Option<ProgressLine>,
}

impl fmt::Debug for Script {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("Script");
        shown.field("name", &self.name).finish_non_exhaustive()
    }
}

impl fmt::Debug for Executable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("Executable");
        shown
            .field("program", &self.program)
            .finish_non_exhaustive()
    }
}

impl Script {
    pub(super) fn spec(&self) -> Spec {
        let mut spec = Spec::new(&self.name, &self.summary)
            .effect(self.effect)
            .gated();
        let secrets = self.arguments.iter();
        for secret in secrets.filter(|it| it.kind == ArgumentType::Secret) {
            spec = spec.secret(&secret.name);
        }
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
        if self.is_idempotent {
            spec = spec.idempotent();
        }
        if let Some(lock) = &self.lock {
            spec = spec.lock(lock);
        }
        if let Some(approval) = &self.approval {
            spec = spec.approval(approval.clone());
        }
        match self.confirms {
            Some(true) => spec.confirmed(),
            Some(false) => spec.unconfirmed(),
            None => spec,
        }
    }
}

/// Reads the scripts, then the services, each in the order of the file; problems are noted in the draft.
pub fn read(draft: &Draft) -> Vec<Script> {
    let scripts = draft.sections("script");
    let services = draft.sections("http");
    refuse_twins(&scripts, &services);
    let scripts = scripts.iter().filter_map(read_script);
    scripts
        .chain(services.iter().filter_map(read_service))
        .collect()
}

/// Two tables that make the same command: each name stands once in the file, but for the two kinds.
fn refuse_twins(scripts: &[Section<'_>], services: &[Section<'_>]) {
    let names: HashSet<&str> = scripts.iter().map(Section::name).collect();
    for service in services.iter().filter(|it| names.contains(it.name())) {
        let name = service.name();
        service.reject(
            "",
            format!("there is a [script.{name}] too, and a command has one name"),
            "fix: give one of them another name",
        );
    }
}

fn read_script(section: &Section<'_>) -> Option<Script> {
    let arguments = arguments::read(section);
    let (executable, secrets) = program::read(section, &arguments);
    let work = executable.map(Work::Program);
    read_one(section, arguments, bounds::TIME_LIMIT, secrets, work)
}

fn read_service(section: &Section<'_>) -> Option<Script> {
    let arguments = arguments::read(section);
    let (service, secrets) = service::read(section);
    let work = service.map(Work::Service);
    read_one(section, arguments, service::TIME_LIMIT, secrets, work)
}

/// Reads what is the same whoever does the work.
fn read_one(
    section: &Section<'_>,
    arguments: Vec<ScriptArgument>,
    time_limit: Duration,
    secrets: Vec<String>,
    work: Option<Work>,
) -> Option<Script> {
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
    let group = section.string("group");
    let examples = read_examples(section, summary.as_deref().unwrap_or_default());
    let aliases = section.strings("aliases").unwrap_or_default();
    let pass = bounds::pass(section);
    let time_limit = bounds::time_limit(section, time_limit);
    let kept = bounds::kept(section);
    let output = section.choice("output", &outputs).unwrap_or_default();
    let is_job = section.boolean("job").unwrap_or(false);
    let is_idempotent = section.boolean("idempotent").unwrap_or(false);
    let lock = bounds::lock(section, &arguments);
    let (confirms, approval) = (section.boolean("confirm"), read_approval(section));
    Some(Script {
        name: section.name().to_owned(),
        summary: summary?,
        group,
        effect: effect.or(access).unwrap_or(Effect::Destructive),
        examples,
        aliases,
        arguments,
        secrets,
        pass,
        time_limit,
        kept,
        output,
        is_job,
        is_idempotent,
        lock,
        confirms,
        approval,
        work: work?,
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
