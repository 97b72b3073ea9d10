//! Who is on call for which team, and until when. It knows nothing of a bot.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use hailer::clap::{self, ValueEnum};

/// The teams that have somebody on call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Team {
    Data,
    Web,
}

/// Somebody's turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Turn {
    pub(crate) person: String,
    pub(crate) until: SystemTime,
}

/// The turns of all teams, in memory.
#[derive(Debug, Default)]
pub(crate) struct Rota {
    turns: Mutex<BTreeMap<Team, Turn>>,
}

impl Team {
    /// Returns the name that people type.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Data => "data",
            Self::Web => "web",
        }
    }
}

impl Rota {
    /// Gives a person the next turn; returns whose turn that ends.
    pub(crate) fn take(
        &self,
        team: Team,
        person: &str,
        now: SystemTime,
        time: Duration,
    ) -> Option<Turn> {
        let turn = Turn {
            person: person.to_owned(),
            until: now + time,
        };
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        turns.insert(team, turn).filter(|it| it.until > now)
    }

    /// Returns whose turn it is.
    pub(crate) fn on_call(&self, team: Team, now: SystemTime) -> Option<Turn> {
        let turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        turns.get(&team).filter(|it| it.until > now).cloned()
    }
}
