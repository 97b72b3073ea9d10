//! What calls do while the database is out, and that they work again afterwards without a new opening.

use std::time::{Duration, Instant};

use hailer_store::{Admitted, JobFilter, JobState, Role, Store, StoreError};
use sqlx::{Connection, SqliteConnection};

use crate::bed::Bed;
use crate::bed::cluster::Cluster;
use crate::bed::disk::{self, SmallDisk};
use crate::samples::{admission, claim, ending, queue, running, state};

/// The limit of a call and what a busy machine adds.
const BOUND: Duration = Duration::from_millis(3500);

/// Makes every kind of call, of which none may take too long, and returns what writing said.
async fn every_call(store: &Store) -> StoreError {
    let begun = Instant::now();
    let write = store.admit(&admission()).await;
    assert!(begun.elapsed() < BOUND, "admit: {:?}", begun.elapsed());
    let begun = Instant::now();
    let _read = store.jobs(&JobFilter::default()).await;
    assert!(begun.elapsed() < BOUND, "jobs: {:?}", begun.elapsed());
    let begun = Instant::now();
    store.ping().await.expect_err("out");
    store.renew(&[]).await.expect_err("out");
    assert!(
        begun.elapsed() < BOUND * 2,
        "ping and renew: {:?}",
        begun.elapsed()
    );
    let error = write.expect_err("out");
    assert!(error.is_passing() && error.is_certain(), "{error:?}");
    error
}

/// Waits until the store takes writes again.
async fn comes_back(store: &Store) {
    let begun = Instant::now();
    while let Err(error) = store.ping().await {
        assert!(begun.elapsed() < Duration::from_secs(20), "{error:?}");
        tokio::task::yield_now().await;
    }
}

