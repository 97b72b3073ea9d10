//! One transaction's view of the database: the same text and values for both engines.
//!
//! Placeholders are `$1`, columns are TEXT and BIGINT, so that every operation is written once.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sqlx::pool::PoolConnection;
use sqlx::postgres::PgRow;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Postgres, Row as _, Sqlite};

use crate::error::StoreError;
use crate::id::BootId;

/// A value for a placeholder.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Text(Option<String>),
    Int(Option<i64>),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(Some(storable(text.to_owned())))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(Some(storable(text)))
    }
}

impl From<Option<String>> for Value {
    fn from(text: Option<String>) -> Self {
        Self::Text(text.map(storable))
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(Some(number))
    }
}

impl From<Option<i64>> for Value {
    fn from(number: Option<i64>) -> Self {
        Self::Int(number)
    }
}

impl From<bool> for Value {
    fn from(is: bool) -> Self {
        Self::Int(Some(i64::from(is)))
    }
}

/// PostgreSQL stores no NUL in a text; both engines keep the same.
fn storable(text: String) -> String {
    if text.contains('\0') {
        text.replace('\0', "\u{fffd}")
    } else {
        text
    }
}

/// Makes the values of a statement: `values![id, attempt]`.
macro_rules! values {
    ($($value:expr),* $(,)?) => { [$($crate::session::Value::from($value)),*] };
}
pub(crate) use values;

/// A row of a result.
#[derive(Debug)]
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Row {
    pub(crate) fn text(&self, column: &'static str) -> Result<String, StoreError> {
        self.maybe_text(column)?
            .ok_or(StoreError::Unreadable { column })
    }

    pub(crate) fn maybe_text(&self, column: &'static str) -> Result<Option<String>, StoreError> {
        match self {
            Self::Sqlite(row) => row.try_get(column),
            Self::Postgres(row) => row.try_get(column),
        }
        .map_err(|_error| StoreError::Unreadable { column })
    }

    pub(crate) fn int(&self, column: &'static str) -> Result<i64, StoreError> {
        self.maybe_int(column)?
            .ok_or(StoreError::Unreadable { column })
    }

    pub(crate) fn maybe_int(&self, column: &'static str) -> Result<Option<i64>, StoreError> {
        match self {
            Self::Sqlite(row) => row.try_get(column),
            Self::Postgres(row) => row.try_get(column),
        }
        .map_err(|_error| StoreError::Unreadable { column })
    }

    pub(crate) fn is(&self, column: &'static str) -> Result<bool, StoreError> {
        Ok(self.int(column)? != 0)
    }
}

/// A connection of either engine.
pub(crate) enum Wire {
    File(Box<SqliteConnection>),
    Reader(PoolConnection<Sqlite>),
    Server(PoolConnection<Postgres>),
}

/// A connection, and what the operation on it tells the engine.
pub(crate) struct Session {
    wire: Wire,
    boot: BootId,
    /// The audit chain that this session appends to; no other session of this or another process does at the same time.
    chain: String,
    now: Option<i64>,
    is_abandoned: bool,
    is_touched: bool,
}

impl Session {
    pub(crate) fn new(wire: Wire, boot: BootId, chain: String) -> Self {
        Self {
            wire,
            boot,
            chain,
            now: None,
            is_abandoned: false,
            is_touched: false,
        }
    }

    pub(crate) fn boot(&self) -> &BootId {
        &self.boot
    }

    pub(crate) fn chain(&self) -> &str {
        &self.chain
    }

    /// Tells whether other servers share the database, so that leases count and rows are to be locked.
    pub(crate) fn is_shared(&self) -> bool {
        matches!(self.wire, Wire::Server(_))
    }

    /// Has the transaction rolled back, although the operation has a result.
    pub(crate) fn abandon(&mut self) {
        self.is_abandoned = true;
    }

    /// Has those who wait for changes woken after the commit.
    pub(crate) fn touch(&mut self) {
        self.is_touched = true;
    }

    /// Begins an operation: its clock is read anew.
    pub(crate) fn begin(&mut self) {
        self.now = None;
        self.is_abandoned = false;
        self.is_touched = false;
    }

    pub(crate) fn is_abandoned(&self) -> bool {
        self.is_abandoned
    }

    pub(crate) fn is_touched(&self) -> bool {
        self.is_touched
    }

    /// Returns the connection itself, to be thrown away or given back.
    pub(crate) fn into_wire(self) -> Wire {
        self.wire
    }

