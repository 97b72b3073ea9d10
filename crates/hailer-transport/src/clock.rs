//! The clock that freshness is measured with.

use chrono::{DateTime, Utc};

/// Tells the time; any function without arguments that returns it is a clock: `Arc::new(Utc::now)`.
pub trait Clock: Send + Sync + 'static {
    /// Returns the present moment.
    fn now(&self) -> DateTime<Utc>;
}

impl<F> Clock for F
where
    F: Fn() -> DateTime<Utc> + Send + Sync + 'static,
{
    fn now(&self) -> DateTime<Utc> {
        self()
    }
}
