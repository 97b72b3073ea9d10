//! What can go wrong with a store: while it opens, and in a call.

use std::path::PathBuf;
use std::time::Duration;

use thiserror::Error;

/// What the database or its driver said; for the log, never for a channel.
#[derive(Debug, Error)]
#[error(transparent)]
pub struct DatabaseError(#[from] sqlx::Error);

impl DatabaseError {
    pub(crate) fn into_inner(self) -> sqlx::Error {
        self.0
    }
}

/// Says why a store could not be opened, and what to do about it.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Another server has the same SQLite file open.
    #[error(
        "another server uses the database `{}` ({holder}); stop that one, or give each server a file of its own; servers that \
         share state need PostgreSQL", path.display()
    )]
    Locked {
        /// The database.
        path: PathBuf,
        /// Who holds it, as far as the lock file tells.
        holder: String,
    },
    /// The database file, its folder or the lock file beside it cannot be read or written.
    #[error("cannot use the database file `{}`; check that its folder exists and that this user may write there", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// There is no such database, and this opening must not make one.
    #[error("there is no database `{}`; start the server once, or correct the path in `[store] url`", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// The file is something else than an SQLite database.
    #[error("`{}` is not a database; move it away or correct the path in `[store] url`", path.display())]
    NotADatabase {
        /// The file.
        path: PathBuf,
    },
    /// The file is damaged.
    #[error("the database `{}` is damaged: {finding}; restore it from a back-up", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The first line of SQLite's finding.
        finding: String,
    },
    /// The database was written by a newer version, or is one that is not ours.
    #[error(
        "the database has schema {found}, this version knows up to {known}; use a newer version of Hailer"
    )]
    Newer {
        /// The schema found.
        found: i64,
        /// The newest schema that this version knows.
        known: i64,
    },
    /// The database has an older schema, which only a server may change.
    #[error(
        "the database has schema {found}, this version needs {needed}; start the server of this version once"
    )]
    Older {
        /// The schema found.
        found: i64,
        /// The schema needed.
        needed: i64,
    },
    /// A migration that was applied earlier is not the one that this version knows.
    #[error(
        "schema {version} of the database differs from the one of this version; restore a back-up, or use the version that wrote it"
    )]
    Changed {
        /// The migration.
        version: i64,
    },
    /// The PostgreSQL server is too old.
    #[error(
        "the PostgreSQL server at `{server}` is version {found}; version 15 or newer is needed"
    )]
    TooOld {
        /// Host and port.
        server: String,
        /// The version as the server says it.
        found: String,
    },
    /// The PostgreSQL server cannot be reached.
    #[error(
        "cannot reach the PostgreSQL server at `{server}`; check host and port in `[store] url`, and that it runs"
    )]
    Unreachable {
        /// Host and port.
        server: String,
        /// What the driver said.
        #[source]
        source: DatabaseError,
    },
    /// The PostgreSQL server did not answer in time.
    #[error(
        "the PostgreSQL server at `{server}` did not answer in {limit:?}; check that it runs and is not overloaded"
    )]
    TimedOut {
        /// Host and port.
        server: String,
        /// How long this waited.
        limit: Duration,
    },
    /// The PostgreSQL server does not let this user in.
    #[error(
        "the PostgreSQL server at `{server}` refuses user `{user}`; check user and password in `[store] url`"
    )]
    Refused {
        /// Host and port.
        server: String,
        /// The user's name.
        user: String,
        /// What the server said.
        #[source]
        source: DatabaseError,
    },
    /// The PostgreSQL server has no such database.
    #[error(
        "the PostgreSQL server at `{server}` has no database `{database}`; make it with `createdb {database}`"
    )]
    NoDatabase {
        /// Host and port.
        server: String,
        /// The database's name.
        database: String,
    },
    /// TLS with the PostgreSQL server failed.
    #[error(
        "no verified TLS with the PostgreSQL server at `{server}`; give `sslrootcert=FILE` in `[store] url`, or `sslmode=disable` \
         where the network is trusted"
    )]
    Tls {
        /// Host and port.
        server: String,
        /// What the driver said.
        #[source]
        source: DatabaseError,
    },
    /// A copy into this database was begun and did not end.
    #[error(
        "the copy into this database is not complete; run the same `hailer store copy` again, or empty the database"
    )]
    HalfCopied,
    /// Anything else that the database said while opening.
    #[error("cannot open the store")]
    Database {
        /// What it said.
        #[source]
        source: DatabaseError,
    },
    /// The system has no random numbers.
    #[error("the system gives no random numbers")]
    Random,
}

