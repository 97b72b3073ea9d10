//! Following the configuration while the bot runs: what is wrong in it changes nothing.

mod watch;

use std::convert::Infallible;
use std::fs;
use std::io::{IsTerminal, stderr};
use std::path::PathBuf;
use std::time::SystemTime;

use hailer::{ReloadRequest, Reloaded, Reloader, SourceFiles};
use tokio::sync::{Notify, mpsc};

use crate::exit::Failure;
use crate::output;
use crate::project::{Project, Source};

use watch::FileWatch;

/// Reads the configuration again, and notes what it is made of.
pub(crate) type Load<'l> = &'l dyn Fn(&SourceFiles) -> Result<Project, Failure>;

/// Exchanges the configuration when somebody asks for it.
pub(crate) struct Following<'l> {
    reloader: Reloader,
    load: Load<'l>,
    asked: Asked,
    /// What the configuration is made of; nothing for the demo's.
    watch: Option<FileWatch>,
    files: SourceFiles,
    /// Told when the terminal is gone that the bot was started in.
    gone: &'l Notify,
    is_in_terminal: bool,
}

/// Why the configuration is read again.
enum Reason {
    Signal,
    Files,
    Request(ReloadRequest),
}

impl<'l> Following<'l> {
    /// Follows a configuration that was read from these files since then.
    pub(crate) fn new(
        reloader: Reloader,
        load: Load<'l>,
        (source, files, read_since): (&Source, SourceFiles, SystemTime),
        gone: &'l Notify,
    ) -> Self {
        let watch = match source {
            Source::File(_) => Some(FileWatch::new(&files, read_since)),
            Source::Demo => None,
        };
        Self {
            asked: Asked::new(reloader.requests()),
            reloader,
            load,
            watch,
            files,
            gone,
            is_in_terminal: stderr().is_terminal(),
        }
    }

    /// Never ends.
    pub(crate) async fn run(mut self) -> Infallible {
        loop {
            let reason = self.next().await;
            // Whoever closes a terminal wants an end.
            if matches!(reason, Reason::Signal) && self.is_in_terminal && !stderr().is_terminal() {
                self.gone.notify_one();
                continue;
            }
            let outcome = self.reload(reason.name()).await;
            if let Reason::Request(request) = reason {
                request.answer(outcome);
            }
        }
    }

    async fn next(&mut self) -> Reason {
        let watch = &self.watch;
        let changed = async {
            match watch {
                Some(watch) => watch.changed().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            reason = self.asked.next() => reason,
            () = changed => Reason::Files,
        }
    }

    /// Says what changed, or what is wrong.
    async fn reload(&mut self, by: &str) -> Result<String, String> {
        let states = match &self.watch {
            Some(watch) => watch.states().await,
            None => watch::States::new(),
        };
        let read_since = SystemTime::now();
        let files = SourceFiles::default();
        let exchanged = self.exchange(&files, by);
        if exchanged.is_err() {
            // What was wrong may be set right in any of the files.
            self.files.paths().iter().for_each(|it| files.add(it));
        }
        self.files = files;
        if let Some(watch) = &mut self.watch {
            watch.read(&states, &self.files, read_since);
        }
        match exchanged {
            Ok(reloaded) => {
                let generation = reloaded.generation;
                tracing::info!(generation, by, changes = %reloaded, "the configuration is exchanged");
                Ok(reloaded.to_string())
            }
            Err(failure) => {
                let problems = failure.to_string();
                let line = in_a_line(&problems);
                tracing::error!(by, problems = %line, "the configuration is refused; what held before still holds; `hailer check` tells all");
                self.reloader.refuse(&line, by);
                Err(problems)
            }
        }
    }

    fn exchange(&self, files: &SourceFiles, by: &str) -> Result<Reloaded, Failure> {
        refuse_pipes(&self.files)?;
        let project = (self.load)(files)?;
        if !project.warnings.is_empty() {
            output::say(&project.warnings.to_string());
        }
        Ok(self.reloader.exchange(project.bot, by)?)
    }
}

/// Reading a pipe waits for whoever writes into it, and the bot must not wait.
fn refuse_pipes(files: &SourceFiles) -> Result<(), Failure> {
    let is_pipe = |path: &PathBuf| {
        let found = fs::metadata(path);
        found.is_ok_and(|it| !it.is_file() && !it.is_dir())
    };
    match files.paths().iter().find(|it| is_pipe(it)) {
        Some(path) => Err(Failure::io(format!(
            "error: {} is a pipe or a device, which is read at the start only\n  fix: put a file there, or restart the bot",
            path.display()
        ))),
        None => Ok(()),
    }
}

impl Reason {
    fn name(&self) -> &'static str {
        match self {
            Self::Signal => "SIGHUP",
            Self::Files => "changed files",
            Self::Request(_) => "hailer reload",
        }
    }
}

/// Shortens what is wrong to the first problem, its place, and how many there are.
fn in_a_line(problems: &str) -> String {
    let mut lines = problems.lines().map(str::trim);
    let first = lines.next().unwrap_or_default();
    let place = lines.clone().find_map(|it| it.strip_prefix("--> "));
    let place = place.map_or_else(String::new, |it| format!(" at {it}"));
    let errors = problems
        .lines()
        .filter(|it| it.starts_with("error"))
        .count();
    let more = match errors {
        0 | 1 => String::new(),
        2 => "; 1 more error".to_owned(),
        count => format!("; {} more errors", count - 1),
    };
    format!("{first}{place}{more}")
}

/// Who may ask: SIGHUP, which other systems do not have, and the admin listener.
struct Asked {
    #[cfg(unix)]
    hangups: Option<tokio::signal::unix::Signal>,
    requests: Option<mpsc::Receiver<ReloadRequest>>,
}

impl Asked {
    #[cfg(unix)]
    fn new(requests: Option<mpsc::Receiver<ReloadRequest>>) -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        let hangups = signal(SignalKind::hangup()).inspect_err(|error| {
            tracing::warn!(%error, "SIGHUP cannot be taken");
        });
        Self {
            hangups: hangups.ok(),
            requests,
        }
    }

    #[cfg(not(unix))]
    fn new(requests: Option<mpsc::Receiver<ReloadRequest>>) -> Self {
        Self { requests }
    }

    async fn next(&mut self) -> Reason {
        let requested = async {
            match &mut self.requests {
                Some(requests) => requests.recv().await,
                None => None,
            }
        };
        #[cfg(unix)]
        let signalled = async {
            match &mut self.hangups {
                Some(hangups) => hangups.recv().await,
                None => None,
            }
        };
        #[cfg(not(unix))]
        let signalled = async { None::<()> };
        tokio::select! {
            Some(request) = requested => Reason::Request(request),
            Some(()) = signalled => Reason::Signal,
            else => std::future::pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::in_a_line;

    #[test]
    fn a_line_names_the_first_problem_and_counts_the_rest() {
        let problems = "error[HL201]: unknown key `lissten`\n  --> hailer.toml:9:1\n   |\n 9 | lissten = 1\n\nerror[HL207]: \"4\" is not a duration\n  --> hailer.toml:14:19\n\n2 errors.";

        assert_eq!(
            in_a_line(problems),
            "error[HL201]: unknown key `lissten` at hailer.toml:9:1; 1 more error"
        );
        assert_eq!(in_a_line("error: no\n  fix: it"), "error: no");
    }
}
