//! What a handler gives back: a message, and what became of the command.

use std::fmt;
use std::sync::Arc;

use hailer_reply::Message;

/// The answer to one activity.
#[derive(Clone, Debug)]
pub struct Answer {
    /// What the channel shows.
    pub message: Message,
    /// The command's path, when one was found. It becomes a label of metrics, so it must come from the
    /// list of commands and never from what somebody typed.
    pub command: Option<Arc<str>>,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The command did what was asked.
    Ok,
    /// The command ran and could not do it.
    Failed,
    /// The sender may not run it.
    Refused,
    /// No command has this name.
    Unknown,
    /// The command's arguments are wrong.
    Usage,
    /// The command was not done at the deadline.
    TimedOut,
    /// The command panicked.
    Panicked,
    /// Teams sent the message before.
    Duplicate,
    /// Too much is going on; nothing was started.
    Busy,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 9] = [
        Self::Ok,
        Self::Failed,
        Self::Refused,
        Self::Unknown,
        Self::Usage,
        Self::TimedOut,
        Self::Panicked,
        Self::Duplicate,
        Self::Busy,
    ];

    /// Returns the label for metrics, logs and the `x-hailer-outcome` header.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Failed => "failed",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
            Self::Usage => "usage",
            Self::TimedOut => "timed_out",
            Self::Panicked => "panicked",
            Self::Duplicate => "duplicate",
            Self::Busy => "busy",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
