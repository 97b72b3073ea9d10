//! `hailer audit export`: every row with its proof, for a court or a database.

use std::io::{BufWriter, Write, stdout};
use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, ValueEnum};
use hailer_store::{AuditRow, Store};
use serde_json::Value;

use super::filter::Filter;
use super::row;
use crate::exit::{Exit, Failure};
use crate::output;

#[derive(Debug, Args)]
pub(crate) struct ExportOptions {
    #[command(flatten)]
    filter: Filter,
    /// As JSON, one row a line, or as CSV
    #[arg(long, value_enum, default_value_t = Format::Jsonl)]
    format: Format,
    /// Into this file, which only its owner may read; standard output when left out
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Jsonl,
    Csv,
}

/// The columns of a CSV, by their names in JSON.
const COLUMNS: [&str; 26] = [
    "chain",
    "seq",
    "at",
    "boot",
    "event",
    "request_id",
    "job",
    "tenant",
    "team",
    "channel",
    "conversation",
    "activity",
    "webhook",
    "key",
    "person_id",
    "person",
    "command",
    "arguments",
    "effect",
    "decision",
    "rule",
    "outcome",
    "duration_ms",
    "detail",
    "prev_hash",
    "hash",
];

/// Writes all rows that are meant, chain by chain in their order, whatever is written meanwhile.
pub(crate) async fn run(store: &Store, options: &ExportOptions) -> Result<Exit, Failure> {
    let wanted = options.filter.to_store(0)?;
    let mut out: BufWriter<Box<dyn Write>> = BufWriter::new(match &options.out {
        Some(path) => Box::new(private(path)?),
        None => Box::new(stdout()),
    });
    if options.format == Format::Csv {
        writeln!(out, "{}", COLUMNS.join(",")).context("cannot write")?;
    }
    let heads = store.audit_heads().await.context("cannot read the audit")?;
    let mut count = 0_u64;
    for head in &heads {
        let mut after = 0;
        while after < head.seq {
            let rows = store.audit_rows(&head.chain, after).await;
            let rows = rows.context("cannot read the audit")?;
            let Some(last) = rows.last() else { break };
            after = last.seq;
            for row in rows.iter().filter(|row| Filter::keeps(&wanted, row)) {
                writeln!(out, "{}", line(row, options.format)).context("cannot write")?;
                count += 1;
            }
        }
    }
    out.flush().context("cannot write")?;
    let rows = if count == 1 { "row" } else { "rows" };
    output::say(&format!("{count} {rows} exported"));
    Ok(Exit::Fine)
}

/// Opens a new file that nobody else may read.
fn private(path: &std::path::Path) -> anyhow::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
        .open(path)
        .with_context(|| format!("cannot make the new file {}", path.display()))
}

fn line(row: &AuditRow, format: Format) -> String {
    let json = row::json(row);
    match format {
        Format::Jsonl => json.to_string(),
        Format::Csv => {
            let fields = COLUMNS.map(|name| match json.get(name) {
                None | Some(Value::Null) => String::new(),
                Some(Value::String(text)) => quoted(text),
                Some(value) => quoted(&value.to_string()),
            });
            fields.join(",")
        }
    }
}

/// What begins like a formula is none: a table must not run what somebody typed in a channel.
fn quoted(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = text.replace('"', "\"\"");
    let guard = if is_formula { "'" } else { "" };
    if is_formula || text.contains(['"', ',', '\n', '\r']) {
        format!("\"{guard}{text}\"")
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_of_a_table_is_never_a_formula_or_two_fields() {
        assert_eq!(quoted("plain"), "plain");
        assert_eq!(quoted("a,\"b\"\n"), "\"a,\"\"b\"\"\n\"");
        assert_eq!(quoted("=HYPERLINK(1)"), "\"'=HYPERLINK(1)\"");
        assert_eq!(quoted("@ops"), "\"'@ops\"");
    }
}
