//! Several messages through the door at once, on SQLite: one look and one write for all that are strangers to each other.
//!
//! Each way to the connection's thread and back costs more than what SQLite does there for one message.

use std::collections::HashSet;
use std::sync::Arc;

use crate::admission::{Admission, Admitted};
use crate::error::StoreError;
use crate::id::hex;
use crate::operation::admit::{GUARD_MS, UNDER_WAY, enter, is_full, random_id};
use crate::operation::message::{key_values, put_message};
use crate::operation::row::wide;
use crate::session::{Session, Value, values};

/// What the look says when each has to be looked at alone: the queue can get full, or somebody holds something.
const ALONE: i64 = -1;

/// Admits those that are new and need nothing that another may have; `None` for each of the others, of which nothing is stored.
pub(crate) async fn admit_together(
    session: &mut Session,
    admissions: &[Arc<Admission>],
) -> Result<Vec<Option<Admitted>>, StoreError> {
    let mut admitted: Vec<Option<Admitted>> = Vec::new();
    admitted.resize_with(admissions.len(), || None);
    let strangers = strangers(admissions);
    let mut ids = Vec::with_capacity(strangers.len());
    for _ in &strangers {
        ids.push(random_id(0)?);
    }
    let mut sql = String::new();
    let mut row: Vec<Value> = Vec::new();
    let since = session.now().await? - GUARD_MS;
    for ((place, admission), id) in strangers.iter().zip(&ids) {
        let first = row.len();
        row.extend(key_values(&admission.key));
        row.extend(values![
            admission.guard.as_ref().map(|it| hex(it)),
            since,
            id.as_str()
        ]);
        sql.push_str(&look(*place, first));
    }
    let limits = admissions.iter().map(|it| it.queue_limit);
    let limit = limits.min().unwrap_or_default();
    let room = limit.saturating_sub(u64::try_from(strangers.len()).unwrap_or(u64::MAX));
    row.push(wide(room).into());
    let sql = format!(
        "{sql}SELECT {ALONE} AS place WHERE {} = 1 OR EXISTS (SELECT 1 FROM holds)",
        is_full(&format!("${}", row.len()))
    );
    let mut known = HashSet::new();
    for row in session.fetch(&sql, &row).await? {
        known.insert(row.int("place")?);
    }
    if known.contains(&ALONE) {
        return Ok(admitted);
    }
    for ((place, admission), id) in strangers.into_iter().zip(ids) {
        if known.contains(&wide(place as u64)) {
            continue;
        }
        put_message(session, &admission.key, &id).await?;
        let guard = admission.guard.as_ref().map(|hash| hex(hash));
        let new = enter(session, admission, guard, id).await?;
        if let Some(slot) = admitted.get_mut(place) {
            *slot = Some(new);
        }
    }
    session.flush().await?;
    Ok(admitted)
}

/// Returns those that have no key or guard in common and need no lock and no yes, each with its place.
fn strangers(admissions: &[Arc<Admission>]) -> Vec<(usize, &Admission)> {
    let (mut keys, mut guards) = (HashSet::new(), HashSet::new());
    let all = admissions.iter().map(Arc::as_ref).enumerate();
    all.filter(|(_, admission)| {
        let is_new =
            keys.insert(&admission.key) && admission.guard.is_none_or(|guard| guards.insert(guard));
        is_new && admission.job.lock.is_none() && admission.request.is_none()
    })
    .collect()
}

/// Asks whether a message, its guard or the id drawn for it is there already; its eight values come behind `first` others.
fn look(place: usize, first: usize) -> String {
    let columns = ["webhook", "tenant", "team", "conversation", "activity"];
    let of_message: Vec<String> = (first + 1..)
        .zip(columns)
        .map(|(number, column)| format!("{column} = ${number}"))
        .collect();
    let of_message = of_message.join(" AND ");
    format!(
        "SELECT {place} AS place WHERE EXISTS (SELECT 1 FROM messages WHERE {of_message}) OR EXISTS (SELECT 1 FROM jobs WHERE guard = ${} \
         AND created_at > ${} AND state IN {UNDER_WAY}) OR EXISTS (SELECT 1 FROM jobs WHERE id = ${}) UNION ALL ",
        first + 6,
        first + 7,
        first + 8
    )
}
