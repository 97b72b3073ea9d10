//! An audit entry: who wanted what, what was decided, and what came of it.

use crate::id::JobId;

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
