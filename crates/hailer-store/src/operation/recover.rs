//! What becomes of the jobs of servers that died.

use std::time::Duration;

use crate::claim::{Fate, RecoverPolicy, Recovered};
use crate::error::StoreError;
use crate::job::Job;
use crate::operation::claim::release_locks;
use crate::operation::row::{HELD, read_job};
use crate::operation::{audit, outbox};
use crate::session::{Session, millis, values};
use crate::state::{DidStart, JobState};

/// How many jobs one transaction takes over.
const AT_ONCE: &str = "100";

/// No job waits longer than this for its next attempt.
const LONGEST_BACK_OFF: Duration = Duration::from_secs(300);

/// Takes over what no living server holds.
pub(crate) async fn recover(
    session: &mut Session,
    policy: &RecoverPolicy,
) -> Result<Vec<Recovered>, StoreError> {
    let mut recovered = Vec::new();
    for job in abandoned(session).await? {
        recovered.push(take_over(session, policy, job).await?);
    }
    if !recovered.is_empty() {
        session.touch();
    }
    Ok(recovered)
}

async fn abandoned(session: &mut Session) -> Result<Vec<Job>, StoreError> {
    let owner = session.boot().as_str().to_owned();
    let rows = if session.is_shared() {
        let sql = format!(
            "SELECT * FROM jobs WHERE state IN {HELD} AND owner <> $1 AND COALESCE(lease_until, 0) < $2 ORDER BY number LIMIT {AT_ONCE} \
             FOR UPDATE SKIP LOCKED"
        );
        let now = session.now().await?;
        session.fetch(&sql, &values![owner, now]).await?
    } else {
        let sql = format!(
            "SELECT * FROM jobs WHERE state IN {HELD} AND owner <> $1 ORDER BY number LIMIT {AT_ONCE}"
        );
        session.fetch(&sql, &values![owner]).await?
    };
    rows.iter().map(read_job).collect()
}

async fn take_over(
    session: &mut Session,
    policy: &RecoverPolicy,
    job: Job,
) -> Result<Recovered, StoreError> {
    let fate = fate(policy, &job);
    let now = session.now().await?;
    let (state, ended_at, not_before) = match fate {
        Fate::Requeued => (JobState::Queued, None, now + back_off(policy, job.attempt)),
        Fate::Interrupted | Fate::Parked => (JobState::Interrupted, Some(now), job.not_before_ms),
        Fate::Cancelled => (JobState::Cancelled, Some(now), job.not_before_ms),
    };
    let sql = "UPDATE jobs SET state = $2, ended_at = $3, not_before = $4, crashes = crashes + 1, parked = $5, did_start = $6, \
               fence = fence + 1, owner = NULL, lease_until = NULL WHERE id = $1 RETURNING *";
    let did_start = did_start(&job).as_str();
    let row = values![
        job.id.as_str(),
        state.as_str(),
        ended_at,
        not_before,
        fate == Fate::Parked,
        did_start
    ];
    let row = session
        .fetch_one(sql, &row)
        .await?
        .ok_or(StoreError::Unreadable { column: "id" })?;
    release_locks(session, &job.id).await?;
    let recovered = Recovered {
        job: read_job(&row)?,
        fate,
        owner: job.owner,
        process: job.process,
    };
    let mut entry = audit::about(&recovered.job, "interrupted", None);
    entry.detail = format!("attempt {}, did start: {did_start}", job.attempt);
    audit::append(session, &entry).await?;
    if fate != Fate::Requeued
        && let Some(compose) = &policy.follow_up
        && let Some(post) = compose(&recovered)
    {
        outbox::put(session, &post, Some(&recovered.job.id)).await?;
    }
    Ok(recovered)
}

fn fate(policy: &RecoverPolicy, job: &Job) -> Fate {
    if job.cancel.is_some() {
        Fate::Cancelled
    } else if job.crashes + 1 >= policy.park_after {
        Fate::Parked
    } else if job.spec.idempotent && job.attempt < i64::from(job.spec.max_attempts) {
        Fate::Requeued
    } else {
        Fate::Interrupted
    }
}

fn did_start(job: &Job) -> DidStart {
    if job.state == JobState::Starting {
        DidStart::No
    } else if job.progress.is_some() {
        DidStart::Yes
    } else {
        DidStart::Unknown
    }
}

/// Doubles with every attempt.
fn back_off(policy: &RecoverPolicy, attempt: i64) -> i64 {
    let doublings = u32::try_from(attempt.saturating_sub(1))
        .unwrap_or(u32::MAX)
        .min(16);
    millis(
        policy
            .back_off
            .saturating_mul(1 << doublings)
            .min(LONGEST_BACK_OFF),
    )
}
