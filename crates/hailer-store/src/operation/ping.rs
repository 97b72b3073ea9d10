//! Whether the database takes writes.

use crate::error::StoreError;
use crate::session::Session;

/// Does nothing, in a transaction.
pub(crate) async fn ping(session: &mut Session) -> Result<(), StoreError> {
    if !session.is_shared() {
        // The transaction itself needs the write lock.
        return Ok(());
    }
    let row = session
        .fetch_one(
            "SELECT current_setting('transaction_read_only') AS setting",
            &[],
        )
        .await?;
    match row.map(|row| row.text("setting")).transpose()?.as_deref() {
        Some("off") => Ok(()),
        Some(_) | None => Err(StoreError::Unavailable {
            source: sqlx::Error::Protocol("the PostgreSQL server is read-only".to_owned()).into(),
        }),
    }
}
