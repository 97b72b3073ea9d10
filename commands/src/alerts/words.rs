//! Alerts and silences in words.

use std::cmp::Reverse;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use hailer::{HttpsUrl, Reply, Sign, Words};

use crate::alerts::api::{Alert, Silence};
use crate::alerts::matcher::Matcher;
use crate::moment::{show, span};

/// More alerts than this are counted by name, so that a phone shows the whole.
const MOST_ROWS: usize = 12;

/// How much of an id people type.
const ID: usize = 8;

/// Labels that say nothing of where it is.
const ELSEWHERE: [&str; 6] = [
    "alertname",
    "severity",
    "prometheus",
    "monitor",
    "replica",
    "alertgroup",
];

/// Labels that people know things by, the best first.
const KNOWN_BY: [&str; 8] = [
    "service",
    "app",
    "instance",
    "node",
    "pod",
    "namespace",
    "device",
    "job",
];

/// How bad an alert is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Severity {
    Info,
    Warning,
    Critical,
}

impl Severity {
    pub(super) fn of(alert: &Alert) -> Self {
        let said = alert.labels.get("severity").map(|it| it.to_lowercase());
        match said.as_deref() {
            Some("critical" | "page" | "emergency" | "error" | "fatal" | "high" | "major") => {
                Self::Critical
            }
            Some("info" | "none" | "low" | "notice" | "debug") => Self::Info,
            Some(_) | None => Self::Warning,
        }
    }

