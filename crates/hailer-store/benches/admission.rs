//! How many jobs a second the door takes from 64 clients, each stored for good before it is answered, and how many commits a second
//! the same disk makes one after another.
//!
//! `cargo bench -p hailer-store --bench admission`; needs the programs of PostgreSQL. Set `TMPDIR` to measure another disk.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a measurement that goes wrong should stop there"
)]

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use hailer_store::{
    Admission, Admitted, AuditEntry, ClaimLimits, Effect, Ending, JobState, MessageKey, NewJob,
    Person, Role, Start, Store, StoreUrl,
};
use sqlx::postgres::PgPoolOptions;
use sqlx::{Connection, Executor, SqliteConnection};

#[expect(dead_code, reason = "the tests also stop and pause it")]
#[path = "../tests/it/bed/cluster.rs"]
mod cluster;

/// How many callers there are at once.
const CLIENTS: usize = 64;

/// How long each measurement lasts.
const LENGTH: Duration = Duration::from_secs(4);

#[tokio::main]
async fn main() {
    // `cargo bench` and `cargo test --benches` give arguments that mean nothing here.
    sqlite().await;
    postgres().await;
}

async fn sqlite() {
    let folder = tempfile::tempdir().expect("a folder");
    let before = single_commits(folder.path().join("a.db")).await;
    let store = Store::open(
        &StoreUrl::file(folder.path().join("hailer.db")),
        Role::Server,
    )
    .await
    .expect("open");
    let accepted = accept(&store).await;
    // One tick for each commit that touched jobs.
    let commits =
        f64::from(u32::try_from(*store.changes().borrow()).expect("small")) / LENGTH.as_secs_f64();
    let done = run_through(&store).await;
    let after = single_commits(folder.path().join("b.db")).await;
    let single = (before + after) / 2.0;
    println!("sqlite    single commits          {before:8.0}/s before, {after:.0}/s after");
    println!(
        "sqlite    jobs accepted, 64 calls {accepted:8.0}/s = {:.1} x single commits, {:.0} in each of {commits:.0} commits/s",
        accepted / single,
        accepted / commits
    );
    println!("sqlite    claimed, run, finished  {done:8.0}/s, one at a time");
}

async fn postgres() {
    let cluster = cluster::Cluster::start_new();
    let url = cluster.url("postgres");
    let (one, many) = (
        plain_inserts(&url, 1).await,
        plain_inserts(&url, CLIENTS).await,
    );
    let store = Store::open(&url.parse().expect("a url"), Role::Server)
        .await
        .expect("open");
    let accepted = accept(&store).await;
    let done = run_through(&store).await;
    println!("postgres  plain inserts, 1 call   {one:8.0}/s, 64 calls {many:.0}/s");
    println!(
        "postgres  jobs accepted, 64 calls {accepted:8.0}/s = {:.1} x one call's inserts, {:.2} x 64 calls' inserts",
        accepted / one,
        accepted / many
    );
    println!("postgres  claimed, run, finished  {done:8.0}/s, one at a time");
}

/// Inserts one row a commit, as a program without group commit does.
async fn single_commits(path: std::path::PathBuf) -> f64 {
    let mut file = SqliteConnection::connect(&format!("sqlite:{}?mode=rwc", path.display()))
        .await
        .expect("a file");
    file.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE plain (number INTEGER PRIMARY KEY, text TEXT)")
        .await
        .expect("a table");
    let (begun, mut count) = (Instant::now(), 0_u32);
    while begun.elapsed() < LENGTH {
        file.execute("INSERT INTO plain (text) VALUES ('a job of some length, as text')")
            .await
            .expect("inserted");
        count += 1;
    }
    f64::from(count) / begun.elapsed().as_secs_f64()
}

async fn plain_inserts(url: &str, clients: usize) -> f64 {
    let size = u32::try_from(clients).expect("small");
    let pool = PgPoolOptions::new()
        .max_connections(size)
        .connect(url)
        .await
        .expect("connected");
    pool.execute("CREATE TABLE IF NOT EXISTS plain (number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, text TEXT)")
        .await
        .expect("a table");
    per_second(clients, move |_| {
        let pool = pool.clone();
        async move {
            pool.execute("INSERT INTO plain (text) VALUES ('a job of some length, as text')")
                .await
                .expect("inserted");
        }
    })
    .await
}

