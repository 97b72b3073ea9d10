//! `hailer` and `hailer serve`: run the bot until it is told to stop.

use std::net::SocketAddr;
use std::path::Path;

use anyhow::Context;
use hailer::{BoundBot, Config, Environment, stop_signal};

use crate::exit::{Exit, Failure};
use crate::project::{Modules, Project, Source};
use crate::{demo, log, output};

/// Runs the bot of the configuration.
pub(crate) fn run(
    config: Option<&Path>,
    listen: Option<SocketAddr>,
    environment: &Environment,
    modules: Modules<'_>,
) -> Result<Exit, Failure> {
    let path = Source::find_file(config)?;
    serve(Source::File(path), listen, environment, modules)
}

/// Runs the bot of the configuration, or the demo when there is none.
pub(crate) fn run_or_demo(
    config: Option<&Path>,
    listen: Option<SocketAddr>,
    environment: &Environment,
    modules: Modules<'_>,
) -> Result<Exit, Failure> {
    serve(Source::find(config), listen, environment, modules)
}

fn serve(
    source: Source,
    listen: Option<SocketAddr>,
    environment: &Environment,
    modules: Modules<'_>,
) -> Result<Exit, Failure> {
    let Project {
        bot,
        config,
        warnings,
        source,
    } = Project::load(source, listen, environment, modules)?;
    let _log = log::start(config.log.level, environment)?;
    if !warnings.is_empty() {
        output::say(&warnings.to_string());
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start threads")?;
    let bound = {
        let _entered = runtime.enter();
        bot.bind()?
    };
    output::print(&match source {
        Source::Demo => demo_banner(&bound, environment),
        Source::File(path) => banner(&bound, &config, &path),
    })?;
    runtime.block_on(bound.run(stop_signal()))?;
    Ok(Exit::Fine)
}

fn banner(bound: &BoundBot, config: &Config, path: &Path) -> String {
    let webhooks = config.webhooks.iter().map(|webhook| {
        format!(
            "  Webhook     {}/webhook/{}   people type @{}\n",
            url(bound, config),
            webhook.name,
            webhook.mention
        )
    });
    let admin = bound
        .admin_address()
        .map_or_else(|| "off".to_owned(), |address| format!("http://{address}"));
    format!(
        "hailer {} · {}\n{}  Admin       {admin}   /-/ready, /-/healthy, /metrics\n  Commands    {}",
        env!("CARGO_PKG_VERSION"),
        path.display(),
        webhooks.collect::<String>(),
        commands(bound),
    )
}

fn demo_banner(bound: &BoundBot, environment: &Environment) -> String {
    let call = if environment.get("CARGO_MANIFEST_DIR").is_some() {
        "cargo run --"
    } else {
        "hailer"
    };
    format!(
        "hailer {} · demo (no hailer.toml here) · only this computer can reach it\n\n  \
         Webhook     http://{}/webhook/dev   token in {}\n  \
         Commands    {}\n\n  \
         Try it, in another terminal:\n{}\n  \
         Ctrl+C stops",
        env!("CARGO_PKG_VERSION"),
        bound.address(),
        demo::TOKEN_FILE,
        commands(bound),
        things_to_try(bound, call),
    )
}

/// Names what shows most; a bot that lacks some of it shows the examples of its own commands.
fn things_to_try(bound: &BoundBot, call: &str) -> String {
    let usual = [("help", ""), ("status", ""), ("whoami", " --as mira")];
    let catalog = bound.catalog();
    let has = |path: &str| catalog.iter().any(|it| it.path() == path);
    let line = |text: &str, options: &str| format!("    {call} send \"{text}\"{options}\n");
    if usual.iter().all(|(path, _)| has(path)) {
        return usual.map(|(path, options)| line(path, options)).concat();
    }
    let examples = catalog.iter().filter_map(|it| it.examples().first());
    examples
        .take(usual.len())
        .map(|it| line(&it.text, ""))
        .collect()
}

fn url(bound: &BoundBot, config: &Config) -> String {
    let scheme = if config.server.tls.is_some() {
        "https"
    } else {
        "http"
    };
    config
        .server
        .public_url
        .clone()
        .unwrap_or_else(|| format!("{scheme}://{}", bound.address()))
}

fn commands(bound: &BoundBot) -> String {
    let paths: Vec<&str> = bound.catalog().iter().map(hailer::Entry::path).collect();
    format!("{}: {}", paths.len(), paths.join(", "))
}
