//! `hailer commands`: what the bot can do, for people, documents and tools.

mod json;
mod man;
mod markdown;
mod mcp;
mod table;

use std::path::Path;

use hailer::{Argument, ArgumentKind, Environment, ValueKind};

use crate::arguments::CommandsOptions;
use crate::exit::{Exit, Failure};
use crate::output;
use crate::policy;
use crate::project::{Modules, Project, Source};

/// Prints the commands of the configured bot, or of the demo.
pub(crate) fn run(
    config: Option<&Path>,
    options: &CommandsOptions,
    environment: &Environment,
    modules: Modules<'_>,
) -> Result<Exit, Failure> {
    let project = Project::load(Source::find(config), None, environment, modules)?;
    let first = project.config.webhooks.first();
    let mention = first.map_or_else(|| "bot".to_owned(), |it| it.mention.clone());
    let permissions = project.bot.permissions()?;
    let catalog = match &options.person {
        None => permissions.catalog().clone(),
        Some(person) => {
            let standpoint = policy::find(permissions.config(), person, &options.place)?;
            permissions.catalog_for(&standpoint)
        }
    };
    let format = &options.format;
    output::print(&if format.json {
        json::draw(&catalog)
    } else if format.markdown {
        markdown::draw(&catalog)
    } else if format.mcp {
        mcp::draw(&catalog)
    } else if format.man {
        man::draw(&catalog, &mention)
    } else {
        table::draw(&catalog)
    })?;
    Ok(Exit::Fine)
}

/// Returns the type of an argument's value by the name that JSON Schema has for it.
fn schema_type(argument: &Argument) -> &'static str {
    match argument.value {
        ValueKind::Text => "string",
        ValueKind::Integer => "integer",
        ValueKind::Number => "number",
        ValueKind::Boolean => "boolean",
    }
}

/// Says whether an argument takes many values; a flag that is counted has one, its number.
fn is_list(argument: &Argument) -> bool {
    argument.is_repeated && argument.kind != ArgumentKind::Flag
}

/// Commands with arguments of every kind.
#[cfg(test)]
mod samples {
    use hailer::{Effect, NoArgs, Registration, Registry, Reply, Spec, clap, command_fn};

    #[derive(Debug, clap::Args)]
    struct RunArgs {
        /// Which service; it's a "name" | key
        #[arg(value_parser = ["api", "web"])]
        service: String,
        /// How many
        #[arg(long, default_value_t = 2)]
        count: u8,
        /// Which share of the traffic
        #[arg(long)]
        share: Option<f64>,
        /// Where to, each with its weight
        #[arg(long)]
        weight: Vec<i32>,
        /// Even when it is busy
        #[arg(long)]
        force: bool,
        /// Say more, more often: say even more
        #[arg(long, action = clap::ArgAction::Count)]
        loud: u8,
        /// Whether to tell others
        #[arg(long)]
        tell: Option<bool>,
    }

    fn command<A: hailer::Arguments>(spec: Spec) -> Registration {
        Registration::new(command_fn(spec, |_: A, _| async { Ok(Reply::text("ok")) }))
    }

    pub(super) fn registry() -> Registry {
        let run = Spec::new("deploy run", "ship it: to C:\\prod – now")
            .group("Deploys")
            .alias("dr")
            .effect(Effect::Write)
            .example("deploy run api --count 3", ".. three of them");
        Registry::build([
            command::<RunArgs>(run),
            command::<NoArgs>(Spec::new("ping", "am I there").effect(Effect::Read)),
            command::<NoArgs>(Spec::new("größe", "how big").effect(Effect::Read)),
            command::<NoArgs>(Spec::new("gr.__e", "how gross").effect(Effect::Read)),
            command::<NoArgs>(Spec::new("secret", "not in lists").hidden()),
        ])
        .unwrap()
    }
}
