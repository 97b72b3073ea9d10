//! Teams sometimes delivers a message twice: it is answered twice, and run once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::join_all;
use hailer::{Command, CommandError, Effect, Invocation, NoArgs, Reply, Spec};
use serde_json::json;
use tokio::sync::Semaphore;

use crate::http::Connection;
use crate::local_bot::LocalBot;
use crate::samples::{self, WEBHOOKS};
use crate::server::Server;
use crate::teams::message;

/// Counts how often it runs; each run waits for a permit.
#[derive(Clone)]
struct Counting {
    runs: Arc<AtomicUsize>,
    begun: Arc<Semaphore>,
    go_on: Arc<Semaphore>,
}

impl Counting {
    fn new() -> Self {
        Self {
            runs: Arc::default(),
            begun: Arc::new(Semaphore::new(0)),
            go_on: Arc::new(Semaphore::new(0)),
        }
    }

    fn runs(&self) -> usize {
        self.runs.load(Ordering::SeqCst)
    }
}

impl Command for Counting {
    type Args = NoArgs;

    fn spec(&self) -> Spec {
        Spec::new("count", "count the runs").effect(Effect::Read)
    }

    async fn run(&self, _: NoArgs, _: Invocation) -> Result<Reply, CommandError> {
        let run = self.runs.fetch_add(1, Ordering::SeqCst) + 1;
        self.begun.add_permits(1);
        self.go_on.acquire().await?.forget();
        Ok(Reply::text(format!("run {run}")))
    }
}

#[tokio::test]
async fn a_second_delivery_gets_the_first_answer() {
    let server = Server::builder().and(WEBHOOKS).start().await;
    let (first, second) = (samples::one("t_18"), samples::one("t_29"));

    let answer = first.post(&server.teams).await;
    let repeated = second.post(&server.teams).await;

    assert_ne!(first.body, second.body);
    assert_eq!(answer.body, repeated.body);
    assert_eq!(
        (answer.outcome(), repeated.outcome()),
        ("unknown", "duplicate")
    );
    assert_ne!(answer.request_id(), repeated.request_id());
}

#[tokio::test]
async fn fifty_deliveries_at_once_run_once_and_get_fifty_equal_answers() {
    let counting = Counting::new();
    let bot = LocalBot::start(|bot| bot.command(counting.clone()));
    let request = bot.teams.signed(message("ops", "count").to_string());
    let mut connections = join_all((0..50).map(|_| Connection::open(bot.teams.address))).await;

    join_all(connections.iter_mut().map(|it| it.send(&request))).await;
    counting.begun.acquire().await.unwrap().forget();
    // One for each delivery, so that a second run would not wait for ever.
    counting.go_on.add_permits(50);

    let answers = join_all(connections.iter_mut().map(Connection::response)).await;
    for answer in &answers {
        assert_eq!(answer.text(), "run 1");
        assert_eq!(answer.body, answers[0].body);
    }
    let firsts = answers.iter().filter(|it| it.outcome() == "ok").count();
    assert_eq!((firsts, counting.runs()), (1, 1));
}

#[tokio::test]
async fn a_second_delivery_while_the_first_runs_waits_no_longer_than_the_deadline() {
    let counting = Counting::new();
    let bot = LocalBot::start(|bot| bot.command(counting.clone()));
    let request = message("ops", "count").to_string();

    let answers = join_all([bot.teams.post(&request), bot.teams.post(&request)]).await;

    let mut outcomes: Vec<&str> = answers.iter().map(|it| it.outcome()).collect();
    outcomes.sort_unstable();
    assert_eq!(outcomes, ["duplicate", "timed_out"]);
    for answer in &answers {
        let text = answer.text();
        assert!(text.contains("working on it"), "{text}");
    }
    assert_eq!(counting.runs(), 1);
}

#[tokio::test]
async fn only_the_same_message_of_the_same_conversation_and_tenant_is_a_repeat() {
    let counting = Counting::new();
    counting.go_on.add_permits(100);
    let bot = LocalBot::start(|bot| bot.command(counting.clone()));
    let first = message("ops", "count");
    let changed = |pointer: &str, value: &str| {
        let mut other = first.clone();
        *other.pointer_mut(pointer).unwrap() = json!(value);
        other.to_string()
    };

    for (body, expected) in [
        (first.to_string(), "run 1"),
        (changed("/text", "<at>ops</at> count "), "run 1"),
        (changed("/id", "1"), "run 2"),
        (
            changed("/conversation/id", "19:other@thread.tacv2"),
            "run 3",
        ),
        (
            changed(
                "/conversation/tenantId",
                "00000000-0000-4000-8000-00000000d002",
            ),
            "run 4",
        ),
        (first.to_string(), "run 1"),
    ] {
        assert_eq!(bot.teams.post(body).await.text(), expected);
    }
}

#[tokio::test]
async fn messages_without_an_id_are_never_repeats() {
    let counting = Counting::new();
    counting.go_on.add_permits(100);
    let bot = LocalBot::start(|bot| bot.command(counting.clone()));
    let mut nameless = message("ops", "count");
    nameless["id"] = json!(null);

    for expected in ["run 1", "run 2"] {
        assert_eq!(bot.teams.post(nameless.to_string()).await.text(), expected);
    }
}

#[tokio::test]
async fn repeats_run_again_when_nothing_is_remembered() {
    let counting = Counting::new();
    counting.go_on.add_permits(100);
    let bot = LocalBot::configured("[limits]\ndedupe_for = 'off'", |bot| {
        bot.command(counting.clone())
    });
    let body = message("ops", "count").to_string();

    for expected in ["run 1", "run 2"] {
        assert_eq!(bot.teams.post(&body).await.text(), expected);
    }
}

#[tokio::test]
async fn who_hung_up_gets_the_answer_with_the_next_delivery() {
    let counting = Counting::new();
    let bot = LocalBot::start(|bot| bot.command(counting.clone()));
    let request = message("ops", "count").to_string();
    let mut connection = Connection::open(bot.teams.address).await;
    connection.send(bot.teams.signed(&request)).await;
    counting.begun.acquire().await.unwrap().forget();

    drop(connection);
    counting.go_on.add_permits(2);

    assert_eq!(bot.teams.post(&request).await.text(), "run 1");
    assert_eq!(counting.runs(), 1);
}
