//! Which message has which job: one key, one job, whoever comes first.

use crate::admission::MessageKey;
use crate::error::StoreError;
use crate::id::JobId;
use crate::job::Job;
use crate::operation::row::job_with_id;
use crate::session::{Session, Value};

/// False when another server admitted the same message in between; SQLite has one writer, which has looked.
pub(crate) async fn put_message(
    session: &mut Session,
    key: &MessageKey,
    id: &JobId,
) -> Result<bool, StoreError> {
    let now = session.now().await?;
    let mut row = key_values(key);
    row.extend([Value::from(id.as_str()), Value::from(now)]);
    let sql = "INSERT INTO messages (webhook, tenant, team, conversation, activity, job_id, at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    if !session.is_shared() {
        session.put(sql, &row).await?;
        return Ok(true);
    }
    let sql =
        format!("{sql} ON CONFLICT (webhook, tenant, team, conversation, activity) DO NOTHING");
    Ok(session.execute(&sql, &row).await? == 1)
}

/// Finds a message, as SQL.
pub(crate) const OF_MESSAGE: &str =
    "webhook = $1 AND tenant = $2 AND team = $3 AND conversation = $4 AND activity = $5";

/// Returns what [`OF_MESSAGE`] needs.
pub(crate) fn key_values(key: &MessageKey) -> Vec<Value> {
    [
        &key.webhook,
        &key.tenant,
        &key.team,
        &key.conversation,
        &key.activity,
    ]
    .map(|text| Value::from(text.as_str()))
    .to_vec()
}

/// Returns the job of the first delivery.
pub(crate) async fn first_job(session: &mut Session, id: &str) -> Result<Box<Job>, StoreError> {
    let first = job_with_id(session, id).await?;
    first
        .map(Box::new)
        .ok_or(StoreError::Unreadable { column: "job_id" })
}

pub(crate) async fn first_in_between(
    session: &mut Session,
    key: &MessageKey,
) -> Result<Box<Job>, StoreError> {
    let id = job_of(session, key).await?;
    let id = id.ok_or(StoreError::Unreadable { column: "job_id" })?;
    first_job(session, id.as_str()).await
}

/// Returns the job of a message that was admitted.
pub(crate) async fn job_of(
    session: &mut Session,
    key: &MessageKey,
) -> Result<Option<JobId>, StoreError> {
    let sql = format!("SELECT job_id FROM messages WHERE {OF_MESSAGE}");
    let row = session.fetch_one(&sql, &key_values(key)).await?;
    let id = row.map(|row| row.text("job_id")).transpose()?;
    Ok(id.map(JobId::stored))
}
