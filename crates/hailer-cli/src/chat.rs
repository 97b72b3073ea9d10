//! `hailer chat`: talk to the bot from a terminal, or let a script do it.
//!
//! The bot runs in this process. Messages take the way that Teams' messages take; only the network is left out.

mod complete;
mod editor;
mod input;
mod talk;

use std::io::{BufRead, IsTerminal, stdin, stdout};
use std::path::Path;

use anyhow::Context;
use hailer::{Environment, InProcessBot, LogLevel};
use rustyline::ColorMode;

use crate::arguments::ChatOptions;
use crate::exit::{Exit, Failure};
use crate::project::{Modules, Project, Source};
use crate::{log, output};

use complete::Completer;
use editor::{Editor, Entered};
use talk::{Next, Talk};

/// Talks to the bot of the configuration, or to the demo's.
pub(crate) fn run(
    config: Option<&Path>,
    options: &ChatOptions,
    environment: &Environment,
    modules: Modules<'_>,
) -> Result<Exit, Failure> {
    let _log = log::start(LogLevel::Warn, environment)?;
    let project = Project::load(Source::find(config), None, environment, modules)?;
    if !project.warnings.is_empty() {
        output::say(&project.warnings.to_string());
    }
    let source = project.source;
    let bot = project.bot.in_process()?;
    if bot.mention().is_empty() {
        return Err(Failure::new(
            Exit::Config,
            "error: the bot has no webhook to speak by\n  fix: write a [webhook.NAME] with a token",
        ));
    }
    let mut talk = Talk::begin(&bot, options, output::style(environment))?;
    if stdin().is_terminal() && stdout().is_terminal() {
        output::say(&banner(&bot, &source));
        converse(&mut talk, &bot, environment)?;
    } else {
        recite(&mut talk)?;
    }
    Ok(Exit::Fine)
}

fn banner(bot: &InProcessBot, source: &Source) -> String {
    let source = match source {
        Source::File(path) => path.display().to_string(),
        Source::Demo => "demo (no hailer.toml here)".to_owned(),
    };
    format!(
        "hailer {} · {source} · what you type is said to @{}\n\
         Tab completes, a \\ at the end continues, /help says more, Ctrl+D ends",
        env!("CARGO_PKG_VERSION"),
        bot.mention(),
    )
}

/// Talks with a person, until that person has enough. A mistake costs nothing but a word about it.
fn converse(
    talk: &mut Talk<'_>,
    bot: &InProcessBot,
    environment: &Environment,
) -> Result<(), Failure> {
    let completer = Completer {
        catalog: bot.catalog(),
        mention: bot.mention(),
    };
    let colors = if output::is_colored(environment) {
        ColorMode::Enabled
    } else {
        ColorMode::Disabled
    };
    let mut editor = Editor::open(completer, colors)?;
    loop {
        let (prompt, styled) = talk.prompts();
        let text = match editor.read(&prompt, &styled)? {
            Entered::Text(text) => text,
            Entered::Nothing => continue,
            Entered::End => return Ok(()),
        };
        match talk.hear(&text) {
            Ok(Next::Goes) => {}
            Ok(Next::Ends) => return Ok(()),
            Err(failure) if failure.exit() == Exit::Usage => output::say(&failure.to_string()),
            Err(failure) => return Err(failure),
        }
    }
}

/// Says what a script says, line by line. Nobody is there to put a mistake right, so the first one ends it.
fn recite(talk: &mut Talk<'_>) -> Result<(), Failure> {
    let mut text = String::new();
    for line in stdin().lock().lines() {
        let line = line.context("cannot read from standard input")?;
        text.push_str(&line);
        if input::is_open(&text) {
            text.push('\n');
            continue;
        }
        match talk.hear_quietly(&text)? {
            Next::Goes => text.clear(),
            Next::Ends => return Ok(()),
        }
    }
    talk.hear_quietly(&text)?;
    Ok(())
}
