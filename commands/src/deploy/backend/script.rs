//! `kind = "script"`: a program deploys, and others may list the versions and look which one runs.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use hailer::{Invocation, Section};
use hailer_process::{Ending, Identity, Launcher, Outcome, Program};

use crate::deploy::backend::{Backend, Done, Failure, Trouble};
use crate::deploy::config::TIME_LIMIT;
use crate::deploy::program::{Call, last_line};
use crate::deploy::text::Values;
use crate::deploy::words::took;
use crate::script::{
    Context, REFUSED, Told, Value, clean, last_lines, read_environment, watched, work_process,
};

/// Whoever asks for versions waits for them.
const QUESTION: Duration = Duration::from_secs(3);

/// Programs that deploy, list and look.
#[derive(Debug)]
struct Script {
    run: Call,
    versions: Option<Call>,
    look: Option<Call>,
    environment: BTreeMap<String, String>,
    secrets: Vec<String>,
    directory: Option<PathBuf>,
    time_limit: Duration,
    launcher: Launcher,
}

pub(super) fn read(section: &Section<'_>) -> Option<Arc<dyn Backend>> {
    let (environment, secrets) = read_environment(section);
    let call = |key| Call::read(section, key, &environment);
    let (run, versions, look) = (call("run"), call("versions"), call("look"));
    for (key, call) in [("versions", &versions), ("look", &look)] {
        let mut names = call.iter().flat_map(Call::names);
        if names.any(|it| it == "version") {
            section.reject(
                key,
                "{version} is not known when this is asked",
                "fix: take it out",
            );
        }
    }
    if section.strings("run").is_none() {
        section.reject(
            "run",
            "there is no `run`: the program that deploys, and its arguments",
            "fix: run = [\"/opt/ops/deploy.sh\", \"{service}\", \"{version}\", \"{environment}\"]",
        );
    }
    Some(Arc::new(Script {
        versions,
        look,
        secrets,
        directory: section.path("cwd"),
        time_limit: section.duration("timeout").unwrap_or(TIME_LIMIT),
        launcher: Launcher::find(),
        run: run?,
        environment,
    }))
}

impl Script {
    fn program(&self, call: &Call, values: &Values, limit: Duration) -> Program {
        let program = call.program(values, limit, &self.environment);
        let program = program.secrets(&self.secrets);
        match &self.directory {
            Some(directory) => program.directory(directory),
            None => program,
        }
    }

    /// Asks a program that changes nothing.
    async fn ask(&self, call: &Call, values: &Values) -> Result<String, Trouble> {
        let program = self.program(call, values, QUESTION);
        call.ask(program, QUESTION, &self.launcher).await
    }

    async fn run(&self, values: &Values, invocation: &Invocation) -> Result<Done, Failure> {
        let arguments = values.iter().map(|(name, value)| {
            let value = Value::One(value.to_owned());
            (name.to_owned(), value)
        });
        let context = Context::of(invocation, arguments.collect(), self.time_limit);
        let telling = invocation.clone();
        let tell = move |told: Told<'_>| told.note(&telling);
        let mut program = self
            .program(&self.run, values, self.time_limit)
            .input(context.to_json(None));
        program = watched(program, None, tell);
        for (name, value) in context.variables(None) {
            program = program.variable(name, value);
        }
        let noting = invocation.clone();
        let note = |identity: Option<Identity>| async move {
            noting.note_start(identity.and_then(work_process)).await
        };
        let cancellation = invocation.cancellation();
        match self.launcher.run_noted(program, cancellation, note).await {
            Ok(outcome) => self.judge(outcome),
            Err(error) => Err(Failure {
                cause: error.log_text().map(Into::into),
                ..Failure::untouched("I can't write down right now what I do")
            }),
        }
    }

    fn judge(&self, outcome: Outcome) -> Result<Done, Failure> {
        let name = self.run.name();
        let (stdout, stderr) = (outcome.stdout.to_text(), outcome.stderr.to_text());
        let failed = |what: String| {
            Err(Failure {
                lines: last_lines(&stderr, &stdout),
                ..Failure::half_way(what)
            })
        };
        match outcome.ending {
            Ending::Exited(0) => Ok(Done {
                said: last_line(&clean(&stdout)),
            }),
            Ending::Exited(REFUSED) => {
                let why = last_line(&clean(&stdout)).or_else(|| last_line(&clean(&stderr)));
                let why = why.map_or_else(String::new, |why| format!(": {why}"));
                Err(Failure::untouched(format!("{name} refuses{why}")))
            }
            Ending::Exited(code) => failed(format!("{name} failed with exit code {code}")),
            Ending::Signalled(signal) => failed(format!("{name} was ended by signal {signal}")),
            Ending::TimedOut => {
                let limit = took(self.time_limit);
                failed(format!("{name} took longer than {limit} and was stopped"))
            }
            Ending::Cancelled => failed(format!("{name} was stopped")),
            Ending::FailedToStart(error) => Err(Failure {
                cause: Some(Box::new(error)),
                ..Failure::untouched(format!("{name} could not be started"))
            }),
            _ => failed(format!("{name} ended in a way that I do not know")),
        }
    }
}

impl Backend for Script {
    fn names(&self) -> Vec<String> {
        let calls = [Some(&self.run), self.versions.as_ref(), self.look.as_ref()];
        calls.into_iter().flatten().flat_map(Call::names).collect()
    }

    fn plan(&self, _: &Values) -> String {
        format!("runs {}", self.run.name())
    }

    fn time_limit(&self) -> Duration {
        self.time_limit
    }

    fn deploy<'a>(
        &'a self,
        values: &'a Values,
        invocation: &'a Invocation,
    ) -> BoxFuture<'a, Result<Done, Failure>> {
        Box::pin(self.run(values, invocation))
    }

    fn versions<'a>(
        &'a self,
        values: &'a Values,
    ) -> BoxFuture<'a, Result<Option<Vec<String>>, Trouble>> {
        Box::pin(async move {
            let Some(call) = &self.versions else {
                return Ok(None);
            };
            let said = self.ask(call, values).await?;
            let versions = said.lines().map(str::trim).filter(|it| !it.is_empty());
            Ok(Some(versions.map(str::to_owned).collect()))
        })
    }

    fn can_look(&self) -> bool {
        self.look.is_some()
    }

    fn look<'a>(&'a self, values: &'a Values) -> BoxFuture<'a, Result<Option<String>, Trouble>> {
        Box::pin(async move {
            let Some(call) = &self.look else {
                return Ok(None);
            };
            Ok(last_line(&self.ask(call, values).await?))
        })
    }
}
