//! Records in memory, as the store keeps them: for a bot without a store.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use hailer_store::{Expected, NewRecord, Record, RecordFilter, StoreError};

/// More than this in memory is a module that never deletes.
const MOST: usize = 10_000;

/// Records of one module.
#[derive(Debug, Default)]
pub(super) struct Memory {
    records: Mutex<Records>,
}

/// The memories of all modules, for as long as the bot runs.
#[derive(Debug, Default)]
pub(crate) struct Memories {
    by_module: Mutex<HashMap<String, Arc<Memory>>>,
}

impl Memories {
    pub(super) fn of(&self, module: &str) -> Arc<Memory> {
        let mut all = self
            .by_module
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        Arc::clone(all.entry(module.to_owned()).or_default())
    }
}

#[derive(Debug, Default)]
struct Records {
    by_key: BTreeMap<String, Record>,
    last_version: i64,
}

impl Memory {
    pub(super) fn get(&self, key: &str) -> Option<Record> {
        self.records().by_key.get(key).cloned()
    }

    pub(super) fn list(&self, filter: &RecordFilter) -> Vec<Record> {
        let begin = match &filter.after {
            Some(after) if *after >= filter.prefix => Bound::Excluded(after.clone()),
            Some(_) | None => Bound::Included(filter.prefix.clone()),
        };
        let limit = usize::try_from(filter.limit).unwrap_or(usize::MAX);
        let records = self.records();
        let found = records.by_key.range((begin, Bound::Unbounded));
        found
            .take_while(|(key, _)| key.starts_with(&filter.prefix))
            .take(limit)
            .map(|(_, record)| record.clone())
            .collect()
    }

    pub(super) fn put(&self, new: &NewRecord) -> Result<Option<i64>, StoreError> {
        let mut records = self.records();
        let found = records.by_key.get(&new.key);
        let is_too_much = new.key.len() > NewRecord::LONGEST_KEY
            || new.value.len() > NewRecord::LARGEST_VALUE
            || (found.is_none() && records.by_key.len() >= MOST);
        if is_too_much {
            return Err(StoreError::Misuse {
                what: "more than memory keeps of a module",
            });
        }
        if !is_as(new.expected, found) {
            return Ok(None);
        }
        records.last_version += 1;
        let record = Record {
            key: new.key.clone(),
            value: new.value.clone(),
            version: records.last_version,
            updated_at_ms: now(),
        };
        let version = record.version;
        records.by_key.insert(new.key.clone(), record);
        Ok(Some(version))
    }

    pub(super) fn delete(&self, key: &str, expected: Expected) -> bool {
        let mut records = self.records();
        is_as(expected, records.by_key.get(key)) && records.by_key.remove(key).is_some()
    }

    fn records(&self) -> MutexGuard<'_, Records> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_as(expected: Expected, found: Option<&Record>) -> bool {
    match (expected, found) {
        (Expected::Anything, _) | (Expected::Nothing, None) => true,
        (Expected::Version(version), Some(record)) => record.version == version,
        (Expected::Nothing, Some(_)) | (Expected::Version(_), None) => false,
    }
}

fn now() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
