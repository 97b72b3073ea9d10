//! The door: dedupe, guard, limit, lock, job and audit intent, all or nothing.

mod together;

use hailer_failpoint as failpoint;

use crate::admission::{Admission, Admitted, MessageKey, Start};
use crate::audit::AuditEntry;
use crate::error::StoreError;
use crate::id::{JobId, hex};
use crate::job::{Fence, Job, NewJob};
use crate::operation::message::{OF_MESSAGE, first_in_between, first_job, key_values, put_message};
use crate::operation::row::{LEASE_MS, job_with_id, wide};
use crate::operation::{audit, hold, request};
use crate::request::Stage;
use crate::session::{Session, millis, values};
use crate::state::JobState;

/// How long the second guard holds, in milliseconds.
const GUARD_MS: i64 = 10_000;

/// How often another id is tried; each second one is longer, so that the last are never taken.
const ID_TRIES: usize = 12;

/// The states in which a job is not over, as SQL.
const UNDER_WAY: &str = "('awaiting_approval', 'queued', 'starting', 'running')";

pub(crate) use together::admit_together;

/// What a row of `jobs` is made of, beside the job itself.
pub(crate) struct Fresh<'a> {
    pub(crate) job: &'a NewJob,
    pub(crate) start: Start,
    pub(crate) guard: Option<String>,
    pub(crate) retry_of: Option<&'a JobId>,
    /// Whether it waits for a yes first.
    pub(crate) is_asking: bool,
}

/// Admits a message.
pub(crate) async fn admit(
    session: &mut Session,
    admission: &Admission,
) -> Result<Admitted, StoreError> {
    let guard = admission.guard.as_ref().map(|hash| hex(hash));
    if let Some(guard) = &guard {
        // Two messages with the same guard on two servers would not see each other's job.
        session.take_turns(guard).await?;
    }
    let mut id = random_id(0)?;
    let seen = look(
        session,
        &admission.key,
        guard.as_deref(),
        &id,
        admission.queue_limit,
    )
    .await?;
    if let Some(first) = seen.repeat_of {
        return first_job(session, &first).await.map(Admitted::Repeat);
    }
    if seen.is_taken {
        id = free_id(session).await?;
    }
    if let Some(first) = seen.guarded {
        return attach(session, admission, &first).await;
    }
    if seen.has_holds
        && !admission.despite_holds
        && let Some(hold) = hold::keeps_out(session, &admission.job).await?
    {
        session.abandon();
        return Ok(Admitted::Kept(Box::new(hold)));
    }
    if admission.start == Start::Queued && !is_asking(admission) && seen.is_full {
        session.abandon();
        return Ok(Admitted::QueueFull);
    }
    if !put_message(session, &admission.key, &id).await? {
        return first_in_between(session, &admission.key)
            .await
            .map(Admitted::Repeat);
    }
    failpoint::check("admit-after-message")?;
    enter(session, admission, guard, id).await
}

/// Lets a message in that is new.
async fn enter(
    session: &mut Session,
    admission: &Admission,
    guard: Option<String>,
    id: JobId,
) -> Result<Admitted, StoreError> {
    let fresh = Fresh {
        job: &admission.job,
        start: admission.start,
        guard,
        retry_of: None,
        is_asking: is_asking(admission),
    };
    put_job(session, &fresh, &id).await?;
    failpoint::check("admit-after-job")?;
    if is_asking(admission) {
        return ask(session, admission, id).await;
    }
    if admission.start != Start::Queued
        && let Some(lock) = &admission.job.lock
        && let Some(by) = lock_or_holder(session, lock, &id).await?
    {
        session.abandon();
        return Ok(Admitted::Locked {
            lock: lock.clone(),
            by: Box::new(by),
        });
    }
    audit::append(
        session,
        &AuditEntry {
            job: Some(id.clone()),
            ..admission.intent.clone()
        },
    )
    .await?;
    if let Some(request) = &admission.request {
        request::put(session, request, &id, &admission.intent).await?;
    }
    failpoint::check("admit-after-intent")?;
    session.touch();
    Ok(match admission.start {
        Start::Queued => Admitted::Queued(id),
        Start::Now | Start::AtGate => Admitted::Running(Fence {
            job: id,
            attempt: 1,
            fence: 1,
        }),
    })
}

