//! Jobs as people and authors meet them: asked for, watched, ended; through a bot in memory with a store.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use hailer::testing::TestBot;
use hailer::{
    Command, CommandError, CommandResult, Effect, Invocation, NoArgs, Outcome, Reply, Spec, clap,
    command_fn,
};
use tokio::sync::Semaphore;

#[path = "jobs/secrets.rs"]
mod secrets;

/// A deadline that a command surely misses which waits for a permit.
const SOON: Duration = Duration::from_millis(60);

/// Waits for a permit, and counts its runs.
#[derive(Clone)]
struct Gate {
    spec: fn() -> Spec,
    runs: Arc<AtomicUsize>,
    begun: Arc<Semaphore>,
    go_on: Arc<Semaphore>,
}

#[derive(Debug, clap::Args)]
struct GateArgs {
    /// Which one.
    #[arg(default_value = "api")]
    service: String,
}

impl Gate {
    fn new(spec: fn() -> Spec) -> Self {
        Self {
            spec,
            runs: Arc::default(),
            begun: Arc::new(Semaphore::new(0)),
            go_on: Arc::new(Semaphore::new(0)),
        }
    }

    async fn wait_until_begun(&self) {
        if let Ok(permit) = self.begun.acquire().await {
            permit.forget();
        }
    }

    fn runs(&self) -> usize {
        self.runs.load(Ordering::SeqCst)
    }
}

impl Command for Gate {
    type Args = GateArgs;

    fn spec(&self) -> Spec {
        (self.spec)()
    }

    async fn check(&self, args: &GateArgs, _: &Invocation) -> Result<(), CommandError> {
        if args.service == "none" {
            return Err(CommandError::told("there is no service none"));
        }
        Ok(())
    }

    async fn run(&self, args: GateArgs, invocation: Invocation) -> CommandResult {
        let run = self.runs.fetch_add(1, Ordering::SeqCst) + 1;
        invocation.progress(1, 2, "waiting");
        self.begun.add_permits(1);
        self.go_on.acquire().await?.forget();
        let job = invocation.job_id().unwrap_or("no job").to_owned();
        Ok(Reply::text(format!("{} run {run} as {job}", args.service)))
    }
}

fn read() -> Spec {
    Spec::new("look", "look at it").effect(Effect::Read)
}

fn write() -> Spec {
    Spec::new("write", "write it")
        .effect(Effect::Write)
        .lock("write/{service}")
}

fn job() -> Spec {
    Spec::new("ship", "ship it").effect(Effect::Write).job()
}

#[tokio::test]
async fn a_command_that_reads_and_is_in_time_is_no_job() {
    let gate = Gate::new(read);
    gate.go_on.add_permits(1);
    let bot = TestBot::new().with_store().command(gate);

    bot.say("look").await.assert_text("api run 1 as no job");
}

#[tokio::test]
async fn a_command_that_reads_and_overruns_becomes_a_job() {
    let gate = Gate::new(read);
    let bot = TestBot::new()
        .with_store()
        .reply_within(SOON)
        .command(gate.clone());

    let reply = bot.say("look").await;
    gate.go_on.add_permits(1);

    let job = reply.job();
    reply
        .assert_outcome(Outcome::TimedOut)
        .assert_text(&format!(
            "Still working. Ask me in a minute: @ops job {job}"
        ));
    bot.result_of(&job)
        .await
        .assert_text(&format!("api run 1 as {job}"));
}

#[tokio::test]
async fn a_command_that_writes_answers_when_it_is_done() {
    let gate = Gate::new(write);
    gate.go_on.add_permits(1);
    let bot = TestBot::new().with_store().command(gate);

    let reply = bot.say("write").await;

    reply.assert_ok().assert_contains("api run 1 as ");
    reply.assert_lacks("no job");
}

#[tokio::test]
async fn a_command_that_writes_and_overruns_keeps_its_result() {
    let gate = Gate::new(write);
    let bot = TestBot::new()
        .with_store()
        .reply_within(SOON)
        .command(gate.clone());

    let job = bot
        .say("write")
        .await
        .assert_contains("Still working.")
        .job();
    gate.go_on.add_permits(1);

    bot.result_of(&job)
        .await
        .assert_ok()
        .assert_text(&format!("api run 1 as {job}"));
}

