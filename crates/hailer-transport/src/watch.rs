//! Watching: each exchange, told as it happens to whoever proves to hold the webhook's token.
//!
//! For `hailer listen` and `hailer doctor`, which explain what the log only names. A watcher gets requests
//! as they came, with what was written in them: hence the proof. While nobody watches, this costs a look at
//! a counter.

mod desk;
mod sight;

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use serde_json::Value;
use tokio::sync::mpsc::{Receiver, Sender, channel};

pub(crate) use desk::{WATCH, WatchDesk};
pub(crate) use sight::{Fate, Seen, Sight};

/// People at terminals; more than that is a mistake.
const MOST_WATCHERS: usize = 8;

/// Exchanges that wait for a slow watcher; what comes beyond is not told to it.
const BACKLOG: usize = 256;

/// Everybody who watches.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    watchers: Mutex<Vec<Watcher>>,
    count: AtomicUsize,
}

#[derive(Debug)]
struct Watcher {
    webhooks: Webhooks,
    lines: Sender<Bytes>,
}

/// What a watcher is told of.
#[derive(Debug)]
enum Webhooks {
    All,
    Of(HashSet<String>),
}

impl Webhooks {
    fn have(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Of(names) => names.contains(name),
        }
    }
}

impl Watch {
    /// Says whether somebody watches.
    pub(crate) fn is_on(&self) -> bool {
        self.count.load(Ordering::Relaxed) > 0
    }

    /// Lets somebody watch these webhooks, unless too many watch already.
    pub(crate) fn add(&self, webhooks: HashSet<String>) -> Option<Receiver<Bytes>> {
        self.add_watcher(Webhooks::Of(webhooks))
    }

    /// Lets somebody watch all webhooks, unless too many watch already.
    pub(crate) fn add_to_all(&self) -> Option<Receiver<Bytes>> {
        self.add_watcher(Webhooks::All)
    }

    fn add_watcher(&self, webhooks: Webhooks) -> Option<Receiver<Bytes>> {
        let mut watchers = self.lock();
        watchers.retain(|it| !it.lines.is_closed());
        if watchers.len() >= MOST_WATCHERS {
            return None;
        }
        let (lines, received) = channel(BACKLOG);
        watchers.push(Watcher { webhooks, lines });
        self.count.store(watchers.len(), Ordering::Relaxed);
        Some(received)
    }

    /// Tells an exchange to those who watch its webhook, or to all when it names none.
    pub(crate) fn tell(&self, webhook: Option<&str>, event: &Value) {
        let line = Bytes::from(format!("{event}\n"));
        self.send(&line, |it| {
            webhook.is_none_or(|name| it.webhooks.have(name))
        });
    }

    /// Sends an empty line, so that watchers who are gone are noticed.
    pub(crate) fn beat(&self) {
        if self.is_on() {
            self.send(&Bytes::from_static(b"\n"), |_| true);
        }
    }

    fn send(&self, line: &Bytes, is_meant: impl Fn(&Watcher) -> bool) {
        let mut watchers = self.lock();
        for watcher in watchers.iter().filter(|it| is_meant(it)) {
            // A watcher that does not keep up misses exchanges; nobody waits for it.
            let _ = watcher.lines.try_send(line.clone());
        }
        watchers.retain(|it| !it.lines.is_closed());
        self.count.store(watchers.len(), Ordering::Relaxed);
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Watcher>> {
        self.watchers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins to look at an exchange, when somebody watches.
    pub(crate) fn begin<'r>(self: &Arc<Self>, seen: impl FnOnce() -> Seen<'r>) -> Option<Sight> {
        self.is_on().then(|| Sight::new(Arc::clone(self), &seen()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn names(names: &[&str]) -> HashSet<String> {
        names.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn each_sees_its_own_webhooks_and_what_belongs_to_none() {
        let watch = Watch::default();
        let mut ops = watch.add(names(&["ops"])).unwrap();
        let mut data = watch.add(names(&["data"])).unwrap();

        watch.tell(Some("ops"), &json!(1));
        watch.tell(None, &json!(2));

        assert_eq!(ops.try_recv().unwrap(), "1\n");
        assert_eq!(ops.try_recv().unwrap(), "2\n");
        assert_eq!(data.try_recv().unwrap(), "2\n");
    }

    #[test]
    fn who_is_gone_is_forgotten_and_who_is_slow_is_not_waited_for() {
        let watch = Watch::default();
        let slow = watch.add(names(&["ops"])).unwrap();

        for _ in 0..2 * BACKLOG {
            watch.tell(Some("ops"), &json!(1));
        }
        assert!(watch.is_on());
        drop(slow);
        watch.beat();

        assert!(!watch.is_on());
        let all: Vec<_> = (0..MOST_WATCHERS).map(|_| watch.add(names(&[]))).collect();
        assert!(all.iter().all(Option::is_some));
        assert!(watch.add(names(&[])).is_none());
    }
}
