//! Who really is on call: the rotation, and what people agreed otherwise.

use std::time::SystemTime;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use hailer::{CommandError, ModuleState};
use serde::{Deserialize, Serialize};

use crate::moment::in_zone;
use crate::oncall::config::Team;

/// Covers that ended longer ago are forgotten.
const KEEP: TimeDelta = TimeDelta::days(1);

/// More covers of one team are no exception any more.
const MOST: usize = 100;

/// Somebody takes over for a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Cover {
    /// What people call it by, within the team.
    pub(super) number: u32,
    pub(super) person: String,
    pub(super) from_ms: i64,
    pub(super) until_ms: i64,
    /// Who said so.
    pub(super) by: String,
}

/// All covers of a team.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Covers {
    last_number: u32,
    covers: Vec<Cover>,
}

/// A time for which one person is on call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Turn {
    pub(super) person: String,
    pub(super) until: DateTime<Tz>,
    /// By which cover, if it is one.
    pub(super) cover: Option<Cover>,
}

impl Covers {
    /// Reads the covers of a team.
    pub(super) async fn of(team: &Team, state: &ModuleState) -> Result<Self, CommandError> {
        let kept = state.get(&key(team)).await?;
        Ok(kept.map(|it| it.value).unwrap_or_default())
    }

    /// Adds a cover, and returns it with its number.
    pub(super) async fn add(
        team: &Team,
        state: &ModuleState,
        cover: Cover,
        now: SystemTime,
    ) -> Result<Cover, CommandError> {
        let covers: Self = state
            .update(&key(team), |all: Option<Self>| {
                let mut all = all.unwrap_or_default();
                let bound = DateTime::<Utc>::from(now) - KEEP;
                all.covers
                    .retain(|it| it.until_ms > bound.timestamp_millis());
                if all.covers.len() >= MOST {
                    return Err(CommandError::told(format!(
                        "{} has {MOST} overrides already. Cancel some, or change the rotation.",
                        team.name
                    )));
                }
                all.last_number += 1;
                all.covers.push(Cover {
                    number: all.last_number,
                    ..cover.clone()
                });
                Ok(all)
            })
            .await?;
        Ok(covers.covers.last().cloned().unwrap_or(cover))
    }

    /// Removes a cover, and returns it.
    pub(super) async fn remove(
        team: &Team,
        state: &ModuleState,
        number: u32,
    ) -> Result<Cover, CommandError> {
        let mut removed = None;
        let change = |all: Option<Self>| {
            let mut all = all.unwrap_or_default();
            let at = all.covers.iter().position(|it| it.number == number);
            let Some(at) = at else {
                return Err(CommandError::told(format!(
                    "{} has no override {number}. oncall {} lists them.",
                    team.name, team.name
                )));
            };
            removed = Some(all.covers.remove(at));
            Ok(all)
        };
        state.update(&key(team), change).await?;
        removed.ok_or_else(|| CommandError::told("It is gone already."))
    }

    /// Returns those that are not over, in the order in which they begin.
    pub(super) fn to_come(&self, moment: DateTime<Tz>) -> Vec<&Cover> {
        let at = moment.timestamp_millis();
        let mut covers: Vec<_> = self.covers.iter().filter(|it| it.until_ms > at).collect();
        covers.sort_by_key(|it| it.from_ms);
        covers
    }

    /// Returns who is on call at a moment, and until when; `None` before the first shift. Of covers that overlap, the
    /// last that was made counts.
    pub(super) fn turn(&self, team: &Team, moment: DateTime<Tz>) -> Option<Turn> {
        let at = moment.timestamp_millis();
        let covers = |it: &&Cover| it.from_ms <= at && at < it.until_ms;
        let found = self.covers.iter().rfind(covers);
        let shift = team.rotation.at(moment);
        let (person, end) = match (found, &shift) {
            (Some(cover), _) => (cover.person.clone(), cover.until_ms),
            (None, Some(shift)) => (shift.person.clone(), shift.until.timestamp_millis()),
            (None, None) => return None,
        };
        // Whatever begins meanwhile and goes before it.
        let number = found.map_or(0, |it| it.number);
        let others = self.covers.iter().filter(|it| it.number > number);
        let begins = others.map(|it| it.from_ms).filter(|from| *from > at);
        let end = begins.min().unwrap_or(end).min(end);
        Some(Turn {
            person,
            until: from_ms(end, team),
            cover: found.cloned(),
        })
    }

    /// Returns the turns after a moment, neighbours of one person as one.
    pub(super) fn turns(&self, team: &Team, moment: DateTime<Tz>, most: usize) -> Vec<Turn> {
        let mut turns: Vec<Turn> = Vec::new();
        let mut at = moment;
        // Each turn ends later than it begins, but there may be many of one person.
        for _ in 0..MOST * 4 {
            let Some(turn) = self.turn(team, at) else {
                break;
            };
            at = turn.until;
            let is_full = turns.len() == most;
            match turns.last_mut() {
                Some(last) if last.person == turn.person && last.cover == turn.cover => {
                    last.until = turn.until;
                }
                Some(_) | None if is_full => break,
                Some(_) | None => turns.push(turn),
            }
            if turns.len() == 1 && team.rotation.people.len() == 1 && self.covers.is_empty() {
                break;
            }
        }
        turns
    }
}

/// Returns a moment on the clocks of a team.
pub(super) fn from_ms(millis: i64, team: &Team) -> DateTime<Tz> {
    let moment = DateTime::<Utc>::from_timestamp_millis(millis).unwrap_or(DateTime::<Utc>::MAX_UTC);
    in_zone(moment.into(), team.rotation.zone)
}

fn key(team: &Team) -> String {
    format!("covers/{}", team.name)
}
