//! Opening: migrations, locks, and each way to fail with its own text.

use hailer_store::{JobFilter, OpenError, Role, Store, StoreUrl};

use crate::bed::cluster::{Cluster, PASSWORD};
use crate::bed::{Bed, on_both};
use crate::samples::{admission, queue};

on_both!(
    what_was_stored_is_there_after_a_restart,
    a_newer_schema_is_left_alone,
    a_migration_that_was_changed_is_noticed,
    a_tool_makes_no_tables,
    a_tool_works_beside_a_server,
    each_opening_has_its_own_id,
);

async fn refused(url: &StoreUrl, role: Role) -> OpenError {
    Store::open(url, role).await.expect_err("refused")
}

async fn what_was_stored_is_there_after_a_restart(bed: &Bed) {
    let id = queue(&bed.store().await, &admission()).await;

    let store = bed.store().await;

    assert_eq!(
        store.jobs(&JobFilter::default()).await.expect("jobs").items[0].id,
        id
    );
}

async fn a_newer_schema_is_left_alone(bed: &Bed) {
    drop(bed.store().await);
    bed.sql("INSERT INTO hailer_schema (version, checksum, at) VALUES (99, 'x', 1)")
        .await;

    for role in [Role::Server, Role::Tool] {
        let error = refused(bed.url(), role).await;
        assert!(
            matches!(error, OpenError::Newer { found: 99, .. }),
            "{error:?}"
        );
        assert!(
            error.to_string().contains("use a newer version of Hailer"),
            "{error}"
        );
    }
}

async fn a_migration_that_was_changed_is_noticed(bed: &Bed) {
    drop(bed.store().await);
    bed.sql("UPDATE hailer_schema SET checksum = 'x'").await;

    let error = refused(bed.url(), Role::Server).await;

    assert!(
        matches!(error, OpenError::Changed { version: 1 }),
        "{error:?}"
    );
}

async fn a_tool_makes_no_tables(bed: &Bed) {
    let error = refused(bed.url(), Role::Tool).await;

    let is_right = if bed.is_shared() {
        matches!(error, OpenError::Older { found: 0, .. })
    } else {
        matches!(error, OpenError::Missing { .. })
    };
    assert!(
        is_right && error.to_string().contains("start the server"),
        "{error}"
    );
    drop(bed.store().await);
    bed.tool().await;
}

async fn a_tool_works_beside_a_server(bed: &Bed) {
    let (store, tool) = (bed.store().await, bed.tool().await);

    let id = queue(&tool, &admission()).await;

    assert!(store.job(&id).await.expect("read").is_some());
}

