//! Copying a store into another, table by table, so that it can be cut off anywhere and begun again.

use crate::engine::postgres::connect::SERVER_NAME;
use crate::error::StoreError;
use crate::id::BootId;
use crate::operation::audit::placeholders;
use crate::session::{Session, Value, values};

/// A table, and how its rows are put in order.
pub(crate) struct Table {
    pub(crate) name: &'static str,
    /// The columns of its key: texts first, then a number.
    key: &'static [&'static str],
    /// Whether the last column of the key is a number.
    is_numbered: bool,
    texts: &'static str,
    numbers: &'static str,
}

/// Every table with rows to copy. `locks` come after the jobs that hold them.
pub(crate) const TABLES: [Table; 13] = [
    Table {
        name: "messages",
        key: &["webhook", "tenant", "team", "conversation", "activity"],
        is_numbered: false,
        texts: "webhook tenant team conversation activity job_id",
        numbers: "at",
    },
    Table {
        name: "jobs",
        key: &["number"],
        is_numbered: true,
        texts: "id state webhook tenant team channel conversation thread requester_id requester_name command text body effect lock_name \
                request_id guard retry_of owner did_start cancel_id cancel_name progress_text process_boot process_cgroup reply \
                result_text output_head output_tail output_log error",
        numbers: "number idempotent max_attempts time_limit_ms attempt fence crashes parked created_at not_before claimed_at started_at \
                  ended_at lease_until cancel_at progress_done progress_total process_pid process_ticks output_dropped exit_code \
                  exit_signal",
    },
    Table {
        name: "locks",
        key: &["name"],
        is_numbered: false,
        texts: "name job_id",
        numbers: "at",
    },
    Table {
        name: "texts",
        key: &["id"],
        is_numbered: false,
        texts: "id tenant conversation requester_id title content",
        numbers: "created_at expires_at",
    },
    Table {
        name: "outbox",
        key: &["number"],
        is_numbered: true,
        texts: "target job_id payload state owner error",
        numbers: "number attempt leased_until not_before created_at ended_at",
    },
    Table {
        name: "audit",
        key: &["chain", "seq"],
        is_numbered: true,
        texts: "chain boot event request_id job_id tenant team channel conversation activity webhook key_label actor_id actor_name \
                command arguments effect decision rule outcome detail prev_hash hash",
        numbers: "seq at duration_ms",
    },
    Table {
        name: "audit_dropped",
        key: &["chain"],
        is_numbered: false,
        texts: "chain hash",
        numbers: "seq at",
    },
    Table {
        name: "records",
        key: &["module", "key"],
        is_numbered: false,
        texts: "module key value",
        numbers: "version updated_at",
    },
    Table {
        name: "holds",
        key: &["name"],
        is_numbered: false,
        texts: "name kind subject by_id by_name webhook reason",
        numbers: "at until_at",
    },
    Table {
        name: "key_uses",
        key: &["webhook", "label", "network"],
        is_numbered: false,
        texts: "webhook label network",
        numbers: "at",
    },
    Table {
        name: "requests",
        key: &["job_id"],
        is_numbered: false,
        texts: "job_id stage digest bot needs post_target post_payload",
        numbers: "approve_ms run_ms expires_at confirmed_at released_at",
    },
    Table {
        name: "votes",
        key: &["job_id", "person_id"],
        is_numbered: false,
        texts: "job_id person_id person_name verdict way webhook tenant team channel reason",
        numbers: "at",
    },
    Table {
        name: "glass",
        key: &["number"],
        is_numbered: true,
        texts: "webhook person_id person_name reason review_id review_name review_text",
        numbers: "number began_at until_at reviewed_at",
    },
];

/// How many rows go in one transaction: those of jobs can have a few hundred KiB.
const AT_ONCE: i64 = 100;

/// Some rows of a table, each in the order of its columns, and where the next begin.
pub(crate) struct Rows {
    pub(crate) rows: Vec<Vec<Value>>,
    pub(crate) last: Option<Vec<Value>>,
}

impl Table {
    fn columns(&self) -> Vec<&'static str> {
        self.texts
            .split_whitespace()
            .chain(self.numbers.split_whitespace())
            .collect()
    }
}

