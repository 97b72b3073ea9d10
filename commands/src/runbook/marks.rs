//! Which steps are done, in one channel, for a day.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use hailer::{CommandError, Invocation, Kept, ModuleState};
use serde::{Deserialize, Serialize};

use crate::runbook::book::Book;

/// Marks that nobody touched for this long are of another time that the trouble came.
const KEEP: Duration = Duration::from_secs(24 * 3_600);

/// The steps that are done, by their titles: a step that was written anew is to be done anew.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Marks {
    done: BTreeMap<String, String>,
    #[serde(default)]
    touched_secs: u64,
}

impl Marks {
    /// Reads those of a channel.
    pub(super) async fn of(
        book: &Book,
        state: &ModuleState,
        invocation: &Invocation,
    ) -> Result<Self, CommandError> {
        let kept: Option<Kept<Self>> = state.get(&key(book, invocation)).await?;
        let marks = kept.map(|it| it.value).unwrap_or_default();
        Ok(marks.still_good(secs(invocation.now())))
    }

    /// Marks a step, or takes its mark away.
    pub(super) async fn mark(
        book: &Book,
        state: &ModuleState,
        invocation: &Invocation,
        (step, is_done): (&str, bool),
    ) -> Result<Self, CommandError> {
        let now = secs(invocation.now());
        let by = invocation.sender().name().to_owned();
        let change = |marks: Option<Self>| {
            let mut marks = marks.unwrap_or_default().still_good(now);
            if is_done {
                marks.done.insert(step.to_owned(), by.clone());
            } else {
                marks.done.remove(step);
            }
            marks.touched_secs = now;
            Ok(marks)
        };
        state.update(&key(book, invocation), change).await
    }

    /// Forgets all of a channel.
    pub(super) async fn clear(
        book: &Book,
        state: &ModuleState,
        invocation: &Invocation,
    ) -> Result<bool, CommandError> {
        let key = key(book, invocation);
        state.delete(&key, hailer::Expected::Anything).await
    }

    /// Returns who did a step.
    pub(super) fn by(&self, step: &str) -> Option<&str> {
        self.done.get(step).map(String::as_str)
    }

    fn still_good(self, now: u64) -> Self {
        if now.saturating_sub(self.touched_secs) > KEEP.as_secs() {
            return Self::default();
        }
        self
    }
}

fn secs(time: SystemTime) -> u64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH);
    since.unwrap_or_default().as_secs()
}

/// Two channels, or two teams, go through the same runbook apart from each other.
fn key(book: &Book, invocation: &Invocation) -> String {
    let channel = invocation.channel();
    let channel = channel.as_ref().map_or("", |it| it.as_str());
    let name: String = book.name.chars().take(100).collect();
    format!("marks/{}/{channel}/{name}", invocation.webhook())
}
