//! Cancelling: at once what has not started, by asking what runs.

use crate::admission::{Caller, Cancelled};
use crate::audit::AuditEntry;
use crate::error::StoreError;
use crate::id::JobId;
use crate::job::Job;
use crate::operation::audit;
use crate::operation::row::{locked_job, read_job};
use crate::session::{Session, values};
use crate::state::JobState;

/// Cancels a job, or asks its server to.
pub(crate) async fn cancel(
    session: &mut Session,
    id: &JobId,
    by: &Caller,
) -> Result<Cancelled, StoreError> {
    let Some(job) = locked_job(session, id).await? else {
        return Ok(Cancelled::NotFound);
    };
    match job.state {
        JobState::AwaitingApproval | JobState::Queued => {
            let set = "state = 'cancelled', ended_at = $4, fence = fence + 1, owner = NULL";
            Ok(Cancelled::AtOnce(Box::new(
                mark(session, id, by, set, "cancelled").await?,
            )))
        }
        JobState::Starting | JobState::Running if job.cancel.is_some() => {
            Ok(Cancelled::AskedBefore(Box::new(job)))
        }
        JobState::Starting | JobState::Running => {
            let asked = mark(session, id, by, "error = error", "cancel_requested").await?;
            Ok(Cancelled::Asked(Box::new(asked)))
        }
        JobState::Succeeded
        | JobState::Failed
        | JobState::TimedOut
        | JobState::Cancelled
        | JobState::OutputLimit
        | JobState::Interrupted
        | JobState::Rejected
        | JobState::Expired => Ok(Cancelled::Ended(Box::new(job))),
    }
}

async fn mark(
    session: &mut Session,
    id: &JobId,
    by: &Caller,
    set: &str,
    event: &str,
) -> Result<Job, StoreError> {
    let now = session.now().await?;
    let sql = format!(
        "UPDATE jobs SET {set}, cancel_id = $2, cancel_name = $3, cancel_at = $4 WHERE id = $1 RETURNING *"
    );
    let row = values![
        id.as_str(),
        by.person.id.as_str(),
        by.person.name.as_str(),
        now
    ];
    let row = session
        .fetch_one(&sql, &row)
        .await?
        .ok_or(StoreError::Unreadable { column: "id" })?;
    let job = read_job(&row)?;
    audit::append(session, &by_caller(&job, event, by)).await?;
    session.touch();
    Ok(job)
}

/// Returns an audit entry about a job that somebody did something with.
pub(crate) fn by_caller(job: &Job, event: &str, by: &Caller) -> AuditEntry {
    AuditEntry {
        request_id: by.request_id.clone(),
        webhook: by.webhook.clone(),
        tenant: by.tenant.clone(),
        ..audit::about(job, event, Some(&by.person))
    }
}
