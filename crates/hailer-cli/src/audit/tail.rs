//! `hailer audit tail`: the newest rows, and each further one as it is written.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use hailer_store::{AuditFilter, AuditRow, Store};

use super::filter::Filter;
use super::row;
use crate::exit::{Exit, Failure};
use crate::output;

/// How often it looks: whoever watches waits no longer than a second.
const PAUSE: Duration = Duration::from_millis(500);

#[derive(Debug, Args)]
pub(crate) struct TailOptions {
    #[command(flatten)]
    filter: Filter,
    /// How many rows that are there already
    #[arg(long, short = 'n', default_value_t = 10, value_name = "ROWS")]
    lines: u32,
    /// End after those
    #[arg(long)]
    no_follow: bool,
    /// Print them as JSON, one row a line
    #[arg(long)]
    json: bool,
}

/// Prints rows until it is told to stop.
pub(crate) async fn run(store: &Store, options: &TailOptions) -> Result<Exit, Failure> {
    let mut filter = options.filter.to_store(options.lines.max(1))?;
    let mut seen = BTreeSet::new();
    let mut first = newest(store, &filter).await?;
    first.truncate(usize::try_from(options.lines).unwrap_or(usize::MAX));
    print(&first, options, &mut seen)?;
    if options.no_follow {
        return Ok(Exit::Fine);
    }
    // What was there already is told by its number, for two rows can have the same time.
    filter.limit = 1_000;
    let since = newest(store, &filter).await?;
    filter.since_ms = filter.since_ms.max(since.first().map(|row| row.at_ms));
    seen.extend(since.iter().map(place));
    loop {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => return Ok(Exit::Fine),
            () = tokio::time::sleep(PAUSE) => {}
        }
        let rows = newest(store, &filter).await?;
        filter.since_ms = rows.first().map(|row| row.at_ms).or(filter.since_ms);
        print(&rows, options, &mut seen)?;
    }
}

async fn newest(store: &Store, filter: &AuditFilter) -> anyhow::Result<Vec<AuditRow>> {
    let page = store.audit_list(filter).await;
    Ok(page.context("cannot read the audit")?.items)
}

fn print(
    rows: &[AuditRow],
    options: &TailOptions,
    seen: &mut BTreeSet<(String, i64)>,
) -> anyhow::Result<()> {
    for row in rows.iter().rev() {
        if !seen.insert(place(row)) {
            continue;
        }
        output::print(&if options.json {
            row::json(row).to_string()
        } else {
            row::draw(row)
        })?;
    }
    Ok(())
}

fn place(row: &AuditRow) -> (String, i64) {
    (row.chain.clone(), row.seq)
}
