//! `hailer`, `hailer serve` and `hailer play`: run the bot until it is told to stop.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::path::Path;
use std::time::SystemTime;

use anyhow::Context;
use hailer::{BoundBot, Config, Environment, SourceFiles, stop_signal};
use hailer_playground::{OperatorPages, Playground};
use tokio::sync::{Notify, oneshot};

use crate::exit::{Exit, Failure};
use crate::project::{Modules, Project, Source};
use crate::reloading::{Following, Load};
use crate::{demo, log, output, play};

/// What is served besides webhooks, metrics and probes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Listening {
    /// Nothing.
    Alone,
    /// The look-alike Teams channel, for this computer only.
    WithPlayground,
}

/// Runs the bot of the configuration.
pub(crate) fn run(
    config: Option<&Path>,
    listen: Option<SocketAddr>,
    environment: &Environment,
    modules: Modules<'_>,
) -> Result<Exit, Failure> {
    let source = Source::File(Source::find_file(config)?);
    let load = |files: &SourceFiles| {
        Project::load_noting(source.clone(), listen, environment, (modules, files))
    };
    serve(&load, Listening::Alone, environment)
}

/// Runs the bot of the configuration, or the demo when there is none.
pub(crate) fn run_or_demo(
    config: Option<&Path>,
    listen: Option<SocketAddr>,
    environment: &Environment,
    modules: Modules<'_>,
) -> Result<Exit, Failure> {
    let source = Source::find(config);
    let listening = match source {
        Source::Demo => Listening::WithPlayground,
        Source::File(_) => Listening::Alone,
    };
    let load = |files: &SourceFiles| {
        Project::load_noting(source.clone(), listen, environment, (modules, files))
    };
    serve(&load, listening, environment)
}

/// Serves until the process is told to stop; what is loaded is loaded again when it changes.
pub(crate) fn serve(
    load: Load<'_>,
    listening: Listening,
    environment: &Environment,
) -> Result<Exit, Failure> {
    let (files, read_since) = (SourceFiles::default(), SystemTime::now());
    let Project {
        bot,
        config,
        warnings,
        source,
        playground,
    } = load(&files)?;
    let _log = log::start(config.log.level, environment)?;
    if !warnings.is_empty() {
        output::say(&warnings.to_string());
    }
    // Scripts may run as the same user, and secrets are in the environment.
    hailer_process::keep_private().context("cannot keep the memory private")?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start threads")?;
    let entered = runtime.enter();
    let bound = bot.bind()?;
    let playground = match listening {
        Listening::Alone => None,
        Listening::WithPlayground => Some(play::bind(&playground, &bound, &source)?),
    };
    let operator = OperatorPages::new(bound.running(), bound.tail())?;
    bound.serve_pages(operator);
    output::print(&match &playground {
        Some(playground) => play_banner(&bound, &config, playground, &source, environment),
        None => banner(&bound, &config, &source),
    })?;
    let gone = Notify::new();
    let read = (&source, files, read_since);
    let following = Following::new(bound.reloader(), load, read, &gone);
    drop(entered);
    let served = runtime.block_on(run_both(bound, playground, following, &gone));
    // A file system that hangs is not waited for.
    runtime.shutdown_background();
    served?;
    Ok(Exit::Fine)
}

/// Serves the bot, and the playground as long as it does.
async fn run_both(
    bound: BoundBot,
    playground: Option<Playground>,
    following: Following<'_>,
    gone: &Notify,
) -> Result<(), Failure> {
    let stopped = async {
        tokio::select! {
            () = stop_signal() => {}
            () = gone.notified() => {}
        }
    };
    let serving = beside(bound.run(stopped), following.run());
    let Some(playground) = playground else {
        return Ok(serving.await?);
    };
    let (stop, stopped) = oneshot::channel::<()>();
    let playing = playground.run(async {
        let _ = stopped.await;
    });
    let serving = async {
        let served = serving.await;
        // The playground may have died already.
        let _ = stop.send(());
        served
    };
    let (served, played) = tokio::join!(serving, playing);
    served?;
    Ok(played?)
}

/// Does something that never ends until the other is done.
async fn beside<T>(main: impl Future<Output = T>, endless: impl Future<Output = Infallible>) -> T {
    tokio::select! {
        done = main => done,
        never = endless => match never {},
    }
}

fn banner(bound: &BoundBot, config: &Config, source: &Source) -> String {
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
        "hailer {} · {}\n{}  Admin       {admin}   /operator, /-/ready, /-/healthy, /metrics\n  Commands    {}",
        env!("CARGO_PKG_VERSION"),
        source,
        webhooks.collect::<String>(),
        commands(bound),
    )
}

fn play_banner(
    bound: &BoundBot,
    config: &Config,
    playground: &Playground,
    source: &Source,
    environment: &Environment,
) -> String {
    let call = if environment.get("CARGO_MANIFEST_DIR").is_some() {
        "cargo run --"
    } else {
        "hailer"
    };
    let webhooks = config.webhooks.iter().map(|webhook| {
        let how = match source {
            Source::Demo => format!("token in {}", demo::TOKEN_FILE),
            Source::File(_) => format!("people type @{}", webhook.mention),
        };
        format!(
            "  Webhook     http://{}/webhook/{}   {how}\n",
            bound.address(),
            webhook.name
        )
    });
    let note = match source {
        Source::Demo => "",
        Source::File(_) => "  Commands really run, as they do for people in Teams.\n",
    };
    format!(
        "hailer {} · {source} · only this computer can reach it\n\n  \
         Playground  {}   ← open this\n\
         {}  \
         Commands    {}\n{note}\n  \
         Or stay here, in another terminal:\n{}\n  \
         Ctrl+C stops",
        env!("CARGO_PKG_VERSION"),
        playground.link(),
        webhooks.collect::<String>(),
        commands(bound),
        things_to_try(bound, call),
    )
}

/// Names what shows most; a bot that lacks some of it shows the examples of its own commands.
fn things_to_try(bound: &BoundBot, call: &str) -> String {
    let usual = [
        ("help", ""),
        ("deploy status", ""),
        ("whoami", " --as mira"),
    ];
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
    let count = bound.catalog().iter().count();
    format!("{count}   type `help`, or run `hailer commands`")
}
