//! The audit: who wanted what, what was decided, what came of it; and whether what is stored is what was written.

use thiserror::Error;

use crate::id::{BootId, JobId};

/// One row of the audit. Empty texts mean "does not apply".
///
/// Secrets must be masked before: nothing here is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditEntry {
    /// What happened: `intent`, `denied`, `outcome`, …
    pub event: String,
    /// The id of the request.
    pub request_id: String,
    /// The job.
    pub job: Option<JobId>,
    /// The tenant's id.
    pub tenant: String,
    /// The team's id.
    pub team: String,
    /// The channel's id.
    pub channel: String,
    /// The conversation's id.
    pub conversation: String,
    /// The activity's id.
    pub activity: String,
    /// The name of the webhook.
    pub webhook: String,
    /// The label of the key that signed; never the key.
    pub key_label: String,
    /// The actor's `aadObjectId`.
    pub actor_id: String,
    /// The actor's display name.
    pub actor_name: String,
    /// The path of the command.
    pub command: String,
    /// The arguments as JSON, with secrets masked.
    pub arguments: String,
    /// What the command does to the world.
    pub effect: String,
    /// What was decided: `allow`, `deny`, `repeat`, `limit`, …
    pub decision: String,
    /// The rule that decided.
    pub rule: String,
    /// What came of it.
    pub outcome: String,
    /// How long it took, in milliseconds.
    pub duration_ms: Option<i64>,
    /// Anything else.
    pub detail: String,
}

/// A stored row of the audit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow {
    /// The chain: one on SQLite, some for each opening of a store on PostgreSQL.
    pub chain: String,
    /// The number in the chain, from 1.
    pub seq: i64,
    /// When it was written, in milliseconds since 1970.
    pub at_ms: i64,
    /// Which opening of a store wrote it.
    pub boot: BootId,
    /// What it says.
    pub entry: AuditEntry,
    /// The hash of the row before; empty for the first.
    pub prev_hash: String,
    /// The hash over `prev_hash` and everything above.
    pub hash: String,
}

impl AuditRow {
    /// Returns the place of the row in a list: given as `before`, what comes after it is listed.
    pub fn cursor(&self) -> AuditCursor {
        AuditCursor {
            at: self.at_ms,
            chain: self.chain.clone(),
            seq: self.seq,
        }
    }
}

/// Which audit rows to list. The default is all of them, 50 a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Only those of this actor, by id.
    pub actor_id: Option<String>,
    /// Only those of this actor, by id or by display name, whatever its capitals.
    pub actor: Option<String>,
    /// Only those that this key signed, by label.
    pub key_label: Option<String>,
    /// Only those of this job.
    pub job: Option<JobId>,
    /// Only those of this request.
    pub request_id: Option<String>,
    /// Only those of this command, and of commands whose path begins with its words.
    pub command: Option<String>,
    /// Only those of this webhook.
    pub webhook: Option<String>,
    /// Only those of this tenant.
    pub tenant: Option<String>,
    /// Only those of this team.
    pub team: Option<String>,
    /// Only this event.
    pub event: Option<String>,
    /// Only this decision.
    pub decision: Option<String>,
    /// Only those at or after this moment, in milliseconds since 1970.
    pub since_ms: Option<i64>,
    /// Only those before this moment, in milliseconds since 1970.
    pub until_ms: Option<i64>,
    /// Only those before this place: [`AuditPage::next`] of the page before.
    pub before: Option<AuditCursor>,
    /// How many at most; 0 is 50, more than 1,000 is 1,000.
    pub limit: u32,
}

/// A place in the list of audit rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditCursor {
    pub(crate) at: i64,
    pub(crate) chain: String,
    pub(crate) seq: i64,
}

/// Says that a text is no place in the list of audit rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("this is no place in the audit")]
pub struct InvalidCursor;

impl std::fmt::Display for AuditCursor {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}-{}-{}", self.at, self.seq, self.chain)
    }
}

/// Reads what [`AuditCursor`] is written as.
impl std::str::FromStr for AuditCursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        let mut parts = text.splitn(3, '-');
        let mut next = || parts.next().ok_or(InvalidCursor);
        let number = |text: &str| text.parse().map_err(|_| InvalidCursor);
        Ok(Self {
            at: number(next()?)?,
            seq: number(next()?)?,
            chain: next()?.to_owned(),
        })
    }
}

/// A part of the audit, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditPage {
    /// What was found.
    pub items: Vec<AuditRow>,
    /// What to give as `before` for the next page; `None` at the end.
    pub next: Option<AuditCursor>,
}

/// The end of a chain at some moment. Kept where the server cannot write, it later shows whether the chain was cut or written anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainHead {
    /// The chain.
    pub chain: String,
    /// The number of its last row.
    pub seq: i64,
    /// The hash of its last row.
    pub hash: String,
}

/// What a check of one chain found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainReport {
    /// The chain.
    pub chain: String,
    /// How many rows were checked.
    pub rows: u64,
    /// Up to which row the chain was dropped because of its age; 0 when it is whole.
    pub dropped_to: i64,
    /// Its end.
    pub head: Option<ChainHead>,
    /// What is wrong; empty when nothing is.
    pub findings: Vec<Finding>,
}

/// What is wrong with a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The row does not say what it said when it was written.
    Changed {
        /// Its number.
        seq: i64,
    },
    /// Rows are missing.
    Missing {
        /// The first.
        from: i64,
        /// The last.
        to: i64,
    },
    /// The row does not follow the one before it: that one, or both, were replaced.
    Broken {
        /// Its number.
        seq: i64,
    },
    /// The chain ends before a row that was seen earlier.
    TailCut {
        /// The last row that is there; 0 when none is.
        last: i64,
        /// The row that was seen earlier.
        seen: i64,
    },
    /// The row is not the one that was seen earlier: the chain was written anew.
    Rewritten {
        /// Its number.
        seq: i64,
    },
}
