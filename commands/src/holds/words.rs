//! A lock or a freeze in words.

use std::time::SystemTime;

use hailer::{HeldName, Hold, JobLock, LocalTime};

/// Returns the name of a lock; nothing for a freeze.
pub(super) fn name(hold: &Hold) -> &str {
    match &hold.held {
        HeldName::Lock(name) => name,
        HeldName::Freeze(_) | HeldName::FreezeAll => "",
    }
}

/// Names what is held.
pub(super) fn held(hold: &Hold) -> String {
    match &hold.held {
        HeldName::Lock(name) => name.clone(),
        HeldName::Freeze(_) => "Everything that changes something here".to_owned(),
        HeldName::FreezeAll => "Everything that changes something".to_owned(),
    }
}

/// Writes what somebody holds as a row of a table.
pub(super) fn row_of_hold(hold: &Hold, times: LocalTime, now: SystemTime) -> [String; 4] {
    let until = match (hold.until_ms, &hold.held) {
        (Some(until), _) => times.moment(until, now),
        (None, HeldName::Lock(_)) => "unlock".to_owned(),
        (None, HeldName::Freeze(_)) => "unfreeze".to_owned(),
        (None, HeldName::FreezeAll) => "unfreeze --everywhere".to_owned(),
    };
    [held(hold), hold.by.name.clone(), until, hold.reason.clone()]
}

/// Writes the lock of a job as a row of a table.
pub(super) fn row_of_job(lock: &JobLock) -> [String; 4] {
    [
        lock.name.clone(),
        lock.job.spec.requester.name.clone(),
        format!("job {} ends", lock.job.id),
        lock.job.spec.text.clone(),
    ]
}

/// Tells whether a lock of this name can keep out a command with that lock, whatever its arguments are.
pub(super) fn may_cover(name: &str, declared: &str) -> bool {
    let mut parts = declared.split('/');
    name.split('/').all(|part| {
        parts
            .next()
            .is_some_and(|declared| declared.contains('{') || declared.eq_ignore_ascii_case(part))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_compared_with_what_commands_declare() {
        for name in ["deploy", "deploy/prod", "Deploy/prod"] {
            assert!(may_cover(name, "deploy/{env}"), "{name}");
        }
        for name in ["deploi", "deploy/prod/api", "prod"] {
            assert!(!may_cover(name, "deploy/{env}"), "{name}");
        }
    }
}
