//! The work of a script that is a program: from one call to a process, and from its end to what the channel reads.

use std::sync::{Arc, Mutex, PoisonError};

use hailer::{CommandError, Reply};
use hailer_process::{Ending, LineVerdict, Outcome, Program};

use crate::script::config::{Executable, OutputKind, Script};
use crate::script::context::Context;
use crate::script::progress::{ProgressLine, Told, read_usual};
use crate::script::run::{Finished, secrets, show_time};
use crate::script::show;

/// The exit code by which a script refuses: `EX_NOPERM` of `sysexits.h`.
pub(crate) const REFUSED: i32 = 77;

/// Returns the words behind the program.
pub(super) fn words(executable: &Executable, context: &Context) -> Vec<String> {
    let words = executable.words.iter();
    words.flat_map(|it| it.expand(&context.values)).collect()
}

/// Describes the process: every word of its argument vector, and all of its environment.
pub(super) fn describe(script: &Script, executable: &Executable, context: &Context) -> Program {
    let pass = script.pass.as_deref();
    let mut program = Program::new(&executable.program, script.time_limit)
        .arguments(words(executable, context))
        .input(context.to_json(pass))
        .keep(script.kept)
        .grace(executable.grace)
        .secrets(secrets(script, context));
    for (name, value) in &executable.environment {
        program = program.variable(name, value);
    }
    for (name, value) in context.variables(pass) {
        program = program.variable(name, value);
    }
    if let Some(directory) = &executable.directory {
        program = program.directory(directory);
    }
    if let Some(limits) = &executable.limits {
        program = program.limits(limits.clone());
    }
    if let Some((readable, writable)) = &executable.paths {
        program = program.restrict_paths(readable.clone(), writable.clone());
    }
    if let Some(run_as) = executable.run_as {
        program = program.run_as(run_as);
    }
    if executable.may_gain_privileges {
        program = program.allow_new_privileges();
    }
    program
}

/// Takes the lines of progress out of the output, and shows all others.
pub(crate) fn watched(
    program: Program,
    own: Option<&ProgressLine>,
    tell: impl FnMut(Told<'_>) + Send + 'static,
) -> Program {
    // Every line is looked at.
    program.on_line("", watch(own.cloned(), tell))
}

/// Says what held a program; for a terminal.
pub(super) fn held(outcome: &Outcome) -> String {
    match &outcome.ending {
        Ending::FailedToStart(_) => "nothing: it was not started".to_owned(),
        _ => outcome.enforced.to_string(),
    }
}

fn watch(
    own: Option<ProgressLine>,
    tell: impl FnMut(Told<'_>) + Send + 'static,
) -> impl FnMut(hailer_process::Stream, &str) -> LineVerdict + Send + 'static {
    let tell = Arc::new(Mutex::new(tell));
    move |_, line| {
        let own = own.as_ref().and_then(|own| own.read(line));
        let progress = own.or_else(|| read_usual(line));
        let mut tell = tell.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((done, total, text)) = progress else {
            tell(Told::Line(&show::clean(line)));
            return LineVerdict::Keep;
        };
        let text = &show::clean(text);
        tell(Told::Progress { done, total, text });
        LineVerdict::Take
    }
}

pub(super) fn finish(script: &Script, outcome: Outcome) -> Finished {
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
        Ending::Exited(0) if script.output == OutputKind::Card && outcome.stdout.dropped() > 0 => {
            unusable("its card is too long")
        }
        Ending::Exited(0) => match show::reply(script.output, &outcome.stdout.to_text()) {
            Ok(reply) => Finished::Done(reply),
            Err(error) => unusable(&format!("what it prints cannot be shown: {error}")),
        },
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
                "{name} could not be started. Whoever runs this bot finds the reason in its log."
            );
            Finished::Failed(CommandError::told(text).caused_by(error))
        }
        _ => failed(format!("{name} ended in a way that I do not know.")),
    }
}

fn unusable(why: &str) -> Finished {
    Finished::Failed(CommandError::told(format!(
        "The script is done, but {why}. `hailer card check` tells its author more."
    )))
}
