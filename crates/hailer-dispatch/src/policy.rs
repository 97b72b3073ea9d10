//! Who may run what: what holds for commands that no rule speaks of.

use crate::catalog::Entry;
use crate::spec::Effect;

/// What everybody may run when no rule says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Policy {
    /// Only commands that look and change nothing.
    #[default]
    Read,
    /// Only help and what says who you are.
    Deny,
    /// Everything.
    Allow,
}

/// What even a stranger needs to find out why they may do nothing.
const ALWAYS_PERMITTED: [&str; 3] = ["help", "whoami", "ping"];

impl Policy {
    /// Says whether a command may be run.
    pub fn permits(self, command: &Entry) -> bool {
        match self {
            Self::Allow => true,
            Self::Read => command.effect() == Effect::Read,
            Self::Deny => {
                command.effect() == Effect::Read && ALWAYS_PERMITTED.contains(&command.path())
            }
        }
    }
}
