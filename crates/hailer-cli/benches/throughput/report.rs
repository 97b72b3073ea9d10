//! The table at the end, and the figures to reach.

use std::io::{Write, stdout};
use std::time::Duration;

use anyhow::Context;

use crate::Measured;
use crate::load::Round;

/// Prints how long starts took; the first is what the others are compared with.
pub(crate) fn print_starts(all: &[Measured]) -> anyhow::Result<()> {
    let mut table = format!(
        "{:<24}{:>10}{:>18}{:>10}\n",
        "", "ready ms", "(min..max)", "idle MB"
    );
    for measured in all {
        let starts = sorted(measured.starts.iter().map(|it| milliseconds(*it)));
        let spread = format!("({:.1}..{:.1})", at(&starts, 0.0), at(&starts, 1.0));
        table.push_str(&format!(
            "{:<24}{:>10.1}{:>18}{:>10.1}\n",
            measured.name,
            at(&starts, 0.5),
            spread,
            megabytes(measured.idle_rss)
        ));
    }
    table.push_str("\nFigure to reach: ready within 200 ms with 1,000 scripts.\n\n");
    stdout()
        .write_all(table.as_bytes())
        .context("cannot print the table")
}

/// Prints what was measured; the first is what the others are compared with.
pub(crate) fn print(all: &[Measured]) -> anyhow::Result<()> {
    let bare = all.first().context("nothing was measured")?;
    let mut table = format!(
        "{:<24}{:>9}{:>7}{:>15}{:>11}{:>9}{:>9}{:>9}{:>10}{:>10}{:>10}\n",
        "",
        "req/s",
        "ratio",
        "(min..max)",
        "cpu µs/req",
        "p50 ms",
        "p99 ms",
        "max ms",
        "ready ms",
        "idle MB",
        "after MB"
    );
    for measured in all {
        table.push_str(&row(measured, bare));
    }
    table.push_str(
        "\nratio: requests per second, divided by those of the bare server in the same round; the median of all rounds.\n\
         Figures to reach: ratio of one webhook at least 0.90, 10,000 webhooks at most 1.1 times the cost of one,\n\
         one webhook, whose jobs are kept, at least 0.8 times as many as without a store,\n\
         ready within 50 ms, idle within 20 MB. The log of hailer goes to a file, dedupe is on.\n",
    );
    stdout()
        .write_all(table.as_bytes())
        .context("cannot print the table")
}

fn row(measured: &Measured, bare: &Measured) -> String {
    let ratios = sorted(
        measured
            .rounds
            .iter()
            .zip(&bare.rounds)
            .map(|(round, bare)| round.requests_per_second() / bare.requests_per_second()),
    );
    let rates = sorted(measured.rounds.iter().map(Round::requests_per_second));
    let latencies = sorted(
        measured
            .rounds
            .iter()
            .flat_map(|round| &round.latencies)
            .map(|it| milliseconds(*it)),
    );
    let cpu: Duration = measured.rounds.iter().map(|round| round.cpu_time).sum();
    let starts = sorted(measured.starts.iter().map(|it| milliseconds(*it)));
    let spread = format!("({:.2}..{:.2})", at(&ratios, 0.0), at(&ratios, 1.0));
    format!(
        "{:<24}{:>9.0}{:>7.2}{:>15}{:>11.1}{:>9.2}{:>9.2}{:>9.2}{:>10.1}{:>10.1}{:>10.1}\n",
        measured.name,
        at(&rates, 0.5),
        at(&ratios, 0.5),
        spread,
        cpu.as_secs_f64() * 1e6 / latencies.len() as f64,
        at(&latencies, 0.5),
        at(&latencies, 0.99),
        at(&latencies, 1.0),
        at(&starts, 0.5),
        megabytes(measured.idle_rss),
        megabytes(measured.loaded_rss),
    )
}

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values
}

/// Returns the value at a share of a sorted list: 0.5 is the median, 1 the greatest.
fn at(sorted: &[f64], share: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    let index = (last as f64 * share).round() as usize;
    sorted.get(index).copied().unwrap_or(f64::NAN)
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
