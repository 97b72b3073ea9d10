//! Kept texts.

use crate::error::StoreError;
use crate::id::TextId;
use crate::session::{Session, millis, values};
use crate::text::{KeptText, NewText};

/// How often another id is tried.
const ID_TRIES: usize = 12;

/// Keeps a text.
pub(crate) async fn keep(session: &mut Session, text: &NewText) -> Result<TextId, StoreError> {
    let now = session.now().await?;
    let sql = "INSERT INTO texts (id, tenant, conversation, requester_id, title, content, created_at, expires_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING";
    for tries in 0..ID_TRIES {
        let id = TextId::random(tries).map_err(|_error| StoreError::Misuse {
            what: "the system gives no random numbers",
        })?;
        let row = values![
            id.as_str(),
            text.tenant.as_str(),
            text.conversation.as_str(),
            text.requester_id.as_str(),
            text.title.as_str(),
            text.content.as_str(),
            now,
            now.saturating_add(millis(text.keep_for)),
        ];
        if session.execute(sql, &row).await? == 1 {
            return Ok(id);
        }
    }
    Err(StoreError::Misuse {
        what: "no id for a text is free",
    })
}

/// Returns a text whose time is not over.
pub(crate) async fn text(
    session: &mut Session,
    id: &TextId,
) -> Result<Option<KeptText>, StoreError> {
    let now = session.now().await?;
    let row = session
        .fetch_one(
            "SELECT * FROM texts WHERE id = $1 AND expires_at > $2",
            &values![id.as_str(), now],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(KeptText {
        id: id.clone(),
        tenant: row.text("tenant")?,
        conversation: row.text("conversation")?,
        requester_id: row.text("requester_id")?,
        title: row.text("title")?,
        content: row.text("content")?,
        created_at_ms: row.int("created_at")?,
    }))
}
