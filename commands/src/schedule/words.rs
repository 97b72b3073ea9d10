//! Schedules in words.

use chrono::{DateTime, TimeDelta};
use chrono_tz::Tz;
use hailer::{FollowUps, Reply, Said, SaidEnd, Sign, Words, escape};

use super::book::{End, Schedule};
use super::run::Missed;
use super::when::When;
use crate::moment::{in_zone, show, span};

/// How many runs to come are shown.
const COMING: usize = 3;

/// How many lines of the last answer are shown.
const LINES: usize = 8;

/// Says that something is scheduled.
pub(super) fn added(
    schedule: &Schedule,
    now: DateTime<Tz>,
    bot: &str,
    follow_ups: &FollowUps,
) -> Reply {
    let number = schedule.number;
    let mut facts = vec![("When", Words::new(when(&schedule.when)))];
    if let Some(next) = next(schedule, now) {
        facts.push(("First", Words::new(next)));
    }
    let result = if follow_ups.reach(schedule.message.webhook()) {
        "posted here".to_owned()
    } else {
        format!("@{bot} schedule show {number}")
    };
    facts.push(("Result", Words::new(result)));
    facts.push((
        "Stop it",
        Words::new(format!("@{bot} schedule remove {number}")),
    ));
    Reply::facts(
        format!("Schedule {number}: {}", schedule.message.text()),
        facts,
    )
}

/// Writes all.
pub(super) fn all(schedules: &[Schedule], now: DateTime<Tz>) -> Reply {
    let rows = schedules.iter().map(|it| {
        [
            Words::new(it.number.to_string()),
            Words::new(it.message.text()),
            Words::new(it.when.text()),
            state(it, now),
        ]
    });
    Reply::table("Schedules", ["Nr", "What", "When", "Next"], rows)
}

/// Writes everything about one.
pub(super) fn one(schedule: &Schedule, now: DateTime<Tz>) -> Reply {
    let mut facts = vec![
        ("When", Words::new(when(&schedule.when))),
        ("Next", state(schedule, now)),
        ("As", Words::new(&schedule.owner)),
    ];
    if let Some(why) = schedule.paused.as_ref().and_then(|it| it.why.as_ref()) {
        facts.push(("Because", Words::new(why)));
    }
    let coming = coming(schedule, now);
    if schedule.paused.is_none() && coming.len() > 1 {
        let then: Vec<String> = coming.iter().skip(1).cloned().collect();
        facts.push(("Then", Words::new(then.join(" · "))));
    }
    let title = format!("Schedule {}: {}", schedule.number, schedule.message.text());
    let mut reply = Reply::facts(title, facts);
    if schedule.runs.is_empty() {
        return reply;
    }
    let runs = schedule.runs.iter().map(|run| {
        let at = moment(run.tick_ms, now);
        let job = run.job.as_ref().filter(|_| run.end == End::GoesOn);
        let end = end(run.end);
        let end = match job {
            Some(job) => Words::new(format!("goes on as job {job}")),
            None => end,
        };
        [Words::new(show(at, now)), end]
    });
    reply = reply.then_table("Last runs", ["When", "How it went"], runs);
    match schedule.runs.first() {
        Some(run) if !run.text.is_empty() => {
            let lines = run.text.lines().filter(|it| !it.trim().is_empty());
            reply.then_list("Last answer", lines.take(LINES).map(str::to_owned))
        }
        Some(_) | None => reply,
    }
}

