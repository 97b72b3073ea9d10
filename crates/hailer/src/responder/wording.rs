//! What people read about work that is not done, or was not begun.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hailer_dispatch::{Effect, Entry};
use hailer_jobs::StopReason;
use hailer_reply::{Reply, RequestId, escape};
use hailer_store::{Hold, Job, JobId};
use hailer_transport::{Answer, Outcome};

use crate::local_time::LocalTime;

pub(super) fn answer(reply: &Reply, command: Option<&Arc<Entry>>, outcome: Outcome) -> Answer {
    Answer {
        message: reply.to_message(),
        command: command.map(|entry| Arc::clone(entry.shared_path())),
        outcome,
    }
}

pub(super) fn broken(request_id: RequestId) -> Reply {
    broken_for(request_id, None)
}

pub(super) fn broken_for(request_id: RequestId, contact: Option<&str>) -> Reply {
    let whom = contact.map_or_else(|| "Whoever runs me".into(), escape);
    Reply::markdown(format!(
        "Something broke on my side (ref {request_id}). {whom} can look it up."
    ))
}

/// A command that changes something must not be repeated by somebody who only wants its result.
pub(super) fn still_working(command: Option<&Arc<Entry>>) -> Reply {
    match command {
        Some(entry) if entry.effect() != Effect::Read => Reply::markdown(format!(
            "Still working on **{}**. It goes on, and I can't post its result later: look at what it did before you repeat it.",
            escape(entry.path())
        )),
        Some(_) | None => Reply::text(
            "Still working on it. I can't post the result later, so ask me again in a minute.",
        ),
    }
}

pub(super) fn busy() -> Reply {
    Reply::text("I have too much to do right now; nothing was started. Try again in a minute.")
}

/// Says that a result will be there.
pub(super) fn still_working_as(id: &str, bot: &str, is_posted: bool) -> Reply {
    Reply::markdown(if is_posted {
        format!("Still working. I'll post the result here (job {id}).")
    } else {
        format!("Still working. {}", ask(id, bot))
    })
}

/// Says how a job ended that left no reply.
pub(super) fn ended_as(job: &Job, bot: &str) -> Reply {
    let id = job.id.as_str();
    Reply::markdown(format!(
        "This message was job {id}, which is over: {}. What is known of it: **@{} job {id}**",
        escape(job.error.as_deref().unwrap_or(job.state.as_str())),
        escape(bot)
    ))
}

/// Says that a job waits for its turn.
pub(super) fn started(id: &JobId, text: &str, bot: &str, is_posted: bool) -> Reply {
    let result = if is_posted {
        "I'll post the result in this channel.".to_owned()
    } else {
        ask(id.as_str(), bot)
    };
    Reply::markdown(format!(
        "Started **{}** (job {id}). {result}\nStop it: **@{} job cancel {id}**",
        escape(text),
        escape(bot),
    ))
}

/// Says that the same is done already.
pub(super) fn attached(job: &Job, bot: &str, takes_again: bool) -> Reply {
    let id = job.id.as_str();
    let twice = if takes_again {
        "; add `--again` to run it twice"
    } else {
        ", and was not started twice"
    };
    Reply::markdown(format!(
        "That is already running as job {id}{twice}. {}",
        ask(id, bot)
    ))
}

/// Says what holds a lock.
pub(super) fn locked(by: &Job) -> Reply {
    let since = by.started_at_ms.unwrap_or(by.created_at_ms);
    Reply::markdown(format!(
        "**{}** is running (job {}, {}, {}). Nothing was started.",
        escape(&by.spec.text),
        by.id,
        escape(&by.spec.requester.name),
        spent(since)
    ))
}

/// Says what somebody holds, why and until when.
pub(super) fn kept(hold: &Hold, bot: &str, times: LocalTime, now: SystemTime) -> Reply {
    Reply::markdown(format!(
        "{} Nothing was started.",
        crate::hold_words::sentence(hold, bot, times, now)
    ))
}

pub(super) fn queue_full(queue: u64, bot: &str) -> Reply {
    Reply::markdown(format!(
        "{queue} jobs wait already, so nothing was started. Try again when some are done: **@{} jobs**",
        escape(bot)
    ))
}

/// Says that the store is out, and that this did no harm.
pub(super) fn not_accepted() -> Reply {
    Reply::text(
        "Not accepted: I can't write down right now what I do, so nothing was started. Try again in a minute.",
    )
}

/// Says that the store went out at the worst moment.
pub(super) fn uncertain(bot: &str) -> Reply {
    Reply::markdown(format!(
        "I can't tell whether I started it: my store went out meanwhile. Look before you repeat it: **@{} jobs**",
        escape(bot)
    ))
}

/// Says why a job was cut off, to the channel and in its row.
pub(super) fn stopped(reason: Option<&StopReason>) -> (Reply, &'static str) {
    let text = match reason {
        Some(StopReason::Cancelled(_)) => "it was cancelled",
        Some(StopReason::TimeLimit) => "it took longer than it may",
        Some(StopReason::Lost) => "another server has it",
        Some(StopReason::Shutdown) | None => {
            "the bot was stopped while it ran; it may be half done"
        }
    };
    (Reply::text(format!("Stopped: {text}.")), text)
}

fn ask(id: &str, bot: &str) -> String {
    format!("Ask me in a minute: **@{} job {id}**", escape(bot))
}

/// Says how long ago something was.
fn spent(since_ms: i64) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let since = Duration::from_millis(u64::try_from(since_ms).unwrap_or_default());
    let seconds = now.unwrap_or_default().saturating_sub(since).as_secs();
    match seconds / 60 {
        0 => format!("{seconds} s"),
        minutes @ 1..60 => format!("{minutes} min"),
        minutes => format!("{} h {} min", minutes / 60, minutes % 60),
    }
}
