//! Where commands run: threads of their own, so that a command that blocks holds up nobody's answer.
//!
//! The server's workers only wait, each with its own timer. A command may therefore sleep, compute or hang: at
//! the deadline its caller is answered all the same, and the command goes on.
//!
//! A few threads do all that does not block, at the least cost. While most of them are held up, each new command
//! gets a thread to itself, so that commands which hang leave the others alone. What surely takes no time is spared
//! the way there and back, which costs more than most such work.

use std::any::Any;
use std::future::{Future, poll_fn};
use std::io;
use std::mem;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use tokio::runtime::{Builder, Runtime};

/// Threads that commands share, at the least. A blocked one is lost for as long as it blocks, so there are more
/// than processors.
const LEAST_THREADS: usize = 8;

/// Threads for each processor, where there are many.
const THREADS_PER_PROCESSOR: usize = 2;

/// With fewer shared threads than this left, commands get threads to themselves.
const LEAST_FREE: usize = 2;

/// Commands in flight at once. Beyond, people are told so instead of waiting for nothing.
const MOST_IN_FLIGHT: usize = 1_000;

/// How often is looked whether the last command has ended, when the bot stops.
const IDLE_POLL: Duration = Duration::from_millis(10);

/// The threads on which commands run.
#[derive(Debug)]
pub(crate) struct CommandRuntime {
    /// Only taken when dropped.
    runtimes: Option<Runtimes>,
    in_flight: Arc<AtomicUsize>,
    /// How many of the shared threads are within a command now.
    held_up: Arc<AtomicUsize>,
    shared_threads: usize,
}

#[derive(Debug)]
struct Runtimes {
    /// Commands share its threads.
    shared: Runtime,
    /// Gives each command a thread. Its one worker does nothing but I/O and timers, so it cannot be held up.
    single: Runtime,
}

/// What became of a piece of work by its deadline.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Worked<T> {
    /// It is done.
    Done(T),
    /// It panicked.
    Panicked,
    /// It has begun and goes on.
    StillRunning,
    /// It had not begun, and will not.
    NeverStarted,
}

const QUEUED: u8 = 0;
const STARTED: u8 = 1;
const CANCELLED: u8 = 2;

impl CommandRuntime {
    /// Starts the threads.
    pub(crate) fn new() -> io::Result<Self> {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let shared = LEAST_THREADS.max(processors * THREADS_PER_PROCESSOR);
        Self::with_threads(shared, MOST_IN_FLIGHT)
    }

    fn with_threads(shared: usize, single: usize) -> io::Result<Self> {
        let build = |workers: usize, name: &str| {
            Builder::new_multi_thread()
                .worker_threads(workers)
                .max_blocking_threads(single)
                .thread_name(name)
                .enable_all()
                .build()
        };
        Ok(Self {
            runtimes: Some(Runtimes {
                shared: build(shared, "hailer-command")?,
                single: build(1, "hailer-single")?,
            }),
            in_flight: Arc::default(),
            held_up: Arc::default(),
            shared_threads: shared,
        })
    }