mod on_postgres_only {
    //! Named so that `--skip on_postgres` leaves it out.

    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_server_that_was_stopped_and_started_again() {
        let cluster = Cluster::start_new();
        let bed = Bed::in_cluster(&cluster).await;
        let store = bed.usual_store().await;
        let fence = running(&store, &admission()).await;
        let before = store.changes();

        cluster.stop();
        every_call(&store).await;
        let late = store
            .finish(&fence, &ending(JobState::Succeeded))
            .await
            .expect_err("out");
        assert!(late.is_certain(), "{late:?}");
        cluster.start();
        comes_back(&store).await;

        store
            .finish(&fence, &ending(JobState::Succeeded))
            .await
            .expect("finished");
        assert_eq!(state(&store, &fence.job).await, JobState::Succeeded);
        let id = queue(&store, &admission()).await;
        assert_eq!(claim(&store).await.job.id, id);
        assert!(before.has_changed().expect("open"));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_server_that_was_paused_and_goes_on() {
        let cluster = Cluster::start_new();
        let bed = Bed::in_cluster(&cluster).await;
        let store = bed.usual_store().await;
        let message = admission();

        cluster.pause();
        let error = store.admit(&message).await.expect_err("paused");
        let calls: Vec<_> = (0..30)
            .map(|_| {
                let store = store.clone();
                tokio::spawn(async move {
                    let begun = Instant::now();
                    store.admit(&admission()).await.expect_err("paused");
                    begun.elapsed()
                })
            })
            .collect();
        for call in calls {
            let took = call.await.expect("a call");
            assert!(took < BOUND, "{took:?}");
        }
        every_call(&store).await;
        cluster.resume();
        comes_back(&store).await;

        assert!(error.is_certain(), "{error:?}");
        assert_eq!(
            bed.number("SELECT COUNT(*) FROM jobs").await,
            0,
            "what was told not to be stored is not"
        );
        let answer = store.admit(&message).await.expect("admitted");
        assert!(matches!(answer, Admitted::Queued(_)), "{answer:?}");
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_server_that_only_reads_refuses_writes() {
        let bed = Bed::postgres().await;
        drop(bed.store().await);
        let database = bed
            .url()
            .to_string()
            .rsplit('/')
            .next()
            .expect("a name")
            .to_owned();
        bed.sql(&format!(
            "ALTER DATABASE {database} SET default_transaction_read_only = on"
        ))
        .await;
        let again = bed.tool().await;

        let error = again.admit(&admission()).await.expect_err("read-only");

        assert!(error.is_certain() && error.is_passing(), "{error:?}");
        again.ping().await.expect_err("read-only");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_another_writes_is_free_again() {
    let bed = Bed::sqlite();
    let store = bed.usual_store().await;
    queue(&store, &admission()).await;
    let mut other = SqliteConnection::connect(&bed.url().to_string())
        .await
        .expect("the file");
    sqlx::raw_sql("BEGIN IMMEDIATE")
        .execute(&mut other)
        .await
        .expect("the write lock");

    let error = every_call(&store).await;
    let page = store
        .jobs(&JobFilter::default())
        .await
        .expect("reading goes on");
    sqlx::raw_sql("ROLLBACK")
        .execute(&mut other)
        .await
        .expect("let go");
    comes_back(&store).await;

    assert!(
        matches!(
            error,
            StoreError::Unavailable { .. } | StoreError::TimedOut { .. }
        ),
        "{error:?}"
    );
    assert_eq!(page.items.len(), 1);
    queue(&store, &admission()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_that_wait_for_a_locked_file_are_all_told_in_time() {
    let bed = Bed::sqlite();
    let store = bed.usual_store().await;
    let mut other = SqliteConnection::connect(&bed.url().to_string())
        .await
        .expect("the file");
    sqlx::raw_sql("BEGIN IMMEDIATE")
        .execute(&mut other)
        .await
        .expect("the write lock");

    let calls: Vec<_> = (0..100)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                let begun = Instant::now();
                let error = store.admit(&admission()).await.expect_err("locked");
                assert!(error.is_certain(), "{error:?}");
                begun.elapsed()
            })
        })
        .collect();

    for call in calls {
        let took = call.await.expect("a call");
        assert!(took < BOUND, "{took:?}");
    }
    sqlx::raw_sql("ROLLBACK")
        .execute(&mut other)
        .await
        .expect("let go");
    assert_eq!(bed.number("SELECT COUNT(*) FROM jobs").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_said_and_survived() {
    let Some(disk) = SmallDisk::new() else {
        return disk::run_as_root_of_a_namespace("outage::a_full_disk_is_said_and_survived");
    };
    let store = Store::open(
        &hailer_store::StoreUrl::file(disk.path.join("hailer.db")),
        Role::Server,
    )
    .await
    .expect("open");
    let fence = running(&store, &admission()).await;
    let big = crate::samples::admission_of(|job| job.body = Some("x".repeat(100_000)));

    let mut admitted = 0;
    let error = loop {
        let message = hailer_store::Admission {
            key: admission().key,
            ..big.clone()
        };
        match store.admit(&message).await {
            Ok(Admitted::Queued(_)) => admitted += 1,
            other => break other.expect_err("full"),
        }
        assert!(admitted < 1000);
    };
    assert!(
        matches!(error, StoreError::Full { .. }) && error.is_certain(),
        "{error:?}"
    );
    let page = store
        .jobs(&JobFilter::default())
        .await
        .expect("reading goes on");
    disk.free();

    assert!(!page.items.is_empty());
    store
        .finish(&fence, &ending(JobState::Succeeded))
        .await
        .expect("finished");
    queue(&store, &big).await;
    let reports = store.audit_verify(&[]).await.expect("checked");
    assert!(
        reports.iter().all(|report| report.findings.is_empty()),
        "{reports:?}"
    );
    drop(store);
    let again = Store::open(
        &hailer_store::StoreUrl::file(disk.path.join("hailer.db")),
        Role::Server,
    )
    .await
    .expect("whole");
    assert_eq!(state(&again, &fence.job).await, JobState::Succeeded);
}
