//! Where commands ask for the audit: only what was said by the webhook of whoever asks is there.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hailer_dispatch::{CommandError, Invocation};
use hailer_reply::Reply;
use hailer_store::{AuditCursor, AuditEntry, AuditFilter, AuditPage, KeyUse, Store};

use crate::job_desk::{JobDesk, caller};
use crate::local_time::LocalTime;

/// The audit, for commands that show it. It is open where its [`JobDesk`] is.
///
/// Only members of the groups in `[permissions] auditors` are let in, and they see what belongs to their own webhook. That
/// they looked is in the audit, too.
#[derive(Debug, Clone, Default)]
pub struct AuditDesk {
    jobs: JobDesk,
}

/// Which rows are wanted.
#[derive(Debug, Clone, Default)]
pub struct AuditWanted {
    /// Whose, by id or display name.
    pub person: Option<String>,
    /// Of which command, or of commands that begin with these words.
    pub command: Option<String>,
    /// Of which event.
    pub event: Option<String>,
    /// Of the time since so long ago.
    pub since: Option<Duration>,
    /// Before this place: the text of a page's `next`.
    pub before: Option<String>,
    /// How many.
    pub limit: u32,
}

impl AuditDesk {
    /// Makes a desk beside that of jobs.
    pub fn new(jobs: &JobDesk) -> Self {
        Self { jobs: jobs.clone() }
    }

    /// Returns how moments are written here.
    pub fn times(&self) -> LocalTime {
        self.jobs.times()
    }

    /// Lists rows, newest first.
    ///
    /// # Errors
    ///
    /// The person is no auditor, there is no store, or it is out.
    pub async fn list(
        &self,
        invocation: &Invocation,
        wanted: AuditWanted,
    ) -> Result<AuditPage, CommandError> {
        check_auditor(invocation)?;
        let before: Option<AuditCursor> = match wanted.before.as_deref().map(str::parse) {
            Some(Ok(cursor)) => Some(cursor),
            None => None,
            Some(Err(_)) => {
                return Err(CommandError::told(
                    "This is no place in the audit; take the command that the page before ends with.",
                ));
            }
        };
        let now = invocation.now();
        let filter = AuditFilter {
            webhook: Some(invocation.webhook().to_owned()),
            actor: wanted.person,
            command: wanted.command,
            event: wanted.event,
            since_ms: wanted.since.map(|ago| millis(now.checked_sub(ago))),
            before,
            limit: wanted.limit,
            ..AuditFilter::default()
        };
        let looked = looked(invocation);
        let call = move |store: Store| async move {
            let page = store.audit_list(&filter).await?;
            store.audit(&looked).await?;
            Ok(page)
        };
        self.jobs.call(call).await
    }

    /// Returns from where the keys of this webhook were used.
    ///
    /// # Errors
    ///
    /// As [`AuditDesk::list`].
    pub async fn keys(&self, invocation: &Invocation) -> Result<Vec<KeyUse>, CommandError> {
        check_auditor(invocation)?;
        let call = |store: Store| async move { store.key_uses().await };
        let mut uses = self.jobs.call(call).await?;
        uses.retain(|used| used.webhook == invocation.webhook());
        Ok(uses)
    }
}

fn check_auditor(invocation: &Invocation) -> Result<(), CommandError> {
    if invocation.may_audit() {
        return Ok(());
    }
    Err(CommandError::refused(Reply::text(
        "Only members of the groups in [permissions] auditors may read the audit.",
    )))
}

fn looked(invocation: &Invocation) -> AuditEntry {
    let caller = caller(invocation);
    AuditEntry {
        event: "audit_read".to_owned(),
        request_id: caller.request_id,
        webhook: caller.webhook,
        tenant: caller.tenant,
        actor_id: caller.person.id,
        actor_name: caller.person.name,
        command: invocation.command().path().to_owned(),
        detail: invocation.text().to_owned(),
        ..AuditEntry::default()
    }
}

fn millis(at: Option<SystemTime>) -> i64 {
    let since = at.and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    i64::try_from(since.unwrap_or_default().as_millis()).unwrap_or(i64::MAX)
}
