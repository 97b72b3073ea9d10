//! What each person was answered last, so that it can be filtered without running anything again.
//!
//! Kept in memory, on the server that answered, for an hour: reading must not wait for the store.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use hailer_activity::Activity;
use hailer_reply::Reply;

use crate::job_desk::place;

/// More people are not remembered at once.
const MOST: usize = 500;

/// More rows are not remembered.
const MOST_ROWS: usize = 2_000;

/// How long an answer can be filtered.
const KEEP: Duration = Duration::from_secs(60 * 60);

/// The last answers with rows, by person and place. Clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Answers(Arc<Mutex<Known>>);

#[derive(Debug, Default)]
struct Known {
    answers: HashMap<Key, (Instant, Reply)>,
    /// In the order in which people were first answered.
    order: VecDeque<Key>,
}

/// Who, of which tenant, and where: what was shown in one channel is not shown in another.
type Key = (String, String, String);

impl Answers {
    /// Keeps an answer, if it has rows, and its reader an id.
    pub(crate) fn keep(&self, webhook: &str, activity: &Activity, reply: &Reply, now: Instant) {
        let is_short = |reply: &Reply| reply.rows().is_some_and(|it| it.rows().len() <= MOST_ROWS);
        let Some(key) = key(webhook, activity).filter(|_| is_short(reply)) else {
            return;
        };
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known
            .answers
            .insert(key.clone(), (now, reply.clone()))
            .is_none()
        {
            known.order.push_back(key);
        }
        if known.order.len() > MOST
            && let Some(oldest) = known.order.pop_front()
        {
            known.answers.remove(&oldest);
        }
    }

    /// Returns what somebody was answered last in a place.
    pub(crate) fn last(&self, webhook: &str, activity: &Activity, now: Instant) -> Option<Reply> {
        let key = key(webhook, activity)?;
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, reply) = known.answers.get(&key)?;
        (now.saturating_duration_since(*at) < KEEP).then(|| reply.clone())
    }
}

fn key(webhook: &str, activity: &Activity) -> Option<Key> {
    let id = activity.from.as_ref()?.aad_object_id.as_ref()?;
    let tenant = activity.tenant().map(ToString::to_string);
    let channel = activity.channel();
    let place = place(webhook, channel.as_ref().map(|it| it.as_str()));
    Some((id.to_string(), tenant.unwrap_or_default(), place))
}
