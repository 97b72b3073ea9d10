//! The states of a job and what else is said about it in one word.

use std::fmt;

use crate::error::StoreError;

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum JobState {
    /// It waits for a second person's yes.
    AwaitingApproval,
    /// It waits for a free place, for its lock, or for its back-off to pass.
    Queued,
    /// A server has taken it; nothing of it runs yet.
    Starting,
    /// It runs.
    Running,
    /// It ended well.
    Succeeded,
    /// It ended with an error.
    Failed,
    /// It was stopped at its time limit.
    TimedOut,
    /// Somebody cancelled it.
    Cancelled,
    /// It was stopped because it wrote too much.
    OutputLimit,
    /// Its server died; [`DidStart`] says whether it may have run.
    Interrupted,
    /// An approver said no.
    Rejected,
    /// Nobody approved it in time.
    Expired,
}

impl JobState {
    /// Every state, in the order in which a job can pass through them.
    pub const ALL: [Self; 12] = [
        Self::AwaitingApproval,
        Self::Queued,
        Self::Starting,
        Self::Running,
        Self::Succeeded,
        Self::Failed,
        Self::TimedOut,
        Self::Cancelled,
        Self::OutputLimit,
        Self::Interrupted,
        Self::Rejected,
        Self::Expired,
    ];

    /// Returns the word that the store, the metrics and JSON use: `timed_out`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AwaitingApproval => "awaiting_approval",
            Self::Queued => "queued",
            Self::Starting => "starting",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::TimedOut => "timed_out",
            Self::Cancelled => "cancelled",
            Self::OutputLimit => "output_limit",
            Self::Interrupted => "interrupted",
            Self::Rejected => "rejected",
            Self::Expired => "expired",
        }
    }

    /// Tells whether the job is over.
    pub fn is_ended(self) -> bool {
        match self {
            Self::AwaitingApproval | Self::Queued | Self::Starting | Self::Running => false,
            Self::Succeeded
            | Self::Failed
            | Self::TimedOut
            | Self::Cancelled
            | Self::OutputLimit
            | Self::Interrupted
            | Self::Rejected
            | Self::Expired => true,
        }
    }

    /// Tells whether a server holds the job: it is `Starting` or `Running`.
    pub fn is_held(self) -> bool {
        matches!(self, Self::Starting | Self::Running)
    }

    pub(crate) fn stored(text: &str) -> Result<Self, StoreError> {
        Self::ALL
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or(StoreError::Unreadable { column: "state" })
    }
}

impl fmt::Display for JobState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// What a command does to the world, as it is stored: a word of the store's own, for it knows no commands. The facade makes it of the
/// command's, in one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// It only looks.
    Read,
    /// It changes something.
    Write,
    /// It changes something that cannot be changed back.
    Destructive,
}

impl Effect {
    /// Returns the word that the store uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Destructive => "destructive",
        }
    }

    pub(crate) fn stored(text: &str) -> Result<Self, StoreError> {
        [Self::Read, Self::Write, Self::Destructive]
            .into_iter()
            .find(|effect| effect.as_str() == text)
            .ok_or(StoreError::Unreadable { column: "effect" })
    }
}

/// Whether an interrupted job had begun when its server died.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DidStart {
    /// Surely not.
    No,
    /// It may have.
    Unknown,
    /// Surely: it had reported progress.
    Yes,
}

impl DidStart {
    /// Returns the word that the store uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::No => "no",
            Self::Unknown => "unknown",
            Self::Yes => "yes",
        }
    }

    pub(crate) fn stored(text: &str) -> Result<Self, StoreError> {
        [Self::No, Self::Unknown, Self::Yes]
            .into_iter()
            .find(|one| one.as_str() == text)
            .ok_or(StoreError::Unreadable {
                column: "did_start",
            })
    }
}
