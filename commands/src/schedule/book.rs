//! What is scheduled, as it is kept: a record each, under the webhook by which it was asked for.

use chrono::{DateTime, Utc};
use hailer::{CommandError, Expected, Invocation, KeptMessage, ModuleState, SaidEnd, escape};
use serde::{Deserialize, Serialize};

use super::when::When;

/// How many runs of each are kept.
const RUNS: usize = 5;

/// How many records are read at once.
const PAGE: u32 = 200;

/// A command that runs by itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Schedule {
    pub(super) number: u32,
    pub(super) message: KeptMessage,
    pub(super) owner: String,
    pub(super) when: When,
    pub(super) created_ms: i64,
    /// When it runs next; nothing once all is over.
    pub(super) next_ms: Option<i64>,
    pub(super) paused: Option<Pause>,
    /// The run that was begun and has not ended.
    pub(super) claim: Option<Claim>,
    /// What became of it, newest first.
    pub(super) runs: Vec<Run>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Pause {
    /// Nobody when it was paused by what happened.
    pub(super) by: Option<String>,
    pub(super) why: Option<String>,
}

/// A run belongs to whoever writes this first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Claim {
    pub(super) tick_ms: i64,
    pub(super) since_ms: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Run {
    pub(super) tick_ms: i64,
    pub(super) end: End,
    /// What was answered, cut.
    pub(super) text: String,
    pub(super) job: Option<String>,
}

/// What became of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum End {
    Answered,
    Failed,
    GoesOn,
    Refused,
    Held,
    Missed,
}

impl End {
    pub(super) fn of(end: SaidEnd) -> Self {
        match end {
            SaidEnd::Answered => Self::Answered,
            SaidEnd::GoesOn => Self::GoesOn,
            SaidEnd::NotPermitted | SaidEnd::Asks | SaidEnd::Unclear => Self::Refused,
            SaidEnd::Held | SaidEnd::Busy => Self::Held,
            _ => Self::Failed,
        }
    }
}

impl Schedule {
    pub(super) fn key(&self) -> String {
        format!("{}{:06}", prefix(self.message.webhook()), self.number)
    }

    /// Returns when it comes next behind a moment.
    pub(super) fn next_after(&self, after: DateTime<Utc>) -> Option<i64> {
        let anchor = DateTime::from_timestamp_millis(self.created_ms).unwrap_or(after);
        let next = self.when.next(after, anchor)?;
        Some(next.timestamp_millis())
    }

    /// Adds what became of a run.
    pub(super) fn note(&mut self, run: Run) {
        self.runs.insert(0, run);
        self.runs.truncate(RUNS);
    }

    /// Says whether nothing comes any more.
    pub(super) fn is_over(&self) -> bool {
        self.next_ms.is_none() && self.claim.is_none()
    }

    pub(super) fn is_theirs(&self, invocation: &Invocation) -> bool {
        let id = invocation.sender().id();
        id.is_some_and(|id| id.as_str() == self.message.sender_id())
    }
}

/// All that is scheduled.
#[derive(Debug, Clone)]
pub(super) struct Book(pub(super) ModuleState);

impl Book {
    /// Returns what was scheduled by a webhook, or by any.
    pub(super) async fn all(&self, webhook: Option<&str>) -> Result<Vec<Schedule>, CommandError> {
        let prefix = webhook.map_or_else(|| "s/".to_owned(), prefix);
        let mut all = Vec::new();
        let mut after: Option<String> = None;
        loop {
            let page = self
                .0
                .list::<Schedule>(&prefix, after.as_deref(), PAGE)
                .await?;
            let Some(last) = page.last() else {
                return Ok(all);
            };
            after = Some(last.key.clone());
            all.extend(page.into_iter().map(|it| it.value));
        }
    }

    /// Finds one by its number, as people type it.
    pub(super) async fn find(
        &self,
        invocation: &Invocation,
        number: u32,
    ) -> Result<Schedule, CommandError> {
        let key = format!("{}{number:06}", prefix(invocation.webhook()));
        let found = self.0.get::<Schedule>(&key).await?;
        found
            .map(|it| it.value)
            .ok_or_else(|| nowhere(invocation, number))
    }

    /// Keeps a new one under the next number.
    pub(super) async fn add(&self, schedule: Schedule) -> Result<Schedule, CommandError> {
        let counter = format!("n/{}", schedule.message.webhook());
        let next = |last: Option<u32>| Ok(last.unwrap_or_default().saturating_add(1));
        let number = self.0.update(&counter, next).await?;
        let schedule = Schedule { number, ..schedule };
        self.0
            .put_if(&schedule.key(), &schedule, Expected::Nothing)
            .await?;
        Ok(schedule)
    }

    /// Changes one that may be gone.
    pub(super) async fn change(
        &self,
        invocation: &Invocation,
        number: u32,
        mut change: impl FnMut(&mut Schedule),
    ) -> Result<Schedule, CommandError> {
        let key = self.find(invocation, number).await?.key();
        let changed = self.0.update(&key, |found: Option<Schedule>| {
            let mut schedule = found.ok_or_else(|| nowhere(invocation, number))?;
            change(&mut schedule);
            Ok(schedule)
        });
        changed.await
    }
}

fn prefix(webhook: &str) -> String {
    format!("s/{webhook}/")
}

fn nowhere(invocation: &Invocation, number: u32) -> CommandError {
    CommandError::reply_with(hailer::Reply::markdown(format!(
        "There is no schedule {number} here. **@{} schedules** lists them.",
        escape(invocation.bot())
    )))
}
