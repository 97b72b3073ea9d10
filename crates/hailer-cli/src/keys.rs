//! `hailer keys`: which keys of webhooks were used, from where, and what they signed.

use std::path::Path;

use anyhow::Context;
use clap::{Args, Subcommand};
use hailer::Environment;
use hailer_store::{KeyUse, OpenError, Role, Store};
use serde_json::{Value, json};

use crate::audit::filter::Filter;
use crate::audit::row;
use crate::exit::{Exit, Failure};
use crate::kept::{self, block_on};
use crate::output;
use crate::project::{Modules, Project, Source};

#[derive(Debug, Args)]
pub(crate) struct KeysOptions {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List the keys that webhooks have, with the networks from which each was used
    #[command(after_help = "Example: hailer keys list")]
    List {
        /// Print them as JSON
        #[arg(long)]
        json: bool,
    },
    /// List what a key signed, newest first: what to look at when it got into wrong hands
    #[command(
        name = "used-by",
        after_help = "Example: hailer keys used-by 2025 --webhook ops"
    )]
    UsedBy {
        /// The label of the key
        label: String,
        /// Only of this webhook
        #[arg(long, value_name = "NAME")]
        webhook: Option<String>,
        /// How many rows at most
        #[arg(long, default_value_t = 50)]
        limit: u32,
        /// Print them as JSON, one row a line
        #[arg(long)]
        json: bool,
    },
}

/// Looks into the configuration and the audit.
pub(crate) fn run(
    config: Option<&Path>,
    options: &KeysOptions,
    environment: &Environment,
    modules: Modules<'_>,
) -> Result<Exit, Failure> {
    let project = Project::load(Source::find(config), None, environment, modules)?;
    let url = kept::place(&project.config, "no audit")?;
    block_on(async {
        let store = match (Store::open(&url, Role::Tool).await, &options.what) {
            // A bot that never ran has used no key.
            (Err(OpenError::Missing { .. }), What::List { json }) => {
                return list(&[], &project, *json);
            }
            (store, _) => store.with_context(|| format!("cannot open {url}"))?,
        };
        match &options.what {
            What::List { json } => {
                let uses = store.key_uses().await;
                list(
                    &uses.context("cannot read the uses of keys")?,
                    &project,
                    *json,
                )
            }
            What::UsedBy {
                label,
                webhook,
                limit,
                json,
            } => {
                let filter = Filter::of_key(label, webhook.as_deref()).to_store(*limit)?;
                let page = store.audit_list(&filter).await;
                let rows = page.context("cannot read the audit")?.items;
                if *json {
                    let lines: Vec<String> =
                        rows.iter().map(|row| row::json(row).to_string()).collect();
                    output::print(&lines.join("\n"))?;
                } else if rows.is_empty() {
                    output::print(&format!("key {label} signed nothing that is in the audit"))?;
                } else {
                    output::print(&row::table(&rows))?;
                }
                Ok(Exit::Fine)
            }
        }
    })
}

fn list(uses: &[KeyUse], project: &Project, is_json: bool) -> Result<Exit, Failure> {
    let mut lines = vec![format!("{:<16} {:<16} {}", "WEBHOOK", "KEY", "USED FROM")];
    let mut all = Vec::new();
    for webhook in &project.config.webhooks {
        for label in &webhook.labels {
            let networks: Vec<&str> = uses
                .iter()
                .filter(|it| it.webhook == webhook.name && it.label == *label)
                .map(|it| it.network.as_str())
                .collect();
            let from = match networks.len() {
                0 => "never used".to_owned(),
                _ => networks.join(", "),
            };
            lines.push(format!("{:<16} {label:<16} {from}", webhook.name));
            all.push(json!({"webhook": webhook.name, "key": label, "networks": networks}));
        }
    }
    output::print(&if is_json {
        Value::Array(all).to_string()
    } else {
        lines.join("\n")
    })?;
    Ok(Exit::Fine)
}
