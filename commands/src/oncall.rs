//! `oncall`: whose turn it is, who takes over, and what is handed on.

mod config;
mod handover;
mod roster;
mod rotation;
mod words;

use std::sync::Arc;

use hailer::{
    Command, CommandError, Effect, FollowUps, Invocation, Module, ModuleState, Reply, Spec, clap,
    command_fn, known,
};

pub use config::{Team, read};
pub use rotation::{Rotation, Shift};

use handover::Note;
use roster::{Cover, Covers};

use crate::moment::{self, in_zone, show};

/// Makes the module for these teams; without any it has no commands.
pub fn module(teams: Vec<Team>) -> Module {
    let module = Module::new("On call");
    if teams.is_empty() {
        return module;
    }
    let desk = Desk {
        teams: teams.into(),
        state: ModuleState::new("oncall"),
    };
    let follow_ups = FollowUps::new();
    module
        .command(Oncall(desk.clone()))
        .command(take_over(&desk))
        .command(cancel(&desk))
        .command(note(&desk))
        .background(handover::task(&desk.teams, &desk.state, &follow_ups))
        .state(desk.state)
        .follow_ups(follow_ups)
}

/// What all commands know.
#[derive(Debug, Clone)]
struct Desk {
    teams: Arc<[Team]>,
    state: ModuleState,
}

impl Desk {
    fn team(&self, name: &str) -> Result<&Team, CommandError> {
        let name = known("team", name, self.teams.iter().map(|it| it.name.as_str()))?;
        let team = self.teams.iter().find(|it| it.name == name);
        team.ok_or_else(|| CommandError::told("There is no such team."))
    }

    /// Finds whom somebody means: themselves, somebody who takes turns, or anybody who is mentioned.
    fn person(&self, typed: &str, invocation: &Invocation) -> Result<String, CommandError> {
        let typed = typed.trim();
        if typed.eq_ignore_ascii_case("me") {
            return Ok(invocation.sender().name().to_owned());
        }
        let bare = typed.trim_start_matches('@').trim();
        let mut all: Vec<&str> = Vec::new();
        for person in self.teams.iter().flat_map(|it| &it.rotation.people) {
            if !all.contains(&person.as_str()) {
                all.push(person);
            }
        }
        let lower = bare.to_lowercase();
        let begins = |name: &&&str| {
            let name = name.to_lowercase();
            name.split(' ').next() == Some(&lower) || name == lower
        };
        let found: Vec<&&str> = all.iter().filter(begins).collect();
        match found.as_slice() {
            [only] => Ok((**only).to_owned()),
            [] if typed.starts_with('@') && !bare.is_empty() => Ok(bare.to_owned()),
            _ => known("person", bare, all).map(str::to_owned),
        }
    }
}

/// What `oncall` takes.
#[derive(Debug, clap::Args)]
pub struct OncallArgs {
    /// One of the teams; all of them when left out
    team: Option<String>,
    /// When: like 18:00, "fri 9:00" or "2026-12-24 09:00"
    #[arg(long)]
    at: Option<String>,
}

/// Says who is on call.
#[derive(Debug, Clone)]
struct Oncall(Desk);

impl Command for Oncall {
    type Args = OncallArgs;

    fn spec(&self) -> Spec {
        let spec = Spec::new("oncall", "who is on call, and who is next").effect(Effect::Read);
        let spec = spec.example("oncall", "every team");
        match self.0.teams.first() {
            Some(team) => spec.example(
                format!("oncall {} --at \"fri 18:00\"", example_name(team)),
                "one team, at another time",
            ),
            None => spec,
        }
    }

    async fn run(&self, args: OncallArgs, invocation: Invocation) -> Result<Reply, CommandError> {
        let at = args.at.unwrap_or_default();
        let now = invocation.now();
        let moment = |team: &Team| {
            let now = in_zone(now, team.rotation.zone);
            if at.is_empty() {
                Ok(now)
            } else {
                moment::read(&at, now)
            }
        };
        match (args.team.as_deref(), &*self.0.teams) {
            (None, [only]) => self.one(only, moment(only)?, &invocation).await,
            (None, teams) => {
                let mut rows = Vec::new();
                for team in teams {
                    let covers = Covers::of(team, &self.0.state).await?;
                    rows.push(words::row(team, &covers, moment(team)?));
                }
                Ok(words::all(&at, rows))
            }
            (Some(name), _) => {
                let team = self.0.team(name)?;
                self.one(team, moment(team)?, &invocation).await
            }
        }
    }
}

impl Oncall {
    async fn one(
        &self,
        team: &Team,
        moment: chrono::DateTime<chrono_tz::Tz>,
        invocation: &Invocation,
    ) -> Result<Reply, CommandError> {
        let covers = Covers::of(team, &self.0.state).await?;
        let notes = handover::notes(team, &self.0.state).await?;
        let now = in_zone(invocation.now(), team.rotation.zone);
        Ok(words::team(team, &covers, &notes, (moment, now)))
    }
}

