//! A job in words.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hailer::{DidStart, Job, JobState, read_message};

/// Writes a job as a row of a table.
pub(super) fn row(job: &Job, now: SystemTime) -> [String; 5] {
    [
        job.id.to_string(),
        state(job.state).to_owned(),
        job.spec.text.clone(),
        job.spec.requester.name.clone(),
        format!("{} ago", spent(job.created_at_ms, millis(now))),
    ]
}

/// Writes everything about a job but its result.
pub(super) fn facts(job: &Job, now: SystemTime) -> Vec<(&'static str, String)> {
    let now = millis(now);
    let mut facts = vec![
        ("State", state(job.state).to_owned()),
        ("What", job.spec.text.clone()),
        ("Who", job.spec.requester.name.clone()),
        ("When", format!("{} ago", spent(job.created_at_ms, now))),
    ];
    if let Some(began) = job.started_at_ms {
        let until = job.ended_at_ms.unwrap_or(now);
        facts.push(("Took", spent(began, until)));
    }
    if let Some(progress) = job.progress.as_ref().filter(|_| !job.state.is_ended()) {
        let far = match progress.total {
            0 => progress.text.clone(),
            total => format!("{} of {total} · {}", progress.done, progress.text),
        };
        facts.push(("How far", far));
    }
    if let Some(cancel) = &job.cancel {
        facts.push(("Cancelled by", cancel.by.name.clone()));
    }
    if let Some(first) = &job.retry_of {
        facts.push(("Again", format!("what job {first} did")));
    }
    // How the work of a cancelled job ended is no reason: the cancelling is.
    if let Some(error) = job
        .error
        .as_ref()
        .filter(|_| job.state != JobState::Cancelled)
    {
        facts.push(("Because", error.clone()));
    }
    if job.state == JobState::Queued && job.spec.body.is_none() {
        let note = "there is a secret in it: if I stop before it begins, it is lost";
        facts.push(("Note", note.to_owned()));
    }
    if job.state == JobState::Interrupted && job.did_start == Some(DidStart::No) {
        facts.push(("Then", "nothing of it ran".to_owned()));
    } else if job.state == JobState::Interrupted {
        facts.push((
            "Then",
            "it may be half done; job retry does it again".to_owned(),
        ));
    }
    facts
}

/// Returns all of a job's result.
pub(super) fn result(job: &Job) -> Option<String> {
    let reply = job.reply.as_deref()?;
    read_message(reply)
        .ok()
        .map(|it| it.to_plain())
        .or_else(|| job.result_text.clone())
}

fn state(state: JobState) -> &'static str {
    match state {
        JobState::AwaitingApproval => "waits for a yes",
        JobState::Queued => "waits",
        JobState::Starting | JobState::Running => "● runs",
        JobState::Succeeded => "✔ done",
        JobState::Failed => "✖ failed",
        JobState::TimedOut => "✖ took too long",
        JobState::Cancelled => "○ cancelled",
        JobState::OutputLimit => "✖ wrote too much",
        JobState::Interrupted => "✖ interrupted",
        JobState::Rejected => "○ rejected",
        JobState::Expired => "○ no yes in time",
    }
}

fn millis(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

fn spent(from_ms: i64, until_ms: i64) -> String {
    let spent = u64::try_from(until_ms.saturating_sub(from_ms)).unwrap_or_default();
    let seconds = Duration::from_millis(spent).as_secs();
    match (seconds / 86_400, seconds / 3_600, seconds / 60) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, minutes) => format!("{hours} h {} min", minutes % 60),
        (days, _, _) => format!("{days} d"),
    }
}
