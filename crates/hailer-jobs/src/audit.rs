//! What the audit says of a job, and what makes two messages the same.

use std::time::Duration;

use hailer_store::{AuditEntry, JobState, NewJob};
use sha2::{Digest, Sha256};

use crate::jobs::Jobs;

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

impl Jobs {
    /// As [`fingerprint`], for parts with a secret among them: only this process makes this hash of them, so that
    /// nobody finds the secret by trying.
    pub fn secret_fingerprint<const N: usize>(&self, parts: [&str; N]) -> Option<[u8; 32]> {
        let salt = self.inner.salt?;
        let mut hash = Sha256::new();
        hash.update(salt);
        hash.update(fingerprint(parts));
        Some(hash.finalize().into())
    }
}

/// Draws what makes hashes of secrets this process's own; `None` where the system has no random numbers.
pub(crate) fn salt() -> Option<[u8; 32]> {
    let mut salt = [0; 32];
    getrandom::fill(&mut salt).ok()?;
    Some(salt)
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
