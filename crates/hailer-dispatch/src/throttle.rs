//! How much people, teams and webhooks may ask in a time: a token bucket each, kept in memory by each process.
//!
//! A bucket is one moment: when it will be full again. A message moves that moment on, and one that would move it
//! too far is refused and moves nothing, so that waiting always helps.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::invocation::Inquiry;

/// Buckets that are kept before full ones are removed; more people than this at once share one.
const MANY: usize = 10_000;

/// Full buckets are looked for no more often than this.
const BETWEEN_SWEEPS: Duration = Duration::from_secs(1);

/// So many messages in a time, all at once if somebody likes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    count: u32,
    time: Duration,
}

impl Rate {
    /// Takes a number of messages, of which one is always let pass, and the time that they are for.
    pub fn new(count: u32, time: Duration) -> Self {
        Self {
            count: count.max(1),
            time,
        }
    }

    /// Returns how long one message takes to be forgotten.
    fn interval(self) -> Duration {
        self.time / self.count
    }
}

/// The limits of a bot; what has none is not counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rates {
    /// For each person; those without an id share one bucket for a webhook.
    pub per_person: Option<Rate>,
    /// For each team.
    pub per_team: Option<Rate>,
    /// For each webhook.
    pub per_webhook: Option<Rate>,
}

/// Counts messages.
#[derive(Debug, Default)]
pub struct Throttle {
    rates: Rates,
    buckets: Arc<Mutex<Buckets>>,
}

#[derive(Debug, Default)]
struct Buckets {
    full_at: HashMap<Key, Instant>,
    swept: Option<Instant>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Person(String),
    Team(String),
    Webhook(String),
    /// Everybody for whom there is no room.
    Others,
}

impl Throttle {
    /// Makes full buckets.
    pub fn new(rates: Rates) -> Self {
        Self {
            rates,
            buckets: Arc::default(),
        }
    }

    /// Goes on counting what was counted, by other limits.
    #[must_use]
    pub fn with_rates(&self, rates: Rates) -> Self {
        Self {
            rates,
            buckets: Arc::clone(&self.buckets),
        }
    }

    /// Counts a message, or says how long its sender has to wait.
    ///
    /// # Errors
    ///
    /// The time after which the message would be let pass.
    pub fn admit(&self, inquiry: &Inquiry) -> Result<(), Duration> {
        let asked = self.asked(inquiry);
        if asked.is_empty() {
            return Ok(());
        }
        let now = inquiry.received;
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let mut next = Vec::with_capacity(asked.len());
        let mut wait = Duration::ZERO;
        for (key, rate) in asked {
            let key = buckets.room_for(key, now);
            let full_at = buckets.full_at.get(&key).copied().unwrap_or(now).max(now);
            let then = full_at + rate.interval();
            wait = wait.max((then - now).saturating_sub(rate.time));
            next.push((key, then));
        }
        if wait.is_zero() {
            buckets.full_at.extend(next);
            Ok(())
        } else {
            Err(wait)
        }
    }

    fn asked(&self, inquiry: &Inquiry) -> Vec<(Key, Rate)> {
        let Rates {
            per_person,
            per_team,
            per_webhook,
        } = self.rates;
        let activity = &inquiry.activity;
        let webhook = &inquiry.webhook;
        let person = |rate| {
            let from = activity.from.as_ref();
            let id = from.and_then(|it| it.aad_object_id.as_ref());
            let name = match id.filter(|it| it.is_guid()) {
                Some(id) => id.as_str().to_ascii_lowercase(),
                None => format!("{webhook}/"),
            };
            (Key::Person(name), rate)
        };
        let team = |rate| {
            let id = activity.team().map_or("", |it| it.as_str());
            (Key::Team(id.to_owned()), rate)
        };
        let by = |rate| (Key::Webhook(webhook.as_ref().to_owned()), rate);
        let keys = [
            per_person.map(person),
            per_team.map(team),
            per_webhook.map(by),
        ];
        keys.into_iter().flatten().collect()
    }
}

impl Buckets {
    /// Finds a place for a bucket; whoever has the token of a webhook could make up people without end.
    fn room_for(&mut self, key: Key, now: Instant) -> Key {
        if self.full_at.len() < MANY || self.full_at.contains_key(&key) {
            return key;
        }
        if self.swept.is_none_or(|swept| now >= swept + BETWEEN_SWEEPS) {
            self.full_at.retain(|_, full_at| *full_at > now);
            self.swept = Some(now);
        }
        if self.full_at.len() < MANY {
            key
        } else {
            Key::Others
        }
    }
}
