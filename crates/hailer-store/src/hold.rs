//! What people hold: a lock keeps jobs of its name from starting, a freeze everything that changes something.

use std::time::Duration;

use crate::job::{Job, Person};

/// What is held.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum HeldName {
    /// The lock of this name, and every lock below it: `deploy` holds `deploy/prod` too. Capitals do not matter.
    Lock(String),
    /// Everything that changes something, through this webhook.
    Freeze(String),
    /// Everything that changes something, through any webhook.
    FreezeAll,
}

/// Something that somebody holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// What is held.
    pub held: HeldName,
    /// Who holds it.
    pub by: Person,
    /// The webhook through which they came; empty at the command line.
    pub webhook: String,
    /// Why.
    pub reason: String,
    /// Since when, in milliseconds since 1970.
    pub since_ms: i64,
    /// Until when; `None` until somebody lets it go.
    pub until_ms: Option<i64>,
}

/// What somebody wants to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewHold {
    /// What is to be held.
    pub held: HeldName,
    /// Why.
    pub reason: String,
    /// For how long; `None` until somebody lets it go.
    pub lasts: Option<Duration>,
}

/// What came of the wish to hold something.
#[derive(Clone, Debug, PartialEq)]
pub enum Holding {
    /// It is held now. What runs under it goes on.
    Held {
        /// The hold.
        hold: Hold,
        /// The job that has the lock, and keeps it until it ends.
        running: Option<Box<Job>>,
    },
    /// Somebody else holds it; nothing was changed.
    Theirs(Hold),
}

/// Whether what somebody else holds is let go, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Force {
    /// Only their own.
    No,
    /// Somebody else's, too.
    Yes,
}

/// What came of the wish to let something go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Released {
    /// It is free.
    Free(Hold),
    /// Somebody else holds it; nothing was changed.
    Theirs(Hold),
    /// Nobody held it.
    NotHeld,
}

/// A lock that a job has.
#[derive(Clone, Debug, PartialEq)]
pub struct JobLock {
    /// Its name.
    pub name: String,
    /// The job.
    pub job: Job,
}

impl HeldName {
    /// Returns the same without capitals and white space round it, as it is stored.
    pub(crate) fn canonical(&self) -> Self {
        match self {
            Self::Lock(name) => Self::Lock(canonical(name)),
            Self::Freeze(_) | Self::FreezeAll => self.clone(),
        }
    }

    /// Tells whether a lock is this one, or below it.
    pub fn covers_lock(&self, lock: &str) -> bool {
        let Self::Lock(name) = self else {
            return false;
        };
        let (name, lock) = (canonical(name), canonical(lock));
        lock.strip_prefix(&name)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Tells whether what changes something through this webhook is frozen by it.
    pub fn freezes(&self, webhook: &str) -> bool {
        match self {
            Self::Lock(_) => false,
            Self::Freeze(name) => name == webhook,
            Self::FreezeAll => true,
        }
    }
}

fn canonical(name: &str) -> String {
    name.trim().trim_end_matches('/').to_lowercase()
}
