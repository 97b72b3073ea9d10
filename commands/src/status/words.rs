//! How services are, in words: all of them in a table, one with its day.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, TimeDelta};
use chrono_tz::Tz;
use hailer::{Reply, Sign, Words};

use crate::moment::{in_zone, show, span};
use crate::status::check::{Checked, Health, show_time};
use crate::status::config::{Probe, Service};
use crate::status::day::{Day, State, Trouble, begin_of};

/// The day in parts of two hours, for a line among others.
const PARTS_BESIDE: u32 = 12;

/// The day in parts of an hour and a half: a phone shows no more beside a name.
const PARTS_ALONE: u32 = 16;

/// A service, how it is, and how it was.
#[derive(Debug)]
pub(super) struct Seen<'s> {
    pub(super) service: &'s Service,
    pub(super) checked: Checked,
    pub(super) day: Option<Day>,
}

/// Writes all services as a table; with a past there is a curve of the day.
pub(super) fn all(seen: &[Seen<'_>], now: SystemTime) -> Reply {
    let has_past = seen.iter().any(|it| past(it).is_some());
    let row = |it: &Seen<'_>| {
        let mut row = vec![Words::new(&it.service.name), health(&it.checked.health)];
        if has_past {
            let day = past(it);
            let uptime = day.and_then(|it| it.uptime(now)).map(percent);
            let curve = day.map(|it| it.curve(PARTS_BESIDE, now));
            row.push(Words::new(uptime.unwrap_or_default()));
            row.push(Words::new(curve.unwrap_or_default()));
        }
        row
    };
    let titles: &[&str] = if has_past {
        // Four columns are stacked: a curve has no room beside two others.
        &["Service", "Status", "Uptime", "Last day"]
    } else {
        &["Service", "Status"]
    };
    Reply::table(headline(seen), titles.iter().copied(), seen.iter().map(row))
}

/// Writes all there is to know about one service.
pub(super) fn one(seen: &Seen<'_>, now: SystemTime, zone: Tz) -> Reply {
    let local = in_zone(now, zone);
    let at = |minute| in_zone(begin_of(minute), zone);
    let mut facts = vec![("Now", health(&seen.checked.health))];
    let mut fact = |name, value: String| facts.push((name, Words::new(value)));
    let day = past(seen);
    let state = state(&seen.checked.health);
    let since = day.zip(state).and_then(|(day, state)| day.since(state));
    if let Some(since) = since {
        let since = at(since);
        fact(
            "Since",
            format!("{} · {}", show(since, local), span(local - since)),
        );
    }
    if let Some(group) = &seen.service.group {
        fact("Group", group.clone());
    }
    let Some(day) = day else {
        return Reply::facts(headline(std::slice::from_ref(seen)), facts);
    };
    if let Some(uptime) = day.uptime(now) {
        fact("Uptime", format!("{} of the last day", percent(uptime)));
    }
    let has_latency = !matches!(seen.service.probe, Probe::Query { .. });
    let percentiles = day.percentile(0.5, now).zip(day.percentile(0.95, now));
    if let Some((half, most)) = percentiles.filter(|_| has_latency) {
        fact(
            "Latency",
            format!("p50 {} · p95 {}", show_time(half), show_time(most)),
        );
    }
    fact("Last day", day.curve(PARTS_ALONE, now));
    if let Some(every) = seen.service.every {
        let every = TimeDelta::from_std(every).unwrap_or(TimeDelta::MAX);
        fact("Checked", format!("every {}", span(every)));
    }
    let reply = Reply::facts(headline(std::slice::from_ref(seen)), facts);
    let troubles: Vec<Words> = day.troubles().map(|it| trouble(it, at, local)).collect();
    if troubles.is_empty() {
        return reply;
    }
    reply.then_list("What was wrong", troubles)
}

/// The answer in a line: what needs looking at, by name.
fn headline(seen: &[Seen<'_>]) -> String {
    let named = |is_wanted: fn(&Health) -> bool| {
        let found = seen.iter().filter(|it| is_wanted(&it.checked.health));
        let names: Vec<&str> = found.map(|it| it.service.name.as_str()).collect();
        names.join(", ")
    };
    let parts = [
        ("down", named(|it| matches!(it, Health::Down(_)))),
        ("slow", named(|it| matches!(it, Health::Slow(_)))),
        ("warning", named(|it| matches!(it, Health::Warning(_)))),
        ("not checked", named(|it| matches!(it, Health::NotAsked))),
    ];
    let is_down = parts
        .iter()
        .any(|(word, names)| *word == "down" && !names.is_empty());
    let told = parts.iter().filter(|(_, names)| !names.is_empty());
    let told: Vec<String> = told
        .map(|(word, names)| format!("{word}: {names}"))
        .collect();
    match (seen, told.is_empty(), is_down) {
        ([only], true, _) => format!("{} is up.", only.service.name),
        (all, true, _) => format!("All {} are up.", all.len()),
        (_, false, false) => format!("Nothing is down; {}.", told.join("; ")),
        (_, false, true) => {
            let told = told.join("; ");
            format!("D{}.", told.get(1..).unwrap_or_default())
        }
    }
}

fn health(health: &Health) -> Words {
    match health {
        Health::Up(seen) => Sign::Good.says(format!("up · {seen}")),
        Health::Slow(seen) => Sign::Warning.says(format!("slow · {seen}")),
        Health::Warning(seen) => Sign::Warning.says(format!("warning · {seen}")),
        Health::Down(why) => Sign::Bad.says(format!("down · {why}")),
        Health::NotAsked => Sign::Neutral.says("not checked · too many at once"),
    }
}

fn state(health: &Health) -> Option<State> {
    match health {
        Health::Up(_) => Some(State::Up),
        Health::Slow(_) | Health::Warning(_) => Some(State::Warning),
        Health::Down(_) => Some(State::Down),
        Health::NotAsked => None,
    }
}

fn past<'s>(seen: &'s Seen<'_>) -> Option<&'s Day> {
    seen.day.as_ref().filter(|it| it.has_past())
}

fn trouble(trouble: &Trouble, at: impl Fn(u32) -> DateTime<Tz>, now: DateTime<Tz>) -> Words {
    let from = at(trouble.from);
    let text = match trouble.until.map(&at) {
        Some(until) => format!(
            "{}, for {} · {}",
            show(from, now),
            span(until - from),
            trouble.why
        ),
        None => format!("since {} · {}", show(from, now), trouble.why),
    };
    match trouble.state {
        State::Down => Sign::Bad.says(text),
        State::Warning | State::Up => Sign::Warning.says(text),
    }
}

/// Writes a part of one so that it is whole only when nothing is missing.
fn percent(part: f64) -> String {
    let tenths = (part * 1_000.0).floor();
    format!("{} %", tenths / 10.0)
}

/// A look takes less than the bot has, so that there is an answer for those that were looked at.
pub(super) const WITHIN: Duration = Duration::from_millis(3_400);
