//! Where a test keeps its store: a file in a folder of its own, or a database of its own in a PostgreSQL that the tests start.

pub(crate) mod cluster;
pub(crate) mod disk;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hailer_store::{Role, Store, StoreUrl};
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row, SqliteConnection};
use tempfile::TempDir;

use crate::bed::cluster::Cluster;

/// How long calls may take where it does not matter.
const PATIENCE: Duration = Duration::from_secs(30);

static DATABASES: AtomicU64 = AtomicU64::new(1);

/// A place for the store of one test.
pub(crate) struct Bed {
    url: StoreUrl,
    text: String,
    folder: Option<TempDir>,
}

impl Bed {
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let text = format!("sqlite:{}", folder.path().join("hailer.db").display());
        Self {
            url: text.parse().expect("a url"),
            text,
            folder: Some(folder),
        }
    }

    pub(crate) async fn postgres() -> Self {
        Self::in_cluster(Cluster::shared()).await
    }

    pub(crate) async fn in_cluster(cluster: &Cluster) -> Self {
        let name = format!("hailer_{}", DATABASES.fetch_add(1, Ordering::Relaxed));
        cluster.sql(&format!("CREATE DATABASE {name}"));
        let text = cluster.url(&name);
        Self {
            url: text.parse().expect("a url"),
            text,
            folder: None,
        }
    }

    pub(crate) fn is_shared(&self) -> bool {
        self.folder.is_none()
    }

    pub(crate) fn url(&self) -> &StoreUrl {
        &self.url
    }

    pub(crate) fn folder(&self) -> &std::path::Path {
        self.folder.as_ref().expect("a folder").path()
    }

    /// Opens the store as a server does, with patience for a busy machine.
    pub(crate) async fn store(&self) -> Store {
        self.usual_store().await.within(PATIENCE)
    }

    /// Opens the store as a server does, with the limits that a server has.
    pub(crate) async fn usual_store(&self) -> Store {
        Store::open(&self.url, Role::Server).await.expect("open")
    }

    /// Opens the store as the command line does.
    pub(crate) async fn tool(&self) -> Store {
        let tool = Store::open(&self.url, Role::Tool).await.expect("open");
        tool.within(PATIENCE)
    }

    /// Has a server die: its jobs are anybody's.
    pub(crate) async fn crash(&self, store: Store) {
        drop(store);
        if self.is_shared() {
            self.sql("UPDATE jobs SET lease_until = 1 WHERE lease_until IS NOT NULL")
                .await;
        }
    }

    /// Runs statements behind the store's back.
    pub(crate) async fn sql(&self, sql: &str) {
        self.try_sql(sql).await.expect("statement");
    }

    pub(crate) async fn try_sql(&self, sql: &str) -> Result<(), sqlx::Error> {
        let statement = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
        if self.is_shared() {
            statement.execute(&mut self.server().await).await.map(drop)
        } else {
            let path = self.text.strip_prefix("sqlite:").expect("a path");
            let mut file = SqliteConnection::connect(path).await.expect("the file");
            statement.execute(&mut file).await.map(drop)
        }
    }

    /// Returns the first column of the first row, which is a number.
    pub(crate) async fn number(&self, sql: &str) -> i64 {
        let statement = AssertSqlSafe(sql.to_owned());
        if self.is_shared() {
            sqlx::query(statement)
                .fetch_one(&mut self.server().await)
                .await
                .expect("row")
                .get(0)
        } else {
            let path = self.text.strip_prefix("sqlite:").expect("a path");
            let mut file = SqliteConnection::connect(path).await.expect("the file");
            sqlx::query(statement)
                .fetch_one(&mut file)
                .await
                .expect("row")
                .get(0)
        }
    }

    async fn server(&self) -> PgConnection {
        PgConnection::connect(&self.text).await.expect("the server")
    }
}

/// Runs each test on both engines.
macro_rules! on_both {
    ($($test:ident),* $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::$test(&crate::bed::Bed::sqlite()).await;
            })*
        }

        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::$test(&crate::bed::Bed::postgres().await).await;
            })*
        }
    };
}
pub(crate) use on_both;