/// What `oncall override` takes.
#[derive(Debug, clap::Args)]
struct TakeOverArgs {
    /// One of the teams
    team: String,
    /// Who takes over: me, a name, or a mention
    person: String,
    /// From when on: like 18:00 or "fri 9:00"; at once when left out
    #[arg(long)]
    from: Option<String>,
    /// Until when: like 22:00, "sat 9:00" or +4h
    #[arg(long)]
    to: String,
}

fn take_over(desk: &Desk) -> impl Command {
    let inner = desk.clone();
    let team = desk.teams.first().map_or("", example_name);
    let spec = Spec::new("oncall override", "take over for a time, or let somebody")
        .effect(Effect::Write)
        .despite_holds()
        .example(
            format!("oncall override {team} me --to +4h"),
            "you, from now on",
        )
        .example(
            format!("oncall override {team} me --from \"fri 18:00\" --to \"mon 9:00\""),
            "you, over the weekend",
        );
    command_fn(spec, move |args: TakeOverArgs, invocation: Invocation| {
        let desk = inner.clone();
        async move {
            let team = desk.team(&args.team)?;
            let person = desk.person(&args.person, &invocation)?;
            let now = in_zone(invocation.now(), team.rotation.zone);
            let from = match args.from.as_deref() {
                None => now,
                Some(text) => moment::read(text, now)?,
            };
            let until = moment::read(&args.to, from)?;
            if until <= from || until <= now {
                return Err(CommandError::told(format!(
                    "That ends at {}, before it begins.",
                    show(until, now)
                )));
            }
            let cover = Cover {
                number: 0,
                person,
                from_ms: from.timestamp_millis(),
                until_ms: until.timestamp_millis(),
                by: invocation.sender().name().to_owned(),
            };
            let cover = Covers::add(team, &desk.state, cover, invocation.now()).await?;
            Ok(words::taken_over(
                team,
                &cover,
                (from, until),
                now,
                invocation.bot(),
            ))
        }
    })
}

/// What `oncall cancel` takes.
#[derive(Debug, clap::Args)]
struct CancelArgs {
    /// One of the teams
    team: String,
    /// The number of the override: oncall TEAM lists them
    number: u32,
}

fn cancel(desk: &Desk) -> impl Command {
    let inner = desk.clone();
    let team = desk.teams.first().map_or("", example_name);
    let spec = Spec::new("oncall cancel", "take an override back")
        .effect(Effect::Write)
        .despite_holds()
        .example(format!("oncall cancel {team} 3"), "as if it had not been");
    command_fn(spec, move |args: CancelArgs, invocation: Invocation| {
        let desk = inner.clone();
        async move {
            let team = desk.team(&args.team)?;
            let cover = Covers::remove(team, &desk.state, args.number).await?;
            let now = in_zone(invocation.now(), team.rotation.zone);
            let covers = Covers::of(team, &desk.state).await?;
            let turn = covers.turn(team, now);
            let on_call =
                turn.map_or_else(String::new, |it| format!(" {} is on call now.", it.person));
            Ok(Reply::text(format!(
                "Override {} of {} by {} is taken back.{on_call}",
                cover.number, team.name, cover.person
            )))
        }
    })
}

/// What `oncall note` takes.
#[derive(Debug, clap::Args)]
struct NoteArgs {
    /// One of the teams
    team: String,
    /// What the next on call should know
    text: String,
}

fn note(desk: &Desk) -> impl Command {
    let inner = desk.clone();
    let team = desk.teams.first().map_or("", example_name);
    let spec = Spec::new("oncall note", "tell the next on call something")
        .effect(Effect::Write)
        .despite_holds()
        .rest_of_message("text")
        .example(
            format!("oncall note {team} db-2 is slow since the upgrade"),
            "told when the shift changes",
        );
    command_fn(spec, move |args: NoteArgs, invocation: Invocation| {
        let desk = inner.clone();
        async move {
            let team = desk.team(&args.team)?;
            let note = Note {
                text: args.text.trim().to_owned(),
                by: invocation.sender().name().to_owned(),
            };
            let count = handover::add_note(team, &desk.state, note).await?;
            let when = if team.announce.is_some() {
                "It is posted when the shift changes"
            } else {
                "The next on call reads it"
            };
            Ok(Reply::text(match count {
                1 => format!("Noted. {when}: oncall {}", team.name),
                _ => format!("Noted, {count} by now. {when}: oncall {}", team.name),
            }))
        }
    })
}

/// A team's name as an example shows it.
fn example_name(team: &Team) -> &str {
    &team.name
}

#[cfg(test)]
mod tests;