/// Reads the rows after a key.
pub(crate) async fn rows_after(
    session: &mut Session,
    table: &Table,
    after: Option<&[Value]>,
) -> Result<Rows, StoreError> {
    let mut row = after.unwrap_or_default().to_vec();
    let key = table.key.join(", ");
    let begin = if row.is_empty() {
        String::new()
    } else {
        format!("WHERE ({key}) > ({})", placeholders(row.len()))
    };
    row.push(AT_ONCE.into());
    let sql = format!(
        "SELECT * FROM {} {begin} ORDER BY {key} LIMIT ${}",
        table.name,
        row.len()
    );
    let found = session.fetch(&sql, &row).await?;
    let mut rows = Vec::new();
    let mut last = None;
    for row in &found {
        let mut values = Vec::new();
        for column in table.texts.split_whitespace() {
            values.push(Value::Text(row.maybe_text(column)?));
        }
        for column in table.numbers.split_whitespace() {
            values.push(Value::Int(row.maybe_int(column)?));
        }
        rows.push(values);
        let is_number = |position: usize| table.is_numbered && position + 1 == table.key.len();
        let mut key = Vec::new();
        for (position, column) in table.key.iter().enumerate() {
            key.push(if is_number(position) {
                row.int(column)?.into()
            } else {
                row.text(column)?.into()
            });
        }
        last = Some(key);
    }
    Ok(Rows { rows, last })
}

/// Writes rows that are not there yet.
pub(crate) async fn put_rows(
    session: &mut Session,
    table: &Table,
    rows: &[Vec<Value>],
) -> Result<(), StoreError> {
    let columns = table.columns();
    let sql = format!(
        "INSERT INTO {} ({}) VALUES ({}) ON CONFLICT DO NOTHING",
        table.name,
        columns.join(", "),
        placeholders(columns.len())
    );
    for row in rows {
        session.execute(&sql, row).await?;
    }
    Ok(())
}

/// Counts the rows of a table.
pub(crate) async fn count(session: &mut Session, table: &Table) -> Result<u64, StoreError> {
    let row = session
        .fetch_one(&format!("SELECT COUNT(*) AS rows FROM {}", table.name), &[])
        .await?;
    Ok(row
        .map(|row| row.int("rows"))
        .transpose()?
        .unwrap_or_default()
        .unsigned_abs())
}

/// Returns the id that a store keeps for ever, making it when there is none.
pub(crate) async fn store_id(session: &mut Session) -> Result<String, StoreError> {
    if let Some(id) = fact(session, "id").await? {
        return Ok(id);
    }
    let id = BootId::random().map_err(|_error| StoreError::Misuse {
        what: "the system gives no random numbers",
    })?;
    set_fact(session, "id", id.as_str()).await?;
    Ok(id.as_str().to_owned())
}

/// What a store is to a copy of another into it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// Empty, or a part of the copy.
    Open,
    /// The whole copy, which may have gone on by itself.
    Complete,
    /// Something else.
    Other,
}

/// Marks a store as the copy of another, unless it is complete or holds something else.
pub(crate) async fn begin(session: &mut Session, source: &str) -> Result<Target, StoreError> {
    match fact(session, "copy_from").await? {
        Some(from) if from != source => return Ok(Target::Other),
        Some(_) if !is_half_copied(session).await? => return Ok(Target::Complete),
        Some(_) => return Ok(Target::Open),
        None => {}
    }
    for table in &TABLES {
        if count(session, table).await? > 0 {
            return Ok(Target::Other);
        }
    }
    set_fact(session, "copy_from", source).await?;
    set_fact(session, "copy_state", "begun").await?;
    Ok(Target::Open)
}

/// Marks a copy as complete, after its numbers were made to go on where the source's end.
pub(crate) async fn complete(session: &mut Session) -> Result<(), StoreError> {
    if session.is_shared() {
        for table in ["jobs", "outbox", "glass"] {
            let sql = format!(
                "SELECT setval(pg_get_serial_sequence('{table}', 'number'), COALESCE((SELECT MAX(number) FROM {table}), 0) + 1, false)"
            );
            session.execute(&sql, &[]).await?;
        }
    }
    set_fact(session, "copy_state", "complete").await
}

async fn fact(session: &mut Session, name: &str) -> Result<Option<String>, StoreError> {
    let row = session
        .fetch_one("SELECT value FROM facts WHERE name = $1", &values![name])
        .await?;
    row.map(|row| row.text("value")).transpose()
}

async fn set_fact(session: &mut Session, name: &str, value: &str) -> Result<(), StoreError> {
    let sql = "INSERT INTO facts (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    session.execute(sql, &values![name, value]).await.map(drop)
}

/// Tells whether a server of ours is connected to a PostgreSQL database.
pub(crate) async fn is_served(session: &mut Session) -> Result<bool, StoreError> {
    let sql = "SELECT COUNT(*) AS servers FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1";
    let row = session.fetch_one(sql, &values![SERVER_NAME]).await?;
    Ok(row.map_or(Ok(0), |row| row.int("servers"))? > 0)
}

/// Tells whether a copy into this store was begun and did not end.
pub(crate) async fn is_half_copied(session: &mut Session) -> Result<bool, StoreError> {
    Ok(fact(session, "copy_state").await?.as_deref() == Some("begun"))
}
