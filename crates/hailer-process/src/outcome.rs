//! How a run ended, and what it left.

use std::time::Duration;

use crate::capture::Captured;
use crate::enforced::Enforced;
use crate::error::LaunchError;

/// How a run ended.
#[derive(Debug)]
#[non_exhaustive]
pub enum Ending {
    /// The program ended by itself, with this code.
    Exited(i32),
    /// A signal ended the program; nobody here sent it.
    Signalled(i32),
    /// It was killed at its time limit.
    TimedOut,
    /// It was killed because nobody wanted it any more.
    Cancelled,
    /// Nothing of it has run.
    FailedToStart(LaunchError),
}

/// What a run left.
#[derive(Debug)]
#[non_exhaustive]
pub struct Outcome {
    /// How it ended.
    pub ending: Ending,
    /// What it wrote to standard output.
    pub stdout: Captured,
    /// What it wrote to standard error.
    pub stderr: Captured,
    /// How long it ran, from the opened gate to its end.
    pub took: Duration,
    /// What it was held to.
    pub enforced: Enforced,
    /// How many of its processes had to be killed after its first process ended.
    pub left_behind: usize,
}

impl Outcome {
    pub(crate) fn not_started(error: LaunchError) -> Self {
        Self::without_output(Ending::FailedToStart(error))
    }

    pub(crate) fn without_output(ending: Ending) -> Self {
        Self {
            ending,
            stdout: Captured::default(),
            stderr: Captured::default(),
            took: Duration::ZERO,
            enforced: Enforced::default(),
            left_behind: 0,
        }
    }
}

/// Endings are equal when a reader would be told the same.
impl PartialEq for Ending {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Exited(one), Self::Exited(two))
            | (Self::Signalled(one), Self::Signalled(two)) => one == two,
            (Self::TimedOut, Self::TimedOut) | (Self::Cancelled, Self::Cancelled) => true,
            (Self::FailedToStart(one), Self::FailedToStart(two)) => {
                one.to_string() == two.to_string()
            }
            _ => false,
        }
    }
}
