//! What a module keeps between messages and restarts, by name.

mod memory;

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hailer_dispatch::CommandError;
use hailer_jobs::Jobs;
use hailer_store::{Expected, NewRecord, Record, RecordFilter, Store, StoreError};
use serde::Serialize;
use serde::de::DeserializeOwned;

pub(crate) use memory::Memories;

use memory::Memory;

/// How often a change is tried when others change the same.
const TRIES: usize = 20;

/// Values of a module, under keys: in the store, where all replicas see the same; in memory where there is no store.
///
/// Give it to [`Module::state`](crate::Module::state) too, so that it finds the store. Each call ends within 1.5 s. A key
/// has 512 bytes at most, a value 256 KiB as JSON.
///
/// # Examples
///
/// ```
/// use hailer::{CommandError, ModuleState};
///
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// let state = ModuleState::new("coffee");
/// let cups = state.update("cups", |cups: Option<u32>| Ok(cups.unwrap_or(0) + 1)).await?;
///
/// assert_eq!(cups, 1);
/// assert_eq!(state.get::<u32>("cups").await?.unwrap().value, 1);
/// # Ok::<(), CommandError>(())
/// # }).unwrap();
/// ```
#[derive(Clone)]
pub struct ModuleState {
    inner: Arc<Inner>,
}

struct Inner {
    module: String,
    jobs: OnceLock<Jobs>,
    /// Shared with the state of this name that was there before an exchange of the configuration.
    memory: OnceLock<Arc<Memory>>,
}

/// A value that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept<T> {
    /// Its name within the module.
    pub key: String,
    /// The value.
    pub value: T,
    /// Another number with every change: what [`Expected::Version`] takes.
    pub version: i64,
    /// When it was written.
    pub updated_at: SystemTime,
}

impl ModuleState {
    /// Names the module whose values these are. Modules of the same name share them.
    pub fn new(module: impl Into<String>) -> Self {
        Self {
            inner: Arc::new(Inner {
                module: module.into(),
                jobs: OnceLock::new(),
                memory: OnceLock::new(),
            }),
        }
    }

    /// Goes on with what a state of this name has in memory.
    pub(crate) fn remember(&self, memories: &Memories) {
        let _ = self.inner.memory.set(memories.of(&self.inner.module));
    }

    fn memory(&self) -> &Memory {
        self.inner.memory.get_or_init(Arc::default)
    }

    pub(crate) fn open(&self, jobs: &Jobs) {
        let _ = self.inner.jobs.set(jobs.clone());
    }

    /// Returns a value.
    ///
    /// # Errors
    ///
    /// The store is out, or what is kept is no `T`.
    pub async fn get<T: DeserializeOwned>(
        &self,
        key: &str,
    ) -> Result<Option<Kept<T>>, CommandError> {
        let (module, wanted) = (self.inner.module.clone(), key.to_owned());
        let found = match self.inner.jobs.get() {
            Some(jobs) => {
                let call = |store: Store| async move { store.record(&module, &wanted).await };
                jobs.call(call).await.map_err(out)?
            }
            None => self.memory().get(key),
        };
        found.map(|record| self.read(record)).transpose()
    }

