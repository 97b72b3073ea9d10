//! What time it is: two clocks that tests can move.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use chrono::{DateTime, Utc};

/// The clock on the wall and the one that only runs forward, both moved ahead by as much as a test wants.
#[derive(Debug, Clone, Default)]
pub(crate) struct BotClock {
    ahead_millis: Arc<AtomicU64>,
}

impl BotClock {
    /// Moves both clocks ahead.
    pub(crate) fn advance(&self, time: Duration) {
        let millis = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        self.ahead_millis.fetch_add(millis, Ordering::Relaxed);
    }

    /// Returns the time on the wall.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        DateTime::from(SystemTime::now() + self.ahead())
    }

    /// Returns a moment for measuring how long something is ago.
    pub(crate) fn instant(&self) -> Instant {
        Instant::now() + self.ahead()
    }

    fn ahead(&self) -> Duration {
        Duration::from_millis(self.ahead_millis.load(Ordering::Relaxed))
    }
}
