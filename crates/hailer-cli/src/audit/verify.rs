//! `hailer audit verify`: whether the record is what was written.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use hailer::Environment;
use hailer_store::{ChainReport, Finding, Store};
use serde_json::{Value, json};

use super::anchor;
use crate::exit::{Exit, Failure};
use crate::output;

#[derive(Debug, Args)]
pub(crate) struct VerifyOptions {
    /// The file into which `hailer audit anchor` wrote; may be given several times
    #[arg(long = "anchor", value_name = "FILE")]
    anchors: Vec<PathBuf>,
    /// The file with the key that signed the anchors: unsigned ones count for nothing then
    #[arg(long, value_name = "FILE", requires = "anchors")]
    key_file: Option<PathBuf>,
    /// Print the findings as JSON
    #[arg(long)]
    json: bool,
}

/// Checks every chain.
pub(crate) async fn run(
    store: &Store,
    options: &VerifyOptions,
    environment: &Environment,
) -> Result<Exit, Failure> {
    let key = anchor::key(options.key_file.as_deref(), environment)?;
    let mut heads = Vec::new();
    for path in &options.anchors {
        heads.extend(anchor::read(path, key.as_ref())?);
    }
    let reports = store.audit_verify(&heads).await;
    let reports = reports.context("cannot read the audit")?;
    let is_whole = reports.iter().all(|it| it.findings.is_empty());
    if options.json {
        let all: Vec<Value> = reports.iter().map(as_json).collect();
        let whole = json!({"whole": is_whole, "anchors": heads.len(), "chains": all});
        output::print(&whole.to_string())?;
    } else {
        output::print(&draw(&reports, heads.len()))?;
    }
    Ok(if is_whole { Exit::Fine } else { Exit::No })
}

fn draw(reports: &[ChainReport], anchors: usize) -> String {
    let mut lines = Vec::new();
    let rows: u64 = reports.iter().map(|it| it.rows).sum();
    let wrong: usize = reports.iter().map(|it| it.findings.len()).sum();
    for report in reports {
        for finding in &report.findings {
            lines.push(format!("chain {}: {}", report.chain, word(finding)));
        }
        if report.dropped_to > 0 {
            lines.push(format!(
                "chain {}: rows 1 to {} were dropped because of their age",
                report.chain, report.dropped_to
            ));
        }
    }
    lines.push(match wrong {
        0 if reports.len() == 1 => format!("whole: {rows} rows"),
        0 => format!("whole: {rows} rows in {} chains", reports.len()),
        1 => "NOT WHOLE: 1 finding".to_owned(),
        _ => format!("NOT WHOLE: {wrong} findings"),
    });
    if anchors == 0 && wrong == 0 {
        lines.push("without an anchor nobody can tell whether the end was cut off, or all of it written anew; see `hailer audit anchor --help`".to_owned());
    }
    lines.join("\n")
}

fn word(finding: &Finding) -> String {
    match finding {
        Finding::Changed { seq } => format!("row {seq} was changed"),
        Finding::Missing { from, to } if from == to => format!("row {from} is missing"),
        Finding::Missing { from, to } => format!("rows {from} to {to} are missing"),
        Finding::Broken { seq } => {
            format!("row {seq} does not follow the one before: one of the two was replaced")
        }
        Finding::TailCut { last: 0, seen } => {
            format!("it is gone; an anchor saw {seen} rows")
        }
        Finding::TailCut { last, seen } => {
            format!("the end was cut off: it ends at row {last}, an anchor saw row {seen}")
        }
        Finding::Rewritten { seq } => {
            format!("row {seq} is not the one that an anchor saw: the chain was written anew")
        }
    }
}

fn as_json(report: &ChainReport) -> Value {
    let findings: Vec<Value> = report
        .findings
        .iter()
        .map(|finding| {
            let (kind, from, to) = match finding {
                Finding::Changed { seq } => ("changed", *seq, *seq),
                Finding::Missing { from, to } => ("missing", *from, *to),
                Finding::Broken { seq } => ("broken", *seq, *seq),
                Finding::TailCut { last, seen } => ("tail_cut", *last, *seen),
                Finding::Rewritten { seq } => ("rewritten", *seq, *seq),
            };
            json!({"kind": kind, "from": from, "to": to, "text": word(finding)})
        })
        .collect();
    json!({
        "chain": report.chain,
        "rows": report.rows,
        "dropped_to": report.dropped_to,
        "head": report.head.as_ref().map(|head| json!({"seq": head.seq, "hash": head.hash})),
        "findings": findings,
    })
}