/// Whether a job waits for a yes. Where glass is broken none is waited for.
fn is_asking(admission: &Admission) -> bool {
    let request = admission.request.as_ref();
    request.is_some_and(|it| it.stage != Stage::Glass)
}

/// Lets a message in whose job waits for a yes.
async fn ask(
    session: &mut Session,
    admission: &Admission,
    id: JobId,
) -> Result<Admitted, StoreError> {
    let intent = AuditEntry {
        job: Some(id.clone()),
        ..admission.intent.clone()
    };
    audit::append(session, &intent).await?;
    if let Some(request) = &admission.request {
        request::put(session, request, &id, &intent).await?;
    }
    session.touch();
    Ok(Admitted::Asking(id))
}

/// What is there already.
struct Seen {
    /// The job of this very message.
    repeat_of: Option<String>,
    /// The job with the same guard.
    guarded: Option<String>,
    /// Whether as many jobs are queued as allowed.
    is_full: bool,
    /// Whether another job has the id.
    is_taken: bool,
    /// Whether somebody holds anything.
    has_holds: bool,
}

async fn look(
    session: &mut Session,
    key: &MessageKey,
    guard: Option<&str>,
    id: &JobId,
    queue_limit: u64,
) -> Result<Seen, StoreError> {
    let sql = format!(
        "SELECT (SELECT job_id FROM messages WHERE {OF_MESSAGE}) AS repeat_of, (SELECT id FROM jobs WHERE guard = $6 \
         AND created_at > $7 AND state IN {UNDER_WAY} ORDER BY number LIMIT 1) AS guarded, \
         (SELECT COUNT(*) FROM jobs WHERE id = $8) AS taken, (SELECT COUNT(*) FROM holds) AS holds, ({}) AS is_full",
        is_full("$9")
    );
    let since = session.now().await? - GUARD_MS;
    let mut row = key_values(key);
    row.extend(values![
        guard.map(str::to_owned),
        since,
        id.as_str(),
        wide(queue_limit)
    ]);
    let row = session
        .fetch_one(&sql, &row)
        .await?
        .ok_or(StoreError::Unreadable { column: "taken" })?;
    Ok(Seen {
        repeat_of: row.maybe_text("repeat_of")?,
        guarded: row.maybe_text("guarded")?,
        is_full: row.is("is_full")?,
        is_taken: row.is("taken")?,
        has_holds: row.is("holds")?,
    })
}

async fn attach(
    session: &mut Session,
    admission: &Admission,
    first: &str,
) -> Result<Admitted, StoreError> {
    let first = job_with_id(session, first)
        .await?
        .ok_or(StoreError::Unreadable { column: "guard" })?;
    if !put_message(session, &admission.key, &first.id).await? {
        return first_in_between(session, &admission.key)
            .await
            .map(Admitted::Repeat);
    }
    let entry = AuditEntry {
        event: "duplicate".to_owned(),
        job: Some(first.id.clone()),
        outcome: "attached".to_owned(),
        ..admission.intent.clone()
    };
    audit::append(session, &entry).await?;
    Ok(Admitted::Attached(Box::new(first)))
}

/// Tells whether as many jobs are queued as allowed. On PostgreSQL the limit can be passed by as many as are admitted at the same moment.
pub(crate) async fn is_queue_full(session: &mut Session, limit: u64) -> Result<bool, StoreError> {
    let sql = format!("SELECT {} AS is_full", is_full("$1"));
    let row = session.fetch_one(&sql, &values![wide(limit)]).await?;
    row.map_or(Ok(false), |row| row.is("is_full"))
}

/// Counts the queue only when its first and last number are so far apart that it can be full.
fn is_full(limit: &str) -> String {
    let of_queue = "FROM jobs WHERE state = 'queued'";
    format!(
        "CAST(CASE WHEN COALESCE((SELECT MAX(number) {of_queue}) - (SELECT MIN(number) {of_queue}) + 1, 0) < {limit} THEN 0 \
         WHEN (SELECT COUNT(*) {of_queue}) < {limit} THEN 0 ELSE 1 END AS BIGINT)"
    )
}

