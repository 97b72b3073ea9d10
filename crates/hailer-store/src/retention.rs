//! How long what is kept.

use std::time::Duration;

/// How long what is kept. What is not over is never dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Messages, so that repeats are known: less than 24 h is 24 h.
    pub messages: Duration,
    /// Jobs after their end; one whose message is still kept stays with it.
    pub jobs: Duration,
    /// Later messages after they were sent or given up.
    pub posts: Duration,
    /// Audit rows; `None` is for ever.
    pub audit: Option<Duration>,
}

impl Default for Retention {
    fn default() -> Self {
        let days = |count: u64| Duration::from_secs(count * 86_400);
        Self {
            messages: days(2),
            jobs: days(90),
            posts: days(30),
            audit: None,
        }
    }
}

/// What one call dropped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Messages.
    pub messages: u64,
    /// Jobs.
    pub jobs: u64,
    /// Later messages.
    pub posts: u64,
    /// Kept texts whose time is over.
    pub texts: u64,
    /// Audit rows.
    pub audit: u64,
    /// Whether there is more to drop: call again.
    pub has_more: bool,
}
