//! What time it is: two clocks that tests can move.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use chrono::{DateTime, Utc};
use tokio::sync::Notify;

/// The clock on the wall and the one that only runs forward, both moved ahead by as much as a test wants.
#[derive(Debug, Clone, Default)]
pub(crate) struct BotClock {
    ahead_millis: Arc<AtomicU64>,
    moved: Arc<Notify>,
}

impl BotClock {
    /// Moves both clocks ahead.
    pub(crate) fn advance(&self, time: Duration) {
        let millis = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        self.ahead_millis.fetch_add(millis, Ordering::SeqCst);
        self.moved.notify_waiters();
    }

    /// Waits until a moment of [`BotClock::instant`], this long at most.
    pub(crate) async fn wait_until(&self, due: Instant, at_most: Duration) {
        let latest = Instant::now() + at_most;
        loop {
            // Made before the look at the clock, so that no move is missed.
            let moved = self.moved.notified();
            let left = due.saturating_duration_since(self.instant());
            let left = left.min(latest.saturating_duration_since(Instant::now()));
            if left.is_zero() {
                return;
            }
            let _ = tokio::time::timeout(left, moved).await;
        }
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
        Duration::from_millis(self.ahead_millis.load(Ordering::SeqCst))
    }
}
