//! One message that is being answered, and whatever is known of it on both sides of the deadline.

use std::sync::{Arc, OnceLock};
use std::time::Instant;

use bytes::Bytes;
use hailer_dispatch::{Entry, Inquiry};

use super::keeping::Keeping;

/// One message that is being answered.
#[derive(Debug)]
pub(super) struct Errand {
    /// What its command sees.
    pub(super) inquiry: Arc<Inquiry>,
    /// The message as it was signed.
    pub(super) body: Bytes,
    /// What the key is called that signed it.
    pub(super) key_label: String,
    /// When it began, by the clock that tests cannot move.
    pub(super) begun: Instant,
    /// Who keeps its result when it takes too long; nobody where there is no store.
    pub(super) keeping: Option<Keeping>,
    found: OnceLock<Found>,
}

/// What was understood of the message.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) entry: Arc<Entry>,
    pub(super) arguments: Vec<(String, String)>,
    pub(super) lock: Option<String>,
    /// Where the rule is written that lets it run; nothing when none has to.
    pub(super) rule: String,
}

impl Errand {
    pub(super) fn new(
        inquiry: Arc<Inquiry>,
        body: Bytes,
        key_label: String,
        has_store: bool,
    ) -> Self {
        Self {
            inquiry,
            body,
            key_label,
            begun: Instant::now(),
            keeping: has_store.then(Keeping::new),
            found: OnceLock::new(),
        }
    }

    /// Notes which command is meant.
    pub(super) fn note(&self, found: Found) -> &Found {
        self.found.get_or_init(|| found)
    }

    /// Returns which command is meant, once that is known.
    pub(super) fn found(&self) -> Option<&Arc<Entry>> {
        self.found.get().map(|found| &found.entry)
    }

    /// Returns all that was understood, once it is known.
    pub(super) fn understood(&self) -> Option<&Found> {
        self.found.get()
    }
}
