//! The proof that a command may run.

use crate::policy::decision::Grant;

/// The proof that a policy let somebody run a command.
///
/// Only a policy makes one, and nothing that runs a command can be called without it: a way around the policy does
/// not compile.
///
/// ```compile_fail
/// use hailer_dispatch::{Grant, Permit};
///
/// let forged = Permit { command: 0, grant: Grant::Always };
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permit {
    command: usize,
    grant: Grant,
}

impl Permit {
    /// Called where a policy has decided, and nowhere else.
    pub(super) fn new(command: usize, grant: Grant) -> Self {
        Self { command, grant }
    }

    /// Returns the index of the command that it is for.
    pub(crate) fn command(&self) -> usize {
        self.command
    }

    /// Returns why the command may run.
    pub fn grant(&self) -> &Grant {
        &self.grant
    }
}
