//! The log of requests that nobody signed.
//!
//! Anybody on the internet can cause such lines, so they must not fill the disk: the first of each kind
//! is written, and after that one a minute says how many there were.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use hailer_reply::RequestId;

use crate::metrics::UNKNOWN;

/// At most one line of each kind in this time.
const PERIOD: Duration = Duration::from_secs(60);

/// Counts refusals, and writes a few of them.
#[derive(Debug, Default)]
pub(crate) struct RefusalLog {
    kinds: Mutex<HashMap<Kind, Entry>>,
}

/// One kind of refusal. Its parts come from the configuration and the code, never from a caller: that
/// bounds the number of kinds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Kind {
    /// The webhook, when the name belongs to one.
    pub(crate) webhook: Option<String>,
    /// Why it was refused.
    pub(crate) reason: &'static str,
    /// The code of the cause, for `hailer explain`.
    pub(crate) code: &'static str,
}

#[derive(Debug)]
struct Entry {
    written: Instant,
    unwritten: u64,
}

impl RefusalLog {
    /// Notes one refusal, and writes it when it is the first of its kind for a while.
    pub(crate) fn note(&self, kind: Kind, request_id: RequestId, text: &dyn fmt::Display) {
        let Kind { reason, code, .. } = kind;
        let webhook = kind.webhook.clone();
        let Some(unwritten) = self.admit(kind, Instant::now()) else {
            return;
        };
        let webhook = webhook.as_deref().unwrap_or(UNKNOWN);
        tracing::warn!(%request_id, webhook, reason, code, more = unwritten, "request refused: {text}");
    }

    /// Writes what was counted and not written, for each kind whose time has come.
    pub(crate) fn summarise(&self) {
        Self::write(self.take_older(PERIOD, Instant::now()));
    }

    /// Writes all that was counted and not written, before the process ends.
    pub(crate) fn close(&self) {
        Self::write(self.take_older(Duration::ZERO, Instant::now()));
    }

    fn write(counts: Vec<(Kind, u64)>) {
        for (kind, count) in counts {
            let webhook = kind.webhook.as_deref().unwrap_or(UNKNOWN);
            let Kind { reason, code, .. } = kind;
            tracing::warn!(
                webhook,
                reason,
                code,
                more = count,
                "more such requests refused"
            );
        }
    }

    /// Returns how many went unwritten before, when this one is to be written.
    fn admit(&self, kind: Kind, now: Instant) -> Option<u64> {
        let mut kinds = self.kinds.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(entry) = kinds.get_mut(&kind) else {
            let entry = Entry {
                written: now,
                unwritten: 0,
            };
            kinds.insert(kind, entry);
            return Some(0);
        };
        if now.duration_since(entry.written) < PERIOD {
            entry.unwritten += 1;
            return None;
        }
        entry.written = now;
        Some(std::mem::take(&mut entry.unwritten))
    }

    fn take_older(&self, age: Duration, now: Instant) -> Vec<(Kind, u64)> {
        let mut kinds = self.kinds.lock().unwrap_or_else(PoisonError::into_inner);
        let due = kinds
            .iter_mut()
            .filter(|(_, entry)| entry.unwritten > 0 && now.duration_since(entry.written) >= age);
        due.map(|(kind, entry)| {
            entry.written = now;
            (kind.clone(), std::mem::take(&mut entry.unwritten))
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(webhook: &str, reason: &'static str) -> Kind {
        Kind {
            webhook: Some(webhook.to_owned()),
            reason,
            code: "HL102",
        }
    }

    #[test]
    fn the_first_of_each_kind_is_written_and_the_rest_counted() {
        let log = RefusalLog::default();
        let start = Instant::now();

        assert_eq!(log.admit(kind("ops", "mismatch"), start), Some(0));
        assert_eq!(log.admit(kind("ops", "missing_header"), start), Some(0));
        assert_eq!(log.admit(kind("web", "mismatch"), start), Some(0));
        for _ in 0..5_000 {
            assert_eq!(log.admit(kind("ops", "mismatch"), start), None);
        }
        let later = start + PERIOD;
        assert_eq!(log.admit(kind("ops", "mismatch"), later), Some(5_000));
        assert_eq!(log.admit(kind("ops", "mismatch"), later), None);
    }

    #[test]
    fn what_was_counted_is_summed_up_once_a_minute() {
        let log = RefusalLog::default();
        let start = Instant::now();
        for _ in 0..3 {
            log.admit(kind("ops", "mismatch"), start);
        }

        assert_eq!(
            log.take_older(PERIOD, start + PERIOD - Duration::from_secs(1)),
            []
        );
        let expected = [(kind("ops", "mismatch"), 2)];
        assert_eq!(log.take_older(PERIOD, start + PERIOD), expected);
        assert_eq!(log.take_older(PERIOD, start + PERIOD * 2), []);
    }
}
