//! Locks and freezes of people: taken, let go, listed, and asked for by whatever is about to start.

use crate::admission::Caller;
use crate::audit::AuditEntry;
use crate::error::StoreError;
use crate::hold::{Force, HeldName, Hold, Holding, JobLock, NewHold, Released};
use crate::job::{Job, NewJob, Person};
use crate::operation::audit;
use crate::operation::row::job_with_id;
use crate::session::{Row, Session, Value, millis, values};
use crate::state::Effect;

/// The condition under which a hold still holds; the time and a bracket follow.
const HOLDS: &str = "(until_at IS NULL OR until_at > ";

/// Holds something for somebody. Who holds it already holds it anew.
pub(crate) async fn hold(
    session: &mut Session,
    new: &NewHold,
    by: &Caller,
) -> Result<Holding, StoreError> {
    session.take_turns("hailer holds").await?;
    let held = new.held.canonical();
    if let Some(found) = find(session, &held).await?
        && found.by.id != by.person.id
    {
        return Ok(Holding::Theirs(found));
    }
    let now = session.now().await?;
    let hold = Hold {
        held,
        by: by.person.clone(),
        webhook: by.webhook.clone(),
        reason: new.reason.clone(),
        since_ms: now,
        until_ms: new.lasts.map(|lasts| now.saturating_add(millis(lasts))),
    };
    put(session, &hold).await?;
    let event = match hold.held {
        HeldName::Lock(_) => "locked",
        HeldName::Freeze(_) | HeldName::FreezeAll => "frozen",
    };
    audit::append(session, &entry(event, &hold, by)).await?;
    session.touch();
    let running = running_under(session, &hold.held).await?.map(Box::new);
    Ok(Holding::Held { hold, running })
}

/// Lets something go. What somebody else holds only when that is meant.
pub(crate) async fn release(
    session: &mut Session,
    held: &HeldName,
    by: &Caller,
    force: Force,
) -> Result<Released, StoreError> {
    session.take_turns("hailer holds").await?;
    let held = held.canonical();
    let Some(hold) = find(session, &held).await? else {
        return Ok(Released::NotHeld);
    };
    if hold.by.id != by.person.id && force == Force::No {
        return Ok(Released::Theirs(hold));
    }
    let (name, _, _) = key(&held);
    session
        .execute("DELETE FROM holds WHERE name = $1", &values![name])
        .await?;
    let event = match held {
        HeldName::Lock(_) => "unlocked",
        HeldName::Freeze(_) | HeldName::FreezeAll => "unfrozen",
    };
    audit::append(session, &entry(event, &hold, by)).await?;
    session.touch();
    Ok(Released::Free(hold))
}

/// Returns everything that people hold, the oldest first.
pub(crate) async fn holds(session: &mut Session) -> Result<Vec<Hold>, StoreError> {
    let now = session.now().await?;
    let sql = format!("SELECT * FROM holds WHERE {HOLDS}$1) ORDER BY at, name");
    let rows = session.fetch(&sql, &values![now]).await?;
    rows.iter().map(read).collect()
}

/// Returns the locks that jobs have.
pub(crate) async fn job_locks(session: &mut Session) -> Result<Vec<JobLock>, StoreError> {
    let sql = "SELECT name, job_id FROM locks WHERE substr(name, 1, 5) = 'lock:' ORDER BY name";
    let mut locks = Vec::new();
    for row in session.fetch(sql, &[]).await? {
        let name = row.text("name")?;
        // It may end while this is read.
        if let Some(job) = job_with_id(session, &row.text("job_id")?).await? {
            let name = name.trim_start_matches("lock:").to_owned();
            locks.push(JobLock { name, job });
        }
    }
    Ok(locks)
}

/// Returns what keeps a job from starting now. What keeps everything comes before what keeps little.
pub(crate) async fn keeps_out(
    session: &mut Session,
    job: &NewJob,
) -> Result<Option<Hold>, StoreError> {
    let mut holds = holds(session).await?;
    holds.sort_by_key(|hold| match hold.held {
        HeldName::FreezeAll => 0,
        HeldName::Freeze(_) => 1,
        HeldName::Lock(_) => 2,
    });
    Ok(holds.into_iter().find(|hold| is_kept_out(hold, job)))
}

fn is_kept_out(hold: &Hold, job: &NewJob) -> bool {
    let lock = job.lock.as_deref();
    (job.effect != Effect::Read && hold.held.freezes(&job.webhook))
        || lock.is_some_and(|lock| hold.held.covers_lock(lock))
}

