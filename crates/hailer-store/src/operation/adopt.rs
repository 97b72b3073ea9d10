//! What runs already and is written down late: message and job in one transaction.

use hailer_failpoint as failpoint;

use crate::admission::{Adopted, MessageKey, Start};
use crate::error::StoreError;
use crate::job::{Fence, NewJob};
use crate::operation::admit::{Fresh, free_id, put_job};
use crate::operation::message::{first_in_between, first_job, job_of, put_message};
use crate::session::Session;

/// Takes in a job that runs already, unless its message has one.
pub(crate) async fn adopt(
    session: &mut Session,
    key: &MessageKey,
    job: &NewJob,
) -> Result<Adopted, StoreError> {
    if let Some(first) = job_of(session, key).await? {
        return first_job(session, first.as_str())
            .await
            .map(Adopted::Repeat);
    }
    let id = free_id(session).await?;
    if !put_message(session, key, &id).await? {
        return first_in_between(session, key).await.map(Adopted::Repeat);
    }
    failpoint::check("adopt-after-message")?;
    put_job(
        session,
        &Fresh {
            job,
            start: Start::Now,
            guard: None,
            retry_of: None,
            is_asking: false,
        },
        &id,
    )
    .await?;
    session.touch();
    Ok(Adopted::Held(Fence {
        job: id,
        attempt: 1,
        fence: 1,
    }))
}
