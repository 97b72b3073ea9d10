//! The door: dedupe, guard, limit, lock, job and audit intent, all or nothing.

use crate::admission::{Admission, Admitted, MessageKey, Start};
use crate::audit::AuditEntry;
use crate::error::StoreError;
use crate::id::{JobId, hex};
use crate::job::{Fence, Job, NewJob, Owned};
use crate::operation::audit;
use crate::operation::row::{LEASE_MS, job_with_id, read_job, wide};
use crate::session::{Session, Value, millis, values};

/// How long the second guard holds, in milliseconds.
const GUARD_MS: i64 = 10_000;

/// How often another id is tried; each second one is longer, so that the last are never taken.
const ID_TRIES: usize = 12;

/// What a row of `jobs` is made of, beside the job itself.
pub(crate) struct Fresh<'a> {
    pub(crate) job: &'a NewJob,
    pub(crate) start: Start,
    pub(crate) guard: Option<String>,
    pub(crate) retry_of: Option<&'a JobId>,
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
    let mut id = JobId::random(0).map_err(|_error| StoreError::Misuse {
        what: "the system gives no random numbers",
    })?;
    if !put_message(session, &admission.key, &id).await? {
        return repeat(session, &admission.key).await;
    }
    if let Some(first) = guarded(session, guard.as_deref()).await? {
        return attach(session, admission, first).await;
    }
    if admission.start == Start::Queued && is_queue_full(session, admission.queue_limit).await? {
        session.abandon();
        return Ok(Admitted::QueueFull);
    }
    let fresh = Fresh {
        job: &admission.job,
        start: admission.start,
        guard,
        retry_of: None,
    };
    let first_id = id.clone();
    put_job(session, &fresh, &mut id).await?;
    if id != first_id {
        point_message(session, &admission.key, &id).await?;
    }
    if admission.start == Start::Now
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
    session.touch();
    Ok(match admission.start {
        Start::Queued => Admitted::Queued(id),
        Start::Now => Admitted::Running(Fence {
            job: id,
            attempt: 1,
            fence: 1,
        }),
    })
}

/// Takes in a job that runs already.
pub(crate) async fn adopt(
    session: &mut Session,
    job: &NewJob,
    intent: Option<&AuditEntry>,
) -> Result<Owned, StoreError> {
    let mut id = JobId::random(0).map_err(|_error| StoreError::Misuse {
        what: "the system gives no random numbers",
    })?;
    put_job(
        session,
        &Fresh {
            job,
            start: Start::Now,
            guard: None,
            retry_of: None,
        },
        &mut id,
    )
    .await?;
    if let Some(intent) = intent {
        audit::append(
            session,
            &AuditEntry {
                job: Some(id.clone()),
                ..intent.clone()
            },
        )
        .await?;
    }
    session.touch();
    Ok(Owned {
        fence: Fence {
            job: id,
            attempt: 1,
            fence: 1,
        },
    })
}

async fn put_message(
    session: &mut Session,
    key: &MessageKey,
    id: &JobId,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO messages (webhook, tenant, team, conversation, activity, job_id, at) VALUES ($1, $2, $3, $4, $5, $6, $7) \
               ON CONFLICT (webhook, tenant, team, conversation, activity) DO NOTHING";
    let now = session.now().await?;
    let mut row = key_values(key);
    row.extend([Value::from(id.as_str()), Value::from(now)]);
    Ok(session.execute(sql, &row).await? == 1)
}

const OF_MESSAGE: &str =
    "webhook = $1 AND tenant = $2 AND team = $3 AND conversation = $4 AND activity = $5";

fn key_values(key: &MessageKey) -> Vec<Value> {
    [
        &key.webhook,
        &key.tenant,
        &key.team,
        &key.conversation,
        &key.activity,
    ]
    .map(|text| Value::from(text.as_str()))
    .to_vec()
}

async fn point_message(
    session: &mut Session,
    key: &MessageKey,
    id: &JobId,
) -> Result<(), StoreError> {
    let mut row = key_values(key);
    row.push(id.as_str().into());
    session
        .execute(
            &format!("UPDATE messages SET job_id = $6 WHERE {OF_MESSAGE}"),
            &row,
        )
        .await
        .map(drop)
}

