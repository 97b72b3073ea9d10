//! The outbox: later messages, in order for each target, each sent at least once.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::error::StoreError;
use crate::id::JobId;
use crate::operation::audit::placeholders_from;
use crate::outbox::{NewPost, Post, PostQuery};
use crate::session::{Row, Session, Value, millis, values};

/// Stores a message to be sent later.
pub(crate) async fn put(
    session: &mut Session,
    post: &NewPost,
    job: Option<&JobId>,
) -> Result<(), StoreError> {
    let now = session.now().await?;
    let sql = "INSERT INTO outbox (target, job_id, payload, state, attempt, leased_until, not_before, created_at) \
               VALUES ($1, $2, $3, 'waiting', 0, 0, $4, $4)";
    let job = job.map(|job| job.as_str().to_owned());
    session
        .put(
            sql,
            &values![post.target.as_str(), job, post.payload.as_str(), now],
        )
        .await?;
    session.touch();
    Ok(())
}

/// Takes the next message: the oldest of a target, unless that one waits or another sender has it.
pub(crate) async fn next(
    session: &mut Session,
    query: &PostQuery,
) -> Result<Option<Post>, StoreError> {
    let now = session.now().await?;
    let mut row = values![now].to_vec();
    let mut sql = "SELECT number FROM outbox WHERE state = 'waiting' AND not_before <= $1 AND leased_until <= $1 \
                   AND number IN (SELECT MIN(number) FROM outbox WHERE state = 'waiting' GROUP BY target)"
        .to_owned();
    if !query.paused.is_empty() {
        sql.push_str(&format!(
            " AND target NOT IN ({})",
            placeholders_from(2, query.paused.len())
        ));
        row.extend(
            query
                .paused
                .iter()
                .map(|target| Value::from(target.as_str())),
        );
    }
    sql.push_str(if session.is_shared() {
        " ORDER BY number LIMIT 1 FOR UPDATE SKIP LOCKED"
    } else {
        " ORDER BY number LIMIT 1"
    });
    let Some(found) = session.fetch_one(&sql, &row).await? else {
        return Ok(None);
    };
    let sql = "UPDATE outbox SET attempt = attempt + 1, owner = $2, leased_until = $3 WHERE number = $1 RETURNING *";
    let taken = values![
        found.int("number")?,
        session.boot().as_str(),
        now + millis(query.lease)
    ];
    session
        .fetch_one(sql, &taken)
        .await?
        .as_ref()
        .map(read)
        .transpose()
}

/// What became of a try to send.
pub(crate) enum Sending {
    Sent,
    Later(Duration, String),
    GivenUp(String),
}

/// Stores what became of a try to send.
pub(crate) async fn settle(
    session: &mut Session,
    post: &Post,
    sending: &Sending,
) -> Result<(), StoreError> {
    let now = session.now().await?;
    let (state, ended_at, not_before, error) = match sending {
        Sending::Sent => ("sent", Some(now), now, None),
        Sending::Later(wait, error) => ("waiting", None, now + millis(*wait), Some(error.clone())),
        Sending::GivenUp(error) => ("given_up", Some(now), now, Some(error.clone())),
    };
    let sql = "UPDATE outbox SET state = $4, ended_at = $5, not_before = $6, error = $7, leased_until = 0 \
               WHERE number = $1 AND attempt = $2 AND owner = $3 AND state = 'waiting'";
    let row = values![
        post.number,
        post.attempt,
        session.boot().as_str(),
        state,
        ended_at,
        not_before,
        error
    ];
    if session.execute(sql, &row).await? == 0 {
        return Err(StoreError::Lost {
            number: post.number,
        });
    }
    session.touch();
    Ok(())
}

/// Counts what waits, by target.
pub(crate) async fn waiting(session: &mut Session) -> Result<BTreeMap<String, u64>, StoreError> {
    let sql =
        "SELECT target, COUNT(*) AS waiting FROM outbox WHERE state = 'waiting' GROUP BY target";
    let rows = session.fetch(sql, &[]).await?;
    rows.iter()
        .map(|row| Ok((row.text("target")?, row.int("waiting")?.unsigned_abs())))
        .collect()
}

fn read(row: &Row) -> Result<Post, StoreError> {
    Ok(Post {
        number: row.int("number")?,
        target: row.text("target")?,
        job: row.maybe_text("job_id")?.map(JobId::stored),
        payload: row.text("payload")?,
        attempt: row.int("attempt")?,
        created_at_ms: row.int("created_at")?,
    })
}
