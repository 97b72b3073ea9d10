//! Jobs as they go on, for a page that listens.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::{Stream, stream};
use hailer::{Job, RunningBot};
use serde_json::{Value, json};

/// As many as a page shows.
const SHOWN: u32 = 12;

/// Often enough that progress looks alive.
const BETWEEN_LOOKS: Duration = Duration::from_millis(400);

/// After so much silence something is sent, to learn whether the page is still there.
const LONGEST_SILENCE: Duration = Duration::from_secs(15);

struct Listener {
    bot: RunningBot,
    told: String,
    spoken: Option<Instant>,
}

/// Tells the newest jobs at once, and then whenever something about them changes.
pub(crate) fn stream(bot: RunningBot) -> impl Stream<Item = Result<Bytes, Infallible>> {
    let listener = Listener {
        bot,
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
            let jobs = self.bot.newest_jobs(SHOWN).await.unwrap_or_default();
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

fn to_json(job: &Job, bot: &RunningBot) -> Value {
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
        "by": job.spec.requester.name,
        "state": job.state.as_str(),
        "isEnded": job.state.is_ended(),
        "isTold": bot.tells_later(&job.spec.webhook),
        "progress": progress,
        "error": job.error,
        "reply": reply,
    })
}
