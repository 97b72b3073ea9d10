//! Messages that were answered lately: Teams can send one message more than once.
//!
//! Kept in memory, so it forgets at a restart, and bounded in number and bytes, so that a flood cannot grow it.

use std::collections::hash_map::{Entry, RandomState};
use std::collections::{HashMap, VecDeque};
use std::hash::BuildHasher;
use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use hailer_activity::Activity;
use hailer_reply::Message;
use tokio::sync::oneshot;

use crate::clock::BotClock;

/// Messages that are remembered.
const MOST_MESSAGES: usize = 10_000;

/// Bytes of replies that are remembered.
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// What makes a message the same message: two hashes of webhook, tenant, conversation and activity id, each with
/// a secret of its own, so that nobody can make two messages look alike. The webhook is part of it, because
/// everything else is said by whoever holds its token, and may name another team.
type Key = (u64, u64);

/// The messages that were answered lately.
#[derive(Debug)]
pub(crate) struct Recent {
    clock: BotClock,
    secrets: (RandomState, RandomState),
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    answers: HashMap<Key, Remembered>,
    /// In the order of arrival.
    order: VecDeque<(Instant, Key)>,
    bytes: usize,
}

/// What is known of a message that was here.
#[derive(Debug)]
enum Remembered {
    /// Somebody works on it; these repeats wait for the answer.
    InWork(Vec<oneshot::Sender<Message>>),
    /// It was answered.
    Answered(Message),
    /// Whoever worked on it is gone.
    Abandoned,
}

/// Whether a message was here before.
#[derive(Debug)]
pub(crate) enum Seen<'r> {
    /// It is new; the ticket takes its answer.
    First(Ticket<'r>),
    /// It was answered.
    Before(Message),
    /// It is in work; its answer comes here, unless whoever works on it goes away.
    InWork(oneshot::Receiver<Message>),
}

/// The duty to say what a message was answered.
#[derive(Debug)]
pub(crate) struct Ticket<'r> {
    recent: &'r Recent,
    /// Taken when the duty is done.
    key: Option<Key>,
}

impl Recent {
    pub(crate) fn new(clock: BotClock) -> Self {
        Self {
            clock,
            secrets: (RandomState::new(), RandomState::new()),
            state: Mutex::default(),
        }
    }

    /// Looks up a message of this long ago at most, and remembers it from now on. A message without an id is always
    /// new.
    pub(crate) fn look_up(&self, keep: Duration, webhook: &str, activity: &Activity) -> Seen<'_> {
        let Some(key) = self.key(webhook, activity) else {
            return Seen::First(Ticket {
                recent: self,
                key: None,
            });
        };
        let now = self.clock.instant();
        let mut state = self.state();
        state.forget_older_than(keep, now);
        match state.answers.entry(key) {
            Entry::Vacant(place) => {
                place.insert(Remembered::InWork(Vec::new()));
                state.order.push_back((now, key));
                Seen::First(Ticket {
                    recent: self,
                    key: Some(key),
                })
            }
            Entry::Occupied(mut known) => known.get_mut().seen(),
        }
    }

    fn key(&self, webhook: &str, activity: &Activity) -> Option<Key> {
        let conversation = activity.conversation.as_ref()?.id.as_ref()?;
        let identity = (
            webhook,
            activity.tenant(),
            conversation,
            activity.id.as_ref()?,
        );
        Some((
            self.secrets.0.hash_one(identity),
            self.secrets.1.hash_one(identity),
        ))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Remembered {
    fn seen<'r>(&mut self) -> Seen<'r> {
        let (sender, receiver) = oneshot::channel();
        match self {
            Self::Answered(message) => return Seen::Before(message.clone()),
            Self::InWork(waiting) => waiting.push(sender),
            Self::Abandoned => {}
        }
        Seen::InWork(receiver)
    }
}

impl Ticket<'_> {
    /// Keeps the answer, and gives it to repeats that wait for it.
    pub(crate) fn answered(mut self, message: &Message) {
        if let Some(key) = self.key.take() {
            let waiting = self
                .recent
                .state()
                .finish(key, Remembered::Answered(message.clone()));
            tell(waiting, message);
        }
    }

    /// Forgets the message, because nothing was done for it: a repeat is a new try. Those that wait already are
    /// told the same.
    pub(crate) fn forget(mut self, message: &Message) {
        if let Some(key) = self.key.take() {
            tell(self.recent.state().remove(key), message);
        }
    }
}

fn tell(waiting: Vec<oneshot::Sender<Message>>, message: &Message) {
    for repeat in waiting {
        // Whoever waited may have hung up.
        let _ = repeat.send(message.clone());
    }
}

impl Drop for Ticket<'_> {
    /// The caller hung up: the work may go on, so a repeat must not begin it again.
    fn drop(&mut self) {
        if let Some(key) = self.key.take() {
            self.recent.state().finish(key, Remembered::Abandoned);
        }
    }
}

impl State {
    /// Says what became of a message that is still remembered; returns who waits for that.
    fn finish(&mut self, key: Key, outcome: Remembered) -> Vec<oneshot::Sender<Message>> {
        let Some(remembered) = self.answers.get_mut(&key) else {
            return Vec::new();
        };
        self.bytes += outcome.bytes();
        let before = mem::replace(remembered, outcome);
        self.bytes = self.bytes.saturating_sub(before.bytes());
        before.into_waiting()
    }

