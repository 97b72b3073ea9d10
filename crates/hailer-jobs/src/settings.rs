//! How jobs are run: what `[jobs]` says, and what commands say of themselves.

use std::collections::BTreeMap;
use std::time::Duration;

/// How jobs are run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobSettings {
    /// How many queued jobs run at once in this process; at least one.
    pub workers: usize,
    /// How many jobs may wait in the queue.
    pub queue: u64,
    /// How long an ended job is kept.
    pub keep: Duration,
    /// How long rows of the audit are kept; `None` is for ever.
    pub keep_audit: Option<Duration>,
    /// The longest that any job may run, whatever its command says.
    pub max_time: Duration,
    /// How many jobs of a command may run at once, on all servers together.
    pub at_once: BTreeMap<String, u32>,
}

impl JobSettings {
    /// How long a job may run whose command says nothing.
    pub const TIME_LIMIT: Duration = Duration::from_secs(15 * 60);

    /// How long rows of the audit are kept when nothing is said: more than a year, so that last year's can be compared.
    pub const KEEP_AUDIT: Duration = Duration::from_secs(400 * 24 * 60 * 60);

    /// Returns how long a job of a command may run.
    pub fn time_limit(&self, declared: Option<Duration>) -> Duration {
        declared.unwrap_or(Self::TIME_LIMIT).min(self.max_time)
    }
}

impl Default for JobSettings {
    fn default() -> Self {
        Self {
            workers: 4,
            queue: 100,
            keep: Duration::from_secs(30 * 24 * 60 * 60),
            keep_audit: Some(Self::KEEP_AUDIT),
            max_time: Duration::from_secs(24 * 60 * 60),
            at_once: BTreeMap::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_always_a_time_limit() {
        let settings = JobSettings {
            max_time: Duration::from_secs(3_600),
            ..JobSettings::default()
        };

        let limit = |minutes: u64| settings.time_limit(Some(Duration::from_secs(minutes * 60)));

        assert_eq!(settings.time_limit(None), Duration::from_secs(900));
        assert_eq!(limit(30), Duration::from_secs(1_800));
        assert_eq!(limit(600), Duration::from_secs(3_600));
    }
}
