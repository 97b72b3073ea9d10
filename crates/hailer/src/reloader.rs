//! Exchanging configuration and commands while the bot runs: all of it or nothing.

use std::sync::{Arc, Mutex, PoisonError};

use crate::bot::{Bot, StartError};
use crate::generation::Current;

/// Exchanges what a bot was started with. Clones exchange for the same bot, one after the other.
#[derive(Debug, Clone)]
pub struct Reloader {
    current: Arc<Current>,
    turn: Arc<Mutex<()>>,
}

impl Reloader {
    pub(crate) fn new(current: Arc<Current>) -> Self {
        Self {
            current,
            turn: Arc::default(),
        }
    }

    /// Lets a bot's configuration and commands hold from the next message on; what is being answered ends as it
    /// began. What was begun goes on: jobs, cooldowns, counted messages, known repeats. Returns the number of the
    /// generation, which the start counts as 1.
    ///
    /// # Errors
    ///
    /// As [`Bot::bind`], and a `[[policy_test]]` that fails. Then what held before still holds.
    pub fn exchange(&self, bot: Bot) -> Result<u64, StartError> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.current.get();
        let provisioned = bot.provision(Some(before.responder.registry()))?;
        let failed = provisioned.permissions.run_tests();
        if failed.has_errors() {
            return Err(StartError::Permissions(failed));
        }
        Ok(self.current.exchange(provisioned)?.number)
    }
}
