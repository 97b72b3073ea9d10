//! Where jobs live: threads of their own, so that the store answers whatever commands and the server do.

use std::fmt;
use std::sync::{Arc, mpsc};

use hailer_jobs::{FollowUp, JobSettings, Jobs, Observer};
use hailer_store::{Role, Store, StoreUrl};
use hailer_transport::ReadyCheck;
use tokio::runtime::{Builder, Runtime};

use crate::audit_recorder::Recorder;
use crate::audit_sink;
use crate::bot::StartError;
use crate::config::AuditConfig;

/// One for the store and one for what asks it: each must go on while the other waits.
const THREADS: usize = 2;

/// The threads of the store, and the jobs in it.
pub(crate) struct JobHost {
    jobs: Jobs,
    /// Only taken when dropped.
    runtime: Option<Runtime>,
}

impl JobHost {
    /// Opens the store. Blocks for as long as that takes.
    pub(crate) fn open(
        url: &StoreUrl,
        settings: JobSettings,
        follow_ups: Vec<FollowUp>,
        observer: Arc<dyn Observer>,
    ) -> Result<Self, StartError> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name("hailer-jobs")
            .enable_all()
            .build()
            .map_err(StartError::Threads)?;
        let (sender, receiver) = mpsc::channel();
        let url = url.clone();
        // Not `block_on`: whoever starts a bot may be on a runtime of their own.
        drop(runtime.spawn(async move {
            let store = Store::open(&url, Role::Server).await;
            let jobs = store.map(|store| Jobs::new(store, settings, follow_ups, observer));
            let _ = sender.send(jobs);
        }));
        match receiver.recv() {
            Ok(Ok(jobs)) => Ok(Self {
                jobs,
                runtime: Some(runtime),
            }),
            Ok(Err(error)) => {
                runtime.shutdown_background();
                Err(StartError::Store(error))
            }
            Err(error) => {
                runtime.shutdown_background();
                Err(StartError::Threads(std::io::Error::other(error)))
            }
        }
    }

    /// Returns the jobs.
    pub(crate) fn jobs(&self) -> &Jobs {
        &self.jobs
    }

    /// Begins to write to the audit what is in no job's transaction, and to send it where the configuration says.
    pub(crate) fn recorder(&self, audit: &AuditConfig) -> Option<Recorder> {
        let handle = self.runtime.as_ref()?.handle();
        audit_sink::start(&self.jobs, handle, audit);
        Some(Recorder::start(&self.jobs, handle))
    }

    /// Returns what `/-/ready` tells of the store.
    pub(crate) fn ready_check(&self) -> impl ReadyCheck + use<> {
        StoreCheck(self.jobs.clone())
    }
}

struct StoreCheck(Jobs);

impl ReadyCheck for StoreCheck {
    fn name(&self) -> &'static str {
        "store"
    }

    fn problem(&self) -> Option<String> {
        self.0.problem()
    }
}

impl Drop for JobHost {
    /// Does not wait: what is not stored by now is recovered at the next start.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl fmt::Debug for JobHost {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("JobHost")
            .field("jobs", &self.jobs)
            .finish_non_exhaustive()
    }
}