/// Adds to a query for queued jobs `j` what people hold, so that those wait.
pub(crate) async fn exclude_held(
    session: &mut Session,
    sql: &mut String,
    row: &mut Vec<Value>,
) -> Result<(), StoreError> {
    for hold in holds(session).await? {
        let next = row.len() + 1;
        match hold.held {
            HeldName::FreezeAll => sql.push_str(" AND j.effect = 'read'"),
            HeldName::Freeze(webhook) => {
                sql.push_str(&format!(" AND (j.effect = 'read' OR j.webhook <> ${next})"));
                row.push(webhook.into());
            }
            HeldName::Lock(name) => {
                let length = name.chars().count() + 1;
                sql.push_str(&format!(
                    " AND (j.lock_name IS NULL OR (lower(j.lock_name) <> ${next} AND substr(lower(j.lock_name), 1, {length}) <> ${}))",
                    next + 1
                ));
                row.push(name.as_str().into());
                row.push(format!("{name}/").into());
            }
        }
    }
    Ok(())
}

async fn find(session: &mut Session, held: &HeldName) -> Result<Option<Hold>, StoreError> {
    let (name, _, _) = key(held);
    let now = session.now().await?;
    let sql = format!("SELECT * FROM holds WHERE name = $1 AND {HOLDS}$2)");
    let row = session.fetch_one(&sql, &values![name, now]).await?;
    row.as_ref().map(read).transpose()
}

/// Returns the name of a hold, its kind, and what it is about.
fn key(held: &HeldName) -> (String, &'static str, &str) {
    match held {
        HeldName::Lock(name) => (format!("lock:{name}"), "lock", name),
        HeldName::Freeze(webhook) => (format!("freeze:{webhook}"), "freeze", webhook),
        HeldName::FreezeAll => ("freeze:*".to_owned(), "freeze_all", ""),
    }
}

async fn put(session: &mut Session, hold: &Hold) -> Result<(), StoreError> {
    let (name, kind, subject) = key(&hold.held);
    let row = values![
        name,
        kind,
        subject,
        hold.by.id.as_str(),
        hold.by.name.as_str(),
        hold.webhook.as_str(),
        hold.reason.as_str(),
        hold.since_ms,
        hold.until_ms,
    ];
    let sql = "INSERT INTO holds (name, kind, subject, by_id, by_name, webhook, reason, at, until_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (name) DO UPDATE SET by_id = excluded.by_id, \
               by_name = excluded.by_name, webhook = excluded.webhook, reason = excluded.reason, at = excluded.at, \
               until_at = excluded.until_at";
    session.execute(sql, &row).await.map(drop)
}

fn read(row: &Row) -> Result<Hold, StoreError> {
    let subject = row.text("subject")?;
    let held = match row.text("kind")?.as_str() {
        "lock" => HeldName::Lock(subject),
        "freeze" => HeldName::Freeze(subject),
        "freeze_all" => HeldName::FreezeAll,
        _ => return Err(StoreError::Unreadable { column: "kind" }),
    };
    Ok(Hold {
        held,
        by: Person {
            id: row.text("by_id")?,
            name: row.text("by_name")?,
        },
        webhook: row.text("webhook")?,
        reason: row.text("reason")?,
        since_ms: row.int("at")?,
        until_ms: row.maybe_int("until_at")?,
    })
}

async fn running_under(session: &mut Session, held: &HeldName) -> Result<Option<Job>, StoreError> {
    let locks = job_locks(session).await?;
    let found = locks.into_iter().find(|it| held.covers_lock(&it.name));
    Ok(found.map(|it| it.job))
}

fn entry(event: &str, hold: &Hold, by: &Caller) -> AuditEntry {
    let (_, _, subject) = key(&hold.held);
    let what = if subject.is_empty() {
        "everything"
    } else {
        subject
    };
    let time = hold.until_ms.map(|until| (until - hold.since_ms) / 60_000);
    let time = time.map_or_else(String::new, |minutes| format!(" for {minutes} min"));
    AuditEntry {
        event: event.to_owned(),
        request_id: by.request_id.clone(),
        webhook: by.webhook.clone(),
        tenant: by.tenant.clone(),
        actor_id: by.person.id.clone(),
        actor_name: by.person.name.clone(),
        rule: subject.to_owned(),
        detail: format!("{what}{time} by {}: {}", hold.by.name, hold.reason),
        ..AuditEntry::default()
    }
}
