//! The handle to everything about jobs: the door, what runs here, and how it all stops.

mod finishing;

use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::future::{AbortHandle, BoxFuture};
use hailer_dispatch::CancellationToken;
use hailer_failpoint as failpoint;
use hailer_store::{
    Admission, Admitted, Adopted, AuditEntry, Fence, Job, JobId, MessageKey, NewJob,
    ProcessIdentity, Start, Store, StoreError,
};
use tokio::runtime::Handle;
use tokio::sync::Semaphore;

use crate::ending::Worked;
use crate::follow_up::FollowUp;
use crate::live::{Live, StopReason};
use crate::messages::Messages;
use crate::observer::Observer;
use crate::plan::Plan;
use crate::settings::JobSettings;
use crate::tending::Tending;
use crate::{audit, outbox, recovery, requests, runner, watch};

/// How long jobs that were cut off may take to store their end.
const LAST_WORDS: Duration = Duration::from_millis(1_500);

/// How long a process that waits to run is waited for; it gives up after ten seconds.
const AT_THE_GATE: Duration = Duration::from_secs(8);

/// Runs stored messages again, as jobs.
pub trait Work: Send + Sync + 'static {
    /// Runs the message of a job that was taken from the queue: reads it, checks again who may run it, calls
    /// [`Jobs::started`] unless the command says itself when it begins, and runs it within [`Live::run`].
    fn work(&self, job: Job, live: Arc<Live>) -> BoxFuture<'static, Worked>;
}

/// Everything about jobs. Clones share it.
#[derive(Clone)]
pub struct Jobs {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) store: Store,
    plan: RwLock<Arc<Plan>>,
    pub(crate) observer: Arc<dyn Observer>,
    /// What runs in this process and is written down.
    live: Mutex<Vec<Arc<Live>>>,
    /// Makes hashes of secrets this process's own.
    pub(crate) salt: Option<[u8; 32]>,
    /// Messages that must not be stored.
    pub(crate) messages: Messages,
    /// How the store was when it was last used.
    pub(crate) tending: Tending,
    /// Where the store lives: calls are made there, whatever thread asks.
    runtime: Handle,
    pub(crate) places: Arc<Semaphore>,
    pub(crate) stopping: CancellationToken,
}

impl Jobs {
    /// Takes a store. Must be called on the runtime on which the store was opened, and which outlives everything.
    pub fn new(
        store: Store,
        settings: JobSettings,
        follow_ups: Vec<FollowUp>,
        observer: Arc<dyn Observer>,
    ) -> Self {
        Self {
            inner: Arc::new(Inner {
                places: Arc::new(Semaphore::new(settings.workers.max(1))),
                store,
                plan: RwLock::new(Arc::new(Plan {
                    settings: Arc::new(settings),
                    follow_ups,
                })),
                observer,
                live: Mutex::default(),
                salt: audit::salt(),
                messages: Messages::default(),
                tending: Tending::default(),
                runtime: Handle::current(),
                stopping: CancellationToken::new(),
            }),
        }
    }

    /// Begins to take over what dead servers left, to run what is queued, to watch and to send follow-ups.
    pub fn start(&self, work: &Arc<dyn Work>) {
        let spawn = |task: BoxFuture<'static, ()>| self.spawn_until_stop(task);
        spawn(Box::pin(recovery::recover(self.clone())));
        spawn(Box::pin(runner::run(self.clone(), Arc::clone(work))));
        spawn(Box::pin(outbox::send(self.clone())));
        spawn(Box::pin(requests::expire(self.clone())));
        // Watches over what still runs while the bot stops.
        drop(self.inner.runtime.spawn(watch::watch(self.clone())));
    }

    fn spawn_until_stop(&self, task: BoxFuture<'static, ()>) {
        let stopping = self.inner.stopping.clone();
        drop(self.inner.runtime.spawn(async move {
            stopping.run_until_cancelled(task).await;
        }));
    }

    /// Returns the store, for what is none of the jobs' business; use [`Jobs::call`] to call it.
    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    /// Returns how jobs are run at this moment.
    pub fn settings(&self) -> Arc<JobSettings> {
        Arc::clone(&self.plan().settings)
    }

