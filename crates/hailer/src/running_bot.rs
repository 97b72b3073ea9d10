//! A bot that runs, looked at from outside: for whoever shows what it can do and what it is doing.

use std::sync::Arc;

use hailer_store::{AuditFilter, AuditPage, Caller, Cancelled, Job, JobFilter, JobId, Sighting};
use hailer_transport::Service;

use crate::config::Config;
use crate::generation::Current;
use crate::permissions::Permissions;

/// A bot that runs, looked at from outside.
#[derive(Debug, Clone)]
pub struct RunningBot {
    current: Arc<Current>,
}

impl RunningBot {
    pub(crate) fn new(current: Arc<Current>) -> Self {
        Self { current }
    }

    /// Returns what the configuration says that holds at this moment.
    pub fn config(&self) -> Arc<Config> {
        Arc::clone(&self.current.get().config)
    }

    /// Returns what messages are answered with at this moment.
    pub fn service(&self) -> Arc<Service> {
        Arc::clone(&self.current.get().service)
    }

    /// Returns who may run what at this moment: files with members of groups change meanwhile.
    pub fn permissions(&self) -> Permissions {
        let generation = self.current.get();
        let config = Arc::clone(&generation.config);
        generation.responder.permissions(config)
    }

    /// Says whether results of this webhook's jobs are posted later.
    pub fn tells_later(&self, webhook: &str) -> bool {
        let generation = self.current.get();
        let host = generation.responder.job_host();
        host.is_some_and(|it| it.jobs().tells(webhook))
    }

    /// Returns the newest jobs, the newest first. `None` when there is no store, or it cannot be read now.
    pub async fn newest_jobs(&self, limit: u32) -> Option<Vec<Job>> {
        let jobs = self.current.get().responder.job_host()?.jobs().clone();
        let filter = JobFilter {
            limit,
            ..JobFilter::default()
        };
        let page = jobs.call(|store| async move { store.jobs(&filter).await });
        page.await.ok().map(|it| it.items)
    }

    /// Returns a job. `None` when there is none of this id, no store, or it cannot be read now.
    pub async fn job(&self, id: &JobId) -> Option<Job> {
        let jobs = self.current.get().responder.job_host()?.jobs().clone();
        let id = id.clone();
        let job = jobs.call(|store| async move { store.job(&id).await });
        job.await.ok().flatten()
    }

    /// Stops a job for somebody, which the audit keeps. `None` when there is no store, or it cannot be asked now.
    pub async fn cancel_job(&self, id: &JobId, by: &Caller) -> Option<Cancelled> {
        let jobs = self.current.get().responder.job_host()?.jobs().clone();
        let (id, by) = (id.clone(), by.clone());
        let cancelled = jobs.call(|store| async move { store.cancel(&id, &by).await });
        cancelled.await.ok()
    }

    /// Returns rows of the audit, the newest first. `None` when there is no store, or it cannot be read now.
    pub async fn audit(&self, filter: &AuditFilter) -> Option<AuditPage> {
        let jobs = self.current.get().responder.job_host()?.jobs().clone();
        let filter = filter.clone();
        let page = jobs.call(|store| async move { store.audit_list(&filter).await });
        page.await.ok()
    }

    /// Returns who wrote from where. `None` when there is no store, or it cannot be read now.
    pub async fn sightings(&self) -> Option<Vec<Sighting>> {
        let jobs = self.current.get().responder.job_host()?.jobs().clone();
        let found = jobs.call(|store| async move { store.sightings().await });
        found.await.ok()
    }

    /// Says whether jobs and an audit are kept.
    pub fn has_store(&self) -> bool {
        self.current.get().responder.job_host().is_some()
    }
}