/// Writes what became of a run, to be posted.
pub(super) fn result(schedule: &Schedule, said: &Said, missed: Missed) -> Reply {
    let number = schedule.number;
    let said_it = said.reply.clone();
    let reply = match said.end {
        SaidEnd::Answered | SaidEnd::GoesOn => said_it,
        SaidEnd::NotPermitted | SaidEnd::Asks | SaidEnd::Unclear => Reply::error(
            format!("Schedule {number} is paused: {}", why_paused(said.end)),
            said_it.to_plain(),
        ),
        SaidEnd::Held | SaidEnd::Busy => Reply::error(
            format!("Schedule {number} did not run this time"),
            said_it.to_plain(),
        ),
        _ => Reply::error(
            format!("{} failed", schedule.message.text()),
            said_it.to_plain(),
        ),
    };
    let mut foot = format!(
        "Schedule {number} · {} · {} · as {}",
        escape(schedule.message.text()),
        escape(&when(&schedule.when)),
        escape(&schedule.owner)
    );
    if missed.count > 0 {
        foot.push_str(&format!(" · {} before it", times(missed.count)));
    }
    reply.then_markdown(foot)
}

/// Tells that runs were missed.
pub(super) fn missed(schedule: &Schedule, missed: Missed) -> Reply {
    let zone = schedule.when.zone();
    let at = |ms: i64| {
        in_zone_of(ms, zone)
            .format("%a %-d %b %H:%M %Z")
            .to_string()
    };
    let from = at(missed.first_ms);
    let span = if missed.count > 1 {
        format!("from {from} to {}", at(missed.last_ms))
    } else {
        from
    };
    Reply::error(
        format!(
            "Schedule {} did not run: {}",
            schedule.number,
            schedule.message.text()
        ),
        format!(
            "I was not running at its time: {}, {span}. It goes on as planned.",
            times(missed.count)
        ),
    )
}

/// Says why something is paused by itself.
pub(super) fn why_paused(end: SaidEnd) -> &'static str {
    match end {
        SaidEnd::NotPermitted => "whose it is may not run this any more",
        SaidEnd::Asks => "it asks for a yes by now, which nobody is there to give",
        _ => "I don't understand the command any more",
    }
}

/// Writes when something runs, with its zone.
pub(super) fn when(when: &When) -> String {
    format!("{} ({})", when.text(), when.zone().name())
}

/// Writes when it runs next, and in how long that is.
pub(super) fn next(schedule: &Schedule, now: DateTime<Tz>) -> Option<String> {
    let at = moment(schedule.next_ms?, now);
    let wait = at.signed_duration_since(now);
    if wait <= TimeDelta::zero() {
        return Some("now".to_owned());
    }
    Some(format!("{} · in {}", show(at, now), span(wait)))
}

fn state(schedule: &Schedule, now: DateTime<Tz>) -> Words {
    if let Some(pause) = &schedule.paused {
        return match &pause.by {
            Some(by) => Sign::Warning.says(format!("paused by {by}")),
            None => Sign::Bad.says("paused by itself"),
        };
    }
    if schedule.claim.is_some() {
        return Words::new("runs now");
    }
    match next(schedule, now) {
        Some(next) => Words::new(next),
        None => Words::new("is over"),
    }
}

fn coming(schedule: &Schedule, now: DateTime<Tz>) -> Vec<String> {
    let mut all = Vec::new();
    let mut at = schedule.next_ms;
    while let Some(ms) = at.filter(|_| all.len() < COMING) {
        let moment = moment(ms, now);
        all.push(show(moment, now));
        at = schedule.next_after(moment.to_utc());
    }
    all
}

fn end(end: End) -> Words {
    match end {
        End::Answered => Sign::Good.says("done"),
        End::Failed => Sign::Bad.says("failed"),
        End::GoesOn => Words::new("goes on as a job"),
        End::Refused => Sign::Bad.says("refused"),
        End::Held => Sign::Warning.says("held back"),
        End::Missed => Sign::Warning.says("missed"),
    }
}

fn times(count: u32) -> String {
    match count {
        1 => "1 run was missed".to_owned(),
        _ => format!("{count} runs were missed"),
    }
}

fn moment(ms: i64, now: DateTime<Tz>) -> DateTime<Tz> {
    in_zone_of(ms, now.timezone())
}

fn in_zone_of(ms: i64, zone: Tz) -> DateTime<Tz> {
    let at = DateTime::from_timestamp_millis(ms).unwrap_or_default();
    in_zone(at.into(), zone)
}
