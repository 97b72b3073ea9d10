//! A job that runs in this process: how it is stopped, how far it is, and who may end it.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant, SystemTime};

use futures_util::FutureExt;
use futures_util::future::{AbortHandle, Abortable, BoxFuture};
use hailer_dispatch::{CancellationToken, JobHandle, WorkProcess};
use hailer_store::{Fence, Output, Person, Progress};

use crate::jobs::{Inner, Jobs};
use crate::log::Log;
use crate::orphans;

/// How long a job has to give up by itself once it was asked to.
pub(crate) const GRACE: Duration = Duration::from_secs(10);

/// How long a job that is cut off may take to notice; then it is ended without it. Only one that blocks its thread
/// takes longer.
const CUT_OFF: Duration = Duration::from_secs(2);

/// Why a job must stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StopReason {
    /// Somebody cancelled it.
    Cancelled(Person),
    /// It ran as long as it may.
    TimeLimit,
    /// Another server has it, or may have it by now.
    Lost,
    /// The bot stops.
    Shutdown,
}

/// What became of work that can be cut off.
#[derive(Debug, PartialEq, Eq)]
pub enum Ran<T> {
    /// It gave this.
    Done(T),
    /// It panicked.
    Panicked,
    /// It was cut off.
    CutOff,
}

/// A job that runs in this process.
#[derive(Debug)]
pub struct Live {
    fence: Fence,
    begun: Instant,
    limit: Duration,
    cancellation: CancellationToken,
    abort: AbortHandle,
    /// Taken by the one run of the job.
    registration: Mutex<Option<futures_util::future::AbortRegistration>>,
    state: Mutex<State>,
    log: Mutex<Log>,
    has_ended: AtomicBool,
    was_told: AtomicBool,
    /// Who writes its processes down; weak, because they hold this.
    jobs: Weak<Inner>,
}

#[derive(Debug, Default)]
struct State {
    stop: Option<Stop>,
    progress: Option<Progress>,
}

#[derive(Debug)]
struct Stop {
    reason: StopReason,
    at: Instant,
}

/// What a job needs now.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// Nothing.
    Nothing,
    /// To be ended by others: it does not notice that it was cut off.
    Ending,
}

impl Live {
    /// Takes a job that begins now. `cancellation` tells its command to give up.
    pub(crate) fn new(fence: Fence, limit: Duration, cancellation: CancellationToken) -> Self {
        let (abort, registration) = AbortHandle::new_pair();
        Self {
            fence,
            begun: Instant::now(),
            limit,
            cancellation,
            abort,
            registration: Mutex::new(Some(registration)),
            state: Mutex::default(),
            log: Mutex::default(),
            has_ended: AtomicBool::new(false),
            was_told: AtomicBool::new(false),
            jobs: Weak::new(),
        }
    }

    /// Lets its processes be written down.
    pub(crate) fn noted_by(self, jobs: &Jobs) -> Self {
        let jobs = Arc::downgrade(&jobs.inner);
        Self { jobs, ..self }
    }

    /// Takes a job whose work began before it was one, and can be cut off by this.
    pub(crate) fn adopted(
        fence: Fence,
        limit: Duration,
        cancellation: CancellationToken,
        abort: AbortHandle,
        begun: Instant,
    ) -> Self {
        let live = Self::new(fence, limit, cancellation);
        Self {
            abort,
            begun,
            registration: Mutex::default(),
            ..live
        }
    }

    /// Returns what lets this attempt write.
    pub fn fence(&self) -> &Fence {
        &self.fence
    }

    /// Returns how long it has run.
    pub fn took(&self) -> Duration {
        self.begun.elapsed()
    }

    /// Returns how long it may run.
    pub fn limit(&self) -> Duration {
        self.limit
    }

    /// Returns the token that tells its command to give up.
    pub fn cancellation(&self) -> &CancellationToken {
        &self.cancellation
    }

    /// Returns why it must stop, if it must.
    pub fn stop_reason(&self) -> Option<StopReason> {
        self.state().stop.as_ref().map(|stop| stop.reason.clone())
    }

    /// Notes that a person reads of the job instead of its result, so that the result is to be told later.
    pub fn tell_later(&self) {
        self.was_told.store(true, Ordering::Release);
    }

    /// Says whether the result is to be told later.
    pub fn is_told_later(&self) -> bool {
        self.was_told.load(Ordering::Acquire)
    }

    /// Runs the work of the job, which may be cut off and may panic.
    pub async fn run<T>(&self, work: impl Future<Output = T>) -> Ran<T> {
        let registration = lock(&self.registration).take();
        let work = AssertUnwindSafe(work).catch_unwind();
        let ran = match registration {
            Some(registration) => Abortable::new(work, registration).await,
            // A second run of the same attempt cannot be cut off; there is none.
            None => Ok(work.await),
        };
        match ran {
            Ok(Ok(done)) => Ran::Done(done),
            Ok(Err(_)) => Ran::Panicked,
            Err(_) => Ran::CutOff,
        }
    }

    /// Asks the job to stop. The first reason stays.
    pub(crate) fn stop(&self, reason: StopReason) {
        let at_once = matches!(reason, StopReason::Lost);
        self.state().stop.get_or_insert(Stop {
            reason,
            at: Instant::now(),
        });
        self.cancellation.cancel();
        if at_once {
            self.abort.abort();
        }
    }

