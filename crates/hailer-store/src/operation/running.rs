//! What a server says of the jobs that it holds, and what it is told.

use std::collections::BTreeMap;

use crate::audit::AuditEntry;
use crate::claim::{Held, Renewed};
use crate::error::StoreError;
use crate::job::{CancelRequest, Fence, Output, ProcessIdentity, Progress};
use crate::operation::audit;
use crate::operation::claim::release_locks;
use crate::operation::row::{HELD, LEASE_MS, OWNED, read_cancel, read_fence, read_job, wide};
use crate::session::{Row, Session, Value, values};
use crate::state::JobState;

/// Says that a claimed job is about to run.
pub(crate) async fn started(
    session: &mut Session,
    fence: &Fence,
    process: Option<&ProcessIdentity>,
) -> Result<Option<CancelRequest>, StoreError> {
    let now = session.now().await?;
    let set = "state = 'running', started_at = COALESCE(started_at, $5), process_boot = $6, process_pid = $7, process_ticks = $8, \
               process_cgroup = $9";
    let more = values![
        now,
        process.map(|process| process.host_boot.clone()),
        process.map(|process| i64::from(process.pid)),
        process.map(|process| wide(process.start_ticks)),
        process.and_then(|process| process.cgroup.clone()),
    ];
    let row = fenced_update(session, fence, set, &more).await?;
    // Told again, or only of its process: it began before.
    if row.maybe_int("started_at")? == Some(now) {
        audit::append(session, &audit::about(&read_job(&row)?, "started", None)).await?;
    }
    session.touch();
    read_cancel(&row)
}

/// Puts a claimed job back into the queue until a moment; that it was taken does not count as an attempt.
pub(crate) async fn postpone(
    session: &mut Session,
    fence: &Fence,
    until_ms: i64,
    why: &str,
) -> Result<(), StoreError> {
    let set = "state = 'queued', owner = NULL, lease_until = NULL, claimed_at = NULL, attempt = attempt - 1, fence = fence + 1, \
               not_before = $5";
    let row = fenced_update(session, fence, set, &values![until_ms]).await?;
    release_locks(session, &fence.job).await?;
    let entry = AuditEntry {
        detail: why.to_owned(),
        ..audit::about(&read_job(&row)?, "postponed", None)
    };
    audit::append(session, &entry).await?;
    session.touch();
    Ok(())
}

/// Stores how far a job is.
pub(crate) async fn progress(
    session: &mut Session,
    fence: &Fence,
    progress: &Progress,
) -> Result<Option<CancelRequest>, StoreError> {
    let set = "progress_done = $5, progress_total = $6, progress_text = $7";
    let more = values![
        wide(progress.done),
        wide(progress.total),
        progress.text.as_str()
    ];
    let row = fenced_update(session, fence, set, &more).await?;
    session.touch();
    read_cancel(&row)
}

/// Stores what a job has said so far.
pub(crate) async fn keep_output(
    session: &mut Session,
    fence: &Fence,
    output: &Output,
) -> Result<(), StoreError> {
    let mut row = fence_values(session, fence);
    row.extend(values![
        output.head.as_str(),
        output.tail.as_str(),
        wide(output.dropped_bytes),
        output.log_path.clone(),
    ]);
    let sql = format!(
        "UPDATE jobs SET output_head = $5, output_tail = $6, output_dropped = $7, output_log = $8 WHERE {FENCED} AND state IN {HELD}"
    );
    match session.execute(&sql, &row).await? {
        0 => Err(StoreError::Stale {
            job: fence.job.clone(),
            attempt: fence.attempt,
        }),
        _ => Ok(()),
    }
}

/// Updates a job for one attempt of it, if that may still write. `set` begins with `$5`.
pub(crate) async fn fenced_update(
    session: &mut Session,
    fence: &Fence,
    set: &str,
    more: &[Value],
) -> Result<Row, StoreError> {
    let mut row = fence_values(session, fence);
    row.extend_from_slice(more);
    let sql = format!("UPDATE jobs SET {set} WHERE {FENCED} AND state IN {HELD} RETURNING *");
    let stale = || StoreError::Stale {
        job: fence.job.clone(),
        attempt: fence.attempt,
    };
    session.fetch_one(&sql, &row).await?.ok_or_else(stale)
}

/// Only the very attempt, held by this very opening.
pub(crate) const FENCED: &str = "id = $1 AND attempt = $2 AND fence = $3 AND owner = $4";

pub(crate) fn fence_values(session: &Session, fence: &Fence) -> Vec<Value> {
    values![
        fence.job.as_str(),
        fence.attempt,
        fence.fence,
        session.boot().as_str()
    ]
    .to_vec()
}

/// What a renewal reads of a job: its message and its log are long, and read often.
const OF_HELD: &str = "id, state, attempt, fence, cancel_id, cancel_name, cancel_at";

/// Renews the leases of everything that this opening holds, and compares it with what the caller runs.
pub(crate) async fn renew(session: &mut Session, holding: &[Fence]) -> Result<Renewed, StoreError> {
    let owner = session.boot().as_str().to_owned();
    let rows = if session.is_shared() {
        let until = session.now().await? + LEASE_MS;
        let sql = format!(
            "UPDATE jobs SET lease_until = $2 WHERE owner = $1 AND state IN {OWNED} RETURNING {OF_HELD}"
        );
        session.fetch(&sql, &values![owner, until]).await?
    } else {
        session
            .fetch(
                &format!("SELECT {OF_HELD} FROM jobs WHERE owner = $1 AND state IN {OWNED}"),
                &values![owner],
            )
            .await?
    };
    let mut stored = BTreeMap::new();
    for row in &rows {
        let state = JobState::stored(&row.text("state")?)?;
        if !matches!(state, JobState::Starting | JobState::Running) {
            continue;
        }
        let fence = read_fence(row)?;
        stored.insert(
            fence.job.clone(),
            Held {
                fence,
                cancel: read_cancel(row)?,
            },
        );
    }
    let mut renewed = Renewed::default();
    for fence in holding {
        match stored.remove(&fence.job) {
            Some(held) if held.fence == *fence => renewed.held.push(held),
            Some(_) | None => renewed.lost.push(fence.clone()),
        }
    }
    renewed.strays = stored.into_values().collect();
    Ok(renewed)
}
