//! Notes who wrote from where, behind every answer's back: what `hailer seen` and the pages of operators show.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hailer_jobs::Jobs;
use hailer_store::{Sighting, Store};
use tokio::runtime::Handle;

/// Who wrote within this time is not noted again, in milliseconds.
const PERIOD_MS: i64 = 10 * 60 * 1_000;

/// How many are noted between two starts: whoever has a key can name as many people as they like.
const MOST: usize = 5_000;

/// Who was seen since the start, and when that was written: digests, so that a message costs no copies.
#[derive(Debug, Default)]
pub(crate) struct Sightings {
    hasher: RandomState,
    noted: Arc<Mutex<HashMap<u64, i64>>>,
}

impl Sightings {
    /// Says whether somebody, told by ids, is to be noted now.
    pub(crate) fn is_due(&self, ids: &[&str], now_ms: i64) -> bool {
        let mut noted = lock(&self.noted);
        let key = self.hasher.hash_one(ids);
        match noted.get(&key) {
            Some(at) if now_ms - at < PERIOD_MS => return false,
            None if noted.len() >= MOST => return false,
            Some(_) | None => {}
        }
        noted.insert(key, now_ms);
        true
    }

    /// Notes somebody in the background.
    pub(crate) fn note(&self, sighting: Sighting, jobs: &Jobs, runtime: &Handle) {
        let key = self.hasher.hash_one(ids(&sighting).as_slice());
        let (noted, jobs) = (Arc::clone(&self.noted), jobs.clone());
        drop(runtime.spawn(async move {
            let note = move |store: Store| async move { store.note_sighting(&sighting).await };
            if jobs.call(note).await.is_err() {
                // The next message notes it.
                lock(&noted).remove(&key);
            }
        }));
    }
}

/// Returns what tells somebody from others.
pub(crate) fn ids(sighting: &Sighting) -> [&str; 5] {
    [
        &sighting.webhook,
        &sighting.tenant,
        &sighting.team,
        &sighting.channel,
        &sighting.person,
    ]
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_is_noted_once_in_a_while_and_not_without_end() {
        let sightings = Sightings::default();

        assert!(sightings.is_due(&["ops", "mira"], 0));
        assert!(!sightings.is_due(&["ops", "mira"], PERIOD_MS - 1));
        assert!(sightings.is_due(&["ops", "mira"], PERIOD_MS));
        for number in 1..MOST {
            assert!(sightings.is_due(&["ops", &number.to_string()], 0));
        }
        assert!(!sightings.is_due(&["ops", "one too many"], 0));
        assert!(sightings.is_due(&["ops", "mira"], 2 * PERIOD_MS));
    }
}
