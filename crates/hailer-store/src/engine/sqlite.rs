//! The SQLite engine: one file, one writer, a few readers.

use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, SqlitePool};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, timeout_at};

use crate::engine::lock_file::{LockFile, make_private};
use crate::engine::work::Work;
use crate::engine::writer::Writer;
use crate::error::{DatabaseError, OpenError, StoreError};
use crate::id::BootId;
use crate::schema;
use crate::session::{Session, Wire};
use crate::store::Role;

/// How long a statement waits for another process that writes: shorter than a reply may take.
const BUSY: Duration = Duration::from_millis(900);

/// How many prepared statements are kept: those put together from several are more than sqlx's usual 100.
const STATEMENTS: usize = 400;

/// How many calls can read at once.
const READERS: u32 = 4;

/// How many operations can wait for the writer before callers wait to hand theirs in.
const INBOX: usize = 1024;

/// The WAL file is cut to this size after a checkpoint.
const WAL_LIMIT: &str = "16777216";

/// A checkpoint is made when the WAL file has so many pages, 16 MiB: each costs two waits for the disk.
const CHECKPOINT_PAGES: &str = "4000";

/// The pages of a commit of many operations stay in memory until it is made: 16 MiB at most, in KiB and negative as SQLite wants it.
const CACHE: &str = "-16384";

/// The audit has one chain on SQLite.
pub(crate) const CHAIN: &str = "main";

/// An open SQLite database.
pub(crate) struct FileEngine {
    inbox: mpsc::Sender<Box<dyn Work>>,
    /// `None` for memory, which only its one connection sees.
    readers: Option<SqlitePool>,
    boot: BootId,
    changes: watch::Sender<u64>,
    _lock: Option<LockFile>,
}

impl FileEngine {
    pub(crate) async fn open(
        path: Option<&Path>,
        role: Role,
        boot: BootId,
    ) -> Result<Self, OpenError> {
        let lock = match (path, role) {
            (Some(path), Role::Server | Role::CopyTarget) => {
                let lock = LockFile::take(path)?;
                make_private(path)?;
                Some(lock)
            }
            (Some(path), Role::Tool) if !path.exists() => {
                return Err(OpenError::Missing {
                    path: path.to_owned(),
                });
            }
            (Some(_), Role::Tool) | (None, Role::Server | Role::Tool | Role::CopyTarget) => None,
        };
        let (mut session, readers) = connect(path, role, &boot).await?;
        schema::prepare(&mut session, role)
            .await
            .map_err(|error| at_path(error, path))?;
        let changes = watch::Sender::new(0);
        let (inbox, receiver) = mpsc::channel(INBOX);
        tokio::spawn(Writer::new(session, receiver, changes.clone()).run());
        Ok(Self {
            inbox,
            readers,
            boot,
            changes,
            _lock: lock,
        })
    }

    pub(crate) fn changes(&self) -> &watch::Sender<u64> {
        &self.changes
    }

    /// Hands an operation to the writer.
    pub(crate) async fn submit(
        &self,
        work: Box<dyn Work>,
        limit: Duration,
        deadline: Instant,
    ) -> Result<(), StoreError> {
        match timeout_at(deadline, self.inbox.send(work)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_closed)) => Err(StoreError::Closed),
            Err(_elapsed) => Err(StoreError::TimedOut { limit }),
        }
    }

    /// Runs an operation that only reads on a connection of its own.
    pub(crate) async fn submit_read(
        &self,
        mut work: Box<dyn Work>,
        limit: Duration,
        deadline: Instant,
    ) -> Result<(), StoreError> {
        let Some(readers) = &self.readers else {
            return self.submit(work, limit, deadline).await;
        };
        let connection = match timeout_at(deadline, readers.acquire()).await {
            Ok(connection) => connection.map_err(StoreError::from)?,
            Err(_elapsed) => return Err(StoreError::TimedOut { limit }),
        };
        let mut session = Session::new(
            Wire::Reader(connection),
            self.boot.clone(),
            CHAIN.to_owned(),
        );
        match timeout_at(deadline, work.run(&mut session)).await {
            Ok(_kept) => work.answer(),
            Err(_elapsed) => work.fail(StoreError::TimedOut { limit }),
        }
        Ok(())
    }
}

async fn connect(
    path: Option<&Path>,
    role: Role,
    boot: &BootId,
) -> Result<(Session, Option<SqlitePool>), OpenError> {
    let Some(path) = path else {
        let memory = SqliteConnectOptions::new()
            .in_memory(true)
            .connect()
            .await
            .map_err(|error| database_error(error, None))?;
        return Ok((session(memory, boot), None));
    };
    let options = options(path);
    let mut writer = options
        .connect()
        .await
        .map_err(|error| database_error(error, Some(path)))?;
    if role != Role::Tool {
        check(&mut writer, path).await?;
    }
    let readers = SqlitePoolOptions::new()
        .max_connections(READERS)
        .acquire_timeout(Duration::from_secs(1))
        .test_before_acquire(false)
        .connect_lazy_with(options.read_only(true));
    Ok((session(writer, boot), Some(readers)))
}

fn session(connection: SqliteConnection, boot: &BootId) -> Session {
    Session::new(
        Wire::File(Box::new(connection)),
        boot.clone(),
        CHAIN.to_owned(),
    )
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .busy_timeout(BUSY)
        .statement_cache_capacity(STATEMENTS)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .pragma("journal_size_limit", WAL_LIMIT)
        .pragma("wal_autocheckpoint", CHECKPOINT_PAGES)
        .pragma("cache_size", CACHE)
        .disable_statement_logging()
}

async fn check(connection: &mut SqliteConnection, path: &Path) -> Result<(), OpenError> {
    let finding: String = sqlx::query_scalar("PRAGMA quick_check(1)")
        .fetch_one(connection)
        .await
        .map_err(|error| database_error(error, Some(path)))?;
    if finding == "ok" {
        Ok(())
    } else {
        Err(OpenError::Damaged {
            path: path.to_owned(),
            finding,
        })
    }
}

const SQLITE_CORRUPT: &str = "11";
const SQLITE_NOT_A_DATABASE: &str = "26";

fn database_error(error: sqlx::Error, path: Option<&Path>) -> OpenError {
    let code = error
        .as_database_error()
        .and_then(|database| database.code())
        .map(std::borrow::Cow::into_owned);
    match (code.as_deref(), path) {
        (Some(SQLITE_NOT_A_DATABASE), Some(path)) => OpenError::NotADatabase {
            path: path.to_owned(),
        },
        (Some(SQLITE_CORRUPT), Some(path)) => OpenError::Damaged {
            path: path.to_owned(),
            finding: error.to_string(),
        },
        (Some(_) | None, Some(_) | None) => OpenError::Database {
            source: DatabaseError::from(error),
        },
    }
}

fn at_path(error: OpenError, path: Option<&Path>) -> OpenError {
    match error {
        OpenError::Database { source } => database_error(source.into_inner(), path),
        other => other,
    }
}
