//! Long work: what outlives its reply is kept in the store, watched, and told later.
//!
//! [`Jobs`] takes messages in at the door, runs what is queued, watches over all that runs in this process (time
//! limits, cancels, leases), takes over what a dead server left behind, and sends follow-ups. Whoever runs a stored
//! message again implements [`Work`]; nothing here knows commands or HTTP servers.

mod audit;
mod ending;
mod follow_up;
mod jobs;
mod keeping;
mod live;
mod log;
mod messages;
mod observer;
mod orphans;
mod outbox;
mod plan;
mod recovery;
mod requests;
mod runner;
mod settings;
mod tending;
mod watch;

pub use audit::{audit_of, fingerprint};
pub use ending::{Outcome, Worked};
pub use follow_up::{
    FollowUp, FollowUpUrl, FollowUpUrlError, HostPattern, PostError, Poster, compose, greeting,
    note,
};
pub use jobs::{Jobs, Work};
pub use live::{Live, Ran, StopReason};
pub use observer::{Observer, Silent};
pub use settings::JobSettings;
