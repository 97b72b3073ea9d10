//! `hailer followup test`: posts a greeting, so that an admin sees where results will arrive.

use std::path::Path;

use clap::{Args, Subcommand};
use hailer::Environment;
use hailer_jobs::{Poster, greeting};

use crate::exit::{Exit, Failure};
use crate::kept::block_on;
use crate::output;
use crate::project::{Modules, Project, Source};

#[derive(Debug, Args)]
pub(crate) struct FollowUpOptions {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Post a greeting through the flow
    Test {
        /// The name of a [followup.NAME]
        name: String,
    },
}

/// Posts a greeting.
pub(crate) fn run(
    config: Option<&Path>,
    options: &FollowUpOptions,
    environment: &Environment,
    modules: Modules<'_>,
) -> Result<Exit, Failure> {
    let What::Test { name } = &options.what;
    let project = Project::load(Source::find(config), None, environment, modules)?;
    let follow_ups = &project.config.follow_ups;
    let Some(target) = follow_ups.iter().find(|it| it.name == *name) else {
        let names: Vec<_> = follow_ups.iter().map(|it| it.name.as_str()).collect();
        let known = if names.is_empty() {
            "there are none; write [followup.NAME]".to_owned()
        } else {
            format!("there are {}", names.join(", "))
        };
        return Err(Failure::new(
            Exit::Usage,
            format!("error: there is no [followup.{name}]\n  fix: {known}"),
        ));
    };
    block_on(async {
        let poster = Poster::new();
        let posted = match poster {
            Ok(poster) => poster.post(&target.url, greeting(name)).await,
            Err(error) => Err(error),
        };
        posted.map_err(|error| {
            let exit = if error.is_passing() {
                Exit::Unreachable
            } else {
                Exit::No
            };
            Failure::new(exit, format!("error: not posted: {error}"))
        })?;
        output::print(&format!(
            "accepted by {}; look for the greeting in the channel",
            target.url.host()
        ))?;
        Ok(Exit::Fine)
    })
}
