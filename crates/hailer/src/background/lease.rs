//! The right to run a task: of all replicas that share a store, one has it.

use std::time::{Duration, Instant};

use hailer_jobs::Jobs;
use hailer_store::{LeaseRequest, Store};

/// How long a replica keeps a task that it no longer asks for.
const TERM: Duration = Duration::from_secs(30);

/// How often it asks again.
pub(super) const RENEWAL: Duration = Duration::from_secs(10);

/// Without an answer for this long another replica may soon have it, so this one stops before.
const FENCED_OFF: Duration = Duration::from_secs(20);

/// The module under which leases are kept.
const MODULE: &str = "background";

/// Whether this replica may run a task.
pub(super) struct Lease {
    /// Only where others share the store; elsewhere the task is always this bot's.
    jobs: Option<Jobs>,
    task: String,
    /// When it was last given to this replica, and when it was last asked for.
    given: Option<Instant>,
    asked: Option<Instant>,
}

impl Lease {
    pub(super) fn new(jobs: Option<&Jobs>, task: &str) -> Self {
        let shares = |jobs: &&Jobs| jobs.store().url().is_shared();
        Self {
            jobs: jobs.filter(shares).cloned(),
            task: task.to_owned(),
            given: None,
            asked: None,
        }
    }

    /// Says whether this replica has the task, asking again where that is due.
    pub(super) async fn is_held(&mut self) -> bool {
        let Some(jobs) = &self.jobs else {
            return true;
        };
        if self.asked.is_none_or(|at| at.elapsed() >= RENEWAL) {
            let asked = Instant::now();
            self.asked = Some(asked);
            let request = LeaseRequest {
                module: MODULE.to_owned(),
                key: self.task.clone(),
                term: TERM,
            };
            let call = |store: Store| async move { store.lease(&request).await };
            match jobs.call(call).await {
                Ok(true) => self.given = Some(asked),
                Ok(false) => self.given = None,
                // What was given before lasts a little longer than this.
                Err(_) => {}
            }
        }
        self.given.is_some_and(|at| at.elapsed() < FENCED_OFF)
    }

    /// Gives it back, so that another replica goes on at once.
    pub(super) async fn release(&self) {
        let (Some(jobs), Some(_)) = (&self.jobs, self.given) else {
            return;
        };
        let task = self.task.clone();
        let call = |store: Store| async move { store.release_lease(MODULE, &task).await };
        if let Err(error) = jobs.call(call).await {
            tracing::debug!(task = self.task, %error, "a background task's lease is left to run out");
        }
    }
}
