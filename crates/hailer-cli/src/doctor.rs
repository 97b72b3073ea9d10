//! `hailer doctor`: the configuration, the running bot, and the way from Teams to it, on one screen.

mod address;
mod certificate;
mod local;
mod report;
mod storage;
mod trip;

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use anyhow::Context;
use chrono::Utc;
use clap::Args;
use hailer::{Config, Environment, WebhookConfig};
use reqwest::Client;

use crate::exit::{Exit, Failure};
use crate::output;
use crate::project::{Modules, Source};
use crate::watching::Watching;

use address::{Address, Given};
use certificate::Recorder;
use report::{Check, State};
use trip::{Answer, Ping};

/// Webhooks that are tried; one shows most of what is wrong, and each costs a ping.
const MOST_WEBHOOKS: usize = 8;

#[derive(Debug, Args)]
pub(crate) struct DoctorOptions {
    /// The public URL, instead of `[server] public_url`
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,
    /// Connect to this IP address instead of asking DNS: before a name is moved
    #[arg(long, value_name = "IP")]
    pub(crate) connect: Option<IpAddr>,
    /// A private address is meant: DNS answers otherwise outside
    #[arg(long)]
    pub(crate) allow_private: bool,
    /// Trust the certificates of this file too: for a rehearsal, Teams will not
    #[arg(long, value_name = "FILE")]
    pub(crate) ca: Option<PathBuf>,
    /// Print the checks as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Print what can be shown to others: no names, addresses and paths of yours
    #[arg(long)]
    pub(crate) share: bool,
}

/// Looks at everything and changes nothing.
pub(crate) fn run(
    config: Option<&Path>,
    options: &DoctorOptions,
    environment: &Environment,
    modules: Modules<'_>,
) -> Result<Exit, Failure> {
    let path = Source::find_file(config)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start threads")?;
    let mut checks = Vec::new();
    let config = local::configuration(&path, environment, modules, &mut checks);
    if let Some(config) = &config {
        runtime.block_on(examine(config, options, &mut checks))?;
    }
    if options.share {
        local::redact(&mut checks, config.as_ref(), &path, options.url.as_deref());
    }
    output::print(&if options.json {
        report::to_json(&checks)
    } else {
        report::to_text(&checks)
    })?;
    Ok(report::exit(&checks))
}

async fn examine(
    config: &Config,
    options: &DoctorOptions,
    checks: &mut Vec<Check>,
) -> Result<(), Failure> {
    checks.push(storage::store(config).await);
    let running = local::bot(config).await;
    let skew = running.skew;
    checks.push(running.check);
    let base = options
        .url
        .as_deref()
        .or(config.server.public_url.as_deref());
    match base {
        Some(base) => public(base, config, options, checks).await?,
        None => {
            let text = "[server] public_url is not set, so the way from Teams to the bot was not looked at";
            checks.push(
                Check::skip("public url", text)
                    .with_fix("set it, or try hailer doctor --url https://…"),
            );
        }
    }
    checks.extend(storage::follow_ups(config).await);
    checks.extend(local::clock(config, skew));
    checks.extend(local::traffic(config).await);
    Ok(())
}

/// Looks at the public URL: where it leads, its certificate, and what comes back.
async fn public(
    base: &str,
    config: &Config,
    options: &DoctorOptions,
    checks: &mut Vec<Check>,
) -> Result<(), Failure> {
    let given = Given {
        connect: options.connect,
        allow_private: options.allow_private,
    };
    let (check, address) = address::find(base, given).await;
    checks.push(check);
    let Some(address) = address else {
        checks.push(Check::skip("round trip", "needs the public url"));
        return Ok(());
    };
    let recorder = Recorder::new(options.ca.as_deref())?;
    let client = trip::client(&address, &recorder)?;
    let mut watching = match config.server.admin_listen {
        Some(admin) => Watching::open(admin, &config.webhooks).await.ok(),
        None => None,
    };
    let mut trip: Option<Check> = None;
    for webhook in config.webhooks.iter().take(MOST_WEBHOOKS) {
        let found = visit(&address, &client, webhook, config, watching.as_mut()).await;
        let is_fine = found.as_ref().is_some_and(|it| it.state == State::Ok);
        trip = found;
        if !is_fine {
            break;
        }
    }
    let certificate = recorder.judge(&address.host, Utc::now());
    let is_trusted = certificate
        .as_ref()
        .is_none_or(|it| it.state != State::Fail);
    checks.extend(certificate);
    match trip {
        Some(trip) if is_trusted && trip.name == trip::ROW => checks.push(trip),
        other => {
            // A proxy without TLS has no certificate to judge: what it answered is the row.
            checks.extend(other.filter(|it| is_trusted && it.state == State::Fail));
            checks.push(Check::skip(
                trip::ROW,
                "needs a certificate that Teams accepts",
            ));
        }
    }
    Ok(())
}

async fn visit(
    address: &Address,
    client: &Client,
    webhook: &WebhookConfig,
    config: &Config,
    watching: Option<&mut Watching>,
) -> Option<Check> {
    let ping = Ping::new(webhook.keys.first()?, config.limits.body);
    let base = address.base.as_str().trim_end_matches('/');
    let url = format!("{base}/webhook/{}", webhook.name);
    Some(match ping.send(client, &url).await {
        Err(error) => trip::not_reached(address, &error),
        Ok(answer) => trip::judge(answer, &ping, webhook, &config.webhooks, watching).await,
    })
}

/// Returns how far the bot's clock is from this one, in milliseconds.
fn skew(answer: &Answer) -> Option<i64> {
    let Answer::Pong {
        pong, took, asked, ..
    } = answer
    else {
        return None;
    };
    let at = chrono::DateTime::parse_from_rfc3339(pong.get("at")?.as_str()?).ok()?;
    let half = i64::try_from(took.as_millis() / 2).ok()?;
    Some((at.to_utc() - *asked).num_milliseconds() - half)
}
