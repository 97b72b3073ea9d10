//! `hailer webhook`: the Teams side of a webhook, step by step, and its place in the configuration.

mod add;
mod edit;
mod list;
mod paste;
mod rotate;

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, Subcommand};
use hailer::Environment;

use crate::exit::{Exit, Failure};
use crate::listen::parse_time;
use crate::project::Modules;

#[derive(Debug, Args)]
pub(crate) struct WebhookOptions {
    #[command(subcommand)]
    pub(crate) what: WebhookWhat,
}

#[derive(Debug, Subcommand)]
pub(crate) enum WebhookWhat {
    /// Add one: says what to do in Teams, takes the token, writes it down, waits for the first message
    #[command(
        after_help = "Example: hailer webhook add ops\n         hailer webhook add ops --token-file - < pasted.txt"
    )]
    Add(AddOptions),
    /// List them, with their URLs and last messages
    List(ListOptions),
    /// Take a new token; the old one stays valid until --finish
    #[command(
        after_help = "Examples: hailer webhook rotate ops\n          hailer webhook rotate ops --finish"
    )]
    Rotate(RotateOptions),
    /// Take one out of the configuration
    Remove(RemoveOptions),
}

#[derive(Debug, Args)]
pub(crate) struct AddOptions {
    /// The end of its URL, and what people type unless --mention says otherwise
    pub(crate) name: String,
    /// What people type after `@`
    #[arg(long, value_name = "NAME")]
    pub(crate) mention: Option<String>,
    /// The file with the token, or - for standard input; asked for at a terminal when left out
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    /// Wait so long for the first message, such as 2m; that is what a terminal waits
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub(crate) wait: Option<Duration>,
    /// Do not wait for the first message
    #[arg(long, conflicts_with = "wait")]
    pub(crate) no_wait: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ListOptions {
    /// Print them as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RotateOptions {
    /// Which webhook
    pub(crate) name: String,
    /// The file with the new token, or - for standard input; asked for at a terminal when left out
    #[arg(long, value_name = "FILE", conflicts_with = "finish")]
    pub(crate) token_file: Option<PathBuf>,
    /// Forget the old token
    #[arg(long)]
    pub(crate) finish: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RemoveOptions {
    /// Which webhook
    pub(crate) name: String,
    /// Do not ask
    #[arg(long)]
    pub(crate) yes: bool,
}

/// Does what is asked with the webhooks of a configuration.
pub(crate) fn run(
    config: Option<&Path>,
    options: &WebhookOptions,
    environment: &Environment,
    modules: Modules<'_>,
) -> Result<Exit, Failure> {
    match &options.what {
        WebhookWhat::Add(options) => add::run(config, options, environment, modules),
        WebhookWhat::List(options) => list::run(config, options, environment, modules),
        WebhookWhat::Rotate(options) => rotate::rotate(config, options, environment, modules),
        WebhookWhat::Remove(options) => rotate::remove(config, options),
    }
}
