//! Emergencies: begun with a reason, over by themselves, signed by somebody else afterwards.

use std::time::Duration;

use crate::admission::Caller;
use crate::audit::AuditEntry;
use crate::error::StoreError;
use crate::job::Person;
use crate::operation::audit;
use crate::operation::outbox;
use crate::outbox::NewPost;
use crate::request::{Glass, Reviewed};
use crate::session::{Row, Session, millis, values};

/// How many are listed.
const AT_ONCE: i64 = 50;

/// Lets requests of a webhook run without approval for a time.
pub(crate) async fn break_glass(
    session: &mut Session,
    webhook: &str,
    by: &Caller,
    reason: &str,
    lasts: Duration,
    post: Option<&NewPost>,
) -> Result<Glass, StoreError> {
    let now = session.now().await?;
    let sql = "INSERT INTO glass (webhook, person_id, person_name, reason, began_at, until_at) VALUES ($1, $2, $3, $4, $5, $6) RETURNING *";
    let until = now.saturating_add(millis(lasts));
    let person = &by.person;
    let row = values![
        webhook,
        person.id.as_str(),
        person.name.as_str(),
        reason,
        now,
        until
    ];
    let row = session.fetch_one(sql, &row).await?;
    let glass = read(&row.ok_or(StoreError::Unreadable { column: "number" })?)?;
    audit::append(session, &entry("break_glass_on", &glass, by, reason)).await?;
    if let Some(post) = post {
        outbox::put(session, post, None).await?;
    }
    session.touch();
    Ok(glass)
}

/// Returns the emergency that holds for a webhook now.
pub(crate) async fn broken_glass(
    session: &mut Session,
    webhook: &str,
) -> Result<Option<Glass>, StoreError> {
    let now = session.now().await?;
    let sql =
        "SELECT * FROM glass WHERE webhook = $1 AND until_at > $2 ORDER BY until_at DESC LIMIT 1";
    let row = session.fetch_one(sql, &values![webhook, now]).await?;
    row.as_ref().map(read).transpose()
}

/// Returns emergencies, the newest first.
pub(crate) async fn glasses(session: &mut Session) -> Result<Vec<Glass>, StoreError> {
    let sql = "SELECT * FROM glass ORDER BY number DESC LIMIT $1";
    let rows = session.fetch(sql, &values![AT_ONCE]).await?;
    rows.iter().map(read).collect()
}

/// Ends an emergency before its time.
pub(crate) async fn mend_glass(
    session: &mut Session,
    webhook: &str,
    by: &Caller,
) -> Result<Option<Glass>, StoreError> {
    let Some(glass) = broken_glass(session, webhook).await? else {
        return Ok(None);
    };
    let now = session.now().await?;
    session
        .put(
            "UPDATE glass SET until_at = $2 WHERE webhook = $1 AND until_at > $2",
            &values![webhook, now],
        )
        .await?;
    audit::append(session, &entry("break_glass_off", &glass, by, "")).await?;
    session.touch();
    Ok(Some(glass))
}

/// Notes that somebody else has looked at an emergency.
pub(crate) async fn review_glass(
    session: &mut Session,
    number: i64,
    by: &Caller,
    text: &str,
) -> Result<Reviewed, StoreError> {
    let lock = if session.is_shared() {
        " FOR UPDATE"
    } else {
        ""
    };
    let sql = format!("SELECT * FROM glass WHERE number = $1{lock}");
    let Some(row) = session.fetch_one(&sql, &values![number]).await? else {
        return Ok(Reviewed::NotFound);
    };
    let glass = read(&row)?;
    if glass.review.is_some() {
        return Ok(Reviewed::Before(glass));
    }
    if glass.by.id.eq_ignore_ascii_case(&by.person.id) {
        return Ok(Reviewed::Own(glass));
    }
    let now = session.now().await?;
    let sql = "UPDATE glass SET review_id = $2, review_name = $3, review_text = $4, reviewed_at = $5 WHERE number = $1 RETURNING *";
    let person = &by.person;
    let row = values![number, person.id.as_str(), person.name.as_str(), text, now];
    let row = session.fetch_one(sql, &row).await?;
    let glass = read(&row.ok_or(StoreError::Unreadable { column: "number" })?)?;
    audit::append(session, &entry("break_glass_reviewed", &glass, by, text)).await?;
    Ok(Reviewed::Signed(glass))
}

fn read(row: &Row) -> Result<Glass, StoreError> {
    let review = match row.maybe_text("review_id")? {
        Some(id) => {
            let name = row.text("review_name")?;
            Some((Person { id, name }, row.text("review_text")?))
        }
        None => None,
    };
    Ok(Glass {
        number: row.int("number")?,
        webhook: row.text("webhook")?,
        by: Person {
            id: row.text("person_id")?,
            name: row.text("person_name")?,
        },
        reason: row.text("reason")?,
        began_at_ms: row.int("began_at")?,
        until_ms: row.int("until_at")?,
        review,
    })
}

fn entry(event: &str, glass: &Glass, by: &Caller, detail: &str) -> AuditEntry {
    AuditEntry {
        event: event.to_owned(),
        request_id: by.request_id.clone(),
        webhook: glass.webhook.clone(),
        tenant: by.tenant.clone(),
        actor_id: by.person.id.clone(),
        actor_name: by.person.name.clone(),
        detail: format!("{}: {detail}", glass.number),
        ..AuditEntry::default()
    }
}