async fn repeat(session: &mut Session, key: &MessageKey) -> Result<Admitted, StoreError> {
    let sql =
        format!("SELECT * FROM jobs WHERE id = (SELECT job_id FROM messages WHERE {OF_MESSAGE})");
    let first = session
        .fetch_one(&sql, &key_values(key))
        .await?
        .as_ref()
        .map(read_job)
        .transpose()?;
    first
        .map(|job| Admitted::Repeat(Box::new(job)))
        .ok_or(StoreError::Unreadable { column: "job_id" })
}

async fn guarded(session: &mut Session, guard: Option<&str>) -> Result<Option<Job>, StoreError> {
    let Some(guard) = guard else { return Ok(None) };
    let sql = "SELECT * FROM jobs WHERE guard = $1 AND created_at > $2 \
               AND state IN ('awaiting_approval', 'queued', 'starting', 'running') ORDER BY number LIMIT 1";
    let since = session.now().await? - GUARD_MS;
    session
        .fetch_one(sql, &values![guard, since])
        .await?
        .as_ref()
        .map(read_job)
        .transpose()
}

async fn attach(
    session: &mut Session,
    admission: &Admission,
    first: Job,
) -> Result<Admitted, StoreError> {
    point_message(session, &admission.key, &first.id).await?;
    let entry = AuditEntry {
        event: "duplicate".to_owned(),
        job: Some(first.id.clone()),
        outcome: "attached".to_owned(),
        ..admission.intent.clone()
    };
    audit::append(session, &entry).await?;
    Ok(Admitted::Attached(Box::new(first)))
}

/// On PostgreSQL the limit can be passed by as many as are admitted at the same moment.
pub(crate) async fn is_queue_full(session: &mut Session, limit: u64) -> Result<bool, StoreError> {
    let row = session
        .fetch_one(
            "SELECT COUNT(*) AS queued FROM jobs WHERE state = 'queued'",
            &[],
        )
        .await?;
    Ok(row
        .map(|row| row.int("queued"))
        .transpose()?
        .unwrap_or_default()
        >= wide(limit))
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

/// Inserts a job under `id`, or under another when that is taken.
pub(crate) async fn put_job(
    session: &mut Session,
    fresh: &Fresh<'_>,
    id: &mut JobId,
) -> Result<(), StoreError> {
    for tries in 1..=ID_TRIES {
        if insert_job(session, fresh, id).await? {
            return Ok(());
        }
        *id = JobId::random(tries).map_err(|_error| StoreError::Misuse {
            what: "the system gives no random numbers",
        })?;
    }
    Err(StoreError::Misuse {
        what: "no id for a job is free",
    })
}

const JOB_COLUMNS: &str = "id, state, webhook, tenant, team, channel, conversation, thread, requester_id, requester_name, command, \
                           text, body, effect, idempotent, max_attempts, time_limit_ms, lock_name, request_id, guard, retry_of, \
                           attempt, fence, owner, crashes, parked, created_at, not_before, claimed_at, started_at, lease_until";

async fn insert_job(
    session: &mut Session,
    fresh: &Fresh<'_>,
    id: &JobId,
) -> Result<bool, StoreError> {
    let now = session.now().await?;
    let job = fresh.job;
    let is_running = fresh.start == Start::Now;
    let owner = is_running.then(|| session.boot().as_str().to_owned());
    let lease = (is_running && session.is_shared()).then_some(now + LEASE_MS);
    let since = is_running.then_some(now);
    let row = values![
        id.as_str(),
        if is_running { "running" } else { "queued" },
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
        job.body.as_str(),
        job.effect.as_str(),
        job.idempotent,
        i64::from(job.max_attempts),
        millis(job.time_limit),
        job.lock.clone(),
        job.request_id.as_str(),
        fresh.guard.clone(),
        fresh.retry_of.map(|id| id.as_str().to_owned()),
        i64::from(is_running),
        i64::from(is_running),
        owner,
        0_i64,
        0_i64,
        now,
        now,
        since,
        since,
        lease,
    ];
    let places = audit::placeholders(row.len());
    let sql =
        format!("INSERT INTO jobs ({JOB_COLUMNS}) VALUES ({places}) ON CONFLICT (id) DO NOTHING");
    Ok(session.execute(&sql, &row).await? == 1)
}
