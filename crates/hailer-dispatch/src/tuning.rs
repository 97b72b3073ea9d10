//! What an admin changes of a command: a name, a heading, how long it may take.

use std::sync::Arc;
use std::time::Duration;

use crate::cached::Cached;
use crate::command::Registration;

/// What is changed of a command; what is left out stays as its author wrote it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tuning {
    /// When "still working" is answered; for a job, when it is ended.
    pub timeout: Option<Duration>,
    /// How long an answer is given again to everybody who asks the same by the same webhook.
    pub cache: Option<Duration>,
    /// Further names.
    pub aliases: Vec<String>,
    /// Whether help leaves it out.
    pub is_hidden: Option<bool>,
    /// Its heading in help.
    pub group: Option<String>,
}

impl Registration {
    /// Returns the path of the command.
    pub fn path(&self) -> &str {
        self.spec.path()
    }

    /// Returns what the command does to the world.
    pub fn effect(&self) -> crate::spec::Effect {
        self.spec.effect
    }

    /// Changes what an admin wants otherwise.
    #[must_use]
    pub fn tuned(mut self, tuning: &Tuning) -> Self {
        let spec = &mut self.spec;
        if spec.job.is_job {
            spec.job.time_limit = tuning.timeout.or(spec.job.time_limit);
        } else {
            spec.deadline = tuning.timeout.or(spec.deadline);
        }
        for alias in &tuning.aliases {
            if !spec.aliases.contains(alias) {
                spec.aliases.push(alias.clone());
            }
        }
        spec.is_hidden = tuning.is_hidden.unwrap_or(spec.is_hidden);
        if let Some(group) = &tuning.group {
            spec.group = Some(group.clone());
        }
        if let Some(keep) = tuning.cache {
            self.command = Arc::new(Cached::new(self.command, keep));
        }
        self
    }
}
