//! Taking a job from the queue: in order, fairly, within limits and locks.

use std::collections::BTreeSet;

use hailer_failpoint as failpoint;

use crate::claim::ClaimLimits;
use crate::error::StoreError;
use crate::id::JobId;
use crate::job::{Claimed, Fence, Job};
use crate::operation::admit::take_lock;
use crate::operation::audit;
use crate::operation::hold;
use crate::operation::row::{HELD, LEASE_MS, read_fence, read_job};
use crate::operation::running::{FENCED, fence_values};
use crate::session::{Session, Value, values};

/// How many candidates are tried in one claim; each is lost only to another server at the same moment.
const TRIES: usize = 16;

/// What a claim must not take.
#[derive(Default)]
struct Excluded {
    commands: BTreeSet<String>,
    webhooks: BTreeSet<String>,
    jobs: BTreeSet<String>,
}

/// Takes the next job.
pub(crate) async fn claim(
    session: &mut Session,
    limits: &ClaimLimits,
) -> Result<Option<Claimed>, StoreError> {
    let mut excluded = Excluded {
        commands: limits.paused_commands.clone(),
        webhooks: limits.paused_webhooks.clone(),
        jobs: BTreeSet::new(),
    };
    exclude_busy_commands(session, limits, &mut excluded).await?;
    for _ in 0..TRIES {
        let Some(job) = candidate(session, limits, &excluded).await? else {
            return Ok(None);
        };
        if let Some(limit) = limits.at_once.get(&job.spec.command)
            && !take_place(session, &job, *limit).await?
        {
            excluded.commands.insert(job.spec.command);
            continue;
        }
        if let Some(lock) = &job.spec.lock
            && !take_lock(session, &format!("lock:{lock}"), &job.id).await?
        {
            release_locks(session, &job.id).await?;
            excluded.jobs.insert(job.id.as_str().to_owned());
            continue;
        }
        return take(session, &job.id).await.map(Some);
    }
    Ok(None)
}

/// Releases everything that a job holds.
pub(crate) async fn release_locks(session: &mut Session, id: &JobId) -> Result<(), StoreError> {
    session
        .put("DELETE FROM locks WHERE job_id = $1", &values![id.as_str()])
        .await
}

async fn exclude_busy_commands(
    session: &mut Session,
    limits: &ClaimLimits,
    excluded: &mut Excluded,
) -> Result<(), StoreError> {
    if limits.at_once.is_empty() {
        return Ok(());
    }
    let sql = format!(
        "SELECT command, COUNT(*) AS held FROM jobs WHERE state IN {HELD} GROUP BY command"
    );
    for row in session.fetch(&sql, &[]).await? {
        let command = row.text("command")?;
        if limits
            .at_once
            .get(&command)
            .is_some_and(|limit| row.int("held").is_ok_and(|held| held >= i64::from(*limit)))
        {
            excluded.commands.insert(command);
        }
    }
    let none = limits
        .at_once
        .iter()
        .filter(|(_, limit)| **limit == 0)
        .map(|(command, _)| command.clone());
    excluded.commands.extend(none);
    Ok(())
}

async fn candidate(
    session: &mut Session,
    limits: &ClaimLimits,
    excluded: &Excluded,
) -> Result<Option<Job>, StoreError> {
    let mut row = values![
        session.now().await?,
        limits.per_team.map_or(i64::MAX, i64::from),
        session.boot().as_str()
    ]
    .to_vec();
    let mut sql = format!(
        "SELECT * FROM jobs WHERE number IN (SELECT j.number FROM jobs j LEFT JOIN (SELECT webhook, team, COUNT(*) AS held FROM jobs WHERE state IN {HELD} \
         GROUP BY webhook, team) busy ON busy.webhook = j.webhook AND busy.team = j.team \
         WHERE j.state = 'queued' AND j.not_before <= $1 AND COALESCE(busy.held, 0) < $2 AND (j.owner IS NULL OR j.owner = $3) \
         AND (j.lock_name IS NULL OR NOT EXISTS (SELECT 1 FROM locks l WHERE l.name = 'lock:' || j.lock_name))"
    );
    exclude(&mut sql, &mut row, "j.command", &excluded.commands);
    exclude(&mut sql, &mut row, "j.webhook", &excluded.webhooks);
    exclude(&mut sql, &mut row, "j.id", &excluded.jobs);
    hold::exclude_held(session, &mut sql, &mut row).await?;
    sql.push_str(" ORDER BY COALESCE(busy.held, 0), j.number LIMIT 1");
    sql.push_str(if session.is_shared() {
        " FOR UPDATE OF j SKIP LOCKED)"
    } else {
        ")"
    });
    session
        .fetch_one(&sql, &row)
        .await?
        .as_ref()
        .map(read_job)
        .transpose()
}

fn exclude(sql: &mut String, row: &mut Vec<Value>, column: &str, names: &BTreeSet<String>) {
    if names.is_empty() {
        return;
    }
    let first = row.len() + 1;
    let places: Vec<String> = (first..first + names.len())
        .map(|number| format!("${number}"))
        .collect();
    sql.push_str(&format!(" AND {column} NOT IN ({})", places.join(", ")));
    row.extend(names.iter().map(|name| Value::from(name.as_str())));
}

/// Takes one of the command's places: rows with a key, so that two servers can never take the same.
async fn take_place(session: &mut Session, job: &Job, limit: u32) -> Result<bool, StoreError> {
    for number in 0..limit {
        let name = format!("place:{}:{number}", job.spec.command);
        if take_lock(session, &name, &job.id).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Puts a job back into the queue of which nothing was started; false when it was not taken from there, or was asked to stop.
pub(crate) async fn put_back(session: &mut Session, fence: &Fence) -> Result<bool, StoreError> {
    let row = fence_values(session, fence);
    let sql = format!(
        "UPDATE jobs SET state = 'queued', attempt = attempt - 1, fence = fence + 1, claimed_at = NULL, \
         owner = CASE WHEN body = '' THEN owner END, lease_until = CASE WHEN body = '' THEN lease_until END \
         WHERE {FENCED} AND state = 'starting' AND claimed_at IS NOT NULL AND cancel_at IS NULL RETURNING *"
    );
    let Some(row) = session.fetch_one(&sql, &row).await? else {
        return Ok(false);
    };
    release_locks(session, &fence.job).await?;
    let mut entry = audit::about(&read_job(&row)?, "put_back", None);
    entry.detail = "nothing of it was started".to_owned();
    audit::append(session, &entry).await?;
    session.touch();
    Ok(true)
}

async fn take(session: &mut Session, id: &JobId) -> Result<Claimed, StoreError> {
    let now = session.now().await?;
    let lease = session.is_shared().then_some(now + LEASE_MS);
    let sql = "UPDATE jobs SET state = 'starting', attempt = attempt + 1, fence = fence + 1, owner = $2, claimed_at = $3, \
               started_at = NULL, lease_until = $4, did_start = NULL, progress_done = NULL, progress_total = NULL, \
               progress_text = NULL, process_boot = NULL, process_pid = NULL, process_ticks = NULL, process_cgroup = NULL \
               WHERE id = $1 RETURNING *";
    let owner = session.boot().as_str().to_owned();
    let row = session
        .fetch_one(sql, &values![id.as_str(), owner, now, lease])
        .await?;
    let row = row.ok_or(StoreError::Unreadable { column: "id" })?;
    failpoint::check("claim-before-commit")?;
    session.touch();
    Ok(Claimed {
        fence: read_fence(&row)?,
        job: read_job(&row)?,
    })
}
