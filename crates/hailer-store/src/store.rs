//! The store: one value, cheap to clone, behind which everything durable is.

mod asking;
mod copying;
mod keeping;
mod records;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::sync::watch;

use crate::admission::{Admission, Admitted, Adopted, Caller, Cancelled, MessageKey};
use crate::claim::{ClaimLimits, RecoverPolicy, Recovered, Renewed};
use crate::engine::Engine;
use crate::engine::postgres::ServerEngine;
use crate::engine::sqlite::FileEngine;
use crate::error::{OpenError, StoreError};
use crate::id::{BootId, JobId};
use crate::job::{
    CancelRequest, Claimed, Ending, Fence, Job, JobFilter, NewJob, Output, Page, ProcessIdentity,
    Progress,
};
use crate::operation;
use crate::session::Session;
use crate::state::JobState;
use crate::url::{Place, StoreUrl};

/// How long a call may take: a reply is due in 4 s, and there is more to do than store.
const LIMIT: Duration = Duration::from_millis(1500);

/// Who opens a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A server: it makes and migrates the tables, and on SQLite holds the file for itself.
    Server,
    /// A tool beside a server, or without one: it changes no tables, holds no lock, and owns no jobs.
    Tool,
    /// A tool that fills this store by [`Store::copy_to`]: it makes the tables, and alone may open a copy that is not complete.
    CopyTarget,
}

/// Durable state on either engine. Clones are cheap and share everything.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
    limit: Duration,
}

struct Inner {
    engine: Engine,
    boot: BootId,
    url: StoreUrl,
    role: Role,
}

impl fmt::Debug for Store {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Store")
            .field("url", &self.inner.url)
            .field("boot", &self.inner.boot)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Opens a store: connects, checks that it is whole, and as a [`Role::Server`] brings its tables to this version.
    ///
    /// Must be called on a tokio runtime, which must live as long as the store.
    ///
    /// # Errors
    ///
    /// [`OpenError`] tells each reason apart and names the fix.
    pub async fn open(url: &StoreUrl, role: Role) -> Result<Self, OpenError> {
        let boot = BootId::random().map_err(|_error| OpenError::Random)?;
        let engine = match url.place() {
            Place::File(path) => {
                Engine::File(FileEngine::open(Some(path), role, boot.clone()).await?)
            }
            Place::Memory => {
                Engine::File(FileEngine::open(None, Role::Server, boot.clone()).await?)
            }
            Place::Server(options) => {
                Engine::Server(ServerEngine::open((**options).clone(), role, boot.clone()).await?)
            }
        };
        Ok(Self {
            inner: Arc::new(Inner {
                engine,
                boot,
                url: url.clone(),
                role,
            }),
            limit: LIMIT,
        })
    }