async fn each_opening_has_its_own_id(bed: &Bed) {
    let first = bed.store().await.boot().clone();

    assert_ne!(&first, bed.store().await.boot());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_has_one_server() {
    let bed = Bed::sqlite();
    let first = bed.store().await;

    let error = refused(bed.url(), Role::Server).await.to_string();

    assert!(
        error.contains("another server uses the database")
            && error.contains(&format!("process {}", std::process::id())),
        "{error}"
    );
    drop(first);
    bed.store().await;
}

#[tokio::test]
async fn only_this_user_may_read_the_file() {
    use std::os::unix::fs::PermissionsExt;

    let bed = Bed::sqlite();
    let store = bed.store().await;
    queue(&store, &admission()).await;

    for entry in std::fs::read_dir(bed.folder()).expect("folder") {
        let entry = entry.expect("entry");
        assert_eq!(
            entry.metadata().expect("metadata").permissions().mode() & 0o777,
            0o600,
            "{:?}",
            entry.path()
        );
    }
}

#[tokio::test]
async fn what_is_no_database_is_named() {
    let bed = Bed::sqlite();
    std::fs::write(
        bed.folder().join("hailer.db"),
        "this is a text, and a long one at that ".repeat(100),
    )
    .expect("written");

    let error = refused(bed.url(), Role::Server).await;

    assert!(
        matches!(error, OpenError::NotADatabase { .. })
            && error.to_string().contains("[store] url"),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_damaged_database_is_named() {
    let bed = Bed::sqlite();
    let store = bed.store().await;
    for _ in 0..50 {
        queue(&store, &admission()).await;
    }
    drop(store);
    let path = bed.folder().join("hailer.db");
    // Everything of it in one file first.
    bed.sql("PRAGMA wal_checkpoint(TRUNCATE)").await;
    let mut bytes = std::fs::read(&path).expect("read");
    let length = bytes.len();
    bytes[4096 * 4..length].fill(0x5a);
    std::fs::write(&path, bytes).expect("written");

    let error = refused(bed.url(), Role::Server).await;

    assert!(matches!(error, OpenError::Damaged { .. }), "{error:?}");
}

#[tokio::test]
async fn a_folder_that_is_missing_is_named() {
    let url = StoreUrl::file("/no/such/folder/hailer.db");

    let error = refused(&url, Role::Server).await.to_string();

    assert!(
        error.contains("/no/such/folder/hailer.db")
            && error.contains("check that its folder exists"),
        "{error}"
    );
}

mod on_postgres_only {
    //! Named so that `--skip on_postgres` leaves it out.

    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn four_servers_start_at_once_on_an_empty_database() {
        let bed = Bed::postgres().await;

        let opened: Vec<_> = (0..4)
            .map(|_| {
                let url = bed.url().clone();
                tokio::spawn(async move { Store::open(&url, Role::Server).await })
            })
            .collect();

        for store in opened {
            let store = store.await.expect("a call").expect("open");
            queue(&store, &admission()).await;
        }
        assert_eq!(bed.number("SELECT COUNT(*) FROM jobs").await, 4);
    }

    #[tokio::test]
    async fn a_wrong_password_is_named_and_not_shown() {
        let url: StoreUrl = Cluster::shared()
            .tcp_url("postgres", "hunter2")
            .parse()
            .expect("a url");

        let error = refused(&url, Role::Server).await;

        let text = format!("{error} {error:?} {url:?}");
        assert!(
            error
                .to_string()
                .contains("refuses user `postgres`; check user and password"),
            "{text}"
        );
        assert!(!text.contains("hunter2"), "{text}");
    }

    #[tokio::test]
    async fn the_right_password_is_taken() {
        let bed = Bed::postgres().await;
        let name = bed
            .url()
            .to_string()
            .rsplit('/')
            .next()
            .expect("a name")
            .to_owned();
        let url: StoreUrl = Cluster::shared()
            .tcp_url(&name, PASSWORD)
            .parse()
            .expect("a url");

        let store = Store::open(&url, Role::Server).await.expect("open");

        queue(&store, &admission()).await;
    }

    #[tokio::test]
    async fn a_database_that_is_missing_is_named() {
        let url: StoreUrl = Cluster::shared().url("nowhere").parse().expect("a url");

        let error = refused(&url, Role::Server).await.to_string();

        assert!(
            error.contains("no database `nowhere`; make it with `createdb nowhere`"),
            "{error}"
        );
    }

    #[tokio::test]
    async fn tls_that_is_wanted_and_not_there_is_named() {
        let url = format!(
            "{}?sslmode=require",
            Cluster::shared().tcp_url("postgres", PASSWORD)
        );

        let error = refused(&url.parse().expect("a url"), Role::Server).await;

        assert!(
            matches!(error, OpenError::Tls { .. }) && error.to_string().contains("sslmode=disable"),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named() {
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .expect("a port")
        .local_addr()
        .expect("an address")
        .port();
    let urls = [
        format!("postgres://bot:hunter2@127.0.0.1:{port}/hailer"),
        "postgres://bot:hunter2@no-such-host.invalid/hailer".to_owned(),
    ];

    for url in urls {
        let error = refused(&url.parse().expect("a url"), Role::Server).await;

        assert!(matches!(error, OpenError::Unreachable { .. }), "{error:?}");
        let text = format!("{error} {error:?}");
        assert!(
            error
                .to_string()
                .contains("check host and port in `[store] url`")
                && !text.contains("hunter2"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!(
        "postgres://bot@127.0.0.1:{}/hailer",
        silent.local_addr().expect("an address").port()
    );

    let error = refused(&url.parse().expect("a url"), Role::Server).await;

    assert!(matches!(error, OpenError::TimedOut { .. }), "{error:?}");
}