    /// Returns the time in milliseconds since 1970, the same during an operation: the database's on PostgreSQL, so that all servers
    /// mean the same by a lease.
    pub(crate) async fn now(&mut self) -> Result<i64, StoreError> {
        if let Some(now) = self.now {
            return Ok(now);
        }
        let now = match self.wire {
            Wire::File(_) | Wire::Reader(_) => machine_now(),
            Wire::Server(_) => {
                let sql = "SELECT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::BIGINT AS now";
                self.fetch_one(sql, &[])
                    .await?
                    .ok_or(StoreError::Unreadable { column: "now" })?
                    .int("now")?
            }
        };
        self.now = Some(now);
        Ok(now)
    }

    /// Keeps other servers' transactions with the same name out until this one ends. SQLite has one writer anyway.
    pub(crate) async fn take_turns(&mut self, name: &str) -> Result<(), StoreError> {
        if self.is_shared() {
            self.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))",
                &values![name],
            )
            .await?;
        }
        Ok(())
    }

    /// Runs a statement and returns how many rows it changed.
    pub(crate) async fn execute(&mut self, sql: &str, values: &[Value]) -> Result<u64, StoreError> {
        let sql = AssertSqlSafe(sql.to_owned());
        let changed = match &mut self.wire {
            Wire::File(file) => bound_sqlite(sql, values)
                .execute(&mut **file)
                .await?
                .rows_affected(),
            Wire::Reader(reader) => bound_sqlite(sql, values)
                .execute(&mut **reader)
                .await?
                .rows_affected(),
            Wire::Server(server) => bound_postgres(sql, values)
                .execute(&mut **server)
                .await?
                .rows_affected(),
        };
        Ok(changed)
    }

    /// Runs a statement and returns its rows.
    pub(crate) async fn fetch(
        &mut self,
        sql: &str,
        values: &[Value],
    ) -> Result<Vec<Row>, StoreError> {
        let sql = AssertSqlSafe(sql.to_owned());
        let rows = match &mut self.wire {
            Wire::File(file) => {
                sqlite_rows(bound_sqlite(sql, values).fetch_all(&mut **file).await?)
            }
            Wire::Reader(reader) => {
                sqlite_rows(bound_sqlite(sql, values).fetch_all(&mut **reader).await?)
            }
            Wire::Server(server) => bound_postgres(sql, values)
                .fetch_all(&mut **server)
                .await?
                .into_iter()
                .map(Row::Postgres)
                .collect(),
        };
        Ok(rows)
    }

    /// Runs a statement and returns its first row.
    pub(crate) async fn fetch_one(
        &mut self,
        sql: &str,
        values: &[Value],
    ) -> Result<Option<Row>, StoreError> {
        Ok(self.fetch(sql, values).await?.into_iter().next())
    }

    /// Runs a text of several statements without values.
    pub(crate) async fn run_script(&mut self, sql: &str) -> Result<(), StoreError> {
        let sql = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
        match &mut self.wire {
            Wire::File(file) => sql.execute(&mut **file).await.map(|_rows| ())?,
            Wire::Reader(reader) => sql.execute(&mut **reader).await.map(|_rows| ())?,
            Wire::Server(server) => sql.execute(&mut **server).await.map(|_rows| ())?,
        }
        Ok(())
    }
}

/// Returns this machine's time in milliseconds since 1970.
pub(crate) fn machine_now() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    millis(since)
}

/// Returns a duration in milliseconds, as large as fits.
pub(crate) fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

type SqliteQuery = sqlx::query::Query<'static, Sqlite, sqlx::sqlite::SqliteArguments>;
type PostgresQuery = sqlx::query::Query<'static, Postgres, sqlx::postgres::PgArguments>;

fn sqlite_rows(rows: Vec<SqliteRow>) -> Vec<Row> {
    rows.into_iter().map(Row::Sqlite).collect()
}

fn bound_sqlite(sql: AssertSqlSafe<String>, values: &[Value]) -> SqliteQuery {
    values
        .iter()
        .cloned()
        .fold(sqlx::query(sql), |query, value| match value {
            Value::Text(text) => query.bind(text),
            Value::Int(number) => query.bind(number),
        })
}

fn bound_postgres(sql: AssertSqlSafe<String>, values: &[Value]) -> PostgresQuery {
    values
        .iter()
        .cloned()
        .fold(sqlx::query(sql), |query, value| match value {
            Value::Text(text) => query.bind(text),
            Value::Int(number) => query.bind(number),
        })
}
