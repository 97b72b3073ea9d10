//! Jobs as they go on, for a page that listens.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::{Stream, stream};
use hailer::{Job, RunningBot};
use serde_json::{Value, json};

/// As many as the playground shows.
pub(crate) const SHOWN: u32 = 12;

/// As many as the operator's page shows.
pub(crate) const OPERATORS: u32 = 100;

/// Characters of what a job wrote that are shown.
const LONGEST_LOG: usize = 8_000;

/// Often enough that progress looks alive.
const BETWEEN_LOOKS: Duration = Duration::from_millis(400);

/// After so much silence something is sent, to learn whether the page is still there.
const LONGEST_SILENCE: Duration = Duration::from_secs(15);

struct Listener {
    bot: RunningBot,
    most: u32,
    told: String,
    spoken: Option<Instant>,
}

/// Tells the newest jobs at once, and then whenever something about them changes.
pub(crate) fn stream(bot: RunningBot, most: u32) -> impl Stream<Item = Result<Bytes, Infallible>> {
    let listener = Listener {
        bot,
        most,
        told: String::new(),
        spoken: None,
    };
    stream::unfold(listener, |mut listener| async move {
        let event = listener.next().await;
        Some((Ok(event), listener))
    })
}

impl Listener {
    async fn next(&mut self) -> Bytes {
        loop {
            if self.spoken.is_some() {
                tokio::time::sleep(BETWEEN_LOOKS).await;
            }
            let jobs = self.bot.newest_jobs(self.most).await.unwrap_or_default();
            let jobs = jobs.iter().map(|job| to_json(job, &self.bot));
            let told = Value::from_iter(jobs).to_string();
            let is_silent = self.spoken.is_some_and(|it| it.elapsed() > LONGEST_SILENCE);
            if told == self.told && self.spoken.is_some() && !is_silent {
                continue;
            }
            let is_new = told != self.told || self.spoken.is_none();
            self.spoken = Some(Instant::now());
            if !is_new {
                return Bytes::from_static(b":\n\n");
            }
            let event = format!("data: {told}\n\n");
            self.told = told;
            return event.into();
        }
    }
}

/// Describes a job.
pub(crate) fn to_json(job: &Job, bot: &RunningBot) -> Value {
    let progress = job
        .progress
        .as_ref()
        .map(|it| json!({ "done": it.done, "total": it.total, "text": it.text }));
    // Its reply is a message, and JSON as everything that the bot says.
    let reply: Option<Value> = job
        .reply
        .as_deref()
        .and_then(|it| serde_json::from_str(it).ok());
    json!({
        "id": job.id.to_string(),
        "webhook": job.spec.webhook,
        "text": job.spec.text,
        "command": job.spec.command,
        "by": job.spec.requester.name,
        "attempt": job.attempt,
        "createdMs": job.created_at_ms,
        "startedMs": job.started_at_ms,
        "endedMs": job.ended_at_ms,
        "cancelledBy": job.cancel.as_ref().map(|it| it.by.name.as_str()),
        "log": log(job),
        "state": job.state.as_str(),
        "isEnded": job.state.is_ended(),
        "isTold": bot.tells_later(&job.spec.webhook),
        "progress": progress,
        "error": job.error,
        "reply": reply,
    })
}

/// Returns the end of what a job wrote; its result where it wrote nothing.
fn log(job: &Job) -> Option<String> {
    let text = match &job.output {
        Some(output) => output.to_text(),
        None => job.result_text.clone()?,
    };
    let start = text.len().saturating_sub(LONGEST_LOG);
    let start = text.ceil_char_boundary(start);
    text.get(start..).map(str::to_owned)
}
