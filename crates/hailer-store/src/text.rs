//! Texts that are too long for one reply, kept for `more ID`.

use std::time::Duration;

use crate::id::TextId;

/// A text to keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewText {
    /// The tenant in which it may be read.
    pub tenant: String,
    /// The conversation in which it may be read.
    pub conversation: String,
    /// Who asked for it, by id.
    pub requester_id: String,
    /// What it is.
    pub title: String,
    /// The text.
    pub content: String,
    /// How long it is kept.
    pub keep_for: Duration,
}

/// A kept text. Who reads it must check that the reader may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptText {
    /// Its id.
    pub id: TextId,
    /// The tenant in which it may be read.
    pub tenant: String,
    /// The conversation in which it may be read.
    pub conversation: String,
    /// Who asked for it, by id.
    pub requester_id: String,
    /// What it is.
    pub title: String,
    /// The text.
    pub content: String,
    /// When it was kept, in milliseconds since 1970.
    pub created_at_ms: i64,
}
