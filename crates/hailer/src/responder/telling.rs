//! Tells those who write down what happened.

use std::time::Duration;

use hailer_transport::{Answer, Outcome};

use crate::witness::Happened;

use super::Responder;
use super::errand::Errand;

/// How long an answer waits for what is written down about it.
const TELL: Duration = Duration::from_millis(300);

impl Responder {
    /// Tells what became of a message whose command is known.
    pub(super) async fn tell(&self, errand: &Errand, answer: &Answer) {
        if self.witnesses.is_empty() || answer.outcome == Outcome::Duplicate {
            return;
        }
        let Some(happened) = happened(errand, answer) else {
            return;
        };
        let told = self.witnesses.iter().map(|it| it.tell(happened.clone()));
        // As a task of its own, so that it goes on when it is not waited for any longer.
        let told = tokio::spawn(futures_util::future::join_all(told));
        if tokio::time::timeout(TELL, told).await.is_err() {
            let request_id = errand.inquiry.request_id;
            tracing::warn!(%request_id, "what happened is written down late, if at all");
        }
    }
}

fn happened(errand: &Errand, answer: &Answer) -> Option<Happened> {
    let inquiry = &errand.inquiry;
    let activity = &inquiry.activity;
    let (command, text) = match errand.understood() {
        Some(found) => (found.entry.path().to_owned(), found.text.clone()),
        // What was not understood may hold a secret.
        None if answer.outcome == Outcome::Refused => {
            let path = answer.command.as_deref()?.to_owned();
            (path.clone(), path)
        }
        None => return None,
    };
    let from = activity.from.as_ref();
    let sender = from.and_then(|it| it.name.as_deref()).unwrap_or("somebody");
    let text_of = |id: Option<String>| id.unwrap_or_default();
    Some(Happened {
        at: inquiry.now,
        webhook: inquiry.webhook.to_string(),
        channel: text_of(activity.channel().map(|it| it.to_string())),
        thread: text_of(activity.thread_root().map(|it| it.to_string())),
        message: text_of(activity.id.as_ref().map(ToString::to_string)),
        sender: sender.to_owned(),
        command,
        text,
        outcome: answer.outcome,
        job: errand.job(),
    })
}
