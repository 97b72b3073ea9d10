//! Searching the audit.

use hailer::{AuditFilter, AuditRow, RunningBot};
use serde_json::{Value, json};

use super::access::parameter;

/// Rows of one answer.
const PAGE: u32 = 100;

/// Finds rows, the newest first; `None` when the store cannot be read.
pub(super) async fn search(bot: &RunningBot, query: &str) -> Option<Value> {
    let of = |name: &str| parameter(query, name);
    let reference = of("ref");
    let job = reference.as_deref().and_then(|it| it.parse().ok());
    let filter = AuditFilter {
        actor: of("person"),
        command: of("command"),
        webhook: of("webhook"),
        event: of("event"),
        decision: of("decision"),
        since_ms: of("since").and_then(|it| it.parse().ok()),
        until_ms: of("until").and_then(|it| it.parse().ok()),
        before: of("before").and_then(|it| it.parse().ok()),
        request_id: reference.filter(|_| job.is_none()),
        job,
        limit: PAGE,
        ..AuditFilter::default()
    };
    let page = bot.audit(&filter).await?;
    let rows = page.items.iter().map(to_json);
    Some(json!({
        "rows": rows.collect::<Vec<_>>(),
        "before": page.next.map(|it| it.to_string()),
    }))
}

fn to_json(row: &AuditRow) -> Value {
    let entry = &row.entry;
    json!({
        "key": format!("{}/{}", row.chain, row.seq),
        "at": row.at_ms,
        "event": entry.event,
        "request": entry.request_id,
        "job": entry.job.as_ref().map(ToString::to_string),
        "webhook": entry.webhook,
        "channel": entry.channel,
        "team": entry.team,
        "actor": entry.actor_name,
        "actorId": entry.actor_id,
        "command": entry.command,
        "arguments": serde_json::from_str::<Value>(&entry.arguments).ok(),
        "effect": entry.effect,
        "decision": entry.decision,
        "rule": entry.rule,
        "outcome": entry.outcome,
        "tookMs": entry.duration_ms,
        "detail": entry.detail,
    })
}
