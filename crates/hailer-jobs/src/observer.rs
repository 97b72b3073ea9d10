//! Who counts what happens to jobs and follow-ups.

use std::time::Duration;

use hailer_store::JobState;

/// Counts what happens. Called often, so it must not block.
pub trait Observer: Send + Sync + 'static {
    /// How many jobs are in a state now.
    fn jobs(&self, state: JobState, count: u64);

    /// A job of this process ended, this long after it began.
    fn ended(&self, state: JobState, took: Duration);

    /// A follow-up was posted, will be tried again, or was given up; by its name in the configuration, or `_unknown`.
    fn posted(&self, follow_up: &str, outcome: &'static str);

    /// How many follow-ups wait.
    fn waiting(&self, posts: u64);
}

/// Counts nothing.
#[derive(Debug, Clone, Copy)]
pub struct Silent;

impl Observer for Silent {
    fn jobs(&self, _: JobState, _: u64) {}

    fn ended(&self, _: JobState, _: Duration) {}

    fn posted(&self, _: &str, _: &'static str) {}

    fn waiting(&self, _: u64) {}
}
