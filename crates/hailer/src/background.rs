//! Tasks of modules that run every so often, whether anybody writes or not.

mod host;
mod lease;
mod tend;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use futures_util::future::BoxFuture;
use hailer_dispatch::{CancellationToken, CommandError};

pub(crate) use host::BackgroundHost;

/// How long a run may take, unless the task says otherwise.
const TIME_LIMIT: Duration = Duration::from_secs(5 * 60);

type Work =
    Arc<dyn Fn(BackgroundRun) -> BoxFuture<'static, Result<(), CommandError>> + Send + Sync>;

/// A task that runs every so often, at first when the bot starts, on one replica at a time.
///
/// A run that fails or panics is told in the log and tried again: after 5 s, then ever later, after 5 min at most. Where
/// replicas share a store, one of them has the task; when it stops or dies, another takes over within 40 s.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use hailer::testing::TestBot;
/// use hailer::{Background, FollowUps, Module, Reply};
///
/// let follow_ups = FollowUps::new();
/// let say = follow_ups.clone();
/// let lunch = Background::new("lunch", Duration::from_secs(24 * 3600), move |_run| {
///     let say = say.clone();
///     async move { say.post("ops", &Reply::text("Lunch!")).await.map(drop) }
/// });
/// let module = Module::new("Lunch").follow_ups(follow_ups).background(lunch);
///
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// let bot = TestBot::new().module(module);
/// assert_eq!(bot.posted().await.len(), 1);
/// bot.advance(Duration::from_secs(24 * 3600));
/// bot.posted().await[1].assert_text("Lunch!");
/// # });
/// ```
#[derive(Clone)]
pub struct Background {
    name: String,
    every: Duration,
    time_limit: Duration,
    work: Work,
}

/// One run of a task.
#[derive(Debug, Clone)]
pub struct BackgroundRun {
    pub(crate) now: SystemTime,
    pub(crate) cancellation: CancellationToken,
}

impl Background {
    /// Names a task, how often it runs, and what it does. The name is the task's in the log and in the store: no other task of
    /// the bot may have it.
    pub fn new<F>(
        name: impl Into<String>,
        every: Duration,
        work: impl Fn(BackgroundRun) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<(), CommandError>> + Send + 'static,
    {
        Self {
            name: name.into(),
            every,
            time_limit: TIME_LIMIT,
            work: Arc::new(move |run| Box::pin(work(run))),
        }
    }

    /// Cuts a run off after this time; 5 min when it is not said.
    #[must_use]
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = limit;
        self
    }
}

impl BackgroundRun {
    /// Returns the time at which the run began, by the bot's clock, which tests can move.
    pub fn now(&self) -> SystemTime {
        self.now
    }

    /// Is cancelled when the bot stops, or another replica takes over: end soon then.
    pub fn cancellation(&self) -> &CancellationToken {
        &self.cancellation
    }
}

impl fmt::Debug for Background {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Background")
            .field("name", &self.name)
            .field("every", &self.every)
            .finish_non_exhaustive()
    }
}