    /// Forgets a message; returns who waits for it.
    fn remove(&mut self, key: Key) -> Vec<oneshot::Sender<Message>> {
        self.order.retain(|(_, other)| *other != key);
        let Some(removed) = self.answers.remove(&key) else {
            return Vec::new();
        };
        self.bytes = self.bytes.saturating_sub(removed.bytes());
        removed.into_waiting()
    }

    /// Forgets what is old, and what is too much. A message in work stays: a repeat must not begin it again.
    fn forget_older_than(&mut self, keep: Duration, now: Instant) {
        for _ in 0..self.order.len() {
            let Some(&(arrived, key)) = self.order.front() else {
                return;
            };
            let is_old = now.duration_since(arrived) > keep;
            if !is_old && self.order.len() < MOST_MESSAGES && self.bytes < MOST_BYTES {
                return;
            }
            self.order.pop_front();
            match self.answers.entry(key) {
                Entry::Occupied(known) if matches!(known.get(), Remembered::InWork(_)) => {
                    self.order.push_back((now, key));
                }
                Entry::Occupied(known) => {
                    self.bytes = self.bytes.saturating_sub(known.remove().bytes());
                }
                Entry::Vacant(_) => {}
            }
        }
    }
}

impl Remembered {
    /// Returns the size of the reply that is kept.
    fn bytes(&self) -> usize {
        match self {
            Self::Answered(message) => message.json().len(),
            Self::InWork(_) | Self::Abandoned => 0,
        }
    }

    fn into_waiting(self) -> Vec<oneshot::Sender<Message>> {
        match self {
            Self::InWork(waiting) => waiting,
            Self::Answered(_) | Self::Abandoned => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use hailer_activity::Conversation;
    use hailer_reply::Reply;

    use super::*;

    const KEEP: Duration = Duration::from_secs(60);

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
        match recent.look_up(KEEP, "ops", &activity(id)) {
            Seen::First(ticket) => ticket,
            Seen::Before(_) | Seen::InWork(_) => panic!("{id} was here before"),
        }
    }

    #[tokio::test]
    async fn a_repeat_gets_the_first_answer() {
        let recent = Recent::new(BotClock::default());
        let message = Reply::text("done").to_message();
        let ticket = ticket(&recent, "1");
        let Seen::InWork(early) = recent.look_up(KEEP, "ops", &activity("1")) else {
            panic!("taken for new");
        };

        ticket.answered(&message);

        assert_eq!(early.await.ok(), Some(message.clone()));
        assert!(
            matches!(recent.look_up(KEEP, "ops", &activity("1")), Seen::Before(again) if again == message)
        );
        assert!(matches!(
            recent.look_up(KEEP, "ops", &activity("2")),
            Seen::First(_)
        ));
    }

    #[tokio::test]
    async fn whoever_waits_for_an_answer_that_never_comes_is_told() {
        let recent = Recent::new(BotClock::default());
        let ticket = ticket(&recent, "1");
        let Seen::InWork(early) = recent.look_up(KEEP, "ops", &activity("1")) else {
            panic!("taken for new");
        };

        drop(ticket);

        assert!(early.await.is_err());
        assert!(matches!(
            recent.look_up(KEEP, "ops", &activity("1")),
            Seen::InWork(_)
        ));
    }

    #[test]
    fn what_was_not_done_may_be_tried_again() {
        let recent = Recent::new(BotClock::default());

        ticket(&recent, "1").forget(&Reply::text("busy").to_message());

        assert!(matches!(
            recent.look_up(KEEP, "ops", &activity("1")),
            Seen::First(_)
        ));
    }

    #[test]
    fn a_message_is_forgotten_after_its_time() {
        let clock = BotClock::default();
        let recent = Recent::new(clock.clone());
        ticket(&recent, "1").answered(&Reply::text("done").to_message());

        clock.advance(Duration::from_secs(61));

        assert!(matches!(
            recent.look_up(KEEP, "ops", &activity("1")),
            Seen::First(_)
        ));
    }

    #[test]
    fn another_webhook_cannot_take_an_answer() {
        let recent = Recent::new(BotClock::default());
        ticket(&recent, "1").answered(&Reply::text("secret").to_message());

        assert!(matches!(
            recent.look_up(KEEP, "other", &activity("1")),
            Seen::First(_)
        ));
    }

    #[test]
    fn a_message_in_work_is_not_forgotten() {
        let clock = BotClock::default();
        let recent = Recent::new(clock.clone());
        let working = ticket(&recent, "1");

        clock.advance(Duration::from_secs(61));

        assert!(matches!(
            recent.look_up(KEEP, "ops", &activity("1")),
            Seen::InWork(_)
        ));
        drop(working);
    }

    #[test]
    fn what_is_forgotten_takes_its_bytes_along() {
        let clock = BotClock::default();
        let recent = Recent::new(clock.clone());
        for _ in 0..3 {
            ticket(&recent, "1").answered(&Reply::text("done").to_message());
            clock.advance(Duration::from_secs(61));
        }
        drop(recent.look_up(KEEP, "ops", &activity("2")));

        assert_eq!(recent.state().bytes, 0);
    }

    #[test]
    fn a_flood_forgets_the_oldest() {
        let recent = Recent::new(BotClock::default());
        for id in 0..=MOST_MESSAGES {
            ticket(&recent, &id.to_string()).answered(&Reply::text("done").to_message());
        }

        assert!(recent.state().order.len() <= MOST_MESSAGES);
        assert!(matches!(
            recent.look_up(KEEP, "ops", &activity("0")),
            Seen::First(_)
        ));
    }
}
