//! `hailer listen`: each request as it arrives, and why it was refused.
//!
//! A bot that runs is watched and not disturbed. Where none runs, the bot of the configuration is started for
//! as long as this lasts: whoever tries it in Teams gets real answers.

mod line;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use hailer::{Config, Environment, stop_signal};
use tokio::sync::oneshot;

use crate::exchange::{Exchange, Kind};
use crate::exit::{Exit, Failure};
use crate::output;
use crate::project::{Modules, Project, Source};
use crate::watching::{NotWatching, Watching, reachable};
use crate::{capture, explain};

#[derive(Debug, Args)]
pub(crate) struct ListenOptions {
    /// End after the first message; pings do not count
    #[arg(long)]
    pub(crate) once: bool,
    /// End after this time, such as 30s or 2m; when nothing came, the exit code is 6
    #[arg(long = "for", value_name = "TIME", value_parser = parse_time)]
    pub(crate) time: Option<Duration>,
    /// Listen to this webhook only
    #[arg(long, value_name = "NAME")]
    pub(crate) webhook: Option<String>,
    /// Keep each request in this folder, with what was written in it, for `hailer replay`
    #[arg(long, value_name = "DIR")]
    pub(crate) save: Option<PathBuf>,
    /// Print each request as a line of JSON
    #[arg(long)]
    pub(crate) json: bool,
}

pub(crate) fn parse_time(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|it: char| it.is_ascii_alphabetic());
    let number: u64 = digits
        .parse()
        .map_err(|_| "write it like 30s or 2m".to_owned())?;
    match text.get(digits.len()..) {
        Some("s") => Ok(Duration::from_secs(number)),
        Some("m") => Ok(Duration::from_secs(number * 60)),
        _ => Err("write it like 30s or 2m".to_owned()),
    }
}

/// Shows each request, until it is told to stop.
pub(crate) fn run(
    config: Option<&Path>,
    options: &ListenOptions,
    environment: &Environment,
    modules: Modules<'_>,
) -> Result<Exit, Failure> {
    let path = Source::find_file(config)?;
    let project = Project::load(Source::File(path), None, environment, modules)?;
    if let Some(folder) = &options.save {
        capture::make_folder(folder)?;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("cannot start threads")?;
    let ended = runtime.block_on(listen(project, options));
    runtime.shutdown_background();
    ended
}

async fn listen(project: Project, options: &ListenOptions) -> Result<Exit, Failure> {
    let config = chosen(&project.config, options)?;
    let watching = match config.server.admin_listen {
        Some(admin) => Watching::open(admin, &config.webhooks).await,
        None => Err(NotWatching::NobodyThere),
    };
    match watching {
        Ok(watching) => {
            output::say(&format!(
                "watching the bot at {} · Ctrl+C stops",
                reachable(config.server.listen)
            ));
            show(watching, &config, options).await
        }
        Err(NotWatching::Refused(error)) => Err(Failure::new(
            Exit::No,
            format!(
                "error: the bot that runs here cannot be watched: {error}\n  fix: `hailer reload`, so that it has the tokens of this configuration"
            ),
        )),
        Err(NotWatching::NobodyThere) => serve(project, &config, options).await,
    }
}

/// Starts the bot itself, and watches it.
async fn serve(
    project: Project,
    config: &Config,
    options: &ListenOptions,
) -> Result<Exit, Failure> {
    let bound = project.bot.with_admin_listener().bind()?;
    let admin = bound
        .admin_address()
        .context("the bot has no admin listener")?;
    output::say(&format!(
        "no bot runs here, so it was started at {} · commands run as usual · Ctrl+C stops",
        bound.address()
    ));
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(bound.run(async move {
        let _ = stopped.await;
    }));
    let ended = match Watching::open(admin, &config.webhooks).await {
        Ok(watching) => show(watching, config, options).await,
        Err(why) => Err(Failure::io(format!(
            "error: the bot cannot be watched: {why:?}"
        ))),
    };
    let _ = stop.send(());
    let _ = serving.await;
    ended
}

/// Returns the configuration with the webhooks that are listened to.
fn chosen(config: &Config, options: &ListenOptions) -> Result<Config, Failure> {
    let mut config = config.clone();
    if let Some(name) = &options.webhook
        && !config.webhooks.iter().any(|it| it.name == *name)
    {
        let names: Vec<&str> = config.webhooks.iter().map(|it| it.name.as_str()).collect();
        let text = format!(
            "error: there is no webhook `{name}`\n  known: {}",
            names.join(", ")
        );
        return Err(Failure::new(Exit::Usage, text));
    }
    // The others stay known: a message may be signed with the token of one of them.
    if let Some(name) = &options.webhook {
        config.webhooks.sort_by_key(|it| it.name != *name);
    }
    Ok(config)
}

async fn show(
    mut watching: Watching,
    config: &Config,
    options: &ListenOptions,
) -> Result<Exit, Failure> {
    let mut seen = HashSet::new();
    let end = async {
        match options.time {
            Some(time) => tokio::time::sleep(time).await,
            None => std::future::pending().await,
        }
    };
    tokio::pin!(end);
    let stop = stop_signal();
    tokio::pin!(stop);
    loop {
        let exchange = tokio::select! {
            exchange = watching.next() => exchange,
            () = &mut end => return Ok(nothing_came(seen.is_empty())),
            () = &mut stop => return Ok(Exit::Fine),
        };
        let Some(exchange) = exchange else {
            output::say("the bot has stopped");
            return Ok(Exit::Fine);
        };
        if !is_wanted(&exchange, options) {
            continue;
        }
        print(&exchange, config, options, seen.is_empty())?;
        if exchange.kind != Kind::Ping {
            seen.insert(exchange.request_id.clone());
            if options.once {
                return Ok(if exchange.kind == Kind::Answered {
                    Exit::Fine
                } else {
                    Exit::No
                });
            }
        }
    }
}

fn is_wanted(exchange: &Exchange, options: &ListenOptions) -> bool {
    let (wanted, named) = (&options.webhook, &exchange.webhook);
    wanted.is_none() || named.is_none() || wanted == named
}

fn print(
    exchange: &Exchange,
    config: &Config,
    options: &ListenOptions,
    is_first: bool,
) -> Result<(), Failure> {
    let diagnosis = line::judge(exchange, &config.webhooks);
    // Once is enough for what holds for all of them.
    let diagnosis = diagnosis.filter(|it| it.code != "HL152" || is_first);
    if options.json {
        output::print(&line::to_json(exchange, diagnosis.as_ref()).to_string())?;
    } else {
        output::print(&line::to_text(exchange, diagnosis.as_ref()))?;
    }
    if let Some(folder) = &options.save
        && exchange.kind != Kind::Ping
    {
        let path = capture::save(exchange, folder)?;
        output::say(&format!("         saved to {}", path.display()));
    }
    Ok(())
}

fn nothing_came(is_so: bool) -> Exit {
    if !is_so {
        return Exit::Fine;
    }
    if let Some(cause) = explain::cause("HL151") {
        output::say(&format!(
            "HL151 nothing came\n  {}\n  fix: {}",
            cause.meaning, cause.fix
        ));
    }
    Exit::TimedOut
}
