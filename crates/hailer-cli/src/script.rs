//! `hailer script`: scripts of the configuration, from a terminal.

mod add;
mod description;
mod sandbox;

use std::path::Path;

use anyhow::Context;
use clap::{Args, Subcommand};
use hailer::{Draft, Environment};
use hailer_commands::script::{self, Script, Trial};

use add::AddOptions;
pub(crate) use sandbox::describe as describe_sandbox;

use crate::exit::{Exit, Failure};
use crate::output;
use crate::project::{Modules, PartOfProject, Source};

#[derive(Debug, Args)]
pub(crate) struct ScriptOptions {
    #[command(subcommand)]
    verb: ScriptVerb,
}

#[derive(Debug, Subcommand)]
enum ScriptVerb {
    /// Run a script as a message would, and show what ran and what held it; nobody is asked whether you may
    #[command(
        after_help = "Exit codes: 0 done, 1 it failed, refused, or takes other arguments.\nExample: hailer script test restart -- worker --wait 5m"
    )]
    Test(TestOptions),
    /// Make a command of a script that describes itself: it is run with --hailer-spec, and what it says is written to conf.d
    #[command(
        after_help = "Exit codes: 0 written, 1 it cannot be added, 3 the configuration is wrong, 4 it cannot be written.\nExample: hailer script add /opt/ops/backup.sh"
    )]
    Add(AddOptions),
}

#[derive(Debug, Args)]
struct TestOptions {
    /// The script's name
    name: String,
    /// What it takes, as a shell gives it
    #[arg(last = true)]
    arguments: Vec<String>,
}

/// Does what the words after `script` say.
pub(crate) fn run(
    config: Option<&Path>,
    options: &ScriptOptions,
    environment: &Environment,
    modules: Modules<'_>,
) -> Result<Exit, Failure> {
    match &options.verb {
        ScriptVerb::Test(options) => test(config, options, environment, modules),
        ScriptVerb::Add(options) => add::run(config, options, environment, modules),
    }
}

fn test(
    config: Option<&Path>,
    options: &TestOptions,
    environment: &Environment,
    modules: Modules<'_>,
) -> Result<Exit, Failure> {
    let script = find(config, &options.name, environment, modules)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start threads")?;
    match runtime.block_on(script::try_out(&script, &options.arguments)) {
        Ok(trial) => show(trial),
        Err(error) => Err(Failure::new(Exit::No, format!("error: {error}"))),
    }
}

fn find(
    config: Option<&Path>,
    name: &str,
    environment: &Environment,
    modules: Modules<'_>,
) -> Result<Script, Failure> {
    let draft = Draft::load(&Source::find_file(config)?, environment)?;
    let scripts = script::read(&draft);
    PartOfProject::load(draft, &[&["script", name], &["http", name]], modules)?;
    let names: Vec<String> = scripts.iter().map(|it| it.name.clone()).collect();
    let found = scripts.into_iter().find(|it| it.name == name);
    found.ok_or_else(|| {
        let known = if names.is_empty() {
            "there are none".to_owned()
        } else {
            names.join(", ")
        };
        Failure::new(
            Exit::No,
            format!("error: there is no [script.{name}]; known: {known}"),
        )
    })
}

fn show(trial: Trial) -> Result<Exit, Failure> {
    let words: Vec<String> = trial.command_line.iter().map(|it| quoted(it)).collect();
    let (said, exit) = match &trial.result {
        Ok(reply) => (reply.to_plain(), Exit::Fine),
        Err(error) => (error.to_string(), Exit::No),
    };
    let cause = trial.result.err().and_then(|error| error.log_text());
    let cause = cause.map_or_else(String::new, |it| format!("\nbecause   {it}"));
    output::print(&format!(
        "runs      {}\nheld by   {}{cause}\n\n{said}",
        words.join(" "),
        trial.held
    ))?;
    Ok(exit)
}

/// Shows where a word begins and ends.
fn quoted(word: &str) -> String {
    let is_plain = |it: char| it.is_ascii_alphanumeric() || "-_./=:,@…".contains(it);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("{word:?}")
    }
}