    /// Runs and tells jobs otherwise from now on; only how many run at once stays as it was at the start.
    pub fn exchange(&self, settings: JobSettings, follow_ups: Vec<FollowUp>) {
        let plan = Arc::new(Plan {
            settings: Arc::new(settings),
            follow_ups,
        });
        *self
            .inner
            .plan
            .write()
            .unwrap_or_else(PoisonError::into_inner) = plan;
    }

    pub(crate) fn plan(&self) -> Arc<Plan> {
        let plan = self.inner.plan.read();
        Arc::clone(&plan.unwrap_or_else(PoisonError::into_inner))
    }

    /// Says whether results of this webhook are told later.
    pub fn tells(&self, webhook: &str) -> bool {
        self.plan().follow_up_of(webhook).is_some()
    }

    /// Returns what is wrong with the store, as far as is known.
    pub fn problem(&self) -> Option<String> {
        self.inner.tending.problem()
    }

    /// Calls the store where it lives.
    ///
    /// # Errors
    ///
    /// As the call; [`StoreError::Closed`] when its runtime is gone.
    pub async fn call<T, F>(
        &self,
        call: impl FnOnce(Store) -> F + Send + 'static,
    ) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, StoreError>> + Send + 'static,
    {
        let future = call(self.inner.store.clone());
        let result = self.inner.runtime.spawn(future).await;
        let result = result.unwrap_or(Err(StoreError::Closed));
        self.inner.tending.note(result.as_ref().err());
        result
    }

    /// Writes something down in the audit that nobody waits for; what cannot be written is told in the log.
    pub fn note_in_audit(&self, entry: AuditEntry) {
        let jobs = self.clone();
        drop(self.inner.runtime.spawn(async move {
            let event = entry.event.clone();
            let noted = jobs.call(move |store| async move { store.audit(&entry).await });
            if let Err(error) = noted.await {
                tracing::error!(event, %error, "the audit cannot be written");
            }
        }));
    }

    /// Takes a message in: see [`Store::admit`]. One that must not be stored is `unstored`: it stays in memory until
    /// its job begins.
    ///
    /// # Errors
    ///
    /// As [`Store::admit`].
    pub async fn admit(
        &self,
        admission: Admission,
        unstored: Option<Bytes>,
        within: Duration,
    ) -> Result<Admitted, StoreError> {
        let Some(message) =
            unstored.filter(|_| admission.start == Start::Queued || admission.request.is_some())
        else {
            return self.admit_stored(admission, within).await;
        };
        let request_id = admission.job.request_id.clone();
        let messages = &self.inner.messages;
        messages.keep(&request_id, message);
        let admitted = self.admit_stored(admission, within).await;
        match &admitted {
            Ok(Admitted::Queued(id) | Admitted::Asking(id)) => messages.is_of(&request_id, id),
            // It may be there all the same.
            Err(error) if !error.is_certain() => {}
            Ok(_) | Err(_) => messages.forget(&request_id),
        }
        admitted
    }

    async fn admit_stored(
        &self,
        admission: Admission,
        within: Duration,
    ) -> Result<Admitted, StoreError> {
        self.call(move |store| async move { store.within(within).admit(&admission).await })
            .await
    }

    /// Takes in what already runs: see [`Store::adopt`].
    ///
    /// # Errors
    ///
    /// As [`Store::adopt`].
    pub async fn adopt(
        &self,
        key: MessageKey,
        job: NewJob,
        within: Duration,
    ) -> Result<Adopted, StoreError> {
        self.call(move |store| async move { store.within(within).adopt(&key, &job).await })
            .await
    }

    /// Says that a job taken from the queue is about to run. After a passing error it is tried again.
    ///
    /// # Errors
    ///
    /// Nothing of the job may run.
    pub async fn started(&self, live: &Live) -> Result<(), StoreError> {
        self.note_start(live, None).await
    }

