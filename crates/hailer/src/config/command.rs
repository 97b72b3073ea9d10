//! `[command."deploy status"]`: what an admin changes of a command.

use std::time::Duration;

use hailer_dispatch::{Effect, Registration, Tuning, nearest};

use super::code;
use super::problem::{Problem, Problems};
use super::section::Section;
use super::spots::Spots;

/// An answer that is older is out of date for whoever asks now.
const LONGEST_CACHE: Duration = Duration::from_hours(1);

/// What these answer depends on who asks, or on the moment.
const NEVER_THE_SAME: [&str; 14] = [
    "help",
    "whoami",
    "why",
    "can",
    "ping",
    "jobs",
    "job",
    "job log",
    "job cancel",
    "job retry",
    "more",
    "audit",
    "keys",
    "locks",
];

/// What is changed of one command.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct CommandConfig {
    /// The command's path.
    pub path: String,
    /// Whether it is there at all.
    pub is_enabled: bool,
    /// What is otherwise.
    pub tuning: Tuning,
    spots: Spots,
}

/// Reads all tables, in the order of the file.
pub(super) fn read(top: &Section<'_>) -> Vec<CommandConfig> {
    let sections = top.sections("command");
    sections.iter().map(read_one).collect()
}

fn read_one(section: &Section<'_>) -> CommandConfig {
    let limit = |key: &str, most: Option<Duration>| {
        let time = section.duration(key)?;
        if !time.is_zero() && most.is_none_or(|most| time <= most) {
            return Some(time);
        }
        let text = format!("`{key}` cannot be {}", humantime::format_duration(time));
        let help = match most {
            Some(most) => format!("fix: at most {}", humantime::format_duration(most)),
            None => "fix: a time as long as it should be".to_owned(),
        };
        let problem = Problem::error(code::OUT_OF_RANGE, text);
        section.note_at(key, problem.with_help(help));
        None
    };
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let aliases = section.strings("aliases").unwrap_or_default();
    CommandConfig {
        path: words(section.name()),
        is_enabled: section.boolean("enabled").unwrap_or(true),
        tuning: Tuning {
            timeout: limit("timeout", None),
            cache: limit("cache", Some(LONGEST_CACHE)),
            aliases: aliases.iter().map(|it| words(it)).collect(),
            is_hidden: section.boolean("hidden"),
            group: section.string("group"),
        },
        spots: Spots::new(section.reading(), section.origin()),
    }
}

impl CommandConfig {
    /// Changes commands as the tables say.
    pub(crate) fn apply(
        tables: &[Self],
        registrations: Vec<Registration>,
    ) -> Result<Vec<Registration>, Problems> {
        let problems = tables.iter().filter_map(|it| it.problem(&registrations));
        let problems: Vec<Problem> = problems.collect();
        if !problems.is_empty() {
            return Err(Problems::new(problems));
        }
        let table = |registration: &Registration| {
            let path = registration.path();
            tables.iter().find(|it| it.path.eq_ignore_ascii_case(path))
        };
        let tuned =
            registrations
                .into_iter()
                .filter_map(|registration| match table(&registration) {
                    None => Some(registration),
                    Some(it) => it.is_enabled.then(|| registration.tuned(&it.tuning)),
                });
        Ok(tuned.collect())
    }

    fn problem(&self, registrations: &[Registration]) -> Option<Problem> {
        let mut all = registrations.iter();
        let found = all.find(|it| it.path().eq_ignore_ascii_case(&self.path));
        let (code, text, help) = match found {
            None => {
                let paths = || registrations.iter().map(Registration::path);
                let help = match nearest(&self.path, paths()).first() {
                    Some(near) => format!("did you mean [command.\"{near}\"]?"),
                    None => "fix: `hailer commands` lists them".to_owned(),
                };
                let text = format!("there is no command \"{}\"", self.path);
                (code::NOT_IN_RULE, text, help)
            }
            Some(it) if self.tuning.cache.is_some() && it.effect() != Effect::Read => (
                code::OUT_OF_RANGE,
                format!(
                    "{} changes something: its answer cannot be remembered",
                    it.path()
                ),
                "fix: take `cache` out".to_owned(),
            ),
            Some(it) if self.tuning.cache.is_some() && NEVER_THE_SAME.contains(&it.path()) => (
                code::OUT_OF_RANGE,
                format!(
                    "{} answers everybody otherwise: its answer cannot be remembered",
                    it.path()
                ),
                "fix: take `cache` out".to_owned(),
            ),
            Some(_) => return None,
        };
        Some(
            self.spots
                .of_whole(Problem::error(code, text).with_help(help)),
        )
    }
}
