//! Who is on call, in words.

use chrono::{DateTime, TimeDelta};
use chrono_tz::Tz;
use hailer::{Reply, Sign, Words};

use crate::moment::{show, span};
use crate::oncall::config::Team;
use crate::oncall::handover::{self, Note};
use crate::oncall::roster::{Cover, Covers, from_ms};

/// How many turns are listed that are to come.
const COMING: usize = 4;

/// Writes a team as a row of a table.
pub(super) fn row(team: &Team, covers: &Covers, moment: DateTime<Tz>) -> [Words; 3] {
    let name = Words::new(&team.name);
    match covers.turns(team, moment, 1).first() {
        Some(turn) => {
            let person = match &turn.cover {
                Some(_) => format!("{} (override)", turn.person),
                None => turn.person.clone(),
            };
            [
                name,
                Words::new(person),
                Words::new(show(turn.until, moment)),
            ]
        }
        None => [name, Sign::Warning.says("nobody yet"), Words::new("")],
    }
}

/// Writes all teams.
pub(super) fn all(at: &str, rows: Vec<[Words; 3]>) -> Reply {
    let title = match at {
        "" => "On call now".to_owned(),
        at => format!("On call at {at}"),
    };
    Reply::table(title, ["Team", "Who", "Until"], rows)
}

/// Writes everything about one team at a moment.
pub(super) fn team(
    team: &Team,
    covers: &Covers,
    notes: &[Note],
    (moment, now): (DateTime<Tz>, DateTime<Tz>),
) -> Reply {
    let turns = covers.turns(team, moment, COMING + 1);
    let is_now = moment.signed_duration_since(now).abs() < TimeDelta::minutes(1);
    let Some(turn) = turns.first() else {
        let first = show(team.rotation.begin_first(), now);
        return Reply::text(format!(
            "Nobody is on call for {} then: the first shift begins {first}.",
            team.name
        ));
    };
    let title = if is_now {
        format!("{}: {} is on call", team.name, turn.person)
    } else {
        format!(
            "{}: {} is on call {}",
            team.name,
            turn.person,
            show(moment, now)
        )
    };
    let left = turn.until.signed_duration_since(moment);
    let mut facts = vec![(
        "Until",
        format!("{} · {}", show(turn.until, now), span(left)),
    )];
    if let Some(contact) = team.contacts.get(&turn.person) {
        facts.push(("Reach", contact.clone()));
    }
    if let Some(cover) = &turn.cover {
        facts.push((
            "Override",
            format!("{} · said by {}", cover.number, cover.by),
        ));
    }
    let mut reply = Reply::facts(title, facts);
    if !notes.is_empty() {
        reply = reply.then_list("For the next on call", notes.iter().map(handover::words));
    }
    let coming = turns.iter().zip(turns.iter().skip(1));
    let coming: Vec<[String; 2]> = coming
        .map(|(before, turn)| [show(before.until, now), turn.person.clone()])
        .collect();
    if !coming.is_empty() {
        reply = reply.then_table("Then", ["From", "Who"], coming);
    }
    let planned = covers.to_come(moment);
    if planned.is_empty() {
        return reply;
    }
    let planned = planned.iter().map(|it| line(team, it, now));
    reply.then_list("Overrides", planned)
}

/// Says that somebody takes over.
pub(super) fn taken_over(
    team: &Team,
    cover: &Cover,
    (from, until): (DateTime<Tz>, DateTime<Tz>),
    now: DateTime<Tz>,
    bot: &str,
) -> Reply {
    let begins = if from <= now {
        "now".to_owned()
    } else {
        show(from, now)
    };
    let facts = [
        ("From", begins),
        ("Until", show(until, now)),
        (
            "Back",
            format!("@{bot} oncall cancel {} {}", team.name, cover.number),
        ),
    ];
    Reply::facts(format!("{} takes over {}", cover.person, team.name), facts)
}

fn line(team: &Team, cover: &Cover, now: DateTime<Tz>) -> String {
    let (from, until) = (from_ms(cover.from_ms, team), from_ms(cover.until_ms, team));
    format!(
        "{} · {}, {} to {}",
        cover.number,
        cover.person,
        show(from, now),
        show(until, now)
    )
}
