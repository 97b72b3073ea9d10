//! An answer comes in time, whatever a command does.

use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use hailer::{Bot, Command, CommandError, Effect, Invocation, NoArgs, Reply, Spec};
use tokio::sync::Semaphore;

use crate::http::{Response, get};
use crate::local_bot::LocalBot;

/// More than the deadline of a local bot, less than the five seconds of Teams.
const IN_TIME: Duration = Duration::from_millis(4_500);

const STILL_WORKING: &str =
    "Still working on it. I can't post the result later, so ask me again in a minute.";
const NOT_STARTED: &str =
    "I have too much to do right now; nothing was started. Try again in a minute.";

/// Waits for a permit without holding a thread.
struct Nap(Arc<Semaphore>);

impl Command for Nap {
    type Args = NoArgs;

    fn spec(&self) -> Spec {
        Spec::new("nap", "wait for a permit").effect(Effect::Read)
    }

    async fn run(&self, _: NoArgs, _: Invocation) -> Result<Reply, CommandError> {
        self.0.acquire().await?.forget();
        Ok(Reply::text("rested"))
    }
}

/// Blocks its thread until the sender is gone, as a command does that knows nothing of async.
struct Block {
    path: &'static str,
    deadline: Option<Duration>,
    blocked: Blocked,
}

/// The commands that block their threads now.
#[derive(Clone)]
struct Blocked {
    senders: Arc<Mutex<Vec<mpsc::Sender<()>>>>,
    count: Arc<Semaphore>,
}

impl Blocked {
    fn none() -> Self {
        Self {
            senders: Arc::default(),
            count: Arc::new(Semaphore::new(0)),
        }
    }

    async fn wait_for(&self, count: u32) {
        self.count.acquire_many(count).await.unwrap().forget();
    }

    fn count(&self) -> usize {
        self.senders.lock().unwrap().len()
    }

    fn unblock(&self) {
        self.senders.lock().unwrap().clear();
    }
}

impl Command for Block {
    type Args = NoArgs;

    fn spec(&self) -> Spec {
        let spec = Spec::new(self.path, "block the thread").effect(Effect::Read);
        match self.deadline {
            Some(deadline) => spec.deadline(deadline),
            None => spec,
        }
    }

    async fn run(&self, _: NoArgs, _: Invocation) -> Result<Reply, CommandError> {
        let (sender, receiver) = mpsc::channel::<()>();
        self.blocked.senders.lock().unwrap().push(sender);
        self.blocked.count.add_permits(1);
        let _ = receiver.recv();
        Ok(Reply::text("unblocked"))
    }
}

/// Sleeps on its thread, a little longer than the deadline.
struct Sleep;

impl Command for Sleep {
    type Args = NoArgs;

    fn spec(&self) -> Spec {
        Spec::new("sleep", "sleep on the thread").effect(Effect::Read)
    }

    async fn run(&self, _: NoArgs, _: Invocation) -> Result<Reply, CommandError> {
        std::thread::sleep(Duration::from_millis(1_500));
        Ok(Reply::text("slept"))
    }
}

/// Asks for less time than the configuration gives.
struct Hurried;

impl Command for Hurried {
    type Args = NoArgs;

    fn spec(&self) -> Spec {
        Spec::new("hurried", "give up at once")
            .effect(Effect::Read)
            .deadline(Duration::from_millis(20))
    }

    async fn run(&self, _: NoArgs, _: Invocation) -> Result<Reply, CommandError> {
        std::future::pending().await
    }
}

/// The bot, and what holds its commands up.
struct Held {
    bot: LocalBot,
    permits: Arc<Semaphore>,
    blocked: Blocked,
}

fn start() -> Held {
    let permits = Arc::new(Semaphore::new(0));
    let blocked = Blocked::none();
    let nap = Nap(Arc::clone(&permits));
    let block = Block {
        path: "block",
        deadline: None,
        blocked: blocked.clone(),
    };
    let block_soon = Block {
        path: "block soon",
        deadline: Some(Duration::from_millis(20)),
        blocked: blocked.clone(),
    };
    let bot = LocalBot::start(|bot: Bot| {
        bot.module(hailer_commands::builtin())
            .command(nap)
            .command(block)
            .command(block_soon)
            .command(Sleep)
            .command(Hurried)
    });
    Held {
        bot,
        permits,
        blocked,
    }
}

impl Held {
    async fn say_often(&self, text: &str, times: usize) -> Vec<Response> {
        join_all((0..times).map(|_| self.bot.say(text))).await
    }

