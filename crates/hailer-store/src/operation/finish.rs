//! The end of an attempt: state, result, audit, later message and locks in one transaction.

use hailer_failpoint as failpoint;

use crate::audit::AuditEntry;
use crate::error::StoreError;
use crate::job::{Ending, Exit, Fence};
use crate::operation::claim::release_locks;
use crate::operation::row::wide;
use crate::operation::running::{FENCED, fence_values, fenced_update};
use crate::operation::{audit, outbox};
use crate::session::{Session, values};
use crate::state::JobState;

/// Ends an attempt.
pub(crate) async fn finish(
    session: &mut Session,
    fence: &Fence,
    ending: &Ending,
) -> Result<JobState, StoreError> {
    if !ending.state.is_ended() {
        return Err(StoreError::Misuse {
            what: "the state of an ending is an end",
        });
    }
    let state = match end(session, fence, ending).await {
        Ok(state) => state,
        Err(StoreError::Stale { .. }) => return ended_before(session, fence).await,
        Err(error) => return Err(error),
    };
    failpoint::check("finish-after-state")?;
    release_locks(session, &fence.job).await?;
    let outcome = AuditEntry {
        job: Some(fence.job.clone()),
        outcome: state.as_str().to_owned(),
        ..ending.outcome.clone()
    };
    audit::append(session, &outcome).await?;
    if let Some(post) = &ending.follow_up {
        outbox::put(session, post, Some(&fence.job)).await?;
    }
    session.touch();
    Ok(state)
}

async fn end(
    session: &mut Session,
    fence: &Fence,
    ending: &Ending,
) -> Result<JobState, StoreError> {
    let set = "state = CASE WHEN cancel_at IS NULL THEN $5 ELSE 'cancelled' END, ended_at = $6, reply = $7, result_text = $8, \
               output_head = COALESCE($9, output_head), output_tail = COALESCE($10, output_tail), \
               output_dropped = COALESCE($11, output_dropped), output_log = COALESCE($12, output_log), exit_code = $13, exit_signal = $14, \
               error = $15, lease_until = NULL";
    let output = ending.output.as_ref();
    let (code, signal) = match ending.exit {
        Some(Exit::Code(code)) => (Some(i64::from(code)), None),
        Some(Exit::Signal(signal)) => (None, Some(i64::from(signal))),
        None => (None, None),
    };
    let more = values![
        ending.state.as_str(),
        session.now().await?,
        ending.reply.clone(),
        ending.text.clone(),
        output.map(|output| output.head.clone()),
        output.map(|output| output.tail.clone()),
        output.map(|output| wide(output.dropped_bytes)),
        output.and_then(|output| output.log_path.clone()),
        code,
        signal,
        ending.error.clone(),
    ];
    let row = fenced_update(session, fence, set, &more).await?;
    JobState::stored(&row.text("state")?)
}

/// An attempt whose end is stored already is told the same again: the answer to its first call was lost.
async fn ended_before(session: &mut Session, fence: &Fence) -> Result<JobState, StoreError> {
    let row = fence_values(session, fence);
    let found = session
        .fetch_one(
            &format!("SELECT state FROM jobs WHERE {FENCED} AND ended_at IS NOT NULL"),
            &row,
        )
        .await?;
    match found {
        Some(row) => JobState::stored(&row.text("state")?),
        None => Err(StoreError::Stale {
            job: fence.job.clone(),
            attempt: fence.attempt,
        }),
    }
}
