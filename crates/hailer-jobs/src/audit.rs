//! What the audit says of a job, and what makes two messages the same.

use std::time::Duration;

use hailer_store::{AuditEntry, JobState, NewJob};
use sha2::{Digest, Sha256};

/// Begins an audit entry with everything that is known of a job.
pub fn audit_of(job: &NewJob) -> AuditEntry {
    AuditEntry {
        request_id: job.request_id.clone(),
        tenant: job.tenant.clone(),
        team: job.team.clone(),
        channel: job.channel.clone(),
        conversation: job.conversation.clone(),
        webhook: job.webhook.clone(),
        actor_id: job.requester.id.clone(),
        actor_name: job.requester.name.clone(),
        command: job.command.clone(),
        effect: job.effect.as_str().to_owned(),
        ..AuditEntry::default()
    }
}

/// Writes the outcome of a job.
pub(crate) fn outcome(job: &NewJob, state: JobState, took: Duration) -> AuditEntry {
    AuditEntry {
        event: "outcome".to_owned(),
        outcome: state.as_str().to_owned(),
        duration_ms: i64::try_from(took.as_millis()).ok(),
        ..audit_of(job)
    }
}

/// Returns a hash of parts that differs when any of them does, or when they are divided otherwise.
pub fn fingerprint<const N: usize>(parts: [&str; N]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_le_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_divided_otherwise_are_not_the_same() {
        assert_eq!(fingerprint(["ab", "c"]), fingerprint(["ab", "c"]));
        assert_ne!(fingerprint(["ab", "c"]), fingerprint(["a", "bc"]));
    }
}
