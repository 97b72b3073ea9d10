//! The outbox: later messages that are stored with what they tell of, and sent at least once.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::id::JobId;

/// A message to send later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPost {
    /// The name of the follow-up in the configuration; its URL is a secret and is never stored.
    pub target: String,
    /// The message's JSON.
    pub payload: String,
}

/// A stored message that this opening of the store holds for sending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    /// Its place in the order of sending.
    pub number: i64,
    /// Where it goes.
    pub target: String,
    /// The job it tells of.
    pub job: Option<JobId>,
    /// The message's JSON.
    pub payload: String,
    /// Which try this is, from 1.
    pub attempt: i64,
    /// When it was stored, in milliseconds since 1970.
    pub created_at_ms: i64,
}

/// Which later message to take next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostQuery {
    /// Targets of which none is taken: removed from the configuration, or at their rate limit.
    pub paused: BTreeSet<String>,
    /// How long the sender has; after that another sender takes the message, which can then be seen twice.
    pub lease: Duration,
}

impl Default for PostQuery {
    fn default() -> Self {
        Self {
            paused: BTreeSet::new(),
            lease: Duration::from_secs(60),
        }
    }
}
