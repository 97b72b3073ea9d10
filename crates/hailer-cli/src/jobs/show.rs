//! A job in words, for somebody at a terminal.

use std::time::Duration;

use chrono::{DateTime, Local, TimeZone, Utc};
use hailer::{Job, JobState};
use hailer_store::DidStart;

/// Writes everything about a job, a fact a line, in the time of this place.
pub(super) fn facts(job: &Job, now: DateTime<Utc>) -> String {
    facts_in(job, now, &Local)
}

fn facts_in<Z: TimeZone>(job: &Job, now: DateTime<Utc>, zone: &Z) -> String
where
    Z::Offset: std::fmt::Display,
{
    let at = |ms: i64| {
        let time = DateTime::<Utc>::from_timestamp_millis(ms).unwrap_or_default();
        let local = time.with_timezone(zone).format("%Y-%m-%d %H:%M:%S");
        format!("{local}, {} ago", span(ms, now.timestamp_millis()))
    };
    let mut facts = vec![
        ("job", job.id.to_string()),
        ("state", job.state.to_string()),
        ("what", job.spec.text.clone()),
        ("command", job.spec.command.clone()),
        ("who", who(job)),
        ("webhook", job.spec.webhook.clone()),
        ("asked", at(job.created_at_ms)),
    ];
    let mut add = |name, value: Option<String>| facts.extend(value.map(|it| (name, it)));
    add("began", job.started_at_ms.map(at));
    add("ended", job.ended_at_ms.map(at));
    let ended = job.ended_at_ms.unwrap_or(now.timestamp_millis());
    add("took", job.started_at_ms.map(|it| span(it, ended)));
    add(
        "attempt",
        (job.attempt > 1).then(|| job.attempt.to_string()),
    );
    add("did start", job.did_start.map(did_start).map(str::to_owned));
    let progress = job.progress.as_ref().filter(|_| !job.state.is_ended());
    add(
        "how far",
        progress.map(|it| how_far(it.done, it.total, &it.text)),
    );
    add(
        "stopped by",
        job.cancel.as_ref().map(|it| it.by.name.clone()),
    );
    add("retry of", job.retry_of.as_ref().map(ToString::to_string));
    add("because", job.error.clone());
    let is_unkept = job.spec.body.is_none() && job.state == JobState::Queued;
    add(
        "secret",
        is_unkept.then(|| "in the memory of its bot; gone when that ends".to_owned()),
    );
    add("result", job.result_text.clone());
    let lines = facts.iter().map(|(name, value)| {
        // What has several lines keeps its column.
        let value = value.trim_end().replace('\n', "\n            ");
        format!("{name:<11} {value}")
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn who(job: &Job) -> String {
    let person = &job.spec.requester;
    if person.id.is_empty() {
        person.name.clone()
    } else {
        format!("{} ({})", person.name, person.id)
    }
}

fn how_far(done: u64, total: u64, text: &str) -> String {
    match total {
        0 => text.to_owned(),
        total => format!("{done} of {total}, {text}"),
    }
}

fn did_start(did_start: DidStart) -> &'static str {
    match did_start {
        DidStart::No => "no: nothing of it ran",
        DidStart::Unknown => "unknown: it may have run, or a part of it",
        DidStart::Yes => "yes: it ran, and may be half done",
    }
}

/// Says how long it is from one moment to another, in the two largest units.
fn span(from_ms: i64, until_ms: i64) -> String {
    let span = u64::try_from(until_ms.saturating_sub(from_ms)).unwrap_or_default();
    let span = Duration::from_millis(span);
    let seconds = span.as_secs();
    match (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60) {
        (0, 0, 0) if seconds < 10 => format!("{}.{} s", seconds, span.subsec_millis() / 100),
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, minutes) => format!("{minutes} min {} s", seconds % 60),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_have_two_units() {
        let said = |seconds: i64| span(0, seconds * 1_000);

        assert_eq!(span(0, 1_250), "1.2 s");
        assert_eq!(said(42), "42 s");
        assert_eq!(said(90), "1 min 30 s");
        assert_eq!(said(3_700), "1 h 1 min");
        assert_eq!(said(90_000), "1 d 1 h");
        assert_eq!(span(5, 0), "0.0 s");
    }
}
