//! What is wrong with permissions once the commands are known.

use std::fmt;

use crate::lines::write_lines;

/// Something written about permissions that does not fit the commands and groups that exist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[error("{text}; {help}")]
pub struct PolicyError {
    /// Which table it is in.
    pub at: Written,
    /// The key.
    pub key: &'static str,
    /// The value that is wrong.
    pub value: String,
    /// What is wrong, in one line.
    pub text: String,
    /// What to do about it.
    pub help: String,
}

/// A table that was written, by its index in the [`PolicySource`](crate::PolicySource).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// A rule.
    Rule(usize),
    /// A freeze.
    Freeze(usize),
    /// What others have to approve.
    Approval(usize),
    /// What the sender is asked about again.
    Confirm,
    /// The approval that a command asks for itself.
    Command,
    /// Who may break glass.
    BreakGlass,
    /// What a webhook can do at most.
    Ceiling(usize),
    /// What holds for all.
    Permissions,
}

/// Everything that is wrong with permissions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyErrors {
    pub(super) errors: Vec<PolicyError>,
}

impl PolicyErrors {
    /// Returns the errors in the order of the rules.
    pub fn iter(&self) -> impl Iterator<Item = &PolicyError> {
        self.errors.iter()
    }
}

impl fmt::Display for PolicyErrors {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_lines(formatter, &self.errors)
    }
}

impl std::error::Error for PolicyErrors {}
