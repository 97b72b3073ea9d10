//! The threads of background tasks: a task that blocks holds up no answer.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use hailer_dispatch::CancellationToken;
use hailer_jobs::Jobs;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::background::Background;
use crate::background::tend::tend;
use crate::clock::BotClock;

/// One for a task and one for the next, and for asking who may run.
const THREADS: usize = 2;

/// What all tasks of a bot share.
pub(super) struct Shared {
    pub(super) clock: BotClock,
    pub(super) jobs: Option<Jobs>,
    pub(super) stopping: CancellationToken,
    /// When each task is due; `None` while it runs.
    due: watch::Sender<HashMap<String, Option<Instant>>>,
}

impl Shared {
    pub(super) fn waits(&self, task: &str, until: Instant) {
        self.note(task, Some(until));
    }

    pub(super) fn runs(&self, task: &str) {
        self.note(task, None);
    }

    fn note(&self, task: &str, due: Option<Instant>) {
        self.due.send_modify(|all| {
            all.insert(task.to_owned(), due);
        });
    }
}

/// Runs background tasks until it is stopped or dropped.
pub(crate) struct BackgroundHost {
    shared: Arc<Shared>,
    tasks: Mutex<Vec<JoinHandle<()>>>,
    /// Only taken when dropped.
    runtime: Option<Runtime>,
}

impl BackgroundHost {
    /// Begins to run tasks, if there are any, in the place of others: those are told to stop, and one of the same name
    /// is due when it would have been.
    pub(crate) fn start(
        tasks: Vec<Background>,
        clock: &BotClock,
        jobs: Option<&Jobs>,
        others: Option<&Self>,
    ) -> io::Result<Option<Self>> {
        if tasks.is_empty() {
            if let Some(others) = others {
                others.shared.stopping.cancel();
            }
            return Ok(None);
        }
        let runtime = Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name("hailer-background")
            .enable_all()
            .build()?;
        let now = clock.instant();
        let known = others.map(|it| {
            it.shared.stopping.cancel();
            it.shared.due.borrow().clone()
        });
        let due_at = |task: &Background| {
            let known = known.as_ref().and_then(|it| *it.get(&task.name)?);
            known.map_or(now, |known| known.min(now + task.every))
        };
        let due = tasks.iter().map(|task| (task.name.clone(), None)).collect();
        let shared = Arc::new(Shared {
            clock: clock.clone(),
            jobs: jobs.cloned(),
            stopping: CancellationToken::new(),
            due: watch::Sender::new(due),
        });
        let tasks = tasks
            .into_iter()
            .map(|task| {
                let due = due_at(&task);
                runtime.spawn(tend(task, due, Arc::clone(&shared)))
            })
            .collect();
        Ok(Some(Self {
            tasks: Mutex::new(tasks),
            shared,
            runtime: Some(runtime),
        }))
    }

    /// Tells tasks to stop and waits for them, for this long at most.
    pub(crate) async fn stop(&self, at_most: Duration) {
        self.shared.stopping.cancel();
        let tasks: Vec<_> = {
            let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
            tasks.drain(..).collect()
        };
        let all = futures_util::future::join_all(tasks);
        if tokio::time::timeout(at_most, all).await.is_err() {
            tracing::warn!("background tasks are cut off; they did not end within shutdown_grace");
        }
    }

    /// Waits until no task runs and none is due.
    pub(crate) async fn wait_until_done(&self) {
        let mut due = self.shared.due.subscribe();
        let clock = &self.shared.clock;
        let is_done = |all: &HashMap<String, Option<Instant>>| {
            all.values()
                .all(|due| due.is_some_and(|it| it > clock.instant()))
        };
        // The sender lives in `self`.
        let _ = due.wait_for(is_done).await;
    }
}

impl Drop for BackgroundHost {
    /// Does not wait: a task that was cut off runs again after the next start.
    fn drop(&mut self) {
        self.shared.stopping.cancel();
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl fmt::Debug for BackgroundHost {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("BackgroundHost")
            .finish_non_exhaustive()
    }
}