async fn accept(store: &Store) -> f64 {
    let store = store.within(Duration::from_secs(30));
    per_second(CLIENTS, move |number| {
        let store = store.clone();
        async move {
            match store.admit(&admission(number)).await.expect("admitted") {
                Admitted::Queued(_) => {}
                other => panic!("not queued: {other:?}"),
            }
        }
    })
    .await
}

/// Calls `call` from many clients and returns how many calls ended a second.
async fn per_second<F, T>(clients: usize, call: F) -> f64
where
    F: Fn(u64) -> T + Clone + Send + 'static,
    T: Future<Output = ()> + Send,
{
    let count = Arc::new(AtomicU64::new(0));
    let begun = Instant::now();
    let tasks: Vec<_> = (0..clients)
        .map(|_| {
            let (count, call) = (Arc::clone(&count), call.clone());
            tokio::spawn(async move {
                while begun.elapsed() < LENGTH {
                    call(count.fetch_add(1, Ordering::Relaxed)).await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("a client");
    }
    let count = u32::try_from(count.load(Ordering::Relaxed)).expect("small");
    f64::from(count) / begun.elapsed().as_secs_f64()
}

async fn run_through(store: &Store) -> f64 {
    let store = store.within(Duration::from_secs(30));
    let (begun, mut count) = (Instant::now(), 0_u32);
    while begun.elapsed() < LENGTH {
        let Some(claimed) = store.claim(&ClaimLimits::default()).await.expect("claimed") else {
            break;
        };
        store.started(&claimed.fence, None).await.expect("started");
        store
            .finish(&claimed.fence, &ending())
            .await
            .expect("finished");
        count += 1;
    }
    f64::from(count) / begun.elapsed().as_secs_f64()
}

fn ending() -> Ending {
    Ending {
        state: JobState::Succeeded,
        reply: None,
        text: Some("done".to_owned()),
        output: None,
        exit: None,
        error: None,
        follow_up: None,
        outcome: AuditEntry {
            event: "outcome".to_owned(),
            ..AuditEntry::default()
        },
    }
}

/// A hash that no other message has.
fn guard(number: u64) -> [u8; 32] {
    let mut hash = [0; 32];
    for (place, byte) in hash.iter_mut().zip(number.to_le_bytes()) {
        *place = byte;
    }
    hash
}

fn admission(number: u64) -> Admission {
    let text = str::to_owned;
    Admission {
        key: MessageKey {
            webhook: text("ops"),
            tenant: text("4f0c2f4e-7d7a-4b5e-9a3a-2f6f0f3a9d11"),
            team: text("19:team@thread.tacv2"),
            conversation: text("19:channel@thread.tacv2;messageid=1"),
            activity: number.to_string(),
        },
        guard: Some(guard(number)),
        job: NewJob {
            webhook: text("ops"),
            tenant: text("4f0c2f4e-7d7a-4b5e-9a3a-2f6f0f3a9d11"),
            team: text("19:team@thread.tacv2"),
            channel: text("19:channel@thread.tacv2"),
            conversation: text("19:channel@thread.tacv2;messageid=1"),
            thread: None,
            requester: Person {
                id: text("0d3c6d0a-7b0e-4c5d-8f34-6c1e9a7b2d55"),
                name: text("Mira"),
            },
            command: text("deploy"),
            text: text("deploy api to production"),
            body: Some("x".repeat(1500)),
            effect: Effect::Write,
            idempotent: false,
            max_attempts: 1,
            time_limit: Duration::from_secs(900),
            lock: None,
            request_id: number.to_string(),
        },
        start: Start::Queued,
        intent: AuditEntry {
            event: text("intent"),
            decision: text("allow"),
            ..AuditEntry::default()
        },
        queue_limit: u64::MAX,
        despite_holds: false,
        request: None,
    }
}
