//! A job's row, read and looked up.

use std::time::Duration;

use crate::error::StoreError;
use crate::id::{BootId, JobId};
use crate::job::{
    CancelRequest, Exit, Fence, Job, NewJob, Output, Person, ProcessIdentity, Progress,
};
use crate::session::{Row, Session, values};
use crate::state::{DidStart, Effect, JobState};

/// The states in which a server holds a job, as SQL.
pub(crate) const HELD: &str = "('starting', 'running')";

/// The states in which a job can have an owner, as SQL: one that waits has one when only its owner has its message.
pub(crate) const OWNED: &str = "('awaiting_approval', 'queued', 'starting', 'running')";

/// How long a job stays its server's without a sign of life, in milliseconds; PostgreSQL only.
pub(crate) const LEASE_MS: i64 = 30_000;

/// Returns the job with an id; inside a write, nobody else changes it until the end of the transaction.
pub(crate) async fn locked_job(
    session: &mut Session,
    id: &JobId,
) -> Result<Option<Job>, StoreError> {
    let sql = if session.is_shared() {
        "SELECT * FROM jobs WHERE id = $1 FOR UPDATE"
    } else {
        "SELECT * FROM jobs WHERE id = $1"
    };
    session
        .fetch_one(sql, &values![id.as_str()])
        .await?
        .as_ref()
        .map(read_job)
        .transpose()
}

/// Returns the job with an id.
pub(crate) async fn job_with_id(
    session: &mut Session,
    id: &str,
) -> Result<Option<Job>, StoreError> {
    let row = session
        .fetch_one("SELECT * FROM jobs WHERE id = $1", &values![id])
        .await?;
    row.as_ref().map(read_job).transpose()
}

/// Reads a whole row of `jobs`.
pub(crate) fn read_job(row: &Row) -> Result<Job, StoreError> {
    Ok(Job {
        id: JobId::stored(row.text("id")?),
        number: row.int("number")?,
        state: JobState::stored(&row.text("state")?)?,
        spec: read_spec(row)?,
        retry_of: row.maybe_text("retry_of")?.map(JobId::stored),
        attempt: row.int("attempt")?,
        fence: row.int("fence")?,
        owner: row.maybe_text("owner")?.map(BootId::stored),
        crashes: narrow(row.int("crashes")?),
        parked: row.is("parked")?,
        did_start: row
            .maybe_text("did_start")?
            .map(|text| DidStart::stored(&text))
            .transpose()?,
        created_at_ms: row.int("created_at")?,
        not_before_ms: row.int("not_before")?,
        claimed_at_ms: row.maybe_int("claimed_at")?,
        started_at_ms: row.maybe_int("started_at")?,
        ended_at_ms: row.maybe_int("ended_at")?,
        lease_until_ms: row.maybe_int("lease_until")?,
        cancel: read_cancel(row)?,
        progress: read_progress(row)?,
        process: read_process(row)?,
        reply: row.maybe_text("reply")?,
        result_text: row.maybe_text("result_text")?,
        output: read_output(row)?,
        exit: read_exit(row)?,
        error: row.maybe_text("error")?,
    })
}

fn read_spec(row: &Row) -> Result<NewJob, StoreError> {
    Ok(NewJob {
        webhook: row.text("webhook")?,
        tenant: row.text("tenant")?,
        team: row.text("team")?,
        channel: row.text("channel")?,
        conversation: row.text("conversation")?,
        thread: row.maybe_text("thread")?,
        requester: Person {
            id: row.text("requester_id")?,
            name: row.text("requester_name")?,
        },
        command: row.text("command")?,
        text: row.text("text")?,
        body: Some(row.text("body")?).filter(|it| !it.is_empty()),
        effect: Effect::stored(&row.text("effect")?)?,
        idempotent: row.is("idempotent")?,
        max_attempts: narrow(row.int("max_attempts")?),
        time_limit: Duration::from_millis(row.int("time_limit_ms")?.unsigned_abs()),
        lock: row.maybe_text("lock_name")?,
        request_id: row.text("request_id")?,
    })
}

/// Reads who asked that a job stop.
pub(crate) fn read_cancel(row: &Row) -> Result<Option<CancelRequest>, StoreError> {
    let Some(at_ms) = row.maybe_int("cancel_at")? else {
        return Ok(None);
    };
    Ok(Some(CancelRequest {
        by: Person {
            id: row.text("cancel_id")?,
            name: row.text("cancel_name")?,
        },
        at_ms,
    }))
}

/// Reads what lets the attempt of a job write.
pub(crate) fn read_fence(row: &Row) -> Result<Fence, StoreError> {
    Ok(Fence {
        job: JobId::stored(row.text("id")?),
        attempt: row.int("attempt")?,
        fence: row.int("fence")?,
    })
}

fn read_progress(row: &Row) -> Result<Option<Progress>, StoreError> {
    let Some(text) = row.maybe_text("progress_text")? else {
        return Ok(None);
    };
    let (done, total) = (
        row.int("progress_done")?.unsigned_abs(),
        row.int("progress_total")?.unsigned_abs(),
    );
    Ok(Some(Progress { done, total, text }))
}

fn read_process(row: &Row) -> Result<Option<ProcessIdentity>, StoreError> {
    let Some(host_boot) = row.maybe_text("process_boot")? else {
        return Ok(None);
    };
    Ok(Some(ProcessIdentity {
        host_boot,
        pid: narrow(row.int("process_pid")?),
        start_ticks: row.int("process_ticks")?.unsigned_abs(),
        cgroup: row.maybe_text("process_cgroup")?,
    }))
}

fn read_output(row: &Row) -> Result<Option<Output>, StoreError> {
    let Some(head) = row.maybe_text("output_head")? else {
        return Ok(None);
    };
    Ok(Some(Output {
        head,
        tail: row.text("output_tail")?,
        dropped_bytes: row.int("output_dropped")?.unsigned_abs(),
        log_path: row.maybe_text("output_log")?,
    }))
}

fn read_exit(row: &Row) -> Result<Option<Exit>, StoreError> {
    let number = |column| {
        row.maybe_int(column)
            .map(|found| found.and_then(|number| i32::try_from(number).ok()))
    };
    Ok(number("exit_code")?
        .map(Exit::Code)
        .or(number("exit_signal")?.map(Exit::Signal)))
}

/// Counts that were stored from `u32`.
fn narrow(number: i64) -> u32 {
    u32::try_from(number).unwrap_or_default()
}

/// Stores a number as the largest that fits.
pub(crate) fn wide(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
