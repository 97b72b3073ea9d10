//! A bot that runs, looked at from outside: for whoever shows what it can do and what it is doing.

use hailer_store::{Job, JobFilter};

use crate::config::Config;
use crate::permissions::Permissions;
use crate::responder::Responder;

/// A bot that runs, looked at from outside.
#[derive(Debug, Clone)]
pub struct RunningBot {
    responder: Responder,
    config: Config,
}

impl RunningBot {
    pub(crate) fn new(responder: Responder, config: Config) -> Self {
        Self { responder, config }
    }

    /// Returns what the configuration says.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Returns who may run what at this moment: files with members of groups change meanwhile.
    pub fn permissions(&self) -> Permissions {
        self.responder.permissions(self.config.clone())
    }

    /// Says whether results of this webhook's jobs are posted later.
    pub fn tells_later(&self, webhook: &str) -> bool {
        let host = self.responder.job_host();
        host.is_some_and(|it| it.jobs().tells(webhook))
    }

    /// Returns the newest jobs, the newest first. `None` when there is no store, or it cannot be read now.
    pub async fn newest_jobs(&self, limit: u32) -> Option<Vec<Job>> {
        let jobs = self.responder.job_host()?.jobs().clone();
        let filter = JobFilter {
            limit,
            ..JobFilter::default()
        };
        let page = jobs.call(|store| async move { store.jobs(&filter).await });
        page.await.ok().map(|it| it.items)
    }
}
