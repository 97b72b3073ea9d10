//! `hailer webhook list`.

use std::path::Path;

use anyhow::Context;
use chrono::{DateTime, Local};
use hailer::Environment;
use serde_json::{Value, json};

use super::ListOptions;
use super::add::callback;
use crate::exit::{Exit, Failure};
use crate::metrics_page::MetricsPage;
use crate::output;
use crate::project::{Modules, Project, Source};
use crate::seen::{self, Home};

/// Lists the webhooks of the configuration, with what the running bot knows of them.
pub(super) fn run(
    config: Option<&Path>,
    options: &ListOptions,
    environment: &Environment,
    modules: Modules<'_>,
) -> Result<Exit, Failure> {
    let path = Source::find_file(config)?;
    let project = Project::load(Source::File(path), None, environment, modules)?;
    let config = &project.config;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start threads")?;
    let page = match config.server.admin_listen {
        Some(admin) => runtime.block_on(MetricsPage::fetch(admin)),
        None => None,
    };
    // What the store cannot tell now is left out: the list is of the configuration.
    let seen = match &config.store {
        Some(url) => runtime.block_on(seen::read(url)).unwrap_or_default(),
        None => Vec::new(),
    };
    let last = |name: &str| {
        let seconds = page.as_ref()?.last_messages.get(name)?;
        DateTime::from_timestamp(*seconds, 0)
    };
    let rows = config.webhooks.iter().map(|webhook| {
        let url = callback(config, &webhook.name);
        let tokens = webhook.keys.len();
        let pins = Home::of(&webhook.name, &seen).map_or_else(Vec::new, |it| it.pins(webhook));
        if options.json {
            let last = last(&webhook.name).map(|it| it.to_rfc3339());
            return json!({ "name": webhook.name, "mention": webhook.mention, "url": url, "tokens": tokens, "last_message": last, "pins": pins });
        }
        let last = match (last(&webhook.name), &page) {
            (Some(at), _) => at.with_timezone(&Local).format("last message %Y-%m-%d %H:%M").to_string(),
            (None, Some(_)) => "no message yet".to_owned(),
            (None, None) => "no bot runs here".to_owned(),
        };
        let rotating = if tokens > 1 { " · two tokens hold, see rotate --finish" } else { "" };
        let pins = match pins.is_empty() {
            true => String::new(),
            false => format!(
                "\n  not pinned; to refuse messages from elsewhere, add to [webhook.{}]:\n    {}",
                webhook.name,
                pins.join("\n    ")
            ),
        };
        Value::from(format!("{:<16} @{:<16} {url} · {last}{rotating}{pins}", webhook.name, webhook.mention))
    });
    let rows: Vec<Value> = rows.collect();
    output::print(&if options.json {
        format!("{:#}", Value::from(rows))
    } else {
        rows.iter()
            .filter_map(Value::as_str)
            .collect::<Vec<_>>()
            .join("\n")
    })?;
    Ok(Exit::Fine)
}
