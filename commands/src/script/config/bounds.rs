//! What holds a script: time, output, folder, limits, paths, user, lock.

use std::path::PathBuf;
use std::time::Duration;

use hailer::Section;
use hailer_process::{Limits, RunAs};

use crate::script::argument::ScriptArgument;

/// What holds when nothing else is said.
pub(super) const TIME_LIMIT: Duration = Duration::from_secs(15 * 60);

/// Longer is a service, and no command.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// How long a script has to end by itself.
pub(super) const GRACE: Duration = Duration::from_secs(10);

/// So much is kept of the beginning, and as much of the end.
const KEPT: u64 = 64 * 1024;

/// More would not fit into a reply by far.
const MOST_KEPT: u64 = 1024 * 1024;

/// The variables of a call, without `HAILER_`.
const VARIABLES: [&str; 11] = [
    "COMMAND",
    "REQUEST_ID",
    "JOB_ID",
    "USER_ID",
    "USER_NAME",
    "TENANT_ID",
    "TEAM_ID",
    "CHANNEL_ID",
    "WEBHOOK",
    "BOT",
    "DEADLINE",
];

pub(super) fn time_limit(section: &Section<'_>, usual: Duration) -> Duration {
    let limit = section.duration("timeout").unwrap_or(usual);
    if limit.is_zero() || limit > LONGEST {
        section.reject(
            "timeout",
            "it may take up to 24h, and not no time at all",
            format!("fix: timeout = \"{}s\"", usual.as_secs()),
        );
    }
    limit
}

pub(super) fn kept(section: &Section<'_>) -> usize {
    let kept = section.size("max_output").unwrap_or(KEPT);
    if kept == 0 || kept > MOST_KEPT {
        section.reject(
            "max_output",
            "up to 1 MiB is kept of the beginning, and as much of the end",
            "fix: max_output = \"64 KiB\"",
        );
    }
    usize::try_from(kept.min(MOST_KEPT)).unwrap_or_default()
}

pub(super) fn pass(section: &Section<'_>) -> Option<Vec<String>> {
    let pass = section.strings("pass")?;
    for name in &pass {
        if !VARIABLES.contains(&name.as_str()) {
            let text = format!("there is no `{name}` to pass");
            section.reject("pass", text, format!("known: {}", VARIABLES.join(", ")));
        }
    }
    Some(pass)
}

pub(super) fn directory(section: &Section<'_>) -> Option<PathBuf> {
    let directory = section.path("cwd")?;
    let directory = std::path::absolute(&directory).unwrap_or(directory);
    if !directory.is_dir() {
        let text = format!("there is no folder {}", directory.display());
        section.reject("cwd", text, "fix: make it, or name another one");
    }
    Some(directory)
}

/// A lock of the script, or one for each value of an argument.
pub(super) fn lock(section: &Section<'_>, arguments: &[ScriptArgument]) -> Option<String> {
    let name = section.scalar("one_at_a_time")?;
    let script = section.name();
    match name.as_str() {
        "true" => Some(format!("script {script}")),
        "false" => None,
        name if arguments.iter().any(|it| it.name == name) => {
            Some(format!("script {script}/{{{name}}}"))
        }
        name => {
            let text = format!("there is no argument `{name}` to be run one at a time by");
            section.reject(
                "one_at_a_time",
                text,
                "fix: the name of an argument, or true",
            );
            None
        }
    }
}

/// Limits are declared or left out as a whole, because without a runner none can hold.
pub(super) fn limits(section: &Section<'_>) -> Option<Limits> {
    let count = |key: &str| {
        let number = section.integer(key)?;
        let count = u64::try_from(number).ok().filter(|it| *it > 0);
        if count.is_none() {
            section.reject(
                key,
                "a limit is a number above 0",
                "fix: take it out for none",
            );
        }
        count
    };
    let memory = section.size("memory");
    let file_size = section.size("file_size");
    let cpu_time = section.duration("cpu_time");
    let (processes, open_files) = (count("processes"), count("open_files"));
    let is_declared = memory.is_some()
        || file_size.is_some()
        || cpu_time.is_some()
        || processes.is_some()
        || open_files.is_some();
    let usual = Limits::default();
    is_declared.then(|| Limits {
        open_files: open_files.or(usual.open_files),
        file_size: file_size.or(usual.file_size),
        memory,
        cpu_time,
        processes,
    })
}

pub(super) fn paths(section: &Section<'_>) -> Option<(Vec<PathBuf>, Vec<PathBuf>)> {
    let paths = |key| {
        let texts = section.strings(key)?;
        Some(texts.iter().map(|it| section.resolve(it)).collect())
    };
    let (readable, writable) = (paths("readable"), paths("writable"));
    let is_declared = readable.is_some() || writable.is_some();
    is_declared.then(|| (readable.unwrap_or_default(), writable.unwrap_or_default()))
}

pub(super) fn run_as(section: &Section<'_>) -> Option<RunAs> {
    let table = section.section("run_as");
    if !table.is_present() {
        return None;
    }
    let number = |key| table.integer(key).and_then(|it| u32::try_from(it).ok());
    let (user, group) = (number("user"), number("group"));
    let (Some(user), Some(group)) = (user, group) else {
        section.reject(
            "run_as",
            "another user is named by the numbers of user and group",
            "fix: run_as = { user = 65534, group = 65534 }",
        );
        return None;
    };
    Some(RunAs { user, group })
}
