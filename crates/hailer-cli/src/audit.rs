//! `hailer audit`: who wanted what, what was decided, what came of it; and whether the record is whole.

mod anchor;
mod export;
pub(crate) mod filter;
pub(crate) mod row;
mod tail;
mod verify;

use std::path::Path;

use anyhow::Context;
use clap::{Args, Subcommand};
use hailer::Environment;
use hailer_store::Store;

use crate::exit::{Exit, Failure};
use crate::kept::{self, block_on};
use crate::output;
use crate::project::{Modules, Project, Source};

use anchor::AnchorOptions;
use export::ExportOptions;
use filter::Filter;
use tail::TailOptions;
use verify::VerifyOptions;

#[derive(Debug, Args)]
pub(crate) struct AuditOptions {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List rows, newest first
    #[command(
        after_help = "Example: hailer audit list --person \"Jo Lind\" --command deploy --since 2d"
    )]
    List(ListOptions),
    /// Check every row against the hashes, and against anchors that were kept elsewhere
    #[command(
        after_help = "Tells apart rows that were changed, are missing, or were cut off at the end, and a record that was written anew; the last two only with an anchor.\nExit codes: 0 whole, 1 not.\nExample: hailer audit verify --anchor /mnt/elsewhere/anchors.jsonl"
    )]
    Verify(VerifyOptions),
    /// Write everything out, oldest first, with the proof
    #[command(after_help = "Example: hailer audit export --since 2026-11-01 --out november.jsonl")]
    Export(ExportOptions),
    /// Show the newest rows, and each further one as it is written
    Tail(TailOptions),
    /// Note where the record ends now, to be kept where nobody who can write the store can write
    #[command(
        after_help = "Run it every few minutes, and keep the file on another machine.\nExamples: hailer audit anchor --out /mnt/elsewhere/anchors.jsonl --key-file /etc/hailer/anchor.key\n          hailer audit anchor --followup ops"
    )]
    Anchor(AnchorOptions),
}

#[derive(Debug, Args)]
struct ListOptions {
    #[command(flatten)]
    filter: Filter,
    /// How many at most
    #[arg(long, default_value_t = 50)]
    limit: u32,
    /// Print them as JSON, one row a line
    #[arg(long)]
    json: bool,
}

/// Looks into the store of the configuration, or of the demo.
pub(crate) fn run(
    config: Option<&Path>,
    options: &AuditOptions,
    environment: &Environment,
    modules: Modules<'_>,
) -> Result<Exit, Failure> {
    let project = Project::load(Source::find(config), None, environment, modules)?;
    let url = kept::place(&project.config, "no audit")?;
    block_on(async {
        let store = kept::open(&url).await?;
        match &options.what {
            What::List(options) => list(&store, options).await,
            What::Verify(options) => verify::run(&store, options, environment).await,
            What::Export(options) => export::run(&store, options).await,
            What::Tail(options) => tail::run(&store, options).await,
            What::Anchor(options) => anchor::run(&store, options, &project, environment).await,
        }
    })
}

async fn list(store: &Store, options: &ListOptions) -> Result<Exit, Failure> {
    let mut filter = options.filter.to_store(options.limit)?;
    let mut left = options.limit;
    let mut rows = Vec::new();
    while left > 0 {
        filter.limit = left;
        let page = store.audit_list(&filter).await;
        let page = page.context("cannot read the audit")?;
        left = left.saturating_sub(u32::try_from(page.items.len()).unwrap_or(u32::MAX));
        rows.extend(page.items);
        filter.before = page.next;
        if filter.before.is_none() {
            break;
        }
    }
    if options.json {
        let lines: Vec<String> = rows.iter().map(|row| row::json(row).to_string()).collect();
        if !lines.is_empty() {
            output::print(&lines.join("\n"))?;
        }
        return Ok(Exit::Fine);
    }
    if rows.is_empty() {
        output::print("no rows")?;
        return Ok(Exit::Fine);
    }
    output::print(&row::table(&rows))?;
    if filter.before.is_some() {
        output::say("there are more; narrow it down, or raise --limit");
    }
    Ok(Exit::Fine)
}