    async fn assert_healthy(&self) {
        assert_eq!(get(self.bot.admin, "/-/healthy").await.status, 200);
        assert_eq!(get(self.bot.admin, "/-/ready").await.status, 200);
    }
}

#[tokio::test]
async fn a_command_that_waits_is_answered_for() {
    let held = start();
    let begun = Instant::now();

    let waiting = held.say_often("nap", 64);
    let meanwhile = async {
        let pong = held.bot.say("ping").await;
        held.assert_healthy().await;
        (pong, Instant::now())
    };
    let (answers, (pong, answered)) = tokio::join!(waiting, meanwhile);

    assert_eq!(pong.outcome(), "ok");
    // All others wait for the deadline: ping was not held up by them.
    assert!(answered - begun < Duration::from_secs(1));
    for answer in answers {
        assert_eq!(
            (answer.outcome(), answer.text().as_str()),
            ("timed_out", STILL_WORKING)
        );
    }
    assert!(begun.elapsed() < IN_TIME, "{:?}", begun.elapsed());
    held.permits.add_permits(100);
    assert_eq!(held.bot.say("nap").await.text(), "rested");
}

#[tokio::test]
async fn a_command_that_blocks_its_thread_is_answered_for() {
    let held = start();
    let begun = Instant::now();

    let blocked = held.bot.say("block");
    let meanwhile = async {
        let pongs = held.say_often("ping", 20).await;
        held.assert_healthy().await;
        (pongs, Instant::now())
    };
    let (answer, (pongs, answered)) = tokio::join!(blocked, meanwhile);

    assert_eq!(
        (answer.outcome(), answer.text().as_str()),
        ("timed_out", STILL_WORKING)
    );
    assert!(pongs.iter().all(|it| it.outcome() == "ok"));
    assert!(answered - begun < Duration::from_secs(1));
    assert!(begun.elapsed() < IN_TIME, "{:?}", begun.elapsed());
    held.blocked.unblock();
}

#[tokio::test]
async fn sixty_four_commands_that_block_are_all_answered_for() {
    let held = start();
    let begun = Instant::now();

    let blocked = held.say_often("block", 64);
    let meanwhile = async {
        held.blocked.wait_for(8).await;
        let pongs = held.say_often("ping", 20).await;
        held.assert_healthy().await;
        pongs
    };
    let (answers, pongs) = tokio::join!(blocked, meanwhile);

    for pong in pongs {
        assert_eq!(pong.outcome(), "ok", "{}", pong.text());
    }
    assert!(begun.elapsed() < IN_TIME, "{:?}", begun.elapsed());
    let ran = answers
        .iter()
        .filter(|it| it.outcome() == "timed_out")
        .count();
    for answer in &answers {
        let expected = match answer.outcome() {
            "timed_out" => STILL_WORKING,
            "busy" => NOT_STARTED,
            other => panic!("{other}: {}", answer.text()),
        };
        assert_eq!(answer.text(), expected);
    }
    // What the answers say is what happened: those that never started never do.
    assert_eq!(held.blocked.count(), ran);
    held.blocked.unblock();
    assert_eq!(held.bot.say("ping").await.outcome(), "ok");
    assert_eq!(held.blocked.count(), 0);
}

#[tokio::test]
async fn commands_that_block_and_want_less_time_leave_the_others_alone() {
    let held = start();

    for _ in 0..12 {
        let answer = held.bot.say("block soon").await;
        assert_eq!(answer.text(), STILL_WORKING);
    }

    assert_eq!(held.bot.say("ping").await.outcome(), "ok");
    held.permits.add_permits(1);
    assert_eq!(held.bot.say("nap").await.text(), "rested");
    held.blocked.unblock();
}

#[tokio::test]
async fn commands_that_sleep_on_their_threads_are_answered_for_and_forgotten() {
    let held = start();

    let answers = held.say_often("sleep", 20).await;

    for answer in answers {
        let text = answer.text();
        assert!(text == STILL_WORKING || text == NOT_STARTED, "{text}");
    }
    assert_eq!(held.bot.say("ping").await.outcome(), "ok");
}

#[tokio::test]
async fn a_command_may_want_less_time() {
    let held = start();
    let begun = Instant::now();

    let answer = held.bot.say("hurried").await;

    assert_eq!(
        (answer.outcome(), answer.text().as_str()),
        ("timed_out", STILL_WORKING)
    );
    assert!(
        begun.elapsed() < Duration::from_secs(1),
        "{:?}",
        begun.elapsed()
    );
}
