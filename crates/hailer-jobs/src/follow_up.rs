//! Follow-ups: later messages through a Workflows URL.
//!
//! The URL is a secret: whoever has it can post. It is never stored, logged or shown, and only hosts that were
//! allowed are called, without following redirects.

mod announce;
mod compose;
mod post;
mod url;

use std::time::Duration;

pub use compose::{compose, greeting, note};
pub use post::{PostError, Poster};
pub use url::{FollowUpUrl, FollowUpUrlError, HostPattern};

/// Where later messages of a webhook go.
#[derive(Debug, Clone)]
pub struct FollowUp {
    /// The name of the table in the configuration.
    pub name: String,
    /// Where to post.
    pub url: FollowUpUrl,
    /// The least time between two posts.
    pub pause: Duration,
    /// How large a message may be, in bytes.
    pub max_size: usize,
    /// How long a post is tried again.
    pub retry_for: Duration,
    /// The webhooks whose jobs are told here.
    pub webhooks: Vec<String>,
}

impl FollowUp {
    /// What a flow takes without being slowed down.
    pub const PAUSE: Duration = Duration::from_millis(500);

    /// Teams refuses about 28 KB.
    pub const MAX_SIZE: usize = 24 * 1024;

    /// Longer than a usual disturbance.
    pub const RETRY_FOR: Duration = Duration::from_secs(10 * 60);
}