    /// Writes down that a job begins, with the process that waits to run; waits for the store no longer than a runner
    /// does at its gate.
    pub(crate) async fn begins(
        &self,
        live: &Live,
        process: Option<ProcessIdentity>,
    ) -> Result<(), StoreError> {
        let noted = self.note_start(live, process);
        let noted = tokio::time::timeout(AT_THE_GATE, noted).await;
        noted.unwrap_or(Err(StoreError::TimedOut { limit: AT_THE_GATE }))
    }

    async fn note_start(
        &self,
        live: &Live,
        process: Option<ProcessIdentity>,
    ) -> Result<(), StoreError> {
        loop {
            failpoint::hit("start-before-commit");
            let (fence, process) = (live.fence().clone(), process.clone());
            let call =
                move |store: Store| async move { store.started(&fence, process.as_ref()).await };
            match self.call(call).await {
                Ok(None) => {
                    failpoint::hit("start-after-commit");
                    return Ok(());
                }
                Ok(Some(cancel)) => {
                    live.stop(StopReason::Cancelled(cancel.by));
                    return Ok(());
                }
                Err(error) if error.is_passing() && live.stop_reason().is_none() => {
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Watches over a job that runs in this process from now on, until [`Jobs::finish`].
    pub fn hold(
        &self,
        fence: Fence,
        limit: Duration,
        cancellation: CancellationToken,
    ) -> Arc<Live> {
        self.watch_over(Live::new(fence, limit, cancellation))
    }

    /// As [`Jobs::hold`], for work that began before it was a job and is cut off by `abort`.
    pub fn hold_adopted(
        &self,
        fence: Fence,
        limit: Duration,
        cancellation: CancellationToken,
        abort: AbortHandle,
        begun: Instant,
    ) -> Arc<Live> {
        self.watch_over(Live::adopted(fence, limit, cancellation, abort, begun))
    }

    fn watch_over(&self, live: Live) -> Arc<Live> {
        let live = Arc::new(live.noted_by(self));
        self.live().push(Arc::clone(&live));
        live
    }

    /// Waits until a job has ended, until the deadline at most; returns it as it is then.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub async fn wait_for_end(
        &self,
        id: &JobId,
        deadline: Instant,
    ) -> Result<Option<Job>, StoreError> {
        let mut changes = self.inner.store.changes();
        loop {
            changes.mark_unchanged();
            let wanted = id.clone();
            let job = self
                .call(move |store| async move { store.job(&wanted).await })
                .await?;
            let is_over = job.as_ref().is_none_or(|job| job.state.is_ended());
            if is_over || Instant::now() >= deadline {
                return Ok(job);
            }
            // A hint can be lost.
            let until = deadline.min(Instant::now() + Duration::from_millis(500));
            let _ = tokio::time::timeout_at(until.into(), changes.changed()).await;
        }
    }

    /// Stops: nothing more is taken from the queue. What runs may end within half of the grace, is asked to stop for
    /// the other half, and is then cut off.
    pub async fn stop(&self, grace: Duration) {
        self.inner.stopping.cancel();
        let begun = Instant::now();
        self.wait_until_idle(begun + grace / 2).await;
        for live in self.held() {
            live.stop(StopReason::Shutdown);
        }
        self.wait_until_idle(begun + grace).await;
        for live in self.held() {
            live.cut_off(StopReason::Shutdown);
        }
        // Those that notice write their end themselves.
        self.wait_until_idle(Instant::now() + LAST_WORDS).await;
        let left = self.live().len();
        if left > 0 {
            tracing::warn!(
                left,
                "jobs are cut off; the next start marks them as interrupted"
            );
        }
    }

    async fn wait_until_idle(&self, deadline: Instant) {
        while !self.live().is_empty() && Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Returns what runs in this process.
    pub(crate) fn held(&self) -> Vec<Arc<Live>> {
        self.live().clone()
    }

    fn live(&self) -> std::sync::MutexGuard<'_, Vec<Arc<Live>>> {
        self.inner
            .live
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Jobs {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Jobs")
            .field("store", &self.inner.store)
            .finish_non_exhaustive()
    }
}
