//! What becomes of the jobs of servers that died.

use std::time::Duration;

use hailer_failpoint as failpoint;

use crate::claim::{Fate, RecoverPolicy, Recovered};
use crate::error::StoreError;
use crate::job::Job;
use crate::operation::claim::release_locks;
use crate::operation::row::{OWNED, read_job};
use crate::operation::{audit, outbox};
use crate::session::{Session, millis, values};
use crate::state::{DidStart, JobState};

/// How many jobs one transaction takes over.
const AT_ONCE: &str = "100";

/// Why a job whose message was not stored can not be started by another server.
const SECRET_GONE: &str = "a secret in it was only in the memory of a server that is gone, so nothing was started; say it again";

/// No job waits longer than this for its next attempt.
const LONGEST_BACK_OFF: Duration = Duration::from_secs(300);

/// Takes over what no living server holds.
pub(crate) async fn recover(
    session: &mut Session,
    policy: &RecoverPolicy,
) -> Result<Vec<Recovered>, StoreError> {
    if !session.is_shared() {
        // There is one server at a time, so whoever else was sending is dead.
        let sql = "UPDATE outbox SET leased_until = 0 WHERE state = 'waiting' AND leased_until > 0 AND owner <> $1";
        let boot = session.boot().as_str().to_owned();
        session.put(sql, &values![boot]).await?;
    }
    let mut recovered = Vec::new();
    for job in abandoned(session).await? {
        recovered.push(take_over(session, policy, job).await?);
        failpoint::check("recover-midway")?;
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
            "SELECT * FROM jobs WHERE state IN {OWNED} AND owner <> $1 AND COALESCE(lease_until, 0) < $2 ORDER BY number LIMIT {AT_ONCE} \
             FOR UPDATE SKIP LOCKED"
        );
        let now = session.now().await?;
        session.fetch(&sql, &values![owner, now]).await?
    } else {
        let sql = format!(
            "SELECT * FROM jobs WHERE state IN {OWNED} AND owner <> $1 ORDER BY number LIMIT {AT_ONCE}"
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
    let sql = "UPDATE jobs SET state = $2, ended_at = $3, not_before = $4, crashes = crashes + 1, parked = $5, did_start = $6, error = COALESCE($7, error), \
               fence = fence + 1, owner = NULL, lease_until = NULL WHERE id = $1 RETURNING *";
    let did_start = did_start(&job).as_str();
    let is_secret_gone = fate != Fate::Cancelled && job.spec.body.is_none() && !has_begun(&job);
    let error = is_secret_gone.then(|| SECRET_GONE.to_owned());
    let row = values![
        job.id.as_str(),
        state.as_str(),
        ended_at,
        not_before,
        fate == Fate::Parked,
        did_start,
        error
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
    } else if !matches!(job.state, JobState::Starting | JobState::Running) {
        Fate::Interrupted
    } else if job.crashes + 1 >= policy.park_after {
        Fate::Parked
    } else if job.spec.idempotent
        && job.spec.body.is_some()
        && job.attempt < i64::from(job.spec.max_attempts)
    {
        Fate::Requeued
    } else {
        Fate::Interrupted
    }
}

/// A job that is starting has not begun: that is written down before anything of it runs.
fn has_begun(job: &Job) -> bool {
    job.state == JobState::Running
}

fn did_start(job: &Job) -> DidStart {
    if !has_begun(job) {
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
