//! Retrying: a new job from one that is over.

use crate::admission::{Caller, Retried, Start};
use crate::error::StoreError;
use crate::id::JobId;
use crate::job::NewJob;
use crate::operation::admit::{Fresh, free_id, is_queue_full, put_job};
use crate::operation::audit;
use crate::operation::cancel::by_caller;
use crate::operation::message::{job_of, put_message};
use crate::operation::row::locked_job;
use crate::session::Session;

/// Queues a new job that is to do what an ended one was to do.
pub(crate) async fn retry(
    session: &mut Session,
    id: &JobId,
    by: &Caller,
    queue_limit: u64,
) -> Result<Retried, StoreError> {
    let Some(job) = locked_job(session, id).await? else {
        return Ok(Retried::NotFound);
    };
    if let Some(message) = &by.message
        && let Some(first) = job_of(session, message).await?
    {
        return Ok(Retried::New(first));
    }
    if !job.state.is_ended() {
        return Ok(Retried::NotEnded(Box::new(job)));
    }
    if job.spec.body.is_none() {
        return Ok(Retried::NotKept(Box::new(job)));
    }
    if is_queue_full(session, queue_limit).await? {
        session.abandon();
        return Ok(Retried::QueueFull);
    }
    let new = free_id(session).await?;
    let spec = match &by.as_theirs {
        Some(body) => NewJob {
            requester: by.person.clone(),
            body: Some(body.clone()),
            request_id: by.request_id.clone(),
            ..job.spec.clone()
        },
        None => job.spec.clone(),
    };
    put_job(
        session,
        &Fresh {
            job: &spec,
            start: Start::Queued,
            guard: None,
            retry_of: Some(id),
            is_asking: false,
        },
        &new,
    )
    .await?;
    if let Some(message) = &by.message {
        // Deliveries at the same moment take turns at the job that is retried.
        put_message(session, message, &new).await?;
    }
    let mut entry = by_caller(&job, "retried", by);
    entry.detail = format!("new job {new}");
    audit::append(session, &entry).await?;
    session.touch();
    Ok(Retried::New(new))
}
