//! Running a script: from its declaration and one call to what the channel reads.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hailer::{CancellationToken, CommandError, CommandResult, Reply};
use hailer_process::{Ending, Identity, Launcher, LineVerdict, Outcome, Program};

use crate::script::argument::ArgumentType;
use crate::script::config::Script;
use crate::script::context::Context;
use crate::script::show;
use crate::script::value::Value;

/// What a script says of how far it is.
const PROGRESS: &str = "::progress ";

/// The exit code by which a script refuses: `EX_NOPERM` of `sysexits.h`.
const REFUSED: i32 = 77;

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

/// Runs a script to its end. Progress is told to the sink as steps done, steps in all and a text; the sink must not
/// block. To drop the future ends the script with all that it has started.
///
/// Before it starts, `note` is given its process; it does not start unless that is written down.
pub async fn run<F>(
    script: &Script,
    launcher: &Launcher,
    context: &Context,
    cancellation: &CancellationToken,
    note: impl FnOnce(Option<Identity>) -> F,
    progress: impl FnMut(u64, u64, &str) + Send + 'static,
) -> Finished
where
    F: Future<Output = Result<(), CommandError>>,
{
    let program = program(script, context).on_line(PROGRESS, watch(progress));
    match launcher.run_noted(program, cancellation, note).await {
        Ok(outcome) => finish(script, outcome),
        Err(error) => Finished::Failed(error),
    }
}

/// As [`run`], with what only somebody at a terminal may read.
pub(super) async fn run_openly(
    script: &Script,
    launcher: &Launcher,
    context: &Context,
) -> (Finished, String) {
    let outcome = launcher
        .run(program(script, context), &CancellationToken::new())
        .await;
    let held = match &outcome.ending {
        Ending::FailedToStart(error) => with_causes(error),
        _ => outcome.enforced.to_string(),
    };
    (finish(script, outcome), held)
}

fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(&format!(": {cause}"));
        next = cause.source();
    }
    text
}

/// Returns the words behind the program.
pub(super) fn words(script: &Script, context: &Context) -> Vec<String> {
    let words = script.words.iter();
    words.flat_map(|it| it.expand(&context.values)).collect()
}

/// Describes the process: every word of its argument vector, and all of its environment.
fn program(script: &Script, context: &Context) -> Program {
    let pass = script.pass.as_deref();
    let mut program = Program::new(&script.program, script.time_limit)
        .arguments(words(script, context))
        .input(context.to_json(pass))
        .keep(script.kept)
        .grace(script.grace)
        .secrets(secrets(script, context));
    for (name, value) in &script.environment {
        program = program.variable(name, value);
    }
    for (name, value) in context.variables(pass) {
        program = program.variable(name, value);
    }
    if let Some(directory) = &script.directory {
        program = program.directory(directory);
    }
    if let Some(limits) = &script.limits {
        program = program.limits(limits.clone());
    }
    if let Some((readable, writable)) = &script.paths {
        program = program.restrict_paths(readable.clone(), writable.clone());
    }
    if let Some(run_as) = script.run_as {
        program = program.run_as(run_as);
    }
    if script.may_gain_privileges {
        program = program.allow_new_privileges();
    }
    program
}

fn secrets(script: &Script, context: &Context) -> Vec<String> {
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

/// Takes the lines of progress out of the output.
fn watch(
    progress: impl FnMut(u64, u64, &str) + Send + 'static,
) -> impl FnMut(hailer_process::Stream, &str) -> LineVerdict + Send + 'static {
    let progress = Arc::new(Mutex::new(progress));
    move |_, line| {
        let Some((done, total, text)) = read_progress(line) else {
            return LineVerdict::Keep;
        };
        let mut progress = progress.lock().unwrap_or_else(PoisonError::into_inner);
        progress(done, total, &show::clean(text));
        LineVerdict::Take
    }
}

/// Reads `::progress 3/10 message`.
fn read_progress(line: &str) -> Option<(u64, u64, &str)> {
    let rest = line.strip_prefix(PROGRESS)?.trim();
    let (steps, text) = rest.split_once(' ').unwrap_or((rest, ""));
    let (done, total) = steps.split_once('/')?;
    Some((done.parse().ok()?, total.parse().ok()?, text.trim()))
}

fn finish(script: &Script, outcome: Outcome) -> Finished {
    let name = script.name.as_str();
    let failed = |text: String| {
        let last = show::last_lines(&outcome.stderr.to_text(), &outcome.stdout.to_text());
        let reply = Reply::text(text);
        Finished::Failed(CommandError::reply_with(match last {
            Some(lines) => reply.then_code(lines),
            None => reply,
        }))
    };
    match outcome.ending {
        Ending::Exited(0) => show::reply(script.output, &outcome.stdout),
        Ending::Exited(REFUSED) => {
            let said = show::clean(&outcome.stdout.to_text());
            let said = if said.trim().is_empty() {
                show::clean(&outcome.stderr.to_text())
            } else {
                said
            };
            Finished::Failed(CommandError::told(if said.trim().is_empty() {
                format!("{name} refuses, and does not say why.")
            } else {
                said.trim_end().to_owned()
            }))
        }
        Ending::Exited(code) => failed(format!("{name} failed with exit code {code}.")),
        Ending::Signalled(signal) => failed(format!("{name} was ended by signal {signal}.")),
        Ending::TimedOut => {
            let limit = show_time(script.time_limit);
            failed(format!("{name} took longer than {limit} and was stopped."))
        }
        Ending::Cancelled => failed(format!("{name} was stopped.")),
        Ending::FailedToStart(error) => {
            let text = format!(
                "{name} could not be started. Whoever runs the bot finds the reason in its log."
            );
            Finished::Failed(CommandError::told(text).caused_by(error))
        }
        _ => failed(format!("{name} ended in a way that I do not know.")),
    }
}

fn show_time(time: Duration) -> String {
    match time.as_secs() {
        0 => format!("{} ms", time.as_millis()),
        seconds if seconds % 3600 == 0 => format!("{} h", seconds / 3600),
        seconds if seconds % 60 == 0 => format!("{} min", seconds / 60),
        seconds => format!("{seconds} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_steps_and_a_text() {
        assert_eq!(
            read_progress("::progress 3/10 half way"),
            Some((3, 10, "half way"))
        );
        assert_eq!(read_progress("::progress 3/10"), Some((3, 10, "")));
        for line in [
            "::progress",
            "::progress x/10 y",
            "::progress 3",
            "::progress -1/2",
        ] {
            assert_eq!(read_progress(line), None, "{line}");
        }
    }
}
