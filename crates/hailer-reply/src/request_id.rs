//! The short id that ties a person's reply to our log line.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// Names one request, as eight hexadecimal digits that a person can read out.
///
/// Ids are unique within a process until 2³² of them were drawn, and look unrelated to each other, so
/// that two neighbours are not mistaken. They are no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RequestId(u32);

/// Starts somewhere else in each process, so that a restart does not repeat the ids of yesterday's log.
static COUNTER: LazyLock<AtomicU32> = LazyLock::new(|| {
    let seed = RandomState::new().hash_one(std::process::id());
    AtomicU32::new(u32::try_from(seed >> 32).unwrap_or_default())
});

impl RequestId {
    /// Draws the next id of this process.
    pub fn next() -> Self {
        Self(mix(COUNTER.fetch_add(1, Ordering::Relaxed)))
    }

    /// Takes a fixed id, for tests and for reading one back.
    pub fn from_u32(id: u32) -> Self {
        Self(id)
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:08x}", self.0)
    }
}

/// Scatters a counter. Each step can be undone, so different counts never give the same id.
fn mix(count: u32) -> u32 {
    let count = (count ^ (count >> 16)).wrapping_mul(0x85eb_ca6b);
    let count = (count ^ (count >> 13)).wrapping_mul(0xc2b2_ae35);
    count ^ (count >> 16)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn an_id_is_eight_lower_case_hex_digits() {
        assert_eq!(RequestId::from_u32(0xAB).to_string(), "000000ab");
        assert_eq!(RequestId::from_u32(u32::MAX).to_string(), "ffffffff");
    }

    #[test]
    fn ids_of_one_process_differ() {
        let ids: HashSet<_> = (0..10_000).map(|_| RequestId::next()).collect();

        assert_eq!(ids.len(), 10_000);
    }

    #[test]
    fn neighbours_do_not_look_alike() {
        for count in 0..1_000_u32 {
            let changed = (mix(count) ^ mix(count + 1)).count_ones();
            assert!(changed >= 4, "{count}: only {changed} bits differ");
        }
    }
}
