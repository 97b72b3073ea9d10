//! A message that is said again by the bot itself: it goes the way of every message, and starts nothing that asks for a yes.

use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::time::Instant;

use bytes::Bytes;
use hailer_activity::ActivityId;
use hailer_dispatch::{Asking, Inquiry, MessageText, Misunderstanding, Refusal};
use hailer_reply::{Reply, RequestId, escape};
use hailer_transport::{Answer, Outcome};

use crate::messenger::{KeptMessage, Said, SaidEnd};
use crate::witness::Witness;

use super::Responder;
use super::core::Core;
use super::errand::Errand;
use super::lasting::Lasting;
use super::wording::busy;

/// A responder that is not kept alive: its commands may hold this.
#[derive(Debug, Clone)]
pub(crate) struct WeakResponder {
    core: Weak<Core>,
    lasting: Weak<Lasting>,
    witnesses: Arc<[Witness]>,
}

impl WeakResponder {
    pub(crate) fn upgrade(&self) -> Option<Responder> {
        Some(Responder {
            core: self.core.upgrade()?,
            lasting: self.lasting.upgrade()?,
            witnesses: Arc::clone(&self.witnesses),
        })
    }
}

/// What is noted of a message that the bot says itself.
#[derive(Debug, Default)]
pub(super) struct Saying {
    reply: Mutex<Option<Reply>>,
    end: OnceLock<SaidEnd>,
}

impl Saying {
    pub(super) fn note_reply(&self, reply: &Reply) {
        let mut kept = self.reply.lock().unwrap_or_else(PoisonError::into_inner);
        *kept = Some(reply.clone());
    }

    /// Notes that it waits as a job.
    pub(super) fn note_queued(&self) {
        self.note_end(SaidEnd::GoesOn);
    }

    /// Notes how it ended; what is noted first holds.
    pub(super) fn note_end(&self, end: SaidEnd) {
        let _ = self.end.set(end);
    }

    pub(super) fn note_misunderstanding(&self, misunderstanding: &Misunderstanding) {
        self.note_end(match misunderstanding {
            Misunderstanding::NotPermitted {
                refusal: Refusal::Frozen { .. },
                ..
            }
            | Misunderstanding::TooSoon { .. } => SaidEnd::Held,
            Misunderstanding::NotPermitted { .. } => SaidEnd::NotPermitted,
            Misunderstanding::TooMany { .. } => SaidEnd::Busy,
            _ => SaidEnd::Unclear,
        });
    }

    fn said(&self, answer: &Answer, job: Option<String>) -> Said {
        let noted = self.end.get().copied();
        let end = noted.unwrap_or(match answer.outcome {
            Outcome::Ok => SaidEnd::Answered,
            Outcome::TimedOut => SaidEnd::GoesOn,
            Outcome::Refused | Outcome::Duplicate => SaidEnd::Held,
            Outcome::Unknown | Outcome::Usage => SaidEnd::Unclear,
            Outcome::Busy => SaidEnd::Busy,
            _ => SaidEnd::Failed,
        });
        let mut reply = self.reply.lock().unwrap_or_else(PoisonError::into_inner);
        Said {
            end,
            reply: reply.take().unwrap_or_else(busy),
            job,
        }
    }
}

impl Responder {
    pub(crate) fn downgrade(&self) -> WeakResponder {
        WeakResponder {
            core: Arc::downgrade(&self.core),
            lasting: Arc::downgrade(&self.lasting),
            witnesses: Arc::clone(&self.witnesses),
        }
    }

    /// Says a kept message as whoever wrote it.
    pub(crate) async fn say(&self, message: &KeptMessage, id: &str, label: &str) -> Said {
        let Some(errand) = self.errand_of(message, id, label) else {
            return Said {
                end: SaidEnd::Busy,
                reply: Reply::text(format!(
                    "There is no webhook {} any more; nothing was started.",
                    message.webhook()
                )),
                job: None,
            };
        };
        let errand = Arc::new(errand);
        let answer = self.answer_anew(&errand).await;
        let said = errand
            .saying
            .as_ref()
            .map(|it| it.said(&answer, errand.job()));
        said.unwrap_or_else(|| Said {
            end: SaidEnd::Busy,
            reply: busy(),
            job: None,
        })
    }

    fn errand_of(&self, message: &KeptMessage, id: &str, label: &str) -> Option<Errand> {
        let core = &self.core;
        let mut webhooks = core.webhooks.iter();
        let (webhook, bot) = webhooks.find(|(name, _)| **name == *message.webhook())?;
        let mut activity = message.activity().clone();
        activity.id = Some(ActivityId::from(id));
        let body = serde_json::to_vec(&activity).unwrap_or_default();
        let text = MessageText::from_activity(&activity, bot);
        let (text, pipe) = core.registry.separate(text);
        let inquiry = Inquiry {
            text,
            activity,
            bot: Arc::clone(bot),
            webhook: Arc::clone(webhook),
            request_id: RequestId::next(),
            received: self.lasting.clock.instant(),
            now: self.lasting.clock.now().into(),
            deadline: Instant::now() + core.reply_within,
            cancellation: self.lasting.cancellation.child_token(),
            job: OnceLock::new(),
        };
        let has_store = core.jobs.is_some();
        let errand = Errand::new(
            Arc::new(inquiry),
            Bytes::from(body),
            label.to_owned(),
            has_store,
        );
        Some(errand.piped(pipe).said_by_the_bot())
    }
}

impl Core {
    /// Refuses what asks for a yes: a machine gives none, and a request that nobody waits for is easily said yes to.
    pub(super) fn unasked(&self, asking: &Asking, errand: &Errand) -> Answer {
        if let Some(saying) = &errand.saying {
            saying.note_end(SaidEnd::Asks);
        }
        let needs = if asking.needs().is_empty() {
            "whether you mean it".to_owned()
        } else {
            format!("for {}", asking.spoken())
        };
        let reply = Reply::markdown(format!(
            "**{}** was not started: it asks {}, so somebody has to type it.",
            escape(errand.text()),
            escape(&needs)
        ));
        self.write(errand, &reply, Outcome::Refused)
    }
}
