//! Reading the audit, and checking its chains.

use crate::audit::{AuditEntry, AuditFilter, AuditPage, AuditRow, ChainHead};
use crate::error::StoreError;
use crate::id::{BootId, JobId};
use crate::session::{Row, Session, Value, values};

/// How many rows a page has when nobody says, and at most.
const USUAL: u32 = 50;
const MOST: u32 = 1000;

/// Appends an entry of the caller's.
pub(crate) async fn add(session: &mut Session, entry: &AuditEntry) -> Result<(), StoreError> {
    crate::operation::audit::append(session, entry).await
}

/// Returns rows, newest first.
pub(crate) async fn list(
    session: &mut Session,
    filter: &AuditFilter,
) -> Result<AuditPage, StoreError> {
    let limit = if filter.limit == 0 {
        USUAL
    } else {
        filter.limit.min(MOST)
    };
    let (conditions, row) = conditions(filter);
    let sql = format!(
        "SELECT * FROM audit WHERE {conditions} ORDER BY at DESC, chain DESC, seq DESC LIMIT {}",
        limit + 1
    );
    let mut items = session
        .fetch(&sql, &row)
        .await?
        .iter()
        .map(read)
        .collect::<Result<Vec<_>, _>>()?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = items.len() > limit;
    items.truncate(limit);
    let next = if has_more {
        items.last().map(AuditRow::cursor)
    } else {
        None
    };
    Ok(AuditPage { items, next })
}

fn conditions(filter: &AuditFilter) -> (String, Vec<Value>) {
    let job = filter.job.as_ref().map(ToString::to_string);
    let texts = [
        ("actor_id", &filter.actor_id),
        ("job_id", &job),
        ("request_id", &filter.request_id),
        ("key_label", &filter.key_label),
        ("webhook", &filter.webhook),
        ("tenant", &filter.tenant),
        ("team", &filter.team),
        ("event", &filter.event),
        ("decision", &filter.decision),
    ];
    let (mut conditions, mut row) = (vec!["1 = 1".to_owned()], Vec::new());
    for (column, wanted) in texts {
        if let Some(wanted) = wanted {
            row.push(Value::from(wanted.as_str()));
            conditions.push(format!("{column} = ${}", row.len()));
        }
    }
    if let Some(actor) = &filter.actor {
        row.push(actor.as_str().into());
        row.push(actor.to_lowercase().into());
        let (id, name) = (row.len() - 1, row.len());
        conditions.push(format!("(actor_id = ${id} OR lower(actor_name) = ${name})"));
    }
    if let Some(command) = &filter.command {
        row.push(command.as_str().into());
        row.push(format!("{command} ").into());
        let (whole, beginning) = (row.len() - 1, row.len());
        let length = command.chars().count() + 1;
        conditions.push(format!(
            "(command = ${whole} OR substr(command, 1, {length}) = ${beginning})"
        ));
    }
    for (condition, bound) in [("at >=", filter.since_ms), ("at <", filter.until_ms)] {
        if let Some(bound) = bound {
            row.push(bound.into());
            conditions.push(format!("{condition} ${}", row.len()));
        }
    }
    if let Some(before) = &filter.before {
        let first = row.len() + 1;
        row.extend(values![before.at, before.chain.as_str(), before.seq]);
        conditions.push(format!(
            "(at, chain, seq) < (${first}, ${}, ${})",
            first + 1,
            first + 2
        ));
    }
    (conditions.join(" AND "), row)
}

/// Returns every chain, with the end of its dropped beginning.
pub(crate) async fn chains(session: &mut Session) -> Result<Vec<ChainHead>, StoreError> {
    let sql = "SELECT c.chain AS chain, COALESCE(d.seq, 0) AS seq, COALESCE(d.hash, '') AS hash \
               FROM (SELECT chain FROM audit GROUP BY chain UNION SELECT chain FROM audit_dropped) c \
               LEFT JOIN audit_dropped d ON d.chain = c.chain ORDER BY c.chain";
    session
        .fetch(sql, &[])
        .await?
        .iter()
        .map(read_head)
        .collect()
}

/// Returns the end of a chain.
pub(crate) async fn end(
    session: &mut Session,
    chain: &str,
) -> Result<Option<ChainHead>, StoreError> {
    let sql = "SELECT chain, seq, hash FROM audit WHERE chain = $1 ORDER BY seq DESC LIMIT 1";
    let row = session.fetch_one(sql, &values![chain]).await?;
    row.as_ref().map(read_head).transpose()
}

/// Returns the end of every chain.
pub(crate) async fn heads(session: &mut Session) -> Result<Vec<ChainHead>, StoreError> {
    let sql = "SELECT a.chain AS chain, a.seq AS seq, a.hash AS hash FROM audit a \
               JOIN (SELECT chain, MAX(seq) AS seq FROM audit GROUP BY chain) last ON last.chain = a.chain AND last.seq = a.seq \
               ORDER BY a.chain";
    session
        .fetch(sql, &[])
        .await?
        .iter()
        .map(read_head)
        .collect()
}

/// Returns rows of a chain after a number.
pub(crate) async fn rows_after(
    session: &mut Session,
    chain: &str,
    seq: i64,
    limit: i64,
) -> Result<Vec<AuditRow>, StoreError> {
    let sql = "SELECT * FROM audit WHERE chain = $1 AND seq > $2 ORDER BY seq LIMIT $3";
    session
        .fetch(sql, &values![chain, seq, limit])
        .await?
        .iter()
        .map(read)
        .collect()
}

fn read_head(row: &Row) -> Result<ChainHead, StoreError> {
    Ok(ChainHead {
        chain: row.text("chain")?,
        seq: row.int("seq")?,
        hash: row.text("hash")?,
    })
}

fn read(row: &Row) -> Result<AuditRow, StoreError> {
    let job = row.text("job_id")?;
    Ok(AuditRow {
        chain: row.text("chain")?,
        seq: row.int("seq")?,
        at_ms: row.int("at")?,
        boot: BootId::stored(row.text("boot")?),
        entry: AuditEntry {
            event: row.text("event")?,
            request_id: row.text("request_id")?,
            job: if job.is_empty() {
                None
            } else {
                Some(JobId::stored(job))
            },
            tenant: row.text("tenant")?,
            team: row.text("team")?,
            channel: row.text("channel")?,
            conversation: row.text("conversation")?,
            activity: row.text("activity")?,
            webhook: row.text("webhook")?,
            key_label: row.text("key_label")?,
            actor_id: row.text("actor_id")?,
            actor_name: row.text("actor_name")?,
            command: row.text("command")?,
            arguments: row.text("arguments")?,
            effect: row.text("effect")?,
            decision: row.text("decision")?,
            rule: row.text("rule")?,
            outcome: row.text("outcome")?,
            duration_ms: row.maybe_int("duration_ms")?,
            detail: row.text("detail")?,
        },
        prev_hash: row.text("prev_hash")?,
        hash: row.text("hash")?,
    })
}
