//! How the process ends: a number for scripts, a text for people.

use std::fmt;
use std::process::ExitCode;

use hailer::{Problems, StartError};

/// Exit codes; scripts rely on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Fine.
    Fine = 0,
    /// It ran, and the answer is no.
    No = 1,
    /// The command line is wrong.
    Usage = 2,
    /// The configuration is wrong.
    Config = 3,
    /// Something cannot be listened on, read or written.
    Io = 4,
    /// Nobody can be reached.
    Unreachable = 5,
    /// It took too long.
    TimedOut = 6,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why the process ends early.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: Exit,
    text: String,
}

impl Failure {
    /// Ends with a code and a text: what happened, where, and the fix.
    pub(crate) fn new(exit: Exit, text: impl Into<String>) -> Self {
        Self {
            exit,
            text: text.into(),
        }
    }

    /// Ends because of a problem with files or addresses.
    pub(crate) fn io(text: impl Into<String>) -> Self {
        Self::new(Exit::Io, text)
    }

    pub(crate) fn exit(&self) -> Exit {
        self.exit
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl From<Problems> for Failure {
    fn from(problems: Problems) -> Self {
        let exit = if problems.io_error_kind().is_some() {
            Exit::Io
        } else {
            Exit::Config
        };
        Self::new(exit, problems.to_string())
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        if let StartError::Permissions(problems) = error {
            return problems.into();
        }
        let exit = match error {
            StartError::Commands(_) | StartError::Webhooks(_) => Exit::Config,
            _ => Exit::Io,
        };
        Self::new(exit, format!("error: {error}"))
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::io(format!("error: {error:#}"))
    }
}