#[tokio::test]
async fn a_job_is_named_at_once_and_runs_when_its_turn_comes() {
    let gate = Gate::new(job);
    let bot = TestBot::new().with_store().command(gate.clone());

    let reply = bot.say("ship web").await;
    let job = reply.job();
    reply.assert_ok().assert_text(&format!(
        "Started ship web (job {job}). Ask me in a minute: @ops job {job}\nStop it: @ops job cancel {job}"
    ));

    gate.go_on.add_permits(1);
    bot.result_of(&job)
        .await
        .assert_text(&format!("web run 1 as {job}"));
}

#[tokio::test]
async fn a_mistake_is_told_before_a_job_waits() {
    let gate = Gate::new(job);
    let bot = TestBot::new().with_store().command(gate.clone());

    bot.say("ship none")
        .await
        .assert_failed("there is no service none");
    assert_eq!(gate.runs(), 0);
}

#[tokio::test]
async fn without_a_store_a_job_runs_like_any_other_command() {
    let gate = Gate::new(job);
    gate.go_on.add_permits(1);
    let bot = TestBot::new().command(gate);

    bot.say("ship").await.assert_text("api run 1 as no job");
}

#[tokio::test]
async fn the_same_again_is_attached_to_what_runs() {
    let gate = Gate::new(job);
    let bot = TestBot::new().with_store().command(gate.clone());

    let first = bot.say("ship").await.job();
    gate.wait_until_begun().await;
    let second = bot.say("ship").await;

    second
        .assert_outcome(Outcome::Duplicate)
        .assert_contains(&format!("already running as job {first}"));
    assert_ne!(bot.as_user("Jo").say("ship").await.job(), first);
    gate.go_on.add_permits(2);
    bot.result_of(&first).await.assert_ok();
}

#[tokio::test]
async fn what_is_locked_says_by_whom() {
    let gate = Gate::new(write);
    let bot = TestBot::new()
        .with_store()
        .reply_within(SOON)
        .command(gate.clone());

    let first = bot.say("write api").await.job();
    let refused = bot.as_user("Jo").say("write API").await;
    let other = bot.as_user("Jo").say("write web").await;

    refused
        .assert_refused()
        .assert_contains(&format!("write api is running (job {first}, Mira Novak, "));
    other.assert_contains("Still working.");
    gate.go_on.add_permits(2);
    bot.result_of(&first).await.assert_ok();
    bot.result_of(&other.job()).await.assert_ok();
    assert_eq!(gate.runs(), 2);
}

#[tokio::test]
async fn a_panic_in_a_job_is_a_job_that_failed() {
    let panics = command_fn(job(), |_: NoArgs, _: Invocation| async {
        panic!("in a test")
    });
    let bot = TestBot::new().with_store().command(panics);

    let job = bot.say("ship").await.job();

    bot.result_of(&job)
        .await
        .assert_failed("Something broke on my side (ref ");
    bot.say("ship").await.assert_contains("Started");
}

#[tokio::test]
async fn a_job_ends_at_its_time_limit() {
    let spec = job().time_limit(Duration::from_millis(1));
    let listens = command_fn(spec, |_: NoArgs, invocation: Invocation| async move {
        invocation.cancellation().cancelled().await;
        Ok(Reply::text("half done"))
    });
    let bot = TestBot::new().with_store().command(listens);

    let job = bot.say("ship").await.job();

    let ended = bot.result_of(&job).await;
    ended
        .assert_outcome(Outcome::TimedOut)
        .assert_text("half done");
}

#[tokio::test]
async fn at_once_lets_only_so_many_run() {
    let gate = Gate::new(|| job().at_once(1));
    let bot = TestBot::new().with_store().command(gate.clone());

    let first = bot.say("ship api").await.job();
    let second = bot.say("ship web").await.job();
    gate.wait_until_begun().await;
    assert_eq!(gate.runs(), 1);
    gate.go_on.add_permits(2);

    bot.result_of(&first).await.assert_ok();
    bot.result_of(&second).await.assert_ok();
    assert_eq!(gate.runs(), 2);
}
