//! `hailer status`: how the running bot is.

use std::path::Path;

use anyhow::Context;
use chrono::{DateTime, Local};
use clap::Args;
use hailer::Environment;
use serde_json::json;

use crate::exit::{Exit, Failure};
use crate::http;
use crate::metrics_page::MetricsPage;
use crate::output;
use crate::project::Source;
use crate::watching::reachable;

#[derive(Debug, Args)]
pub(crate) struct StatusOptions {
    /// Print it as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Asks the bot at the configuration's admin address.
pub(crate) fn run(
    config: Option<&Path>,
    options: &StatusOptions,
    environment: &Environment,
) -> Result<Exit, Failure> {
    // A bot goes on with what was right before; that a file is wrong by now is part of what it tells.
    let draft = Source::find(config).draft(environment)?;
    let config = draft.finish_part(&[]).config;
    let Some(admin) = config.server.admin_listen else {
        return Err(Failure::new(
            Exit::Unreachable,
            "error: [server] admin_listen is off, so the bot cannot be asked",
        ));
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start threads")?;
    let (page, readiness) = runtime.block_on(async {
        (
            MetricsPage::fetch(admin).await,
            readiness(reachable(admin)).await,
        )
    });
    let (Some(page), Some((is_ready, readiness))) = (page, readiness) else {
        let text = format!(
            "error[HL136]: no bot answers at {}\n  fix: `hailer serve`, or `systemctl start hailer`",
            reachable(admin)
        );
        return Err(Failure::new(Exit::Unreachable, text));
    };
    let names: Vec<&str> = config.webhooks.iter().map(|it| it.name.as_str()).collect();
    if options.json {
        let requests: Vec<_> = page
            .requests
            .iter()
            .map(|((webhook, outcome), count)| json!({ "webhook": webhook, "outcome": outcome, "count": count }))
            .collect();
        let json = json!({
            "version": page.version, "ready": is_ready, "checks": readiness, "requests": requests,
            "last_messages": page.last_messages, "replies": page.reply_count(), "p95_seconds": page.p95(),
        });
        output::print(&format!("{json:#}"))?;
    } else {
        output::print(&to_text(&page, is_ready, &readiness, &names))?;
    }
    Ok(if is_ready { Exit::Fine } else { Exit::No })
}

async fn readiness(admin: std::net::SocketAddr) -> Option<(bool, String)> {
    let client = http::near().ok()?;
    let url = format!("http://{admin}/-/ready?verbose");
    let response = client.get(url).timeout(http::NEAR).send().await.ok()?;
    let is_ready = response.status().as_u16() == 200;
    Some((is_ready, response.text().await.ok()?))
}

fn to_text(page: &MetricsPage, is_ready: bool, readiness: &str, names: &[&str]) -> String {
    let state = if is_ready { "ready" } else { "not ready" };
    let mut out = format!("hailer {} · {state}\n", page.version);
    // What is wrong, although it may be ready.
    for line in readiness
        .lines()
        .filter(|it| !it.starts_with("[+]") && *it != "ok")
    {
        out.push_str(&format!("{line}\n"));
    }
    for name in names {
        let of = |wanted: &dyn Fn(&str) -> bool| -> u64 {
            page.requests
                .iter()
                .filter(|((webhook, outcome), _)| webhook == name && wanted(outcome))
                .map(|(_, count)| count)
                .sum()
        };
        let answered = of(&|it| it == "ok");
        let refused = of(&|it| {
            matches!(
                it,
                "bad_signature"
                    | "stale"
                    | "malformed"
                    | "too_large"
                    | "slow_body"
                    | "unsupported_type"
            )
        });
        let last = page
            .last_messages
            .get(*name)
            .and_then(|it| DateTime::from_timestamp(*it, 0));
        let last = last.map_or_else(
            || "no message yet".to_owned(),
            |it| {
                format!(
                    "last message {}",
                    it.with_timezone(&Local).format("%Y-%m-%d %H:%M:%S")
                )
            },
        );
        out.push_str(&format!(
            "  {name:<20} {last} · {answered} answered · {refused} refused\n"
        ));
    }
    match page.p95() {
        Some(p95) => out.push_str(&format!("  95 of 100 answers within {p95} s of 5 s")),
        None => out.push_str("  nothing was answered yet"),
    }
    out
}
