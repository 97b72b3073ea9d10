//! What waits for its sender's second word where there is no store: in the memory of the one process that there is then.
//!
//! After a restart nothing is known of it, and so nothing of it runs.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use hailer_dispatch::Inquiry;

/// So many wait at most; the oldest make room.
const MOST: usize = 1_000;

/// Messages that wait for their sender's second word. Clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Confirmations {
    waiting: Arc<Mutex<HashMap<String, Unconfirmed>>>,
}

/// A message that waits for its sender's second word.
#[derive(Debug, Clone)]
pub(crate) struct Unconfirmed {
    pub(crate) inquiry: Arc<Inquiry>,
    /// A hash of the call that was asked about.
    pub(crate) digest: String,
    /// Until when it waits, by the clock that tests can move.
    pub(crate) until: Instant,
}

impl Confirmations {
    /// Has a message wait, and returns the code that lets it go on.
    pub(crate) fn put(&self, inquiry: &Arc<Inquiry>, digest: &str, within: Duration) -> String {
        let request = inquiry.request_id.to_string();
        let now = inquiry.received;
        let mut waiting = self.waiting();
        waiting.retain(|_, it| it.until > now);
        if waiting.len() >= MOST
            && let Some(oldest) = waiting.iter().min_by_key(|(_, it)| it.until)
        {
            let oldest = oldest.0.clone();
            waiting.remove(&oldest);
        }
        let lengths = 4..=request.len();
        let code = lengths
            .filter_map(|length| request.get(..length))
            .find(|code| !waiting.contains_key(*code))
            .unwrap_or(&request)
            .to_owned();
        let unconfirmed = Unconfirmed {
            inquiry: Arc::clone(inquiry),
            digest: digest.to_owned(),
            until: now + within,
        };
        waiting.insert(code.clone(), unconfirmed);
        code
    }

    /// Looks at what waits, which goes on waiting.
    pub(crate) fn get(&self, code: &str) -> Option<Unconfirmed> {
        self.waiting().get(&code.trim().to_lowercase()).cloned()
    }

    /// Takes what waits: only one call gets it.
    pub(crate) fn take(&self, code: &str) -> Option<Unconfirmed> {
        self.waiting().remove(&code.trim().to_lowercase())
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<String, Unconfirmed>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
