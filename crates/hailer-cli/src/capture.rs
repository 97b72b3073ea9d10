//! Captures: requests kept in files, and `hailer replay`, which sends one again.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use chrono::{SecondsFormat, Utc};
use clap::Args;
use hailer::{Config, Environment};
use serde_json::Value;

use crate::exchange::Exchange;
use crate::exit::{Exit, Failure};
use crate::project::{Modules, Project, Source};
use crate::{demo, http, output};

#[derive(Debug, Args)]
pub(crate) struct ReplayOptions {
    /// The capture, as `hailer listen --save` writes it
    pub(crate) file: PathBuf,
    /// Give it the time and id of now and sign it anew, so that it runs again
    #[arg(long)]
    pub(crate) resign: bool,
    /// Send it there instead of to the configured bot
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,
}

/// Makes a folder that only this user can read: what people wrote is in it.
pub(crate) fn make_folder(folder: &Path) -> Result<(), Failure> {
    demo::make_folder(folder)
        .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    Ok(())
}

/// Keeps an exchange.
pub(crate) fn save(exchange: &Exchange, folder: &Path) -> Result<PathBuf, Failure> {
    let path = folder.join(format!("{}.json", exchange.request_id));
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options
        .open(&path)
        .and_then(|mut file| writeln!(file, "{:#}", exchange.json));
    written.with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}

/// Sends a capture again.
pub(crate) fn replay(
    config: Option<&Path>,
    options: &ReplayOptions,
    environment: &Environment,
    modules: Modules<'_>,
) -> Result<Exit, Failure> {
    let exchange = read(&options.file)?;
    let project = Project::load(Source::find(config), None, environment, modules)?;
    let (body, signature) = if options.resign {
        resigned(&exchange, &project.config)?
    } else {
        let signature = exchange.header("authorization").unwrap_or_default();
        (exchange.body.clone(), signature.to_owned())
    };
    let url = options.url.clone().unwrap_or_else(|| {
        let server = &project.config.server;
        let scheme = if server.tls.is_some() {
            "https"
        } else {
            "http"
        };
        format!("{scheme}://{}{}", server.listen, exchange.path)
    });
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start threads")?;
    runtime.block_on(send(&url, body, &signature, options.resign))
}

fn read(file: &Path) -> Result<Exchange, Failure> {
    let place = file.display();
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {place}"))?;
    let json = serde_json::from_str(&text).ok();
    json.and_then(Exchange::from_json).ok_or_else(|| {
        Failure::new(
            Exit::Usage,
            format!(
                "error: {place} is no capture\n  fix: make one with `hailer listen --save DIR`"
            ),
        )
    })
}

/// Returns the body with a new time and id, and its signature.
fn resigned(exchange: &Exchange, config: &Config) -> Result<(Vec<u8>, String), Failure> {
    let name = exchange.webhook.as_deref().unwrap_or_default();
    let webhook = config.webhooks.iter().find(|it| it.name == name);
    let key = webhook.and_then(|it| it.keys.first()).ok_or_else(|| {
        Failure::new(
            Exit::Usage,
            format!("error: there is no webhook `{name}` to sign for"),
        )
    })?;
    let mut json: Value = serde_json::from_slice(&exchange.body)
        .map_err(|_| Failure::new(Exit::No, "error: its body is no JSON, so it cannot have another time\n  fix: send it without --resign"))?;
    let now = Utc::now();
    if let Some(message) = json.as_object_mut() {
        let time = now.to_rfc3339_opts(SecondsFormat::Millis, true);
        message.insert("timestamp".to_owned(), time.into());
        message.insert("id".to_owned(), now.timestamp_millis().to_string().into());
    }
    let body = json.to_string().into_bytes();
    let signature = key.sign(&body);
    Ok((body, signature))
}

async fn send(
    url: &str,
    body: Vec<u8>,
    signature: &str,
    is_resigned: bool,
) -> Result<Exit, Failure> {
    let mut request = http::near()?
        .post(url)
        .header("content-type", "application/json; charset=utf-8")
        .body(body);
    if !signature.is_empty() {
        request = request.header("authorization", signature);
    }
    let response = request.send().await.map_err(|error| {
        let text = format!("error: cannot reach {url}: {}", http::cause(&error));
        Failure::new(Exit::Unreachable, text)
    })?;
    let status = response.status().as_u16();
    let outcome = response.headers().get("x-hailer-outcome");
    let outcome = outcome
        .and_then(|it| it.to_str().ok())
        .unwrap_or("no outcome")
        .to_owned();
    let text = response.text().await.unwrap_or_default();
    let drawn = hailer::read_message(&text).map_or(text, |it| it.to_plain());
    output::print(&drawn)?;
    output::say(&format!("{status} · {outcome}"));
    if status == 401 && !is_resigned {
        output::say("it may be too old by now: try --resign, or `hailer listen` to see why");
    }
    Ok(if status == 200 { Exit::Fine } else { Exit::No })
}
