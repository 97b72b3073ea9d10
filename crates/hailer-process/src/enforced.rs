//! What a run was really held to, which depends on the kernel and on who runs the bot.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a run was really held to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Enforced {
    /// Whether it started only at a signal, in a session of its own.
    pub is_gated: bool,
    /// Whether it is in a control group of its own, which nothing in it can leave.
    pub has_cgroup: bool,
    /// Whether programs such as `sudo` give it no more rights.
    pub has_no_new_privileges: bool,
    /// The names of the limits that hold: `open files`, `memory`.
    pub limits: Vec<String>,
    /// Whether the rules for paths hold.
    pub paths: PathRules,
    /// The user that it ran as, when that is another one.
    pub user: Option<u32>,
}

/// Whether rules for paths hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum PathRules {
    /// There are none.
    #[default]
    None,
    /// The kernel cannot enforce them.
    NotEnforced,
    /// The kernel enforces some of them.
    Partly,
    /// The kernel enforces them.
    Fully,
}

impl fmt::Display for Enforced {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        parts.push(if self.is_gated {
            "own session".to_owned()
        } else {
            "own process group, no runner".to_owned()
        });
        if self.has_cgroup {
            parts.push("own control group".to_owned());
        }
        if self.has_no_new_privileges {
            parts.push("no new privileges".to_owned());
        }
        if !self.limits.is_empty() {
            parts.push(format!("limits: {}", self.limits.join(", ")));
        }
        match self.paths {
            PathRules::None => {}
            PathRules::NotEnforced => parts.push("path rules not enforced".to_owned()),
            PathRules::Partly => parts.push("path rules partly".to_owned()),
            PathRules::Fully => parts.push("path rules".to_owned()),
        }
        parts.extend(self.user.map(|user| format!("as user {user}")));
        formatter.write_str(&parts.join("; "))
    }
}