    /// Does a piece of work, and waits for it until the deadline at most. The work counts as in flight for as
    /// long as its guard lives; whatever it spawns takes a clone along.
    pub(crate) async fn work<T, F>(
        &self,
        work: impl FnOnce(InFlight) -> F,
        deadline: Instant,
    ) -> Worked<T>
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        let in_flight = InFlight::count(&self.in_flight);
        let work = AssertUnwindSafe(work(in_flight)).catch_unwind();
        self.hand_over(work, deadline).await
    }

    /// As [`CommandRuntime::work`], but the caller's thread begins: it goes on until the work leaves it, or waits.
    pub(crate) async fn work_from_here<T, F>(
        &self,
        work: impl FnOnce(CallersThread, InFlight) -> F,
        deadline: Instant,
    ) -> Worked<T>
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        let in_flight = InFlight::count(&self.in_flight);
        let work = work(CallersThread { is_left: false }, in_flight);
        let mut work = Box::pin(AssertUnwindSafe(work).catch_unwind());
        match work.as_mut().now_or_never() {
            Some(done) => done.map_or(Worked::Panicked, Worked::Done),
            None => self.hand_over(work, deadline).await,
        }
    }

    /// Says whether so much is in flight that nothing more is begun.
    pub(crate) fn is_full(&self) -> bool {
        self.in_flight.load(Ordering::Relaxed) >= MOST_IN_FLIGHT
    }

    async fn hand_over<T, F>(&self, work: F, deadline: Instant) -> Worked<T>
    where
        T: Send + 'static,
        F: Future<Output = Done<T>> + Send + 'static,
    {
        let Some(runtimes) = &self.runtimes else {
            return Worked::NeverStarted;
        };
        if self.in_flight.load(Ordering::Relaxed) > MOST_IN_FLIGHT {
            return Worked::NeverStarted;
        }
        let phase = Arc::new(AtomicU8::new(QUEUED));
        let work = start(work, Arc::clone(&phase));
        let task = if self.held_up.load(Ordering::Relaxed) + LEAST_FREE > self.shared_threads {
            let single = runtimes.single.handle().clone();
            runtimes
                .single
                .spawn_blocking(move || single.block_on(work))
        } else {
            runtimes
                .shared
                .spawn(noted(work, Arc::clone(&self.held_up)))
        };
        match tokio::time::timeout_at(deadline.into(), task).await {
            Ok(Ok(Some(Ok(done)))) => Worked::Done(done),
            Ok(Ok(Some(Err(_)))) => Worked::Panicked,
            Ok(Ok(None) | Err(_)) => Worked::NeverStarted,
            Err(_) => {
                match phase.compare_exchange(QUEUED, CANCELLED, Ordering::AcqRel, Ordering::Acquire)
                {
                    Ok(_) => Worked::NeverStarted,
                    Err(_) => Worked::StillRunning,
                }
            }
        }
    }
}

/// What work gave, or what it panicked with.
type Done<T> = Result<T, Box<dyn Any + Send>>;

/// The thread of whoever waits for a piece of work; other messages wait for it, too.
#[derive(Debug)]
pub(crate) struct CallersThread {
    is_left: bool,
}

impl CallersThread {
    /// Goes on where commands run.
    pub(crate) async fn leave(&mut self) {
        if !mem::replace(&mut self.is_left, true) {
            // What is not done at once is handed over: see `work_from_here`.
            tokio::task::yield_now().await;
        }
    }
}

/// Begins the work, unless its caller has been told that it will not.
async fn start<T>(work: impl Future<Output = Done<T>>, phase: Arc<AtomicU8>) -> Option<Done<T>> {
    let began = phase.compare_exchange(QUEUED, STARTED, Ordering::AcqRel, Ordering::Acquire);
    if began.is_err() {
        return None;
    }
    Some(work.await)
}

/// Notes each time that a thread is within the work. Work that waits holds up no thread.
async fn noted<T>(work: impl Future<Output = T>, held_up: Arc<AtomicUsize>) -> T {
    let mut work = pin!(work);
    poll_fn(|context| {
        let _within = InFlight::count(&held_up);
        work.as_mut().poll(context)
    })
    .await
}

impl CommandRuntime {
    /// Waits until nothing is in flight, for this long at most; says how much still is.
    pub(crate) async fn wait_until_idle(&self, at_most: Duration) -> usize {
        let deadline = Instant::now() + at_most;
        loop {
            let in_flight = self.in_flight.load(Ordering::Relaxed);
            if in_flight == 0 || Instant::now() >= deadline {
                return in_flight;
            }
            tokio::time::sleep(IDLE_POLL).await;
        }
    }
}

impl Drop for CommandRuntime {
    /// Does not wait for commands: one that hangs must not keep the process from ending.
    fn drop(&mut self) {
        if let Some(Runtimes { shared, single }) = self.runtimes.take() {
            shared.shutdown_background();
            single.shutdown_background();
        }
    }
}

/// Counts a piece of work for as long as it lives.
#[derive(Debug)]
pub(crate) struct InFlight(Arc<AtomicUsize>);

impl InFlight {
    fn count(counter: &Arc<AtomicUsize>) -> Self {
        counter.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(counter))
    }
}

