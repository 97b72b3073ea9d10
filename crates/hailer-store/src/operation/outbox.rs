//! The outbox: later messages, in order for each target.

use crate::error::StoreError;
use crate::id::JobId;
use crate::outbox::NewPost;
use crate::session::{Session, values};

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
        .execute(
            sql,
            &values![post.target.as_str(), job, post.payload.as_str(), now],
        )
        .await?;
    session.touch();
    Ok(())
}