    /// Returns the same store with another limit for the time that a call may take; 1.5 s at first.
    #[must_use]
    pub fn within(&self, limit: Duration) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            limit,
        }
    }

    /// Returns the id of this opening, which owns what it admits and claims.
    pub fn boot(&self) -> &BootId {
        &self.inner.boot
    }

    /// Returns where the store is.
    pub fn url(&self) -> &StoreUrl {
        &self.inner.url
    }

    /// Returns a number that changes after every commit that touched jobs or later messages, of this process or another.
    ///
    /// It is a hint, and one can be lost: look from time to time without one.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.inner.engine.changes().subscribe()
    }

    /// Admits a message at the door: dedupe, job and audit intent in one transaction.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unknown`] when the commit was under way at the limit: a queued job may be there, and a repeat of the same message
    /// finds it. After any other error nothing was stored and nothing will start.
    pub async fn admit(&self, admission: &Admission) -> Result<Admitted, StoreError> {
        let admission = Arc::new(admission.clone());
        self.inner.engine.admit(self.limit, admission).await
    }

    /// Takes in a job that already runs in this process, as one that this process holds, unless its message has a job: message and job
    /// in one transaction.
    ///
    /// # Errors
    ///
    /// As [`admit`](Self::admit).
    pub async fn adopt(&self, key: &MessageKey, job: &NewJob) -> Result<Adopted, StoreError> {
        let (key, job) = (key.clone(), job.clone());
        self.write(move |session| {
            Box::pin(async move { operation::adopt(session, &key, &job).await })
        })
        .await
    }

    /// Takes the next job from the queue, which is then [`JobState::Starting`]; `None` when none may be taken.
    ///
    /// The oldest comes first, but those of a team (webhook and team id) with fewer jobs under way come before others. Jobs whose lock
    /// another holds, and jobs that would pass a limit, are left.
    ///
    /// # Errors
    ///
    /// After [`StoreError::Unknown`] a job may have been taken; [`renew`](Self::renew) names it as a stray.
    pub async fn claim(&self, limits: &ClaimLimits) -> Result<Option<Claimed>, StoreError> {
        let limits = limits.clone();
        self.write(move |session| Box::pin(async move { operation::claim(session, &limits).await }))
            .await
    }

    /// Puts a claimed job back into the queue of which nothing was started, and will not be; false when it was not claimed from there, or
    /// was asked to stop.
    ///
    /// # Errors
    ///
    /// Only those of the database.
    pub async fn put_back(&self, fence: &Fence) -> Result<bool, StoreError> {
        let fence = fence.clone();
        self.write(move |session| {
            Box::pin(async move { operation::put_back(session, &fence).await })
        })
        .await
    }

    /// Says that the claimed job is about to run: it is [`JobState::Running`] before anything of it runs.
    ///
    /// # Errors
    ///
    /// [`StoreError::Stale`] when the attempt was taken away: nothing of it may run. May be called again after any other error.
    pub async fn started(
        &self,
        fence: &Fence,
        process: Option<&ProcessIdentity>,
    ) -> Result<Option<CancelRequest>, StoreError> {
        let (fence, process) = (fence.clone(), process.cloned());
        self.write(move |session| {
            Box::pin(async move { operation::started(session, &fence, process.as_ref()).await })
        })
        .await
    }

    /// Stores how far a job is, and returns who asked that it stop.
    ///
    /// # Errors
    ///
    /// [`StoreError::Stale`] when the attempt was taken away: it must stop.
    pub async fn progress(
        &self,
        fence: &Fence,
        progress: &Progress,
    ) -> Result<Option<CancelRequest>, StoreError> {
        let (fence, progress) = (fence.clone(), progress.clone());
        self.write(move |session| {
            Box::pin(async move { operation::progress(session, &fence, &progress).await })
        })
        .await
    }

    /// Stores what a job that runs has said so far, in place of what was stored before.
    ///
    /// # Errors
    ///
    /// [`StoreError::Stale`] when the attempt was taken away: it must stop.
    pub async fn keep_output(&self, fence: &Fence, output: &Output) -> Result<(), StoreError> {
        let (fence, output) = (fence.clone(), output.clone());
        self.write(move |session| {
            Box::pin(async move { operation::keep_output(session, &fence, &output).await })
        })
        .await
    }

    /// Says that this process is alive and runs `holding`; returns what it may go on with, what it has lost, and who asked to stop what.
    ///
    /// On PostgreSQL this is what keeps others from taking the jobs: call it every 5 s at most, a lease lasts 30 s. A caller that
    /// could not renew for 20 s must stop what it runs.
    ///
    /// # Errors
    ///
    /// Any error means that nothing was renewed.
    pub async fn renew(&self, holding: &[Fence]) -> Result<Renewed, StoreError> {
        let holding = holding.to_vec();
        self.write(move |session| {
            Box::pin(async move { operation::renew(session, &holding).await })
        })
        .await
    }

    /// Ends an attempt: state, result, audit outcome, later message and the release of its locks in one transaction.
    ///
    /// Returns the state in which the job ended: [`JobState::Cancelled`] when somebody had asked that it stop, whatever the ending says.
    /// Calling it again after an error is safe.
    ///
    /// # Errors
    ///
    /// [`StoreError::Stale`] when the attempt was taken away; [`StoreError::Misuse`] when the ending's state is no end.
    pub async fn finish(&self, fence: &Fence, ending: &Ending) -> Result<JobState, StoreError> {
        let (fence, ending) = (fence.clone(), ending.clone());
        self.write(move |session| {
            Box::pin(async move { operation::finish(session, &fence, &ending).await })
        })
        .await
    }

    /// Takes over the jobs of servers that died: on SQLite all that another opening holds, on PostgreSQL those whose lease is over.
    ///
    /// At most 100 at a time: call it until it returns none.
    ///
    /// # Errors
    ///
    /// [`StoreError::Misuse`] for a [`Role::Tool`]; any error means that it has to be called again.
    pub async fn recover(&self, policy: &RecoverPolicy) -> Result<Vec<Recovered>, StoreError> {
        if self.inner.role != Role::Server {
            return Err(StoreError::Misuse {
                what: "only a server takes jobs over",
            });
        }
        let policy = policy.clone();
        self.write(move |session| {
            Box::pin(async move { operation::recover(session, &policy).await })
        })
        .await
    }

    /// Cancels a job that has not started, or asks the server of one that runs to stop it.
    ///
    /// # Errors
    ///
    /// Only those of the database.
    pub async fn cancel(&self, id: &JobId, by: &Caller) -> Result<Cancelled, StoreError> {
        let (id, by) = (id.clone(), by.clone());
        self.write(move |session| {
            Box::pin(async move { operation::cancel(session, &id, &by).await })
        })
        .await
    }

    /// Returns a job.
    ///
    /// # Errors
    ///
    /// Only those of the database.
    pub async fn job(&self, id: &JobId) -> Result<Option<Job>, StoreError> {
        let id = id.clone();
        self.read(move |session| Box::pin(async move { operation::job(session, &id).await }))
            .await
    }

    /// Returns jobs, newest first.
    ///
    /// # Errors
    ///
    /// Only those of the database.
    pub async fn jobs(&self, filter: &JobFilter) -> Result<Page<Job>, StoreError> {
        let filter = filter.clone();
        self.read(move |session| Box::pin(async move { operation::jobs(session, &filter).await }))
            .await
    }

    async fn write<T, F>(&self, operation: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'a> FnOnce(&'a mut Session) -> BoxFuture<'a, Result<T, StoreError>> + Send + 'static,
    {
        self.inner.engine.write(self.limit, operation).await
    }

    async fn read<T, F>(&self, operation: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'a> FnOnce(&'a mut Session) -> BoxFuture<'a, Result<T, StoreError>> + Send + 'static,
    {
        self.inner.engine.read(self.limit, operation).await
    }
}
