//! How work ended, before it is written down.

use hailer_store::JobState;

/// What became of one run of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Which end it is; the reason for which the job was stopped goes before it.
    pub state: JobState,
    /// The reply as message JSON.
    pub reply: String,
    /// The first lines of the reply, as a terminal shows them.
    pub text: String,
    /// What went wrong, for people.
    pub error: Option<String>,
}

/// What a worker made of a queued job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Worked {
    /// It ran, or was refused at its start.
    Ended(Outcome),
    /// It may not begin yet.
    Later {
        /// When it is tried again, in milliseconds since 1970.
        until_ms: i64,
        /// What it waits for, for people.
        why: String,
    },
    /// Another server has it now: nothing of it may be written.
    Lost,
}

impl Outcome {
    /// Says what became of work that has no reply.
    pub fn without_reply(state: JobState, error: &str) -> Self {
        Self {
            state,
            reply: String::new(),
            text: String::new(),
            error: Some(error.to_owned()),
        }
    }
}
