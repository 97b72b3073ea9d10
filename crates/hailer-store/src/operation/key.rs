//! Where keys were used.

use crate::audit::AuditEntry;
use crate::error::StoreError;
use crate::key::{KeySeen, KeyUse};
use crate::operation::audit;
use crate::session::{Session, values};

/// Notes a use of a key; what is new goes to the audit.
pub(crate) async fn note_key(
    session: &mut Session,
    used: &KeyUse,
    entry: &AuditEntry,
) -> Result<KeySeen, StoreError> {
    let now = session.now().await?;
    let (webhook, label) = (used.webhook.as_str(), used.label.as_str());
    let known = session
        .fetch_one(
            "SELECT COUNT(*) AS uses FROM key_uses WHERE webhook = $1 AND label = $2",
            &values![webhook, label],
        )
        .await?;
    let known = known.map(|row| row.int("uses")).transpose()?;
    let row = values![webhook, label, used.network.as_str(), now];
    let sql = "INSERT INTO key_uses (webhook, label, network, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    if session.execute(sql, &row).await? == 0 {
        return Ok(KeySeen::Before);
    }
    let (seen, event) = match known.unwrap_or_default() {
        0 => (KeySeen::First, "key_first_use"),
        _ => (KeySeen::OtherNetwork, "key_other_network"),
    };
    let entry = AuditEntry {
        event: event.to_owned(),
        webhook: used.webhook.clone(),
        key_label: used.label.clone(),
        detail: format!("from {}", used.network),
        ..entry.clone()
    };
    audit::append(session, &entry).await?;
    Ok(seen)
}

/// Returns every network from which a key was used, in the order of their first uses.
pub(crate) async fn key_uses(session: &mut Session) -> Result<Vec<KeyUse>, StoreError> {
    let sql = "SELECT webhook, label, network FROM key_uses ORDER BY webhook, label, at, network";
    let rows = session.fetch(sql, &[]).await?;
    rows.iter()
        .map(|row| {
            Ok(KeyUse {
                webhook: row.text("webhook")?,
                label: row.text("label")?,
                network: row.text("network")?,
            })
        })
        .collect()
}
