//! Requests: put with their job, confirmed, approved, denied, and over when their time is.

use crate::audit::AuditEntry;
use crate::error::StoreError;
use crate::id::JobId;
use crate::job::{Job, Person};
use crate::operation::row::{locked_job, read_job};
use crate::operation::{audit, outbox};
use crate::outbox::NewPost;
use crate::request::{AreEnough, Ballot, ComposeExpired, NewRequest, Request, Stage, Vote, Voted};
use crate::session::{Row, Session, millis, values};
use crate::state::JobState;
use std::time::Duration;

/// How many requests are listed, or end in one transaction, at most.
const AT_ONCE: i64 = 100;

/// Stores what a job waits for, in the transaction that stores the job.
pub(crate) async fn put(
    session: &mut Session,
    request: &NewRequest,
    id: &JobId,
    intent: &AuditEntry,
) -> Result<(), StoreError> {
    let now = session.now().await?;
    let post = request.post.as_ref().map(|post| NewPost {
        target: post.target.clone(),
        payload: post.payload.replace(NewRequest::ID, id.as_str()),
    });
    let is_released = request.stage == Stage::Glass;
    let sql = "INSERT INTO requests (job_id, stage, digest, bot, needs, post_target, post_payload, approve_ms, run_ms, expires_at, \
               released_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    let row = values![
        id.as_str(),
        request.stage.as_str(),
        request.digest.as_str(),
        request.bot.as_str(),
        request.needs.as_str(),
        post.as_ref().map(|post| post.target.clone()),
        post.as_ref().map(|post| post.payload.clone()),
        request.approve_within.map(millis),
        millis(request.run_within),
        now.saturating_add(millis(request.expires)),
        is_released.then_some(now),
    ];
    session.put(sql, &row).await?;
    let (event, is_told) = match request.stage {
        Stage::Confirm => ("confirmation_requested", false),
        Stage::Approve => ("approval_requested", true),
        Stage::Glass => ("approval_skipped", true),
    };
    let asked = AuditEntry {
        event: event.to_owned(),
        job: Some(id.clone()),
        decision: "ask".to_owned(),
        detail: request.needs.clone(),
        ..intent.clone()
    };
    audit::append(session, &asked).await?;
    match post.filter(|_| is_told) {
        Some(post) => outbox::put(session, &post, Some(id)).await,
        None => Ok(()),
    }
}

/// Returns a request with everybody who said yes.
pub(crate) async fn request(
    session: &mut Session,
    id: &JobId,
) -> Result<Option<Request>, StoreError> {
    let sql = "SELECT * FROM jobs j JOIN requests r ON r.job_id = j.id WHERE j.id = $1";
    let Some(row) = session.fetch_one(sql, &values![id.as_str()]).await? else {
        return Ok(None);
    };
    let votes = votes(session, id).await?;
    read(&row, votes).map(Some)
}

/// Returns the requests that wait, the oldest first.
pub(crate) async fn requests(session: &mut Session) -> Result<Vec<Request>, StoreError> {
    let now = session.now().await?;
    let sql = "SELECT * FROM jobs j JOIN requests r ON r.job_id = j.id WHERE j.state = 'awaiting_approval' AND r.expires_at > $1 \
               ORDER BY j.number LIMIT $2";
    let mut found = Vec::new();
    for row in session.fetch(sql, &values![now, AT_ONCE]).await? {
        let votes = votes(session, &JobId::stored(row.text("id")?)).await?;
        found.push(read(&row, votes)?);
    }
    Ok(found)
}

/// Takes the second word of whoever asked.
pub(crate) async fn confirm(
    session: &mut Session,
    id: &JobId,
    ballot: &Ballot,
) -> Result<Voted, StoreError> {
    let (job, row) = match open(session, id).await? {
        Ok(open) => open,
        Err(voted) => return Ok(voted),
    };
    if job.spec.requester.id.is_empty()
        || !job
            .spec
            .requester
            .id
            .eq_ignore_ascii_case(&ballot.caller.person.id)
        || job.spec.webhook != ballot.caller.webhook
    {
        return Ok(Voted::NotTheirs(Box::new(job)));
    }
    if row.text("stage")? != Stage::Confirm.as_str() {
        return Ok(Voted::Before);
    }
    let now = session.now().await?;
    audit::append(session, &entry(&job, "confirmed", ballot)).await?;
    let Some(approve) = row.maybe_int("approve_ms")? else {
        let sql = "UPDATE requests SET confirmed_at = $2 WHERE job_id = $1";
        session.put(sql, &values![id.as_str(), now]).await?;
        return release(session, job).await;
    };
    let sql = "UPDATE requests SET stage = 'approve', confirmed_at = $2, expires_at = $3 WHERE job_id = $1";
    let until = now.saturating_add(approve);
    session.put(sql, &values![id.as_str(), now, until]).await?;
    let asked = AuditEntry {
        decision: "ask".to_owned(),
        detail: row.text("needs")?,
        ..audit::about(&job, "approval_requested", Some(&job.spec.requester))
    };
    audit::append(session, &asked).await?;
    if let (Some(target), Some(payload)) = (
        row.maybe_text("post_target")?,
        row.maybe_text("post_payload")?,
    ) {
        outbox::put(session, &NewPost { target, payload }, Some(id)).await?;
    }
    session.touch();
    Ok(Voted::Confirmed(Box::new(job)))
}

