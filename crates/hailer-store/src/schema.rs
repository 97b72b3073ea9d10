//! The tables, and how a database gets from one version of them to the next.
//!
//! Each migration is one text for both engines plus a small part for each (triggers). All of it happens in one transaction that keeps
//! every other server out, so that any number of them can start at once.

use sha2::{Digest, Sha256};

use crate::error::{OpenError, StoreError};
use crate::id::hex;
use crate::operation::is_half_copied;
use crate::session::{Session, machine_now, values};
use crate::store::Role;

/// One step of the schema.
struct Migration {
    version: i64,
    both: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

const MIGRATIONS: [Migration; 4] = [
    Migration {
        version: 1,
        both: include_str!("schema/0001.sql"),
        sqlite: include_str!("schema/sqlite.sql"),
        postgres: include_str!("schema/postgres.sql"),
    },
    Migration {
        version: 2,
        both: include_str!("schema/0002.sql"),
        sqlite: "",
        postgres: include_str!("schema/postgres_0002.sql"),
    },
    Migration {
        version: 3,
        both: include_str!("schema/0003.sql"),
        sqlite: "",
        postgres: "",
    },
    Migration {
        version: 4,
        both: include_str!("schema/0004.sql"),
        sqlite: "",
        postgres: "",
    },
];

const VERSIONS: &str = "CREATE TABLE IF NOT EXISTS hailer_schema (version BIGINT PRIMARY KEY, checksum TEXT NOT NULL, at BIGINT NOT NULL)";

/// Brings the database to this version's schema; a tool only checks that it has it.
pub(crate) async fn prepare(session: &mut Session, role: Role) -> Result<(), OpenError> {
    if role != Role::Tool {
        let begin = if session.is_shared() {
            "BEGIN"
        } else {
            "BEGIN IMMEDIATE"
        };
        run(session, begin).await?;
        let migrated = migrate(session).await;
        // It fails when the database has rolled back by itself.
        let ended = run(
            session,
            if migrated.is_ok() {
                "COMMIT"
            } else {
                "ROLLBACK"
            },
        )
        .await;
        migrated.and(ended)?;
    }
    let applied = applied(session).await?;
    let newest = MIGRATIONS.len();
    check(&applied)?;
    if applied.len() < newest {
        return Err(OpenError::Older {
            found: version(applied.len()),
            needed: version(newest),
        });
    }
    if role != Role::CopyTarget && is_half_copied(session).await.map_err(database)? {
        return Err(OpenError::HalfCopied);
    }
    Ok(())
}

async fn migrate(session: &mut Session) -> Result<(), OpenError> {
    if session.is_shared() {
        // Another server may be migrating.
        run(session, "SET LOCAL lock_timeout = '8s'").await?;
    }
    // Transaction-wide: it goes with the commit or with the connection, whatever happens.
    session
        .take_turns("hailer schema")
        .await
        .map_err(database)?;
    run(session, VERSIONS).await?;
    let applied = applied(session).await?;
    check(&applied)?;
    for migration in MIGRATIONS.iter().skip(applied.len()) {
        session
            .run_script(&script(migration, session.is_shared()))
            .await
            .map_err(database)?;
        let row = values![migration.version, checksum(migration), machine_now()];
        session
            .execute(
                "INSERT INTO hailer_schema (version, checksum, at) VALUES ($1, $2, $3)",
                &row,
            )
            .await
            .map_err(database)?;
    }
    Ok(())
}

/// Returns the checksums of what was applied, oldest first.
async fn applied(session: &mut Session) -> Result<Vec<(i64, String)>, OpenError> {
    let exists = if session.is_shared() {
        "SELECT 1 AS one FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = 'hailer_schema'"
    } else {
        "SELECT 1 AS one FROM sqlite_schema WHERE type = 'table' AND name = 'hailer_schema'"
    };
    if session
        .fetch(exists, &[])
        .await
        .map_err(database)?
        .is_empty()
    {
        return Ok(Vec::new());
    }
    let rows = session
        .fetch(
            "SELECT version, checksum FROM hailer_schema ORDER BY version",
            &[],
        )
        .await
        .map_err(database)?;
    rows.iter()
        .map(|row| Ok((row.int("version")?, row.text("checksum")?)))
        .collect::<Result<_, StoreError>>()
        .map_err(database)
}

fn check(applied: &[(i64, String)]) -> Result<(), OpenError> {
    if let Some((found, _)) = applied.last().filter(|_| applied.len() > MIGRATIONS.len()) {
        return Err(OpenError::Newer {
            found: *found,
            known: version(MIGRATIONS.len()),
        });
    }
    let changed = applied
        .iter()
        .zip(&MIGRATIONS)
        .find(|((_, found), migration)| *found != checksum(migration));
    match changed {
        Some(((version, _), _)) => Err(OpenError::Changed { version: *version }),
        None => Ok(()),
    }
}

fn script(migration: &Migration, is_shared: bool) -> String {
    let (number, own) = if is_shared {
        (
            "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY",
            migration.postgres,
        )
    } else {
        ("INTEGER PRIMARY KEY AUTOINCREMENT", migration.sqlite)
    };
    format!("{}\n{own}", migration.both.replace("{NUMBER}", number))
}

/// The same on both engines, so that a moved database still fits.
fn checksum(migration: &Migration) -> String {
    let text = [migration.both, migration.sqlite, migration.postgres].join("\0");
    hex(&Sha256::digest(text.as_bytes()))
}

fn version(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

async fn run(session: &mut Session, sql: &str) -> Result<(), OpenError> {
    session.execute(sql, &[]).await.map(drop).map_err(database)
}

fn database(error: StoreError) -> OpenError {
    match error {
        StoreError::Unavailable { source }
        | StoreError::Full { source }
        | StoreError::Refused { source } => OpenError::Database { source },
        other => OpenError::Database {
            source: sqlx::Error::Protocol(other.to_string()).into(),
        },
    }
}
