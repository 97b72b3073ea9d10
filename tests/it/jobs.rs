//! Jobs through the front door: one for each message, run to the end, told later.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::join_all;
use hailer::{Command, CommandError, Effect, Invocation, NoArgs, Reply, Spec};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use crate::http::{Connection, get};
use crate::local_bot::LocalBot;
use crate::teams::message;

const RULES: &str = "
[permissions]
default = 'allow'
[store]
url = 'sqlite::memory:'
";

/// Counts its runs, each of which waits for a permit.
#[derive(Clone)]
struct Ship {
    is_job: bool,
    runs: Arc<AtomicUsize>,
    go_on: Arc<Semaphore>,
}

impl Ship {
    fn new(is_job: bool) -> Self {
        Self {
            is_job,
            runs: Arc::default(),
            go_on: Arc::new(Semaphore::new(0)),
        }
    }
}

impl Command for Ship {
    type Args = NoArgs;

    fn spec(&self) -> Spec {
        let spec = Spec::new("ship", "ship it").effect(Effect::Write);
        if self.is_job { spec.job() } else { spec }
    }

    async fn run(&self, _: NoArgs, _: Invocation) -> Result<Reply, CommandError> {
        let run = self.runs.fetch_add(1, Ordering::SeqCst) + 1;
        self.go_on.acquire().await?.forget();
        Ok(Reply::text(format!("shipped {run}")))
    }
}

#[tokio::test]
async fn fifty_deliveries_at_once_are_one_job_and_get_fifty_equal_answers() {
    for is_job in [true, false] {
        let ship = Ship::new(is_job);
        ship.go_on.add_permits(50);
        let with = ship.clone();
        let bot = LocalBot::configured(RULES, |bot| bot.command(with));
        let request = bot.teams.signed(message("ops", "ship").to_string());
        let connections = (0..50).map(|_| Connection::open(bot.teams.address));
        let mut connections = join_all(connections).await;

        join_all(connections.iter_mut().map(|it| it.send(&request))).await;
        let answers = join_all(connections.iter_mut().map(Connection::response)).await;

        for answer in &answers {
            assert_eq!(answer.body, answers[0].body);
        }
        let first = answers[0].text();
        let expected = if is_job { "Started" } else { "shipped 1" };
        assert!(first.contains(expected), "{first}");
        assert!(ship.runs.load(Ordering::SeqCst) <= 1);
    }
}

#[tokio::test]
async fn a_result_is_posted_through_the_flow() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let flow = listener.local_addr().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("flow");
    crate::server::write_private(&secret, &format!("http://{flow}/invoke?sig=SECRET"));
    let ship = Ship::new(true);
    ship.go_on.add_permits(1);
    let tables = format!(
        "followup = 'ops'
        {RULES}
        [followup.ops]
        url = {{ file = '{}' }}
        allow_http_loopback = true
        ",
        secret.display()
    );
    let bot = LocalBot::configured(&tables, |bot| bot.command(ship));

    let said = bot.say("ship").await.text();

    assert!(
        said.contains("I'll post the result in this channel."),
        "{said}"
    );
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut posted = String::new();
    let mut buffer = vec![0; 8_192];
    while !posted.ends_with('}') {
        let read = stream.read(&mut buffer).await.unwrap();
        posted.push_str(&String::from_utf8_lossy(&buffer[..read]));
    }
    stream
        .write_all(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n")
        .await
        .unwrap();
    assert!(
        posted.starts_with("POST /invoke?sig=SECRET HTTP/1.1"),
        "{posted}"
    );
    for part in ["\"contentUrl\":null", "is done", "shipped 1", "asked by"] {
        assert!(posted.contains(part), "{part}: {posted}");
    }
    loop {
        let metrics = get(bot.admin, "/metrics").await.body;
        if metrics.contains("hailer_followup_posts_total{followup=\"ops\",outcome=\"ok\"} 1") {
            assert!(
                metrics.contains("hailer_job_duration_seconds_count{state=\"succeeded\"} 1"),
                "{metrics}"
            );
            break;
        }
    }
}
