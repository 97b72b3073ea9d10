//! Programs of the configuration, as lists of words: `["./deploy.sh", "{service}", "{version}"]`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use hailer::{CancellationToken, Section};
use hailer_process::{Ending, Launcher, Program};

use crate::deploy::backend::Trouble;
use crate::deploy::text::{self, Values};
use crate::deploy::words::took;
use crate::script::{PATH, Template, clean, read_program};

/// A program and the words behind it.
#[derive(Debug)]
pub(super) struct Call {
    program: PathBuf,
    words: Vec<Template>,
}

impl Call {
    /// Reads a list of words, whose first is the program; nothing when it is left out or wrong.
    pub(super) fn read(
        section: &Section<'_>,
        key: &str,
        environment: &BTreeMap<String, String>,
    ) -> Option<Self> {
        let words = section.strings(key)?;
        let program = words.first().map_or("", String::as_str);
        let folders = environment.get("PATH").map_or(PATH, String::as_str);
        let program = read_program(section, key, program, folders);
        let words = text::read_list(section, key)?;
        Some(Self {
            program: program?,
            words: words.into_iter().skip(1).collect(),
        })
    }

    /// Returns the names in braces that it uses.
    pub(super) fn names(&self) -> impl Iterator<Item = String> {
        let names = self.words.iter().flat_map(Template::names);
        names.map(str::to_owned)
    }

    /// Returns how people know the program.
    pub(super) fn name(&self) -> String {
        let name = self.program.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    /// Describes the process: each word of the list is one word of its argument vector.
    pub(super) fn program(
        &self,
        values: &Values,
        limit: Duration,
        environment: &BTreeMap<String, String>,
    ) -> Program {
        let words = self.words.iter().map(|it| values.fill(it));
        let program = Program::new(&self.program, limit).arguments(words);
        let variables = environment.iter();
        variables.fold(program, |program, (name, value)| {
            program.variable(name, value)
        })
    }

    /// Runs a program that changes nothing, and returns what it says.
    pub(super) async fn ask(
        &self,
        program: Program,
        limit: Duration,
        launcher: &Launcher,
    ) -> Result<String, Trouble> {
        let outcome = launcher.run(program, &CancellationToken::new()).await;
        let name = self.name();
        let said = || last_line(&clean(&outcome.stdout.to_text()));
        match outcome.ending {
            Ending::Exited(0) => Ok(clean(&outcome.stdout.to_text())),
            Ending::Exited(code) => Err(Trouble::new(match said() {
                Some(said) => said,
                None => format!("{name} failed with exit code {code}"),
            })),
            Ending::TimedOut => {
                let limit = took(limit);
                Err(Trouble::new(format!("{name} says nothing within {limit}")))
            }
            Ending::FailedToStart(error) => Err(Trouble {
                cause: Some(Box::new(error)),
                ..Trouble::new(format!("{name} could not be started"))
            }),
            _ => Err(Trouble::new(format!("{name} was ended"))),
        }
    }
}

/// More of what a program says is not worth reading in a channel.
const SAID: usize = 400;

/// Returns the last line, which sums up what went before.
pub(super) fn last_line(text: &str) -> Option<String> {
    let line = text.lines().map(str::trim).rfind(|it| !it.is_empty())?;
    Some(line.chars().take(SAID).collect())
}
