//! Reading jobs.

use std::collections::BTreeMap;

use crate::error::StoreError;
use crate::id::JobId;
use crate::job::{Job, JobFilter, Page};
use crate::operation::row::{job_with_id, read_job};
use crate::session::{Session, Value};
use crate::state::JobState;

/// How many jobs a page has when nobody says.
const USUAL: u32 = 20;

/// How many jobs a page has at most: a row can have a few hundred KiB.
const MOST: u32 = 200;

/// Returns the job with an id.
pub(crate) async fn job(session: &mut Session, id: &JobId) -> Result<Option<Job>, StoreError> {
    job_with_id(session, id.as_str()).await
}

/// Returns jobs, newest first.
pub(crate) async fn jobs(
    session: &mut Session,
    filter: &JobFilter,
) -> Result<Page<Job>, StoreError> {
    let limit = if filter.limit == 0 {
        USUAL
    } else {
        filter.limit.min(MOST)
    };
    let mut conditions = vec!["1 = 1".to_owned()];
    let mut row: Vec<Value> = Vec::new();
    let texts = [
        ("requester_id", &filter.requester_id),
        ("webhook", &filter.webhook),
        ("tenant", &filter.tenant),
        ("team", &filter.team),
        ("conversation", &filter.conversation),
        ("command", &filter.command),
    ];
    for (column, wanted) in texts {
        if let Some(wanted) = wanted {
            row.push(wanted.as_str().into());
            conditions.push(format!("{column} = ${}", row.len()));
        }
    }
    for (condition, bound) in [
        ("created_at >=", filter.since_ms),
        ("number <", filter.before),
    ] {
        if let Some(bound) = bound {
            row.push(bound.into());
            conditions.push(format!("{condition} ${}", row.len()));
        }
    }
    if !filter.states.is_empty() {
        let states: Vec<String> = filter
            .states
            .iter()
            .map(|state| format!("'{state}'"))
            .collect();
        conditions.push(format!("state IN ({})", states.join(", ")));
    }
    let sql = format!(
        "SELECT * FROM jobs WHERE {} ORDER BY number DESC LIMIT {}",
        conditions.join(" AND "),
        limit + 1
    );
    let items = session
        .fetch(&sql, &row)
        .await?
        .iter()
        .map(read_job)
        .collect::<Result<Vec<_>, _>>()?;
    Ok(page(items, limit, |job| job.number))
}

/// Counts jobs by state; every state is there.
pub(crate) async fn counts(session: &mut Session) -> Result<BTreeMap<JobState, u64>, StoreError> {
    let mut counts: BTreeMap<JobState, u64> =
        JobState::ALL.into_iter().map(|state| (state, 0)).collect();
    for row in session
        .fetch(
            "SELECT state, COUNT(*) AS jobs FROM jobs GROUP BY state",
            &[],
        )
        .await?
    {
        counts.insert(
            JobState::stored(&row.text("state")?)?,
            row.int("jobs")?.unsigned_abs(),
        );
    }
    Ok(counts)
}

/// Cuts what was found to a page, given that one more than fits was asked for.
pub(crate) fn page<T>(mut items: Vec<T>, limit: u32, number: impl Fn(&T) -> i64) -> Page<T> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = items.len() > limit;
    items.truncate(limit);
    let next = if has_more {
        items.last().map(number)
    } else {
        None
    };
    Page { items, next }
}