    /// Returns the values whose keys begin so, in the order of their keys' bytes: `limit` of them, after this key.
    ///
    /// # Errors
    ///
    /// As [`ModuleState::get`].
    pub async fn list<T: DeserializeOwned>(
        &self,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Kept<T>>, CommandError> {
        let filter = RecordFilter {
            module: self.inner.module.clone(),
            prefix: prefix.to_owned(),
            after: after.map(str::to_owned),
            limit,
        };
        let found = match self.inner.jobs.get() {
            Some(jobs) => {
                let call = |store: Store| async move { store.records(&filter).await };
                jobs.call(call).await.map_err(out)?
            }
            None => self.memory().list(&filter),
        };
        found.into_iter().map(|record| self.read(record)).collect()
    }

    /// Keeps a value, whatever was there.
    ///
    /// # Errors
    ///
    /// The store is out, or the value cannot be kept.
    pub async fn put<T: Serialize>(&self, key: &str, value: &T) -> Result<(), CommandError> {
        self.put_if(key, value, Expected::Anything).await.map(drop)
    }

    /// Keeps a value where what is expected is there, and returns its version; `None` when it is not, and nothing changes.
    ///
    /// # Errors
    ///
    /// As [`ModuleState::put`].
    pub async fn put_if<T: Serialize>(
        &self,
        key: &str,
        value: &T,
        expected: Expected,
    ) -> Result<Option<i64>, CommandError> {
        let record = self.record(key, value, expected)?;
        match self.inner.jobs.get() {
            Some(jobs) => {
                let call = |store: Store| async move { store.put_record(&record).await };
                jobs.call(call).await.map_err(out)
            }
            None => self.memory().put(&record).map_err(out),
        }
    }

    /// Makes of what is kept what is to be kept, and returns that. The function is called again when another changed the
    /// value meanwhile, so that no change is lost.
    ///
    /// # Errors
    ///
    /// That of the function, which leaves the value as it is; else as [`ModuleState::put`].
    pub async fn update<T: Serialize + DeserializeOwned>(
        &self,
        key: &str,
        mut change: impl FnMut(Option<T>) -> Result<T, CommandError>,
    ) -> Result<T, CommandError> {
        for _ in 0..TRIES {
            let found = self.get::<T>(key).await?;
            let expected = found
                .as_ref()
                .map_or(Expected::Nothing, |it| Expected::Version(it.version));
            let value = change(found.map(|it| it.value))?;
            if self.put_if(key, &value, expected).await?.is_some() {
                return Ok(value);
            }
        }
        Err(CommandError::told(
            "Others change the same at this moment; nothing was changed. Try again.",
        ))
    }

    /// Deletes a value, if what is expected is there; says whether it was.
    ///
    /// # Errors
    ///
    /// The store is out.
    pub async fn delete(&self, key: &str, expected: Expected) -> Result<bool, CommandError> {
        let (module, wanted) = (self.inner.module.clone(), key.to_owned());
        match self.inner.jobs.get() {
            Some(jobs) => {
                let call = move |store: Store| async move {
                    store.delete_record(&module, &wanted, expected).await
                };
                jobs.call(call).await.map_err(out)
            }
            None => Ok(self.memory().delete(key, expected)),
        }
    }

    /// Writes a value as a record to be stored.
    pub(crate) fn record<T: Serialize>(
        &self,
        key: &str,
        value: &T,
        expected: Expected,
    ) -> Result<NewRecord, CommandError> {
        Ok(NewRecord {
            module: self.inner.module.clone(),
            key: key.to_owned(),
            value: serde_json::to_string(value)?,
            expected,
        })
    }

    fn read<T: DeserializeOwned>(&self, record: Record) -> Result<Kept<T>, CommandError> {
        let value = serde_json::from_str(&record.value).map_err(|error| {
            let (module, key) = (&self.inner.module, &record.key);
            CommandError::told(format!(
                "What {module} keeps as {key} was written by another version, and I can't read it."
            ))
            .caused_by(error)
        })?;
        let millis = u64::try_from(record.updated_at_ms).unwrap_or_default();
        Ok(Kept {
            key: record.key,
            value,
            version: record.version,
            updated_at: UNIX_EPOCH + Duration::from_millis(millis),
        })
    }
}

impl fmt::Debug for ModuleState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ModuleState")
            .field("module", &self.inner.module)
            .finish_non_exhaustive()
    }
}

/// Words for the channel: what is wrong with the store, or with the value.
pub(crate) fn out(error: StoreError) -> CommandError {
    let text = match error {
        StoreError::Misuse { .. } => "That is too long to be kept; nothing was changed.",
        _ => "My store does not answer, so I can't look or change anything. Try again in a minute.",
    };
    CommandError::told(text).caused_by(error)
}