/// Takes somebody's yes. The caller has made sure that it counts; whether all of them are enough is asked here, while nobody
/// else can say anything about the request.
pub(crate) async fn approve(
    session: &mut Session,
    id: &JobId,
    ballot: &Ballot,
    are_enough: &AreEnough,
) -> Result<Voted, StoreError> {
    let (job, row) = match open(session, id).await? {
        Ok(open) => open,
        Err(voted) => return Ok(voted),
    };
    if row.text("stage")? == Stage::Confirm.as_str() {
        return Ok(Voted::Unconfirmed(Box::new(job)));
    }
    let is_new = put_vote(session, id, ballot, "yes").await?;
    if is_new {
        audit::append(session, &entry(&job, "approved", ballot)).await?;
    }
    let votes = votes(session, id).await?;
    // Who said yes before says so again when fewer are needed by now.
    if are_enough(&votes) {
        return release(session, job).await;
    }
    if !is_new {
        return Ok(Voted::Before);
    }
    session.touch();
    Ok(Voted::Noted(votes))
}

/// Takes somebody's no, which is the last word.
pub(crate) async fn deny(
    session: &mut Session,
    id: &JobId,
    ballot: &Ballot,
) -> Result<Voted, StoreError> {
    let (job, _) = match open(session, id).await? {
        Ok(open) => open,
        Err(voted) => return Ok(voted),
    };
    let by = &ballot.caller.person.name;
    let why = match ballot.reason.trim() {
        "" => format!("{by} said no"),
        reason => format!("{by} said no: {reason}"),
    };
    let job = end(session, &job, JobState::Rejected, &why).await?;
    audit::append(session, &entry(&job, "denied", ballot)).await?;
    if let Some(post) = &ballot.post {
        outbox::put(session, post, Some(id)).await?;
    }
    Ok(Voted::Rejected(Box::new(job)))
}

/// Ends the requests whose time is over.
pub(crate) async fn expire(
    session: &mut Session,
    compose: Option<&ComposeExpired>,
) -> Result<Vec<Job>, StoreError> {
    let now = session.now().await?;
    let lock = if session.is_shared() {
        " FOR UPDATE OF j SKIP LOCKED"
    } else {
        ""
    };
    let sql = format!(
        "SELECT j.* FROM requests r JOIN jobs j ON j.id = r.job_id WHERE r.released_at IS NULL AND r.expires_at <= $1 \
         AND j.state = 'awaiting_approval' ORDER BY r.expires_at LIMIT {AT_ONCE}{lock}"
    );
    let mut expired = Vec::new();
    for row in session.fetch(&sql, &values![now]).await? {
        let job = expire_one(session, &read_job(&row)?).await?;
        if let Some(post) = compose.and_then(|compose| compose(&job)) {
            outbox::put(session, &post, Some(&job.id)).await?;
        }
        expired.push(job);
    }
    Ok(expired)
}

/// Finds a request about which something can still be said; else says why not.
async fn open(session: &mut Session, id: &JobId) -> Result<Result<(Job, Row), Voted>, StoreError> {
    let Some(job) = locked_job(session, id).await? else {
        return Ok(Err(Voted::NotFound));
    };
    let sql = "SELECT * FROM requests WHERE job_id = $1";
    let Some(row) = session.fetch_one(sql, &values![id.as_str()]).await? else {
        return Ok(Err(Voted::NotFound));
    };
    if job.state == JobState::Expired {
        return Ok(Err(Voted::Expired(Box::new(job))));
    }
    if job.state != JobState::AwaitingApproval {
        return Ok(Err(Voted::NotWaiting(Box::new(job))));
    }
    if row.int("expires_at")? <= session.now().await? {
        let job = expire_one(session, &job).await?;
        return Ok(Err(Voted::Expired(Box::new(job))));
    }
    Ok(Ok((job, row)))
}

