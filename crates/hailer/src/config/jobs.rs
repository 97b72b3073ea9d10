//! `[jobs]`: how work is run that outlives its reply.

use std::time::Duration;

use hailer_jobs::JobSettings;

use super::code;
use super::problem::Problem;
use super::section::Section;

/// Each has threads of its own while it blocks.
const MOST_WORKERS: i64 = 256;

/// More than anybody waits for.
const LONGEST_QUEUE: i64 = 100_000;

/// Reads the table; what is left out has its default.
pub(super) fn read(jobs: &Section<'_>) -> JobSettings {
    let default = JobSettings::default();
    JobSettings {
        workers: count(jobs, "workers", MOST_WORKERS)
            .and_then(|it| usize::try_from(it).ok())
            .unwrap_or(default.workers),
        queue: count(jobs, "queue", LONGEST_QUEUE).unwrap_or(default.queue),
        keep: span(jobs, "keep").unwrap_or(default.keep),
        max_time: span(jobs, "max_time").unwrap_or(default.max_time),
        ..default
    }
}

fn count(jobs: &Section<'_>, key: &str, most: i64) -> Option<u64> {
    let written = jobs.integer(key)?;
    if (1..=most).contains(&written) {
        return u64::try_from(written).ok();
    }
    let text = format!("`{key}` cannot be {written}");
    let help = format!("fix: from 1 to {most}");
    jobs.note_at(
        key,
        Problem::error(code::OUT_OF_RANGE, text).with_help(help),
    );
    None
}

fn span(jobs: &Section<'_>, key: &str) -> Option<Duration> {
    let written = jobs.duration(key)?;
    if !written.is_zero() {
        return Some(written);
    }
    let text = format!("`{key}` cannot be 0s");
    let help = "fix: a time as long as it should be; there is no \"never\"";
    jobs.note_at(
        key,
        Problem::error(code::OUT_OF_RANGE, text).with_help(help),
    );
    None
}
