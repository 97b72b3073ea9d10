//! One transaction's view of the database: the same text and values for both engines.
//!
//! Placeholders are `$1`, columns are TEXT and BIGINT, so that every operation is written once.

mod deferred;
mod value;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sqlx::pool::PoolConnection;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Postgres, Sqlite};

use crate::error::StoreError;
use crate::id::BootId;
use crate::session::deferred::Deferred;
pub(crate) use crate::session::value::{Row, Value, values};

/// The time of the database in milliseconds since 1970.
const SHARED_NOW: &str = "(EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::BIGINT";

/// How many statements are put off at most at the end of an operation: a longer text would never be the same again, and so never be
/// found prepared.
const MOST_DEFERRED: usize = 12;

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
    /// The number and the hash of the chain's last row, where it is known.
    head: Option<(i64, String)>,
    now: Option<i64>,
    deferred: Deferred,
    /// Why the whole transaction has to be rolled back: a statement of one operation failed when another's was sent.
    broken: Option<StoreError>,
    is_abandoned: bool,
    is_touched: bool,
}

impl Session {
    pub(crate) fn new(wire: Wire, boot: BootId, chain: String) -> Self {
        Self {
            wire,
            boot,
            chain,
            head: None,
            now: None,
            deferred: Deferred::default(),
            broken: None,
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

    /// Begins an operation: on SQLite its clock is read anew.
    pub(crate) fn begin(&mut self) {
        if !self.is_shared() {
            self.now = None;
        }
        self.is_abandoned = false;
        self.is_touched = false;
    }

    pub(crate) fn is_abandoned(&self) -> bool {
        self.is_abandoned
    }

    pub(crate) fn is_touched(&self) -> bool {
        self.is_touched
    }

    /// Returns the last row of the chain, where it is known.
    pub(crate) fn head(&self) -> Option<(i64, String)> {
        self.head.clone()
    }

    /// Says which row of the chain is the last now; `None` when it has to be looked up.
    pub(crate) fn set_head(&mut self, head: Option<(i64, String)>) {
        self.head = head;
    }

    /// Begins a transaction on PostgreSQL, and on the same way fetches what nearly every operation wants: the time, and the chain's end.
    pub(crate) async fn begin_shared(&mut self) -> Result<(), StoreError> {
        let Wire::Server(server) = &mut self.wire else {
            return Ok(());
        };
        // Made of hexadecimal digits and a number.
        let chain = &self.chain;
        let sql = format!(
            "BEGIN; SELECT {SHARED_NOW} AS now, last.seq, last.hash FROM (SELECT 1) one LEFT JOIN (SELECT * FROM ((SELECT seq, hash \
             FROM audit WHERE chain = '{chain}' ORDER BY seq DESC LIMIT 1) UNION ALL SELECT seq, hash FROM audit_dropped \
             WHERE chain = '{chain}') ends ORDER BY seq DESC LIMIT 1) last ON true"
        );
        let rows = sqlx::raw_sql(AssertSqlSafe(sql))
            .fetch_all(&mut **server)
            .await?;
        let row = rows
            .into_iter()
            .next()
            .map(Row::Postgres)
            .ok_or(StoreError::Unreadable { column: "now" })?;
        self.now = Some(row.int("now")?);
        self.head = Some((
            row.maybe_int("seq")?.unwrap_or_default(),
            row.maybe_text("hash")?.unwrap_or_default(),
        ));
        Ok(())
    }

    /// Runs a statement of which only the failure matters; on SQLite with the next one, or at the end of the operation.
    pub(crate) async fn put(&mut self, sql: &str, values: &[Value]) -> Result<(), StoreError> {
        if matches!(self.wire, Wire::File(_)) {
            self.deferred.push(sql, values);
            return Ok(());
        }
        self.execute(sql, values).await.map(drop)
    }

    /// Runs what was put off.
    pub(crate) async fn flush(&mut self) -> Result<(), StoreError> {
        if self.deferred.is_empty() {
            return Ok(());
        }
        self.fetch("", &[]).await.map(drop)
    }

    /// Puts off the beginning of an operation in an SQLite transaction.
    pub(crate) fn begin_operation(&mut self) {
        self.deferred.begin_operation();
        self.deferred.push("SAVEPOINT operation", &[]);
    }

    /// Puts off the end of an operation, or runs what was put off when that is much.
    pub(crate) async fn end_operation(&mut self) -> Result<(), StoreError> {
        self.deferred.push("RELEASE operation", &[]);
        if self.deferred.len() > MOST_DEFERRED {
            self.flush().await
        } else {
            Ok(())
        }
    }

    /// Undoes an operation in an SQLite transaction, and nothing before it.
    pub(crate) async fn undo_operation(&mut self) -> Result<(), StoreError> {
        self.head = None;
        if self.deferred.forget_operation() {
            return Ok(());
        }
        self.fetch("ROLLBACK TO operation", &[]).await?;
        self.fetch("RELEASE operation", &[]).await.map(drop)
    }

    /// Begins an SQLite transaction anew: nothing is put off, and the chain's end is not known.
    pub(crate) fn begin_batch(&mut self) {
        self.deferred = Deferred::default();
        self.broken = None;
        self.head = None;
    }

    /// Says why the whole transaction has to be rolled back.
    pub(crate) fn take_broken(&mut self) -> Option<StoreError> {
        self.broken.take()
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
                let sql = format!("SELECT {SHARED_NOW} AS now");
                self.fetch_one(&sql, &[])
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
        // The count would be that of all of them.
        self.flush().await?;
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
        let is_alone = self.deferred.is_empty();
        let (text, all, is_mixed);
        let (sql, values) = if is_alone {
            is_mixed = false;
            (sql.to_owned(), values)
        } else {
            if !sql.is_empty() {
                self.deferred.push(sql, values);
            }
            (text, all, is_mixed) = self.deferred.take();
            (text, all.as_slice())
        };
        let result = self.fetch_all(sql, values).await;
        if let (Err(error), true) = (&result, is_mixed) {
            self.broken = Some(error.again());
        }
        result
    }

    async fn fetch_all(&mut self, sql: String, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        let sql = AssertSqlSafe(sql);
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
        self.flush().await?;
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
