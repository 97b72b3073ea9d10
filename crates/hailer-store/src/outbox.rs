//! The outbox: later messages that are stored with what they tell of, and sent at least once.

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
