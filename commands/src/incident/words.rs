//! Incidents in words: cards, a timeline, and Markdown to be kept.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use chrono::{DateTime, TimeDelta};
use chrono_tz::Tz;
use hailer::{Reply, Sign, Words};

use super::log::{End, Entry, Incident, What};
use crate::moment::{in_zone, show, span};

/// How many lines of a timeline a card shows.
const SHOWN: usize = 40;

/// How many lines `incident show` has.
const LAST: usize = 5;

/// In which state jobs are, by their ids.
pub(super) type Jobs = BTreeMap<String, String>;

/// Writes an incident, and what was last.
pub(super) fn one(incident: &Incident, entries: &[Entry], jobs: &Jobs, now: DateTime<Tz>) -> Reply {
    let mut facts = vec![("Severity", severity(incident.severity))];
    let opened = at(incident.opened_ms, now);
    facts.push((
        "Opened",
        Words::new(format!("{} by {}", show(opened, now), incident.by)),
    ));
    let last = incident.closed.as_ref().map_or(now, |it| at(it.at_ms, now));
    let length = span(last.signed_duration_since(opened).max(TimeDelta::zero()));
    match &incident.closed {
        Some(closed) => {
            let text = format!("{} by {}, after {length}", show(last, now), closed.by);
            facts.push(("Closed", Sign::Good.says(text)));
            facts.push(("Because", Words::new(&closed.why)));
        }
        None => facts.push(("State", Sign::Warning.says(format!("open for {length}")))),
    }
    let roles = incident.roles.iter();
    let roles: Vec<String> = roles.map(|(role, who)| format!("{role}: {who}")).collect();
    if !roles.is_empty() {
        facts.push(("Who", Words::new(roles.join(" · "))));
    }
    let reply = Reply::facts(format!("{} {}", incident.id(), incident.title), facts);
    let skipped = entries.len().saturating_sub(LAST);
    let last: Vec<[Words; 3]> = rows(entries.iter().skip(skipped), jobs, now);
    if last.is_empty() {
        return reply;
    }
    reply.then_table("Last", ["When", "Who", "What"], last)
}

/// Writes what happened, the oldest first.
pub(super) fn timeline(
    incident: &Incident,
    entries: &[Entry],
    jobs: &Jobs,
    now: DateTime<Tz>,
) -> Reply {
    let title = format!("{} {}", incident.id(), incident.title);
    let skipped = entries.len().saturating_sub(SHOWN);
    let reply = Reply::table(
        title,
        ["When", "Who", "What"],
        rows(entries.iter().skip(skipped), jobs, now),
    );
    if skipped == 0 {
        return reply;
    }
    reply.then_text(format!(
        "The last {SHOWN} of {}; all of them: incident export {}",
        entries.len(),
        incident.id()
    ))
}

/// Writes incidents, the newest first.
pub(super) fn all<'i>(
    title: &str,
    incidents: impl Iterator<Item = &'i Incident>,
    now: DateTime<Tz>,
) -> Reply {
    let rows = incidents.map(|it| {
        let state = match &it.closed {
            Some(closed) => Sign::Good.says(format!("closed {}", show(at(closed.at_ms, now), now))),
            None => {
                let length = now.signed_duration_since(at(it.opened_ms, now));
                Sign::Warning.says(format!("open for {}", span(length.max(TimeDelta::zero()))))
            }
        };
        [
            Words::new(it.id()),
            severity(it.severity),
            Words::new(&it.title),
            state,
        ]
    });
    Reply::table(title, ["Id", "Severity", "What", "State"], rows)
}

/// Writes everything as Markdown, in one zone.
pub(super) fn export(incident: &Incident, entries: &[Entry], jobs: &Jobs, zone: Tz) -> String {
    let moment = |ms: i64| {
        let at = DateTime::from_timestamp_millis(ms).unwrap_or_default();
        at.with_timezone(&zone)
            .format("%Y-%m-%d %H:%M:%S %Z")
            .to_string()
    };
    let mut text = format!("# {}: {}\n\n", incident.id(), line(&incident.title));
    let _ = writeln!(text, "- Severity: sev{}", incident.severity);
    let _ = writeln!(
        text,
        "- Opened: {} by {}",
        moment(incident.opened_ms),
        line(&incident.by)
    );
    if let Some(closed) = &incident.closed {
        let _ = writeln!(
            text,
            "- Closed: {} by {}",
            moment(closed.at_ms),
            line(&closed.by)
        );
        let _ = writeln!(text, "- Because: {}", line(&closed.why));
    }
    for (role, who) in &incident.roles {
        let _ = writeln!(text, "- {}: {}", line(role), line(who));
    }
    text.push_str("\n## Timeline\n\n");
    for entry in entries {
        let what = match &entry.what {
            What::Note(text) | What::Change(text) => line(text),
            What::Command { text, end, job } => {
                format!(
                    "`{}` – {}",
                    line(text).replace('`', "'"),
                    ended(*end, job.as_ref(), jobs).1
                )
            }
        };
        let _ = writeln!(
            text,
            "- {} **{}**: {what}",
            moment(entry.at_ms),
            line(&entry.who)
        );
    }
    text
}

fn rows<'e>(
    entries: impl Iterator<Item = &'e Entry>,
    jobs: &Jobs,
    now: DateTime<Tz>,
) -> Vec<[Words; 3]> {
    let rows = entries.map(|entry| {
        let at = at(entry.at_ms, now);
        let format = if at.date_naive() == now.date_naive() {
            "%H:%M"
        } else {
            "%a %-d %b %H:%M"
        };
        let what = match &entry.what {
            What::Note(text) | What::Change(text) => Words::new(line(text)),
            What::Command { text, end, job } => {
                let (sign, ended) = ended(*end, job.as_ref(), jobs);
                sign.says(format!("{} – {ended}", line(text)))
            }
        };
        [
            Words::new(at.format(format).to_string()),
            Words::new(&entry.who),
            what,
        ]
    });
    rows.collect()
}

/// Says how a command ended; of a job how it is by now.
fn ended(end: End, job: Option<&String>, jobs: &Jobs) -> (Sign, String) {
    match (end, job) {
        (End::Done, _) => (Sign::Good, "done".to_owned()),
        (End::Failed, None) => (Sign::Bad, "failed".to_owned()),
        (End::Failed, Some(job)) => (Sign::Bad, format!("failed (job {job})")),
        (End::Refused, _) => (Sign::Bad, "refused".to_owned()),
        (End::GoesOn, None) => (Sign::Neutral, "took long".to_owned()),
        (End::GoesOn, Some(job)) => match jobs.get(job).map(String::as_str) {
            Some("succeeded") => (Sign::Good, format!("done (job {job})")),
            Some(state @ ("queued" | "running")) => (Sign::Neutral, format!("{state} (job {job})")),
            Some(state) => (
                Sign::Bad,
                format!("{} (job {job})", state.replace('_', " ")),
            ),
            None => (Sign::Neutral, format!("job {job}")),
        },
    }
}

fn severity(severity: u8) -> Words {
    let sign = match severity {
        1 => Sign::Bad,
        2 => Sign::Warning,
        _ => Sign::Neutral,
    };
    sign.says(format!("sev{severity}"))
}

/// Writes a text on one line.
fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn at(ms: i64, now: DateTime<Tz>) -> DateTime<Tz> {
    let at = DateTime::from_timestamp_millis(ms).unwrap_or_default();
    in_zone(at.into(), now.timezone())
}
