//! Running a script: from its declaration and one call to what the channel reads.

use std::time::Duration;

use hailer::{CancellationToken, CommandError, CommandResult, Reply};
use hailer_process::{Identity, Launcher};

use crate::script::argument::ArgumentType;
use crate::script::config::{Script, Work};
use crate::script::context::Context;
use crate::script::progress::Told;
use crate::script::value::Value;
use crate::script::{program, service};

/// How a script ended, in words for the channel.
#[derive(Debug)]
pub enum Finished {
    /// It did what it should.
    Done(Reply),
    /// It refused, or failed, and says why.
    Failed(CommandError),
}

impl Finished {
    /// Returns it as the result of a command.
    ///
    /// # Errors
    ///
    /// It refused or failed.
    pub fn into_result(self) -> CommandResult {
        match self {
            Self::Done(reply) => Ok(reply),
            Self::Failed(error) => Err(error),
        }
    }
}

/// Runs a script to its end. Its progress and the lines of its output are told to `tell`, which must not block. To drop the future ends a program with all that it has started.
///
/// Before a program starts, `note` is given its process, and before a service is called, nothing; neither begins unless that
/// is written down.
pub async fn run<F>(
    script: &Script,
    launcher: &Launcher,
    context: &Context,
    cancellation: &CancellationToken,
    note: impl FnOnce(Option<Identity>) -> F,
    tell: impl FnMut(Told<'_>) + Send + 'static,
) -> Finished
where
    F: Future<Output = Result<(), CommandError>>,
{
    match &script.work {
        Work::Service(service) => match note(None).await {
            Ok(()) => service::call(script, service, context, cancellation).await,
            Err(error) => Finished::Failed(error),
        },
        Work::Program(executable) => {
            let program = program::describe(script, executable, context);
            let program = program::watched(program, executable.progress.as_ref(), tell);
            match launcher.run_noted(program, cancellation, note).await {
                Ok(outcome) => program::finish(script, outcome),
                Err(error) => Finished::Failed(error),
            }
        }
    }
}

/// As [`run`], with what only somebody at a terminal may read.
pub(super) async fn run_openly(
    script: &Script,
    launcher: &Launcher,
    context: &Context,
) -> (Finished, String) {
    let never = CancellationToken::new();
    match &script.work {
        Work::Service(service) => {
            let finished = service::call(script, service, context, &never).await;
            (finished, service.held(script))
        }
        Work::Program(executable) => {
            let program = program::describe(script, executable, context);
            let outcome = launcher.run(program, &never).await;
            let held = program::held(&outcome);
            (program::finish(script, outcome), held)
        }
    }
}

/// Returns what must not be shown of a call: the script's own secrets, and those that somebody typed.
pub(super) fn secrets(script: &Script, context: &Context) -> Vec<String> {
    let mut secrets = script.secrets.clone();
    for argument in &script.arguments {
        if argument.kind == ArgumentType::Secret {
            let values = context.values.iter();
            for (_, value) in values.filter(|(name, _)| *name == argument.name) {
                match value {
                    Value::One(secret) => secrets.push(secret.clone()),
                    Value::Many(list) => secrets.extend(list.iter().cloned()),
                    Value::Absent | Value::Flag(_) => {}
                }
            }
        }
    }
    secrets
}

/// Shows a time limit as people say it.
pub(super) fn show_time(time: Duration) -> String {
    match time.as_secs() {
        0 => format!("{} ms", time.as_millis()),
        seconds if seconds % 3600 == 0 => format!("{} h", seconds / 3600),
        seconds if seconds % 60 == 0 => format!("{} min", seconds / 60),
        seconds => format!("{seconds} s"),
    }
}
