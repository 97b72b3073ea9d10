//! Messages that were answered lately: Teams can send one message more than once.
//!
//! Kept in memory, so it forgets at a restart, and bounded in number and bytes, so that a flood cannot grow it.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use hailer_activity::{Activity, ActivityId, ConversationId, TenantId};
use hailer_reply::Message;
use tokio::sync::watch;

use crate::clock::BotClock;

/// Messages that are remembered.
const MOST_MESSAGES: usize = 10_000;

/// Bytes of replies that are remembered.
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// What makes a message the same message.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    tenant: Option<TenantId>,
    conversation: ConversationId,
    activity: ActivityId,
}

/// The messages that were answered lately.
#[derive(Debug)]
pub(crate) struct Recent {
    keep: Duration,
    clock: BotClock,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    answers: HashMap<Key, watch::Receiver<Option<Message>>>,
    /// In the order of arrival.
    order: VecDeque<(Instant, Key)>,
    bytes: usize,
}

/// Whether a message was here before.
#[derive(Debug)]
pub(crate) enum Seen<'r> {
    /// It is new; the ticket takes its answer.
    First(Ticket<'r>),
    /// It was; here its first answer will be, or is.
    Before(watch::Receiver<Option<Message>>),
}

/// The duty to say what a message was answered.
#[derive(Debug)]
pub(crate) struct Ticket<'r> {
    recent: &'r Recent,
    key: Option<Key>,
    answer: watch::Sender<Option<Message>>,
}

impl Recent {
    /// Remembers messages for this long.
    pub(crate) fn new(keep: Duration, clock: BotClock) -> Self {
        Self {
            keep,
            clock,
            state: Mutex::default(),
        }
    }

    /// Looks a message up, and remembers it from now on. A message without an id is always new.
    pub(crate) fn look_up(&self, activity: &Activity) -> Seen<'_> {
        let (sender, receiver) = watch::channel(None);
        let key = key(activity);
        if let Some(key) = &key {
            let mut state = self.state();
            let now = self.clock.instant();
            state.forget_older_than(self.keep, now);
            if let Some(answer) = state.answers.get(key) {
                return Seen::Before(answer.clone());
            }
            state.answers.insert(key.clone(), receiver);
            state.order.push_back((now, key.clone()));
        }
        Seen::First(Ticket {
            recent: self,
            key,
            answer: sender,
        })
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ticket<'_> {
    /// Keeps the answer, and gives it to repeats that wait for it.
    pub(crate) fn answered(self, message: &Message) {
        if self.key.is_some() {
            self.recent.state().bytes += message.json().len();
            self.answer.send_replace(Some(message.clone()));
        }
    }

    /// Forgets the message, because nothing was done for it: a repeat is a new try.
    pub(crate) fn forget(self) {
        if let Some(key) = &self.key {
            self.recent.state().answers.remove(key);
        }
    }
}

impl State {
    fn forget_older_than(&mut self, keep: Duration, now: Instant) {
        while let Some((arrived, _)) = self.order.front() {
            let is_old = now.duration_since(*arrived) > keep;
            if !is_old && self.order.len() < MOST_MESSAGES && self.bytes < MOST_BYTES {
                return;
            }
            if let Some((_, key)) = self.order.pop_front()
                && let Some(answer) = self.answers.remove(&key)
            {
                let bytes = answer
                    .borrow()
                    .as_ref()
                    .map_or(0, |message| message.json().len());
                self.bytes = self.bytes.saturating_sub(bytes);
            }
        }
    }
}

fn key(activity: &Activity) -> Option<Key> {
    Some(Key {
        tenant: activity.tenant().cloned(),
        conversation: activity.conversation.as_ref()?.id.clone()?,
        activity: activity.id.clone()?,
    })
}

/// Waits for the first answer; `None` when whoever worked on it is gone.
pub(crate) async fn first_answer(mut answer: watch::Receiver<Option<Message>>) -> Option<Message> {
    let answered = answer.wait_for(Option::is_some).await.ok()?;
    answered.clone()
}

#[cfg(test)]
mod tests {
    use hailer_activity::Conversation;
    use hailer_reply::Reply;

    use super::*;

    fn activity(id: &str) -> Activity {
        let conversation = Conversation {
            id: Some("19:c".into()),
            ..Conversation::default()
        };
        Activity {
            id: Some(id.into()),
            conversation: Some(conversation),
            ..Activity::default()
        }
    }

    fn ticket<'r>(recent: &'r Recent, id: &str) -> Ticket<'r> {
        match recent.look_up(&activity(id)) {
            Seen::First(ticket) => ticket,
            Seen::Before(_) => panic!("{id} was here before"),
        }
    }

    #[tokio::test]
    async fn a_repeat_gets_the_first_answer() {
        let recent = Recent::new(Duration::from_secs(60), BotClock::default());
        let message = Reply::text("done").to_message();
        let ticket = ticket(&recent, "1");
        let Seen::Before(early) = recent.look_up(&activity("1")) else {
            panic!("taken for new");
        };

        ticket.answered(&message);

        assert_eq!(first_answer(early).await, Some(message.clone()));
        assert!(matches!(recent.look_up(&activity("1")), Seen::Before(_)));
        assert!(matches!(recent.look_up(&activity("2")), Seen::First(_)));
    }

    #[tokio::test]
    async fn whoever_waits_for_an_answer_that_never_comes_is_told() {
        let recent = Recent::new(Duration::from_secs(60), BotClock::default());
        let ticket = ticket(&recent, "1");
        let Seen::Before(early) = recent.look_up(&activity("1")) else {
            panic!("taken for new");
        };

        drop(ticket);

        assert_eq!(first_answer(early).await, None);
    }

    #[test]
    fn what_was_not_done_may_be_tried_again() {
        let recent = Recent::new(Duration::from_secs(60), BotClock::default());

        ticket(&recent, "1").forget();

        assert!(matches!(recent.look_up(&activity("1")), Seen::First(_)));
    }

    #[test]
    fn a_message_is_forgotten_after_its_time() {
        let clock = BotClock::default();
        let recent = Recent::new(Duration::from_secs(60), clock.clone());
        ticket(&recent, "1").answered(&Reply::text("done").to_message());

        clock.advance(Duration::from_secs(61));

        assert!(matches!(recent.look_up(&activity("1")), Seen::First(_)));
    }

    #[test]
    fn a_flood_forgets_the_oldest() {
        let recent = Recent::new(Duration::from_secs(60), BotClock::default());
        for id in 0..=MOST_MESSAGES {
            ticket(&recent, &id.to_string()).answered(&Reply::text("done").to_message());
        }

        assert!(recent.state().order.len() <= MOST_MESSAGES);
        assert!(matches!(recent.look_up(&activity("0")), Seen::First(_)));
    }
}
