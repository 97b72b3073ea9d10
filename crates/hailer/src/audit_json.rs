//! A row of the audit as JSON: what files, syslogs and exports get, with the proof in it.

use chrono::{DateTime, SecondsFormat, Utc};
use hailer_store::{AuditRow, JobId};
use serde_json::{Value, json};

/// Writes everything that a row says, with its place in the chain and both hashes. What is empty is left out.
///
/// Whatever somebody typed stays within its string: JSON escapes line breaks and controls.
pub fn audit_json(row: &AuditRow) -> Value {
    let entry = &row.entry;
    let arguments: Value = serde_json::from_str(&entry.arguments).unwrap_or_default();
    let at = DateTime::<Utc>::from_timestamp_millis(row.at_ms).unwrap_or_default();
    let mut whole = json!({
        "chain": row.chain,
        "seq": row.seq,
        "at": at.to_rfc3339_opts(SecondsFormat::Millis, true),
        "at_ms": row.at_ms,
        "boot": row.boot.as_str(),
        "event": entry.event,
        "request_id": entry.request_id,
        "job": entry.job.as_ref().map_or("", JobId::as_str),
        "tenant": entry.tenant,
        "team": entry.team,
        "channel": entry.channel,
        "conversation": entry.conversation,
        "activity": entry.activity,
        "webhook": entry.webhook,
        "key": entry.key_label,
        "person_id": entry.actor_id,
        "person": entry.actor_name,
        "command": entry.command,
        "arguments": arguments,
        "effect": entry.effect,
        "decision": entry.decision,
        "rule": entry.rule,
        "outcome": entry.outcome,
        "duration_ms": entry.duration_ms,
        "detail": entry.detail,
        "prev_hash": row.prev_hash,
        "hash": row.hash,
    });
    if let Some(fields) = whole.as_object_mut() {
        fields.retain(|name, value| {
            name == "prev_hash" || !(value.is_null() || value.as_str() == Some(""))
        });
    }
    whole
}