fn random_id(tries: usize) -> Result<JobId, StoreError> {
    JobId::random(tries).map_err(|_error| StoreError::Misuse {
        what: "the system gives no random numbers",
    })
}

/// Returns an id that no job has. Between this and the insert another server can take it, once in very many million times; then the
/// insert fails, and nothing is stored.
pub(crate) async fn free_id(session: &mut Session) -> Result<JobId, StoreError> {
    for tries in 0..ID_TRIES {
        let id = random_id(tries)?;
        if session
            .fetch(
                "SELECT 1 AS one FROM jobs WHERE id = $1",
                &values![id.as_str()],
            )
            .await?
            .is_empty()
        {
            return Ok(id);
        }
    }
    Err(StoreError::Misuse {
        what: "no id for a job is free",
    })
}

/// Takes a lock for a job, or returns who has it.
async fn lock_or_holder(
    session: &mut Session,
    lock: &str,
    id: &JobId,
) -> Result<Option<Job>, StoreError> {
    let name = format!("lock:{lock}");
    while !take_lock(session, &name, id).await? {
        // When it was let go in between, it is tried again.
        if let Some(row) = session
            .fetch_one(
                "SELECT job_id FROM locks WHERE name = $1",
                &values![name.as_str()],
            )
            .await?
        {
            return job_with_id(session, &row.text("job_id")?).await;
        }
    }
    Ok(None)
}

/// Takes what only one job may have; false when another has it.
pub(crate) async fn take_lock(
    session: &mut Session,
    name: &str,
    id: &JobId,
) -> Result<bool, StoreError> {
    let now = session.now().await?;
    let sql =
        "INSERT INTO locks (name, job_id, at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING";
    Ok(session
        .execute(sql, &values![name, id.as_str(), now])
        .await?
        == 1)
}

const JOB_COLUMNS: &str = "id, state, webhook, tenant, team, channel, conversation, thread, requester_id, requester_name, command, \
                           text, body, effect, idempotent, max_attempts, time_limit_ms, lock_name, request_id, guard, retry_of, \
                           attempt, fence, owner, crashes, parked, created_at, not_before, started_at, lease_until";

/// Inserts a job under an id that is free.
pub(crate) async fn put_job(
    session: &mut Session,
    fresh: &Fresh<'_>,
    id: &JobId,
) -> Result<(), StoreError> {
    let now = session.now().await?;
    let job = fresh.job;
    let (state, is_held) = match fresh.start {
        _ if fresh.is_asking => (JobState::AwaitingApproval, false),
        Start::Queued => (JobState::Queued, false),
        Start::AtGate => (JobState::Starting, true),
        Start::Now => (JobState::Running, true),
    };
    // What waits and has an owner can be started by nobody else.
    let is_owned = is_held || job.body.is_none();
    let owner = is_owned.then(|| session.boot().as_str().to_owned());
    let lease = (is_owned && session.is_shared()).then_some(now + LEASE_MS);
    let started = (state == JobState::Running).then_some(now);
    let row = values![
        id.as_str(),
        state.as_str(),
        job.webhook.as_str(),
        job.tenant.as_str(),
        job.team.as_str(),
        job.channel.as_str(),
        job.conversation.as_str(),
        job.thread.clone(),
        job.requester.id.as_str(),
        job.requester.name.as_str(),
        job.command.as_str(),
        job.text.as_str(),
        job.body.as_deref().unwrap_or_default(),
        job.effect.as_str(),
        job.idempotent,
        i64::from(job.max_attempts),
        millis(job.time_limit),
        job.lock.clone(),
        job.request_id.as_str(),
        fresh.guard.clone(),
        fresh.retry_of.map(|id| id.as_str().to_owned()),
        i64::from(is_held),
        i64::from(is_held),
        owner,
        0_i64,
        0_i64,
        now,
        now,
        started,
        lease,
    ];
    let places = audit::placeholders(row.len());
    session
        .put(
            &format!("INSERT INTO jobs ({JOB_COLUMNS}) VALUES ({places})"),
            &row,
        )
        .await
}