async fn expire_one(session: &mut Session, job: &Job) -> Result<Job, StoreError> {
    let job = end(session, job, JobState::Expired, "nobody said yes in time").await?;
    audit::append(session, &audit::about(&job, "expired", None)).await?;
    Ok(job)
}

/// Lets a job into the queue for which nothing more is waited.
async fn release(session: &mut Session, job: Job) -> Result<Voted, StoreError> {
    let now = session.now().await?;
    let sql = "UPDATE requests SET released_at = $2 WHERE job_id = $1";
    session.put(sql, &values![job.id.as_str(), now]).await?;
    let sql = "UPDATE jobs SET state = 'queued', not_before = $2 WHERE id = $1 AND state = 'awaiting_approval' RETURNING *";
    let row = session
        .fetch_one(sql, &values![job.id.as_str(), now])
        .await?;
    let row = row.ok_or(StoreError::Unreadable { column: "state" })?;
    let job = read_job(&row)?;
    audit::append(session, &audit::about(&job, "released", None)).await?;
    session.touch();
    Ok(Voted::Released(Box::new(job)))
}

async fn end(
    session: &mut Session,
    job: &Job,
    state: JobState,
    why: &str,
) -> Result<Job, StoreError> {
    let now = session.now().await?;
    let sql = "UPDATE jobs SET state = $2, ended_at = $3, error = $4, fence = fence + 1 WHERE id = $1 RETURNING *";
    let row = values![job.id.as_str(), state.as_str(), now, why];
    let row = session.fetch_one(sql, &row).await?;
    session.touch();
    read_job(&row.ok_or(StoreError::Unreadable { column: "id" })?)
}

/// False when the same person has said something before.
async fn put_vote(
    session: &mut Session,
    id: &JobId,
    ballot: &Ballot,
    verdict: &str,
) -> Result<bool, StoreError> {
    let now = session.now().await?;
    let caller = &ballot.caller;
    let sql = "INSERT INTO votes (job_id, person_id, person_name, verdict, way, webhook, tenant, team, channel, reason, at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (job_id, person_id) DO NOTHING";
    let row = values![
        id.as_str(),
        caller.person.id.to_ascii_lowercase(),
        caller.person.name.as_str(),
        verdict,
        ballot.way.as_str(),
        caller.webhook.as_str(),
        caller.tenant.as_str(),
        ballot.team.as_str(),
        ballot.channel.as_str(),
        ballot.reason.as_str(),
        now,
    ];
    Ok(session.execute(sql, &row).await? == 1)
}

async fn votes(session: &mut Session, id: &JobId) -> Result<Vec<Vote>, StoreError> {
    let sql = "SELECT * FROM votes WHERE job_id = $1 AND verdict = 'yes' ORDER BY at, person_id";
    let rows = session.fetch(sql, &values![id.as_str()]).await?;
    rows.iter().map(read_vote).collect()
}

fn read_vote(row: &Row) -> Result<Vote, StoreError> {
    Ok(Vote {
        person: Person {
            id: row.text("person_id")?,
            name: row.text("person_name")?,
        },
        way: row.text("way")?,
        webhook: row.text("webhook")?,
        tenant: row.text("tenant")?,
        team: row.text("team")?,
        channel: row.text("channel")?,
        at_ms: row.int("at")?,
    })
}

fn read(row: &Row, votes: Vec<Vote>) -> Result<Request, StoreError> {
    Ok(Request {
        job: read_job(row)?,
        stage: Stage::stored(&row.text("stage")?)?,
        digest: row.text("digest")?,
        bot: row.text("bot")?,
        needs: row.text("needs")?,
        expires_at_ms: row.int("expires_at")?,
        run_within: Duration::from_millis(row.int("run_ms")?.unsigned_abs()),
        is_confirmed: row.maybe_int("confirmed_at")?.is_some(),
        released_at_ms: row.maybe_int("released_at")?,
        votes,
    })
}

/// Says who said what about a request, and how they came.
fn entry(job: &Job, event: &str, ballot: &Ballot) -> AuditEntry {
    let by = &ballot.caller;
    let parts = [ballot.way.as_str(), &ballot.operator, &ballot.reason];
    let detail: Vec<&str> = parts.into_iter().filter(|it| !it.is_empty()).collect();
    AuditEntry {
        request_id: by.request_id.clone(),
        webhook: by.webhook.clone(),
        tenant: by.tenant.clone(),
        team: ballot.team.clone(),
        channel: ballot.channel.clone(),
        detail: detail.join("; "),
        ..audit::about(job, event, Some(&by.person))
    }
}
