//! The playground beside a bot: `hailer play`, and the demo.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use hailer::{BoundBot, Environment, SourceFiles};
use hailer_playground::{PlayedBot, Playground, PlaygroundConfig, PlaygroundError};

use crate::arguments::PlayOptions;
use crate::exit::{Exit, Failure};
use crate::output;
use crate::project::{Modules, Project, Source};
use crate::serve::{self, Listening};

/// Runs the bot of the configuration, or the demo's, with the playground.
pub(crate) fn run(
    config: Option<&Path>,
    listen: Option<SocketAddr>,
    options: &PlayOptions,
    environment: &Environment,
    modules: Modules<'_>,
) -> Result<Exit, Failure> {
    if let Some(open) = listen.filter(|it| !it.ip().is_loopback()) {
        return Err(Failure::new(
            Exit::Usage,
            format!(
                "error: `play` only listens on this computer (you asked for {open})\n  fix: 127.0.0.1:{}, or `hailer serve`",
                open.port()
            ),
        ));
    }
    let source = Source::find(config);
    let load = |files: &SourceFiles| {
        let noting = (modules, files);
        let mut project = Project::load_noting(source.clone(), listen, environment, noting)?;
        if let Some(address) = options.at {
            project.playground.listen = address;
            project.playground.is_asked_for = true;
        }
        project.bot = project.bot.on_this_computer();
        Ok(project)
    };
    serve::serve(&load, Listening::WithPlayground, environment)
}

/// Takes the playground's address.
pub(crate) fn bind(
    config: &PlaygroundConfig,
    bound: &BoundBot,
    source: &Source,
) -> Result<Playground, Failure> {
    let bot = PlayedBot {
        bot: bound.running(),
        address: bound.address(),
        is_demo: *source == Source::Demo,
        announce: Arc::new(|link: &str| {
            output::say(&format!(
                "the playground is open; for another browser: {link}"
            ));
        }),
    };
    Ok(Playground::bind(config, bot)?)
}

impl From<PlaygroundError> for Failure {
    fn from(error: PlaygroundError) -> Self {
        let exit = match error {
            PlaygroundError::NotLoopback { .. } => Exit::Usage,
            _ => Exit::Io,
        };
        Self::new(exit, format!("error: {error}"))
    }
}
