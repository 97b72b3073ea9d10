//! The audit: a chain of rows, each of which holds the hash of the one before.
//!
//! `hash = SHA-256("hailer-audit-1" || prev_hash || every field with its length)`. It shows rows that were changed, removed or put
//! elsewhere. It cannot show that a whole chain was written anew or cut at its end: for that its head has to be kept elsewhere.

use sha2::{Digest, Sha256};

use crate::audit::AuditEntry;
use crate::error::StoreError;
use crate::id::{JobId, hex};
use crate::job::{Job, Person};
use crate::session::{Session, Value, values};

/// Names the way in which a row is hashed.
const VERSION: &[u8] = b"hailer-audit-1";

const COLUMNS: &str = "chain, seq, at, boot, event, request_id, job_id, tenant, team, channel, conversation, activity, webhook, \
                       key_label, actor_id, actor_name, command, arguments, effect, decision, rule, outcome, duration_ms, detail";

/// Appends an entry to this session's chain.
pub(crate) async fn append(session: &mut Session, entry: &AuditEntry) -> Result<(), StoreError> {
    let (seq, prev) = head(session).await?;
    let now = session.now().await?;
    let mut row = row_fields(
        session.chain(),
        seq + 1,
        now,
        session.boot().as_str(),
        entry,
    );
    let hash = row_hash(&prev, &row);
    session.set_head(Some((seq + 1, hash.clone())));
    row.push(prev.into());
    row.push(hash.into());
    let sql = format!(
        "INSERT INTO audit ({COLUMNS}, prev_hash, hash) VALUES ({})",
        placeholders(row.len())
    );
    session.put(&sql, &row).await
}

/// Returns the number and the hash of the chain's last row.
async fn head(session: &mut Session) -> Result<(i64, String), StoreError> {
    if let Some(head) = session.head() {
        return Ok(head);
    }
    let last = "SELECT seq, hash FROM audit WHERE chain = $1 ORDER BY seq DESC LIMIT 1";
    let dropped = "SELECT seq, hash FROM audit_dropped WHERE chain = $1";
    let chain = session.chain().to_owned();
    for sql in [last, dropped] {
        if let Some(row) = session.fetch_one(sql, &values![chain.as_str()]).await? {
            return Ok((row.int("seq")?, row.text("hash")?));
        }
    }
    Ok((0, String::new()))
}

/// Returns the fields of a row in the order in which they are hashed.
pub(crate) fn row_fields(
    chain: &str,
    seq: i64,
    at: i64,
    boot: &str,
    entry: &AuditEntry,
) -> Vec<Value> {
    let text = |text: &String| Value::from(text.as_str());
    vec![
        chain.into(),
        seq.into(),
        at.into(),
        boot.into(),
        text(&entry.event),
        text(&entry.request_id),
        entry.job.as_ref().map_or("", JobId::as_str).into(),
        text(&entry.tenant),
        text(&entry.team),
        text(&entry.channel),
        text(&entry.conversation),
        text(&entry.activity),
        text(&entry.webhook),
        text(&entry.key_label),
        text(&entry.actor_id),
        text(&entry.actor_name),
        text(&entry.command),
        text(&entry.arguments),
        text(&entry.effect),
        text(&entry.decision),
        text(&entry.rule),
        text(&entry.outcome),
        entry.duration_ms.into(),
        text(&entry.detail),
    ]
}

/// Hashes a row; each field has its length before it, so that no two rows have the same bytes.
pub(crate) fn row_hash(prev: &str, fields: &[Value]) -> String {
    let mut hash = Sha256::new();
    hash.update(VERSION);
    hash.update(prev.as_bytes());
    for field in fields {
        let text = match field {
            Value::Text(text) => text.clone(),
            Value::Int(number) => number.map(|number| number.to_string()),
        };
        match text {
            Some(text) => {
                hash.update((text.len() as u64).to_be_bytes());
                hash.update(text.as_bytes());
            }
            None => hash.update(u64::MAX.to_be_bytes()),
        }
    }
    hex(&hash.finalize())
}

/// Returns `$1, $2, …`.
pub(crate) fn placeholders(count: usize) -> String {
    placeholders_from(1, count)
}

/// Returns as many placeholders as wanted, from a number on.
pub(crate) fn placeholders_from(first: usize, count: usize) -> String {
    (first..first + count)
        .map(|number| format!("${number}"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// Returns an entry about a job by somebody; `None` for the server itself.
pub(crate) fn about(job: &Job, event: &str, actor: Option<&Person>) -> AuditEntry {
    let spec = &job.spec;
    let actor = actor.cloned().unwrap_or_default();
    AuditEntry {
        event: event.to_owned(),
        request_id: spec.request_id.clone(),
        job: Some(job.id.clone()),
        tenant: spec.tenant.clone(),
        team: spec.team.clone(),
        channel: spec.channel.clone(),
        conversation: spec.conversation.clone(),
        webhook: spec.webhook.clone(),
        actor_id: actor.id,
        actor_name: actor.name,
        command: spec.command.clone(),
        effect: spec.effect.as_str().to_owned(),
        outcome: job.state.as_str().to_owned(),
        ..AuditEntry::default()
    }
}
