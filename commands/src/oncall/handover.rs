//! Telling that another is on call now, with what the one before wrote down.

use std::sync::Arc;
use std::time::Duration;

use hailer::{Background, BackgroundRun, CommandError, Expected, FollowUps, ModuleState, Reply};
use serde::{Deserialize, Serialize};

use crate::moment::{in_zone, show};
use crate::oncall::config::Team;
use crate::oncall::roster::Covers;

/// How often is looked whether a shift has ended.
const EVERY: Duration = Duration::from_secs(60);

/// More notes are a document, and belong where those are.
const MOST_NOTES: usize = 20;

/// What the person on call leaves to the next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Note {
    pub(super) text: String,
    pub(super) by: String,
}

/// Who was on call when it was last looked, and what is to be told to the next.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Watch {
    person: Option<String>,
    notes: Vec<Note>,
}

/// Returns the notes for the next on call.
pub(super) async fn notes(team: &Team, state: &ModuleState) -> Result<Vec<Note>, CommandError> {
    let kept = state.get::<Watch>(&key(team)).await?;
    Ok(kept.map(|it| it.value.notes).unwrap_or_default())
}

/// Adds a note for the next on call, and returns how many there are.
pub(super) async fn add_note(
    team: &Team,
    state: &ModuleState,
    note: Note,
) -> Result<usize, CommandError> {
    let add = |watch: Option<Watch>| {
        let mut watch = watch.unwrap_or_default();
        if watch.notes.len() >= MOST_NOTES {
            return Err(CommandError::told(format!(
                "There are {MOST_NOTES} notes for the next on call already; write the rest where it can be read later."
            )));
        }
        watch.notes.push(note.clone());
        Ok(watch)
    };
    Ok(state.update(&key(team), add).await?.notes.len())
}

/// Makes the task that tells of changes.
pub(super) fn task(teams: &Arc<[Team]>, state: &ModuleState, follow_ups: &FollowUps) -> Background {
    let (teams, state, follow_ups) = (Arc::clone(teams), state.clone(), follow_ups.clone());
    Background::new("oncall handover", EVERY, move |run| {
        let (teams, state, follow_ups) = (Arc::clone(&teams), state.clone(), follow_ups.clone());
        async move {
            let mut failed = None;
            for team in teams.iter() {
                // One team's trouble keeps no other from being told.
                let looked = look(team, &state, &follow_ups, &run).await;
                failed = looked.err().or(failed);
            }
            failed.map_or(Ok(()), Err)
        }
    })
}

async fn look(
    team: &Team,
    state: &ModuleState,
    follow_ups: &FollowUps,
    run: &BackgroundRun,
) -> Result<(), CommandError> {
    let now = in_zone(run.now(), team.rotation.zone);
    let covers = Covers::of(team, state).await?;
    let Some(turn) = covers.turn(team, now) else {
        return Ok(());
    };
    let kept = state.get::<Watch>(&key(team)).await?;
    let expected = kept
        .as_ref()
        .map_or(Expected::Nothing, |it| Expected::Version(it.version));
    let before = kept.map(|it| it.value).unwrap_or_default();
    if before.person.as_ref() == Some(&turn.person) {
        return Ok(());
    }
    let Some(last) = &before.person else {
        // Nobody was seen before, so nobody hands over.
        let seen = Watch {
            person: Some(turn.person),
            ..before
        };
        state.put_if(&key(team), &seen, expected).await?;
        return Ok(());
    };
    let seen = Watch {
        person: Some(turn.person.clone()),
        notes: Vec::new(),
    };
    let Some(webhook) = &team.announce else {
        state.put_if(&key(team), &seen, expected).await?;
        return Ok(());
    };
    let title = format!("{}: {} is on call now", team.name, turn.person);
    let mut facts = vec![("Until", show(turn.until, now)), ("Before", last.clone())];
    if let Some(contact) = team.contacts.get(&turn.person) {
        facts.push(("Reach", contact.clone()));
    }
    let reply = Reply::facts(title, facts);
    let reply = match before.notes.as_slice() {
        [] => reply,
        notes => reply.then_list("Handed over", notes.iter().map(words)),
    };
    // Another replica, or a note of this moment, makes it look again in a minute.
    let told = (key(team), seen, expected);
    let told = (told.0.as_str(), &told.1, told.2);
    follow_ups.post_with(webhook, &reply, state, told).await?;
    Ok(())
}

/// Writes a note on one line.
pub(super) fn words(note: &Note) -> String {
    format!("{} · {}", note.text, note.by)
}

fn key(team: &Team) -> String {
    format!("watch/{}", team.name)
}
