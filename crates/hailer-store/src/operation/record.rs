//! Records of modules: read, written where what was expected is there, leased.

use crate::error::StoreError;
use crate::outbox::NewPost;
use crate::record::{Expected, LeaseRequest, NewRecord, Record, RecordFilter};
use crate::session::{Row, Session, millis, values};

/// Sorts after every character that a text can hold.
const LAST: char = '\u{10ffff}';

/// A lease is tried again when another server changed it at the same moment.
const TRIES: usize = 2;

/// Returns a record.
pub(crate) async fn get(
    session: &mut Session,
    module: &str,
    key: &str,
) -> Result<Option<Record>, StoreError> {
    let sql = "SELECT * FROM records WHERE module = $1 AND key = $2";
    let row = session.fetch_one(sql, &values![module, key]).await?;
    row.as_ref().map(read).transpose()
}

/// Returns the records whose keys begin so, in the order of their keys.
pub(crate) async fn list(
    session: &mut Session,
    filter: &RecordFilter,
) -> Result<Vec<Record>, StoreError> {
    let sql = "SELECT * FROM records WHERE module = $1 AND key >= $2 AND key < $3 AND key > $4 ORDER BY key LIMIT $5";
    let row = values![
        filter.module.as_str(),
        filter.prefix.as_str(),
        format!("{}{LAST}", filter.prefix),
        filter.after.clone().unwrap_or_default(),
        i64::from(filter.limit),
    ];
    session.fetch(sql, &row).await?.iter().map(read).collect()
}

/// Writes a record; `None` when something else is there than was expected.
pub(crate) async fn put(
    session: &mut Session,
    record: &NewRecord,
) -> Result<Option<i64>, StoreError> {
    check(record)?;
    let now = session.now().await?;
    let row = values![
        record.module.as_str(),
        record.key.as_str(),
        record.value.as_str(),
        now,
    ];
    let mut row = row.to_vec();
    // The time as the first version, so that none comes twice when a record is deleted and written anew.
    let insert =
        "INSERT INTO records (module, key, value, version, updated_at) VALUES ($1, $2, $3, $4, $4)";
    let sql = match record.expected {
        Expected::Anything => format!(
            "{insert} ON CONFLICT (module, key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at, \
             version = CASE WHEN records.version < excluded.version THEN excluded.version ELSE records.version + 1 END RETURNING version"
        ),
        Expected::Nothing => format!("{insert} ON CONFLICT DO NOTHING RETURNING version"),
        Expected::Version(version) => {
            row.push(version.into());
            "UPDATE records SET value = $3, updated_at = $4, version = CASE WHEN version < $4 THEN $4 ELSE version + 1 END \
             WHERE module = $1 AND key = $2 AND version = $5 RETURNING version"
                .to_owned()
        }
    };
    let written = session.fetch_one(&sql, &row).await?;
    written.map(|row| row.int("version")).transpose()
}

/// Writes a record and stores a later message, both or neither.
pub(crate) async fn put_and_post(
    session: &mut Session,
    record: &NewRecord,
    post: &NewPost,
) -> Result<Option<i64>, StoreError> {
    let written = put(session, record).await?;
    if written.is_some() {
        super::outbox::put(session, post, None).await?;
    }
    Ok(written)
}

/// Deletes a record; `false` when something else is there than was expected, or nothing.
pub(crate) async fn delete(
    session: &mut Session,
    module: &str,
    key: &str,
    expected: Expected,
) -> Result<bool, StoreError> {
    let (condition, mut row) = match expected {
        Expected::Nothing => return Ok(false),
        Expected::Anything => ("", Vec::new()),
        Expected::Version(version) => (" AND version = $3", values![version].to_vec()),
    };
    let sql = format!("DELETE FROM records WHERE module = $1 AND key = $2{condition}");
    row.splice(0..0, values![module, key]);
    Ok(session.execute(&sql, &row).await? > 0)
}

/// Takes or prolongs a lease for this opening of the store; `false` while another has it.
pub(crate) async fn lease(
    session: &mut Session,
    request: &LeaseRequest,
) -> Result<bool, StoreError> {
    let now = session.now().await?;
    let holder = session.boot().as_str().to_owned();
    let until = now.saturating_add(millis(request.term));
    for _ in 0..TRIES {
        let found = get(session, &request.module, &request.key).await?;
        let is_held = found.as_ref().is_some_and(|record| {
            let (by, until) = parse_lease(&record.value);
            by != holder && until > now
        });
        if is_held {
            return Ok(false);
        }
        let record = NewRecord {
            module: request.module.clone(),
            key: request.key.clone(),
            value: format!("{{\"holder\":\"{holder}\",\"until\":{until}}}"),
            expected: found.map_or(Expected::Nothing, |it| Expected::Version(it.version)),
        };
        if put(session, &record).await?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Gives a lease back, if this opening of the store has it.
pub(crate) async fn release(
    session: &mut Session,
    module: &str,
    key: &str,
) -> Result<(), StoreError> {
    let Some(record) = get(session, module, key).await? else {
        return Ok(());
    };
    if parse_lease(&record.value).0 == session.boot().as_str() {
        delete(session, module, key, Expected::Version(record.version)).await?;
    }
    Ok(())
}

/// What is no lease is held by nobody.
fn parse_lease(value: &str) -> (String, i64) {
    let value: serde_json::Value = serde_json::from_str(value).unwrap_or_default();
    let holder = value.get("holder").and_then(|it| it.as_str());
    let until = value.get("until").and_then(serde_json::Value::as_i64);
    (
        holder.unwrap_or_default().to_owned(),
        until.unwrap_or_default(),
    )
}

fn check(record: &NewRecord) -> Result<(), StoreError> {
    let is_key = !record.key.is_empty()
        && record.key.len() <= NewRecord::LONGEST_KEY
        && !record
            .key
            .contains(|it: char| it.is_control() || it == LAST);
    if !is_key {
        return Err(StoreError::Misuse {
            what: "a record's key has 1 to 512 bytes and no control characters",
        });
    }
    if record.value.len() > NewRecord::LARGEST_VALUE {
        return Err(StoreError::Misuse {
            what: "a record's value has 256 KiB at most",
        });
    }
    Ok(())
}

fn read(row: &Row) -> Result<Record, StoreError> {
    Ok(Record {
        key: row.text("key")?,
        value: row.text("value")?,
        version: row.int("version")?,
        updated_at_ms: row.int("updated_at")?,
    })
}
