//! `[oncall.NAME]`: who takes turns, since when, for how long.

use std::collections::BTreeMap;

use chrono::{NaiveDateTime, TimeDelta};
use chrono_tz::Tz;
use hailer::{Draft, Section};

use crate::moment::usual_zone;
use crate::oncall::rotation::Rotation;

/// How long a turn is when nothing else is said.
const SHIFT: TimeDelta = TimeDelta::weeks(1);

/// Names that are commands below `oncall`.
const COMMANDS: [&str; 3] = ["override", "cancel", "note"];

/// A team whose people take turns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Team {
    /// How people call it.
    pub name: String,
    /// Whose turn it is.
    pub rotation: Rotation,
    /// How to reach people, by their names.
    pub contacts: BTreeMap<String, String>,
    /// By which webhook a change of shift is told.
    pub announce: Option<String>,
}

/// Reads the teams in the order of the file; problems are noted in the draft.
pub fn read(draft: &Draft) -> Vec<Team> {
    let usual = usual_zone(draft);
    let webhooks = draft.section("webhook").names();
    let teams = draft.sections("oncall");
    let teams = teams.iter().map(|it| read_one(it, usual, &webhooks));
    teams.flatten().collect()
}

fn read_one(section: &Section<'_>, usual: Tz, webhooks: &[String]) -> Option<Team> {
    let name = section.name().to_owned();
    if COMMANDS.contains(&name.to_lowercase().as_str()) {
        section.reject(
            "people",
            format!("a team cannot be called \"{name}\": `oncall {name}` is a command"),
            "fix: another name for the table",
        );
    }
    let zone = section.timezone().unwrap_or(usual);
    let people = people(section);
    let start = start(section);
    let shift = shift(section);
    let announce = announce(section, webhooks);
    let contacts = contacts(section, people.as_deref().unwrap_or_default());
    Some(Team {
        name,
        rotation: Rotation {
            people: people?,
            start: start?,
            shift,
            zone,
        },
        contacts,
        announce,
    })
}

fn people(section: &Section<'_>) -> Option<Vec<String>> {
    let people = section.strings("people").unwrap_or_default();
    let people: Vec<String> = people.iter().map(|it| it.trim().to_owned()).collect();
    if people.is_empty() || people.iter().any(String::is_empty) {
        section.reject(
            "people",
            "nobody takes turns: `people` are the names of those who do, in their order",
            "fix: people = [\"Mira Novak\", \"Dana Osei\"]",
        );
        return None;
    }
    Some(people)
}

fn start(section: &Section<'_>) -> Option<NaiveDateTime> {
    let text = section.string("start");
    let formats = ["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S"];
    let read = |text: &String| {
        let tried = formats
            .iter()
            .map(|it| NaiveDateTime::parse_from_str(text, it));
        tried.into_iter().find_map(Result::ok)
    };
    let start = text.as_ref().and_then(read);
    if start.is_none() {
        section.reject(
            "start",
            match text {
                Some(text) => format!("\"{text}\" is no date with a time"),
                None => "there is no `start`: when the first of the people took over".to_owned(),
            },
            "fix: start = \"2026-01-05 09:00\", as clocks there showed it",
        );
    }
    start
}

fn shift(section: &Section<'_>) -> TimeDelta {
    let Some(shift) = section.duration("shift") else {
        return SHIFT;
    };
    let shift = TimeDelta::from_std(shift).unwrap_or(SHIFT);
    let is_usable = shift.num_seconds() % 60 == 0
        && shift >= TimeDelta::hours(1)
        && shift <= TimeDelta::days(366);
    if !is_usable {
        section.reject(
            "shift",
            "a shift lasts whole minutes, from an hour to a year",
            "fix: shift = \"7d\", \"1d\" or \"12h\"",
        );
        return SHIFT;
    }
    shift
}

fn announce(section: &Section<'_>, webhooks: &[String]) -> Option<String> {
    let name = section.string("announce")?;
    if webhooks.contains(&name) {
        return Some(name);
    }
    let near = hailer::nearest(&name, webhooks.iter().map(String::as_str));
    section.reject(
        "announce",
        format!("there is no webhook \"{name}\", by which a change of shift could be told"),
        match near.first() {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => format!("fix: one of {}", webhooks.join(", ")),
        },
    );
    None
}

fn contacts(section: &Section<'_>, people: &[String]) -> BTreeMap<String, String> {
    let table = section.section("contacts");
    let mut contacts = BTreeMap::new();
    for name in table.names() {
        let Some(contact) = table.string(&name) else {
            continue;
        };
        if !people.contains(&name) {
            let near = hailer::nearest(&name, people.iter().map(String::as_str));
            let help = match near.first() {
                Some(near) => format!("did you mean \"{near}\"?"),
                None => "fix: a name that stands in people, as it is written there".to_owned(),
            };
            table.reject(&name, format!("\"{name}\" takes no turns here"), help);
        }
        contacts.insert(name, contact);
    }
    contacts
}
