//! `[limits]`: what is refused before a command is looked for.

use std::time::Duration;

use hailer_dispatch::Rates;

use super::code;
use super::problem::Problem;
use super::section::Section;

/// Activities of Teams have less than 30 KB; attachments make them larger.
const BODY: u64 = 256 * 1024;

/// A body is held in memory before its sender is known.
const BODY_LIMIT: u64 = 16 * 1024 * 1024;

/// Clocks differ, and Teams repeats a message for a while.
const MAX_SKEW: Duration = Duration::from_secs(5 * 60);

/// Longer than `max_skew`, so that a repeated message is either stale or known.
const DEDUPE_FOR: Duration = Duration::from_secs(10 * 60);

/// What is refused before a command is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LimitsConfig {
    /// How many bytes a request may have.
    pub body: usize,
    /// How far a message's time may be from ours; nothing when it does not matter.
    pub max_skew: Option<Duration>,
    /// How long a message is remembered, so that it does not run twice; nothing when it may.
    pub dedupe_for: Option<Duration>,
    /// How much may be asked in a time.
    pub rates: Rates,
}

impl Default for LimitsConfig {
    fn default() -> Self {
        Self {
            body: to_usize(BODY),
            max_skew: Some(MAX_SKEW),
            dedupe_for: Some(DEDUPE_FOR),
            rates: Rates::default(),
        }
    }
}

/// Reads the table; what is left out has its default.
pub(super) fn read(limits: &Section<'_>) -> LimitsConfig {
    let body = limits.size("body").unwrap_or(BODY);
    if body == 0 || body > BODY_LIMIT {
        let text = format!("`body` cannot be {body} bytes");
        let help = "fix: up to 16 MiB; 256 KiB is usual";
        let problem = Problem::error(code::OUT_OF_RANGE, text).with_help(help);
        limits.note_at("body", problem);
    }
    LimitsConfig {
        body: to_usize(body),
        max_skew: read_span(limits, "max_skew", MAX_SKEW),
        dedupe_for: read_span(limits, "dedupe_for", DEDUPE_FOR),
        rates: Rates {
            per_person: limits.rate_or_off("per_person"),
            per_team: limits.rate_or_off("per_team"),
            per_webhook: limits.rate_or_off("per_webhook"),
        },
    }
}

fn read_span(limits: &Section<'_>, key: &str, default: Duration) -> Option<Duration> {
    let span = limits.duration_or_off(key, default)?;
    if span.is_zero() {
        let text = format!("`{key}` cannot be 0s");
        let help = format!("write {key} = \"off\" to switch it off");
        let problem = Problem::error(code::OUT_OF_RANGE, text).with_help(help);
        limits.note_at(key, problem);
    }
    Some(span)
}

fn to_usize(size: u64) -> usize {
    usize::try_from(size).unwrap_or(usize::MAX)
}
