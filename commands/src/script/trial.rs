//! Running a script from a terminal, without a message.

use std::time::{SystemTime, UNIX_EPOCH};

use hailer::clap;
use hailer::{CommandError, CommandResult, known};
use hailer_process::Launcher;

use crate::script::argument::{ArgumentType, ScriptArgument};
use crate::script::choices::Choices;
use crate::script::config::{Script, Work};
use crate::script::context::Context;
use crate::script::program;
use crate::script::resolve;
use crate::script::run::run_openly;

/// What a trial showed; for a terminal, not for a channel.
#[derive(Debug)]
pub struct Trial {
    /// The program and the words behind it, or where a service is.
    pub command_line: Vec<String>,
    /// What held it, or why it could not be started.
    pub held: String,
    /// What the channel would read.
    pub result: CommandResult,
}

/// Runs a script with words as a shell gives them. Nobody is asked who may run it.
///
/// # Errors
///
/// The words are not what the script takes.
pub async fn try_out(script: &Script, typed: &[String]) -> Result<Trial, CommandError> {
    let clap = clap::Command::new(script.name.clone())
        .no_binary_name(true)
        .disable_help_flag(true)
        .color(clap::ColorChoice::Never)
        .args(script.arguments.iter().map(ScriptArgument::to_clap));
    let matches = clap
        .try_get_matches_from(typed)
        .map_err(|error| CommandError::told(explain(script, &error)))?;
    let mut context = Context {
        facts: vec![
            ("COMMAND", script.name.clone()),
            ("USER_NAME", "somebody".to_owned()),
        ],
        key: test_key(),
        ..Context::default()
    };
    let choices = Choices::default();
    for argument in &script.arguments {
        let value = resolve::resolve(argument, &matches, None, &choices).await?;
        context.values.push((argument.name.clone(), value));
    }
    let (finished, held) = run_openly(script, &Launcher::find(), &context).await;
    Ok(Trial {
        command_line: command_line(script, &context),
        held,
        result: finished.into_result(),
    })
}

fn command_line(script: &Script, context: &Context) -> Vec<String> {
    match &script.work {
        Work::Service(service) => vec!["POST".to_owned(), service.place()],
        Work::Program(executable) => {
            let program = executable.program.display().to_string();
            let words = program::words(executable, context);
            std::iter::once(program).chain(words).collect()
        }
    }
}

/// No trial is a repeat of another.
fn test_key() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    format!("msg_test_{}", now.unwrap_or_default().as_nanos())
}

/// Words what clap found as the channel would read it, where that is about a value.
fn explain(script: &Script, error: &clap::Error) -> String {
    use clap::error::{ContextKind, ContextValue};

    let said = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        _ => None,
    };
    let argument = said(ContextKind::InvalidArg).map(bare_name);
    let argument = script
        .arguments
        .iter()
        .find(|it| Some(it.name.as_str()) == argument);
    let cause = std::error::Error::source(error);
    match (said(ContextKind::InvalidValue), argument, cause) {
        (Some(value), Some(argument), Some(cause)) => {
            let (argument, name) = (&argument.name, &script.name);
            format!("\"{value}\" can't be the {argument} of {name}: {cause}")
        }
        (Some(value), Some(argument), None) => match &argument.kind {
            ArgumentType::Choice { choices } => known(&argument.name, value, choices.clone())
                .map_or_else(|error| error.to_string(), |_| as_clap_has_it(error)),
            _ => as_clap_has_it(error),
        },
        _ => as_clap_has_it(error),
    }
}

/// Returns the name in `--wait <wait>`, `<wait>` or `[wait]`.
fn bare_name(shown: &str) -> &str {
    let first = shown.split(' ').next().unwrap_or_default();
    first.trim_matches(['<', '>', '[', ']', '.', '-'])
}

fn as_clap_has_it(error: &clap::Error) -> String {
    let text = error.to_string();
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    text.trim_end().to_owned()
}