    /// Cuts the job off, whatever time it was given.
    pub(crate) fn cut_off(&self, reason: StopReason) {
        self.stop(reason);
        self.abort.abort();
    }

    /// Looks whether its time is over.
    pub(crate) fn look(&self, now: Instant) -> Need {
        if now.saturating_duration_since(self.begun) >= self.limit {
            self.stop(StopReason::TimeLimit);
        }
        let asked_at = self.state().stop.as_ref().map(|stop| stop.at);
        let Some(asked_at) = asked_at else {
            return Need::Nothing;
        };
        let since = now.saturating_duration_since(asked_at);
        if since >= GRACE {
            self.abort.abort();
        }
        if since >= GRACE + CUT_OFF {
            Need::Ending
        } else {
            Need::Nothing
        }
    }

    /// Lets one caller, the first, end the job.
    pub(crate) fn end(&self) -> bool {
        !self.has_ended.swap(true, Ordering::AcqRel)
    }

    /// Takes the newest progress that was not stored yet.
    pub(crate) fn take_progress(&self) -> Option<Progress> {
        self.state().progress.take()
    }

    /// Takes the log when it has to be stored again.
    pub(crate) fn take_log(&self, now: Instant) -> Option<Output> {
        lock(&self.log).take_new(now)
    }

    /// Returns all that is kept of the log; `None` when nothing was said.
    pub(crate) fn whole_log(&self) -> Option<Output> {
        lock(&self.log).output()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

impl JobHandle for Live {
    fn id(&self) -> &str {
        self.fence.job.as_str()
    }

    fn progress(&self, done: u64, total: u64, text: &str) {
        let text = shortened(text);
        lock(&self.log).add_step(done, total, &text, SystemTime::now());
        self.state().progress = Some(Progress { done, total, text });
    }

    fn log(&self, text: &str) {
        lock(&self.log).add(text, SystemTime::now());
    }

    fn note_start(&self, process: Option<WorkProcess>) -> BoxFuture<'_, Result<(), String>> {
        Box::pin(async move {
            let inner = self.jobs.upgrade().ok_or("the bot is stopping")?;
            let process = process.map(orphans::to_store);
            let noted = Jobs { inner }.begins(self, process).await;
            noted.map_err(|error| error.to_string())
        })
    }
}

/// More of a step than this nobody reads.
const LONGEST_STEP: usize = 200;

fn shortened(text: &str) -> String {
    text.chars()
        .map(|it| if it.is_control() { ' ' } else { it })
        .take(LONGEST_STEP)
        .collect()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn live(limit: Duration) -> Live {
        let fence = Fence {
            job: "K7Q2".parse().unwrap(),
            attempt: 1,
            fence: 1,
        };
        Live::new(fence, limit, CancellationToken::new())
    }

    fn person() -> Person {
        Person {
            id: "1".to_owned(),
            name: "Jo".to_owned(),
        }
    }

    #[tokio::test]
    async fn work_gives_its_result_or_its_panic() {
        let hour = Duration::from_secs(3_600);

        assert_eq!(live(hour).run(async { 7 }).await, Ran::Done(7));
        let panics = live(hour).run(async { panic!("in a test") }).await;
        assert_eq!(panics, Ran::<()>::Panicked);
    }

    #[tokio::test]
    async fn a_job_is_asked_then_cut_off_then_given_up() {
        let live = live(Duration::from_secs(3_600));
        let now = Instant::now();
        live.stop(StopReason::Cancelled(person()));

        assert!(live.cancellation().is_cancelled());
        assert_eq!(live.look(now + GRACE / 2), Need::Nothing);
        let soon = std::future::ready(7);
        assert_eq!(live.run(soon).await, Ran::Done(7));

        assert_eq!(
            live.look(now + GRACE + Duration::from_secs(1)),
            Need::Nothing
        );
        assert_eq!(live.look(now + GRACE * 2), Need::Ending);
        assert_eq!(live.stop_reason(), Some(StopReason::Cancelled(person())));
    }

    #[tokio::test]
    async fn work_that_hears_nothing_is_cut_off() {
        let live = live(Duration::from_secs(60));
        let pending = std::future::pending::<()>();
        let run = live.run(pending);

        assert_eq!(
            live.look(Instant::now() + Duration::from_secs(59)),
            Need::Nothing
        );
        assert_eq!(live.stop_reason(), None);
        live.look(Instant::now() + Duration::from_secs(60));
        assert_eq!(live.stop_reason(), Some(StopReason::TimeLimit));
        live.look(Instant::now() + Duration::from_secs(61) + GRACE);

        assert_eq!(run.await, Ran::CutOff);
    }

    #[tokio::test]
    async fn what_another_server_has_is_cut_off_at_once() {
        let live = live(Duration::from_secs(60));

        live.stop(StopReason::Lost);

        assert_eq!(live.run(std::future::pending::<()>()).await, Ran::CutOff);
    }

    #[test]
    fn one_of_many_ends_a_job() {
        let live = live(Duration::from_secs(60));

        assert!(live.end());
        assert!(!live.end());
    }

    #[test]
    fn the_newest_progress_is_stored_once() {
        let live = live(Duration::from_secs(60));

        live.progress(1, 3, "one");
        live.progress(2, 3, "two\nlines");

        let progress = live.take_progress().unwrap();
        assert_eq!((progress.done, progress.total), (2, 3));
        assert_eq!(progress.text, "two lines");
        assert_eq!(live.take_progress(), None);
    }
}