    fn sign(self) -> Sign {
        match self {
            Self::Critical => Sign::Bad,
            Self::Warning => Sign::Warning,
            Self::Info => Sign::Neutral,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

/// Lists alerts, the worst and newest first.
pub(super) fn alerts(
    mut alerts: Vec<Alert>,
    quiet: usize,
    asked: &str,
    now: DateTime<Tz>,
) -> Reply {
    alerts.sort_by_key(|it| (Reverse(Severity::of(it)), Reverse(it.starts_at)));
    let for_what = match asked {
        "" => String::new(),
        asked => format!(" for {asked}"),
    };
    if alerts.is_empty() {
        let hidden = match quiet {
            0 => String::new(),
            quiet => format!(" {quiet} silenced: alerts --silenced"),
        };
        return Reply::text(format!("No alerts{for_what}.{hidden}"));
    }
    let hidden = match quiet {
        0 => String::new(),
        quiet => format!(" · {quiet} silenced"),
    };
    let title = format!("{}{for_what}{hidden}", headline(&alerts));
    if alerts.len() > MOST_ROWS {
        Reply::table(title, ["Alert", "How many", "Since"], by_name(&alerts, now))
    } else {
        let rows = alerts.iter().map(|it| {
            let what = Severity::of(it).sign().says(it.name());
            [what, Words::new(place(it)), Words::new(since(it, now))]
        });
        Reply::table(title, ["Alert", "Where", "Since"], rows)
    }
}

fn headline(alerts: &[Alert]) -> String {
    let all = [Severity::Critical, Severity::Warning, Severity::Info];
    let counts = all.map(|wanted| {
        let found = alerts.iter().filter(|it| Severity::of(it) == wanted);
        (wanted.word(), found.count())
    });
    let counts = counts.iter().filter(|(_, count)| *count > 0);
    let counts: Vec<String> = counts
        .map(|(word, count)| format!("{count} {word}"))
        .collect();
    let noun = if alerts.len() == 1 { "alert" } else { "alerts" };
    format!("{} {noun}: {}", alerts.len(), counts.join(", "))
}

fn by_name(alerts: &[Alert], now: DateTime<Tz>) -> Vec<[Words; 3]> {
    let mut rows: Vec<(&Alert, usize, DateTime<Utc>)> = Vec::new();
    for alert in alerts {
        match rows
            .iter_mut()
            .find(|(first, ..)| first.name() == alert.name())
        {
            Some((_, count, oldest)) => {
                *count += 1;
                *oldest = (*oldest).min(alert.starts_at);
            }
            None => rows.push((alert, 1, alert.starts_at)),
        }
    }
    let row = |(alert, count, oldest): (&Alert, usize, DateTime<Utc>)| {
        let what = Severity::of(alert).sign().says(alert.name());
        let since = span(now.with_timezone(&Utc) - oldest);
        [what, Words::new(count.to_string()), Words::new(since)]
    };
    rows.into_iter().map(row).collect()
}

/// Shows one alert, and what else has its name.
pub(super) fn alert(
    alert: &Alert,
    others: &[&Alert],
    silences: &[Silence],
    now: DateTime<Tz>,
) -> Reply {
    let severity = Severity::of(alert);
    let state = match alert.status.silenced_by.first() {
        Some(id) => {
            let by = silences.iter().find(|it| it.id == *id);
            let until = by.map_or_else(String::new, |it| {
                format!(" until {} by {}", local(it.ends_at, now), it.created_by)
            });
            Sign::Neutral.says(format!("silenced{until} · {}", short(id)))
        }
        None if !alert.status.inhibited_by.is_empty() => {
            Sign::Neutral.says("held back because of another alert")
        }
        None => severity.sign().says(severity.word()),
    };
    let mut reply = Reply::facts(alert.name(), facts(alert, state, now));
    if !others.is_empty() {
        let rows = others
            .iter()
            .map(|it| [place(it), since(it, now), short(&it.fingerprint).to_owned()]);
        reply = reply.then_table("The same elsewhere", ["Where", "Since", "Id"], rows);
    }
    match links(alert).as_slice() {
        [] => reply,
        links => reply.then_links("Open", links.iter().cloned()),
    }
}

fn facts(alert: &Alert, state: Words, now: DateTime<Tz>) -> Vec<(String, Words)> {
    let mut facts: Vec<(String, Words)> = vec![("State".to_owned(), state)];
    for (name, key) in [
        ("Says", "summary"),
        ("Details", "description"),
        ("Message", "message"),
    ] {
        if let Some(text) = said(alert, key) {
            facts.push((name.to_owned(), Words::new(text)));
        }
    }
    let since = format!("{} · {}", since(alert, now), local(alert.starts_at, now));
    facts.push(("Since".to_owned(), Words::new(since)));
    for (name, value) in &alert.labels {
        if !matches!(name.as_str(), "alertname" | "severity") {
            facts.push((name.clone(), Words::new(value)));
        }
    }
    facts.push(("Id".to_owned(), Words::new(short(&alert.fingerprint))));
    facts
}

fn links(alert: &Alert) -> Vec<(&'static str, HttpsUrl)> {
    let runbook = said(alert, "runbook_url").or_else(|| said(alert, "runbook"));
    let links = [
        ("Runbook", runbook.unwrap_or_default()),
        ("Graph", &alert.generator_url),
    ];
    let links = links.into_iter();
    links
        .filter_map(|(label, url)| Some((label, url.parse().ok()?)))
        .collect()
}

/// Returns what an annotation says.
fn said<'a>(alert: &'a Alert, key: &str) -> Option<&'a str> {
    let text = alert.annotations.get(key)?;
    (!text.trim().is_empty()).then_some(text)
}

/// Lists silences, those that end first before others.
pub(super) fn silences(mut silences: Vec<Silence>, now: DateTime<Tz>) -> Reply {
    if silences.is_empty() {
        return Reply::text("Nothing is silenced.");
    }
    silences.sort_by_key(|it| it.ends_at);
    let title = match silences.len() {
        1 => "1 silence".to_owned(),
        count => format!("{count} silences"),
    };
    let rows = silences.iter().map(|it| {
        let until = if it.starts_at > now {
            format!("{} to {}", local(it.starts_at, now), local(it.ends_at, now))
        } else {
            local(it.ends_at, now)
        };
        let why = match it.comment.trim() {
            "" => it.created_by.clone(),
            comment => format!("{comment} · {}", it.created_by),
        };
        [what(&it.matchers), until, why, short(&it.id).to_owned()]
    });
    Reply::table(title, ["What", "Until", "Why", "Id"], rows)
}

/// Says what is silenced now.
pub(super) fn silenced(
    matchers: &[Matcher],
    (id, until): (&str, DateTime<Utc>),
    covered: &[Alert],
    (reason, now): (&str, DateTime<Tz>),
    bot: &str,
) -> Reply {
    let name = matchers
        .iter()
        .find(|it| it.name == "alertname" && !it.is_regex);
    let title = match name {
        Some(name) => name.value.clone(),
        None => what(matchers),
    };
    let now_covered = match covered {
        [] => "none at the moment".to_owned(),
        [only] => format!("1 alert: {} {}", only.name(), place(only)),
        many => format!("{} alerts now", many.len()),
    };
    let facts = [
        ("What", what(matchers)),
        ("Covers", now_covered),
        ("Why", reason.to_owned()),
        ("Back", format!("@{bot} unsilence {}", short(id))),
    ];
    let until = local(until, now);
    Reply::facts(format!("{title} is silenced until {until}"), facts)
}

/// Writes which alerts are meant.
pub(super) fn what(matchers: &[Matcher]) -> String {
    match matchers {
        [only] if only.name == "alertname" && !only.is_regex && only.is_equal => only.value.clone(),
        all => all
            .iter()
            .map(Matcher::shown)
            .collect::<Vec<_>>()
            .join(", "),
    }
}

/// Cuts an id to what people type.
pub(super) fn short(id: &str) -> &str {
    id.get(..ID).unwrap_or(id)
}

/// Says where an alert is, by the labels that people know things by.
pub(super) fn place(alert: &Alert) -> String {
    let known = KNOWN_BY.iter().filter_map(|name| alert.labels.get(*name));
    let mut words: Vec<&str> = Vec::new();
    for word in known.map(String::as_str).filter(|it| !it.is_empty()) {
        // An instance that has the service's name in it says both.
        words.retain(|it| !word.starts_with(it));
        words.push(word);
    }
    if words.is_empty() {
        let others = alert.labels.iter();
        let others = others.filter(|(name, _)| !ELSEWHERE.contains(&name.as_str()));
        words = others.map(|(_, value)| value.as_str()).collect();
    }
    words.truncate(2);
    words.join(" ")
}

fn since(alert: &Alert, now: DateTime<Tz>) -> String {
    span(now.with_timezone(&Utc) - alert.starts_at)
}

fn local(at: DateTime<Utc>, now: DateTime<Tz>) -> String {
    show(at.with_timezone(&now.timezone()), now)
}
