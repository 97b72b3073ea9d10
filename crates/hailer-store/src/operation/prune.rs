//! Retention: what is over and old goes, a few hundred rows at a time.

use std::time::Duration;

use crate::audit::AuditEntry;
use crate::error::StoreError;
use crate::operation::audit;
use crate::retention::{Pruned, Retention};
use crate::session::{Session, millis, values};

/// How many rows of a table one call drops at most: a few milliseconds of work.
const AT_ONCE: i64 = 500;

/// Messages are kept at least this long: Teams never sends a message again so late.
const LEAST_FOR_MESSAGES: Duration = Duration::from_secs(86_400);

/// Drops what is old.
pub(crate) async fn prune(session: &mut Session, keep: &Retention) -> Result<Pruned, StoreError> {
    let now = session.now().await?;
    let before = |age: Duration| now.saturating_sub(millis(age));
    let mut pruned = Pruned {
        // A message is kept while its job is not over, and its job while the message is kept.
        messages: delete(
            session,
            "DELETE FROM messages WHERE (webhook, tenant, team, conversation, activity) IN (SELECT webhook, tenant, team, \
             conversation, activity FROM messages m WHERE at < $1 AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.id = m.job_id \
             AND j.ended_at IS NULL) ORDER BY at LIMIT $2)",
            before(keep.messages.max(LEAST_FOR_MESSAGES)),
        )
        .await?,
        jobs: delete(
            session,
            "DELETE FROM jobs WHERE number IN (SELECT number FROM jobs j WHERE ended_at < $1 AND NOT EXISTS (SELECT 1 FROM messages m \
             WHERE m.job_id = j.id) ORDER BY ended_at LIMIT $2)",
            before(keep.jobs),
        )
        .await?,
        posts: delete(
            session,
            "DELETE FROM outbox WHERE number IN (SELECT number FROM outbox WHERE ended_at < $1 ORDER BY ended_at LIMIT $2)",
            before(keep.posts),
        )
        .await?,
        texts: delete(
            session,
            "DELETE FROM texts WHERE id IN (SELECT id FROM texts WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)",
            now,
        )
        .await?,
        ..Pruned::default()
    };
    session
        .execute("DELETE FROM holds WHERE until_at <= $1", &values![now])
        .await?;
    for table in ["requests", "votes"] {
        let sql = format!(
            "DELETE FROM {table} WHERE job_id IN (SELECT job_id FROM {table} t WHERE NOT EXISTS (SELECT 1 FROM jobs j WHERE j.id = t.job_id) \
             LIMIT $1)"
        );
        session.execute(&sql, &values![AT_ONCE]).await?;
    }
    if let Some(age) = keep.audit {
        pruned.audit = drop_audit(session, before(age)).await?;
    }
    let most = AT_ONCE.unsigned_abs();
    pruned.has_more = [
        pruned.messages,
        pruned.jobs,
        pruned.posts,
        pruned.texts,
        pruned.audit,
    ]
    .iter()
    .any(|count| *count >= most);
    Ok(pruned)
}

async fn delete(session: &mut Session, sql: &str, bound: i64) -> Result<u64, StoreError> {
    session.execute(sql, &values![bound, AT_ONCE]).await
}

/// Drops the old beginning of each chain; what is left still proves that it follows what was dropped.
async fn drop_audit(session: &mut Session, before: i64) -> Result<u64, StoreError> {
    let mut dropped = 0;
    for row in session
        .fetch(
            "SELECT DISTINCT chain FROM audit WHERE at < $1 LIMIT 100",
            &values![before],
        )
        .await?
    {
        dropped += drop_beginning(session, &row.text("chain")?, before).await?;
        if dropped >= AT_ONCE.unsigned_abs() {
            break;
        }
    }
    Ok(dropped)
}

async fn drop_beginning(
    session: &mut Session,
    chain: &str,
    before: i64,
) -> Result<u64, StoreError> {
    let sql = "SELECT seq, hash FROM audit WHERE chain = $1 AND seq < COALESCE((SELECT MIN(seq) FROM audit WHERE chain = $1 AND at >= $2), \
               $3) ORDER BY seq LIMIT $4";
    let rows = session
        .fetch(sql, &values![chain, before, i64::MAX, AT_ONCE])
        .await?;
    let Some(last) = rows.last() else {
        return Ok(0);
    };
    let (seq, hash) = (last.int("seq")?, last.text("hash")?);
    let now = session.now().await?;
    let mark = "INSERT INTO audit_dropped (chain, seq, hash, at) VALUES ($1, $2, $3, $4) \
                ON CONFLICT (chain) DO UPDATE SET seq = excluded.seq, hash = excluded.hash, at = excluded.at \
                WHERE audit_dropped.seq < excluded.seq";
    session
        .execute(mark, &values![chain, seq, hash.as_str(), now])
        .await?;
    let dropped = session
        .execute(
            "DELETE FROM audit WHERE chain = $1 AND seq <= $2",
            &values![chain, seq],
        )
        .await?;
    let entry = AuditEntry {
        event: "audit_dropped".to_owned(),
        detail: said_dropped(chain, seq, &hash),
        ..AuditEntry::default()
    };
    audit::append(session, &entry).await?;
    Ok(dropped)
}

/// Says which rows of a chain were dropped. The check looks for it: a beginning that nobody says was dropped was removed.
pub(crate) fn said_dropped(chain: &str, seq: i64, hash: &str) -> String {
    format!("rows of chain {chain} up to {seq}, which had the hash {hash}, because of their age")
}
