//! How a PostgreSQL store is opened: reached, checked, migrated, and each way to fail told apart.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Executor, PgPool};
use tokio::time::timeout;

use crate::engine::postgres::notify::is_io;
use crate::error::{DatabaseError, OpenError};
use crate::id::BootId;
use crate::schema;
use crate::session::{Session, Wire};
use crate::store::Role;
use crate::url::server_name;

/// How many connections one server uses at most.
pub(crate) const POOL: u32 = 12;

/// What a server calls itself to PostgreSQL, so that a copy can see that one is there.
pub(crate) const SERVER_NAME: &str = "hailer server";

/// What anything else calls itself.
const TOOL_NAME: &str = "hailer tool";

/// How long opening may take in all.
const OPEN_LIMIT: Duration = Duration::from_secs(10);

/// The oldest PostgreSQL that is tested.
const OLDEST: i32 = 150_000;

/// Bounds what a statement may do to others when its caller is gone. Callers have shorter limits of their own.
const SETTINGS: &str = "SET statement_timeout = '5s'; SET lock_timeout = '1s'; SET idle_in_transaction_session_timeout = '10s'; \
                        SET client_min_messages = 'warning'; SET default_transaction_isolation = 'read committed'; \
                        SET synchronous_commit = 'on'";

/// Opens a pool of connections to a database that has this version's schema.
pub(crate) async fn open(
    options: &PgConnectOptions,
    role: Role,
    boot: &BootId,
) -> Result<PgPool, OpenError> {
    let name = match role {
        Role::Server => SERVER_NAME,
        Role::Tool | Role::CopyTarget => TOOL_NAME,
    };
    let options = options
        .clone()
        .application_name(name)
        .disable_statement_logging();
    match timeout(OPEN_LIMIT, checked(&options, role, boot)).await {
        Ok(result) => result,
        Err(_elapsed) => Err(OpenError::TimedOut {
            server: server_name(&options),
            limit: OPEN_LIMIT,
        }),
    }
}

async fn checked(
    options: &PgConnectOptions,
    role: Role,
    boot: &BootId,
) -> Result<PgPool, OpenError> {
    // By itself first: a pool hides why it cannot connect.
    let first = options
        .connect()
        .await
        .map_err(|error| explain(error, options))?;
    check_version(first, options).await?;
    let pool = PgPoolOptions::new()
        .max_connections(POOL)
        // Each use begins with a statement that shows whether the connection lives.
        .test_before_acquire(false)
        .acquire_timeout(Duration::from_secs(1))
        .idle_timeout(Duration::from_secs(600))
        .max_lifetime(Duration::from_secs(1800))
        .after_connect(|connection, _| {
            Box::pin(async move { connection.execute(SETTINGS).await.map(drop) })
        })
        .connect_lazy_with(options.clone());
    let connection = pool
        .acquire()
        .await
        .map_err(|error| explain(error, options))?;
    let mut session = Session::new(Wire::Server(connection), boot.clone(), String::new());
    schema::prepare(&mut session, role).await?;
    Ok(pool)
}

async fn check_version(
    mut first: sqlx::PgConnection,
    options: &PgConnectOptions,
) -> Result<(), OpenError> {
    let found: String = sqlx::query_scalar("SHOW server_version_num")
        .fetch_one(&mut first)
        .await
        .map_err(|error| explain(error, options))?;
    if found.parse::<i32>().is_ok_and(|number| number < OLDEST) {
        return Err(OpenError::TooOld {
            server: server_name(options),
            found,
        });
    }
    // The server notices anyhow; nothing was written.
    let _closed = sqlx::Connection::close(first).await;
    Ok(())
}

/// Says what to do about an error while connecting.
fn explain(error: sqlx::Error, options: &PgConnectOptions) -> OpenError {
    let server = server_name(options);
    if matches!(error, sqlx::Error::Tls(_)) {
        return OpenError::Tls {
            server,
            source: DatabaseError::from(error),
        };
    }
    let code = error
        .as_database_error()
        .and_then(|database| database.code())
        .map(std::borrow::Cow::into_owned);
    match code.as_deref() {
        Some("28P01" | "28000") => OpenError::Refused {
            server,
            user: options.get_username().to_owned(),
            source: DatabaseError::from(error),
        },
        Some("3D000") => OpenError::NoDatabase {
            server,
            database: options.get_database().unwrap_or_default().to_owned(),
        },
        // 57P03: it is starting or stopping; 53300: too many connections.
        Some("57P03" | "53300") => OpenError::Unreachable {
            server,
            source: DatabaseError::from(error),
        },
        Some(_) => OpenError::Database {
            source: DatabaseError::from(error),
        },
        None if is_io(&error) => OpenError::Unreachable {
            server,
            source: DatabaseError::from(error),
        },
        None => OpenError::Database {
            source: DatabaseError::from(error),
        },
    }
}