/// Says why a call did not do what it was asked.
///
/// [`is_certain`](Self::is_certain) tells whether surely nothing was changed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The store did not begin, or did not end, within the limit of the call; nothing was changed.
    #[error("the store did not answer in {limit:?}; nothing was changed")]
    TimedOut {
        /// The limit.
        limit: Duration,
    },
    /// The database cannot be reached or refuses to write; nothing was changed.
    #[error("the store cannot be used now; nothing was changed")]
    Unavailable {
        /// What the database said.
        #[source]
        source: DatabaseError,
    },
    /// The disk of the database is full; nothing was changed.
    #[error(
        "the disk of the store is full, or the database is at its size limit; nothing was changed; free some space"
    )]
    Full {
        /// What the database said.
        #[source]
        source: DatabaseError,
    },
    /// The store was committing when the limit came or the connection broke: the change may have been stored or not.
    #[error("the store was interrupted while it stored the change; it may or may not be there")]
    Unknown,
    /// The attempt is no longer the one that may write: another took over, or it has ended.
    #[error("attempt {attempt} of job {job} may no longer write; it has ended or was taken over")]
    Stale {
        /// The job.
        job: crate::JobId,
        /// The attempt that tried to write.
        attempt: i64,
    },
    /// The later message is no longer this sender's: its time to send it was over, and another took it.
    #[error("later message {number} was taken over by another sender")]
    Lost {
        /// Its number.
        number: i64,
    },
    /// The call makes no sense: an ending that is no end, an empty name.
    #[error("wrong use of the store: {what}")]
    Misuse {
        /// What is wrong.
        what: &'static str,
    },
    /// A row holds what this version does not understand.
    #[error("column `{column}` of the store holds what this version does not understand")]
    Unreadable {
        /// The column.
        column: &'static str,
    },
    /// The database refused a statement for another reason; nothing was changed.
    #[error("the store refused the change; nothing was changed")]
    Refused {
        /// What the database said.
        #[source]
        source: DatabaseError,
    },
    /// The store was closed, or its background task has ended; nothing was changed.
    #[error("the store is closed; nothing was changed")]
    Closed,
}

impl StoreError {
    /// Tells whether surely nothing was changed, so that a person can be told "nothing was started".
    pub fn is_certain(&self) -> bool {
        !matches!(self, Self::Unknown)
    }

    /// Returns an error of the same kind for another caller. What is no matter of the database is one for the others: they were undone.
    pub(crate) fn again(&self) -> Self {
        let text =
            std::error::Error::source(self).map_or_else(|| self.to_string(), ToString::to_string);
        let source = DatabaseError(sqlx::Error::Protocol(text));
        match self {
            Self::Full { .. } => Self::Full { source },
            Self::Unknown => Self::Unknown,
            Self::Unavailable { .. }
            | Self::Refused { .. }
            | Self::TimedOut { .. }
            | Self::Stale { .. }
            | Self::Lost { .. }
            | Self::Misuse { .. }
            | Self::Unreadable { .. }
            | Self::Closed => Self::Unavailable { source },
        }
    }

    /// Tells whether another process has the write lock of an SQLite file.
    pub(crate) fn is_busy(&self) -> bool {
        let Self::Unavailable { source } = self else {
            return false;
        };
        let code = source
            .0
            .as_database_error()
            .and_then(|database| database.code());
        code.and_then(|code| code.parse::<i64>().ok())
            .is_some_and(|code| [SQLITE_BUSY, SQLITE_LOCKED].contains(&(code & 0xff)))
    }

    /// Tells whether the store may well do the same call later: it is out, slow or full now.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::TimedOut { .. }
            | Self::Unavailable { .. }
            | Self::Full { .. }
            | Self::Unknown => true,
            Self::Stale { .. }
            | Self::Lost { .. }
            | Self::Misuse { .. }
            | Self::Unreadable { .. }
            | Self::Refused { .. }
            | Self::Closed => false,
        }
    }
}

/// The SQLite result codes that tell what happened, without their extension.
const SQLITE_FULL: i64 = 13;
const SQLITE_CONSTRAINT: i64 = 19;
const SQLITE_ERROR: i64 = 1;
const SQLITE_MISMATCH: i64 = 20;
const SQLITE_BUSY: i64 = 5;
const SQLITE_LOCKED: i64 = 6;

/// What a test has a call say.
impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> Self {
        sqlx::Error::Io(error).into()
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let code = error
            .as_database_error()
            .and_then(|database| database.code())
            .map(std::borrow::Cow::into_owned);
        let source = DatabaseError(error);
        let Some(code) = code else {
            return Self::Unavailable { source };
        };
        // SQLSTATE has five characters, SQLite's codes are numbers of up to four digits.
        match code.parse::<i64>() {
            Ok(number) if code.len() < 5 => match number & 0xff {
                SQLITE_FULL => Self::Full { source },
                SQLITE_CONSTRAINT | SQLITE_ERROR | SQLITE_MISMATCH => Self::Refused { source },
                _other => Self::Unavailable { source },
            },
            Ok(_) | Err(_) => from_sqlstate(&code, source),
        }
    }
}

fn from_sqlstate(code: &str, source: DatabaseError) -> StoreError {
    const DISK_FULL: &str = "53100";
    // 22 data, 23 integrity, 42 syntax or access, 54 limits, P0 raised by a trigger; 25006 is a read-only server, which passes.
    match code.get(..2) {
        _ if code == DISK_FULL => StoreError::Full { source },
        Some("22" | "23" | "42" | "54" | "P0") => StoreError::Refused { source },
        Some(_) | None => StoreError::Unavailable { source },
    }
}
