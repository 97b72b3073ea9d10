//! Who ran a command a moment ago.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::invocation::Inquiry;
use crate::spec::{Cooldown, CooldownScope};

/// Entries that are kept before those that are over are removed.
const MANY: usize = 10_000;

/// When commands may run again.
#[derive(Debug, Default)]
pub(crate) struct Cooldowns {
    /// By the command's path, so that they outlive an exchange of the commands.
    over_at: Mutex<HashMap<(Arc<str>, String), Instant>>,
}

impl Cooldowns {
    /// Begins a cooldown, or says how long the one that is running still takes.
    pub(crate) fn begin(
        &self,
        command: &Arc<str>,
        cooldown: Cooldown,
        inquiry: &Inquiry,
    ) -> Result<(), Duration> {
        let now = inquiry.received;
        let mut over_at = self.over_at.lock().unwrap_or_else(PoisonError::into_inner);
        if over_at.len() >= MANY {
            over_at.retain(|_, over| *over > now);
        }
        let entry = over_at
            .entry((Arc::clone(command), who(cooldown.scope, inquiry)))
            .or_insert(now);
        if *entry > now {
            return Err(*entry - now);
        }
        *entry = now + cooldown.time;
        Ok(())
    }
}

/// Names who waits. People without an id share one place, as nothing tells them apart.
fn who(scope: CooldownScope, inquiry: &Inquiry) -> String {
    let activity = &inquiry.activity;
    match scope {
        CooldownScope::Person => {
            let id = activity
                .from
                .as_ref()
                .and_then(|from| from.aad_object_id.as_ref());
            format!("{:?}/{:?}", activity.tenant(), id)
        }
        CooldownScope::Channel => format!("{:?}", activity.channel()),
        CooldownScope::Everybody => String::new(),
    }
}