impl Clone for InFlight {
    fn clone(&self) -> Self {
        Self::count(&self.0)
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::thread;

    use super::*;

    fn soon() -> Instant {
        Instant::now() + Duration::from_millis(50)
    }

    fn later() -> Instant {
        Instant::now() + Duration::from_secs(60)
    }

    #[tokio::test]
    async fn work_that_is_done_in_time_gives_its_result() {
        let runtime = CommandRuntime::with_threads(1, 1).unwrap();

        assert_eq!(
            runtime.work(|_guard| async { 7 }, later()).await,
            Worked::Done(7)
        );
    }

    #[tokio::test]
    async fn a_panic_is_told_and_harms_nobody() {
        let runtime = CommandRuntime::with_threads(1, 1).unwrap();

        assert_eq!(
            runtime
                .work(|_guard| async { panic!("in a test") }, later())
                .await,
            Worked::<()>::Panicked
        );
        assert_eq!(
            runtime.work(|_guard| async { 7 }, later()).await,
            Worked::Done(7)
        );
    }

    #[tokio::test]
    async fn work_that_blocks_its_thread_does_not_hold_up_the_answer() {
        let runtime = CommandRuntime::with_threads(1, 1).unwrap();
        let (release, blocked) = mpsc::channel::<()>();

        let worked = runtime
            .work(|_guard| async move { blocked.recv().is_ok() }, soon())
            .await;

        assert_eq!(worked, Worked::StillRunning);
        drop(release);
    }

    #[tokio::test]
    async fn work_that_never_began_never_begins() {
        let runtime = CommandRuntime::with_threads(1, 1).unwrap();
        let (release, blocked) = mpsc::channel::<()>();
        let (ran, watch) = mpsc::channel::<&str>();
        let second = ran.clone();
        assert_eq!(
            runtime
                .work(|_guard| async move { blocked.recv().is_ok() }, soon())
                .await,
            Worked::StillRunning
        );

        let worked = runtime
            .work(|_guard| async move { second.send("second") }, soon())
            .await;
        drop(release);
        let third = runtime
            .work(|_guard| async move { ran.send("third") }, later())
            .await;

        assert!(matches!(worked, Worked::NeverStarted), "{worked:?}");
        assert!(matches!(third, Worked::Done(Ok(()))), "{third:?}");
        assert_eq!(watch.iter().collect::<Vec<_>>(), ["third"]);
    }

    #[tokio::test]
    async fn work_without_waiting_is_done_here_even_when_every_thread_is_blocked() {
        let runtime = CommandRuntime::with_threads(1, 1).unwrap();
        let (release, blocked) = mpsc::channel::<()>();
        let blocks = |_guard| async move { blocked.recv().is_ok() };
        assert_eq!(runtime.work(blocks, soon()).await, Worked::StillRunning);

        let worked = runtime
            .work_from_here(|_, _guard| async { thread::current().id() }, later())
            .await;

        assert_eq!(worked, Worked::Done(thread::current().id()));
        drop(release);
    }

    #[tokio::test]
    async fn work_that_leaves_goes_on_elsewhere() {
        let runtime = CommandRuntime::with_threads(3, 1).unwrap();
        let work = |mut callers: CallersThread, _guard| async move {
            let begun_on = thread::current().id();
            callers.leave().await;
            (begun_on, thread::current().id())
        };

        let worked = runtime.work_from_here(work, later()).await;

        let here = thread::current().id();
        assert!(
            matches!(worked, Worked::Done((begun, ended)) if begun == here && ended != here),
            "{worked:?}"
        );
    }

    #[tokio::test]
    async fn a_panic_is_told_here_and_elsewhere() {
        let runtime = CommandRuntime::with_threads(3, 1).unwrap();
        let here = |_, _guard| async { panic!("in a test") };
        let elsewhere = |mut callers: CallersThread, _guard| async move {
            callers.leave().await;
            panic!("in a test")
        };

        let here = runtime.work_from_here(here, later()).await;
        let elsewhere = runtime.work_from_here(elsewhere, later()).await;

        assert_eq!(here, Worked::<()>::Panicked);
        assert_eq!(elsewhere, Worked::<()>::Panicked);
    }

    #[tokio::test]
    async fn work_that_blocks_most_threads_leaves_other_work_alone() {
        let runtime = CommandRuntime::with_threads(3, 8).unwrap();
        let (release, blocked) = mpsc::channel::<()>();
        let blocked = Arc::new(std::sync::Mutex::new(blocked));
        for _ in 0..6 {
            let blocked = Arc::clone(&blocked);
            let work = |_guard| async move { blocked.lock().is_ok_and(|it| it.recv().is_ok()) };
            assert_eq!(runtime.work(work, soon()).await, Worked::StillRunning);
        }

        let waits = |_guard| async { tokio::time::sleep(Duration::from_millis(1)).await };
        assert_eq!(runtime.work(waits, later()).await, Worked::Done(()));
        drop(release);
    }
}
