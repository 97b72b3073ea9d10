//! Writes to the audit what is in no job's transaction: denials, looks, refused signatures, uses of keys.
//!
//! Nothing here has an effect on the world, so no answer waits for it. What comes faster than it can be written is summed
//! up or counted, and the count is written when there is time.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use hailer_jobs::Jobs;
use hailer_store::{AuditEntry, KeySeen, KeyUse, Sighting, Store};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

use crate::sightings::Sightings;

/// Of what happens again and again, one row in this time.
const PERIOD: Duration = Duration::from_secs(60);

/// How often the recorder looks whether a sum is due.
const LOOK: Duration = Duration::from_secs(1);

/// How many rows wait at most while the store is out.
const MOST_WAITING: usize = 1_024;

/// How many different denials are told apart within a period; further ones are counted together.
const MOST_KINDS: usize = 1_000;

/// How many networks are remembered: whoever has that many keys asks the store again.
const MOST_USES: usize = 10_000;

/// Writes rows in the background. Clones share it.
#[derive(Clone)]
pub(crate) struct Recorder {
    inner: Arc<Inner>,
}

struct Inner {
    jobs: Jobs,
    runtime: Handle,
    orders: mpsc::Sender<Order>,
    /// What could not be taken.
    lost: AtomicU64,
    denials: Mutex<HashMap<Kind, Sum>>,
    signatures: Mutex<HashMap<Kind, u64>>,
    seen: Mutex<HashSet<KeyUse>>,
    sightings: Sightings,
}

enum Order {
    Write(Box<AuditEntry>),
    Flush(oneshot::Sender<()>),
}

/// What makes two denials, or two refused signatures, the same.
type Kind = [String; 4];

struct Sum {
    since: Instant,
    entry: AuditEntry,
    more: u64,
}

impl Recorder {
    /// Begins to write on the runtime of the store.
    pub(crate) fn start(jobs: &Jobs, runtime: &Handle) -> Self {
        let (orders, inbox) = mpsc::channel(MOST_WAITING);
        let inner = Arc::new(Inner {
            jobs: jobs.clone(),
            runtime: runtime.clone(),
            orders,
            lost: AtomicU64::new(0),
            denials: Mutex::default(),
            signatures: Mutex::default(),
            seen: Mutex::default(),
            sightings: Sightings::default(),
        });
        drop(runtime.spawn(write(Arc::downgrade(&inner), jobs.clone(), inbox)));
        Self { inner }
    }

    /// Records an entry.
    pub(crate) fn record(&self, entry: AuditEntry) {
        self.inner.record(entry);
    }

    /// Records a denial: the first of its kind at once, further ones of the same minute as a number.
    pub(crate) fn deny(&self, entry: AuditEntry) {
        let kind = [&entry.webhook, &entry.actor_id, &entry.command, &entry.rule].map(Clone::clone);
        let mut denials = lock(&self.inner.denials);
        let (kind, entry) = if denials.len() < MOST_KINDS || denials.contains_key(&kind) {
            (kind, entry)
        } else {
            let others = AuditEntry {
                event: entry.event,
                decision: entry.decision,
                detail: "of many people or commands".to_owned(),
                ..AuditEntry::default()
            };
            (Kind::default(), others)
        };
        if let Some(sum) = denials.get_mut(&kind) {
            sum.more += 1;
            return;
        }
        let sum = Sum {
            since: Instant::now(),
            entry: entry.clone(),
            more: 0,
        };
        denials.insert(kind, sum);
        drop(denials);
        self.inner.record(entry);
    }

    /// Counts a request that nobody signed; one row a minute says how many.
    pub(crate) fn refused_signature(&self, webhook: Option<&str>, reason: &str) {
        let kind = [
            webhook.unwrap_or_default().to_owned(),
            reason.to_owned(),
            String::new(),
            String::new(),
        ];
        *lock(&self.inner.signatures).entry(kind).or_default() += 1;
    }

    /// Notes who wrote from where, when that was not done just now.
    pub(crate) fn sighted(&self, ids: &[&str], now_ms: i64, sighting: impl FnOnce() -> Sighting) {
        let inner = &self.inner;
        if inner.sightings.is_due(ids, now_ms) {
            inner
                .sightings
                .note(sighting(), &inner.jobs, &inner.runtime);
        }
    }

    /// Notes from where a key was used. The first use, and one from another network, is told.
    pub(crate) fn key_used(&self, used: KeyUse, entry: impl FnOnce() -> AuditEntry) {
        let mut seen = lock(&self.inner.seen);
        if seen.contains(&used) {
            return;
        }
        if seen.len() >= MOST_USES {
            seen.clear();
        }
        seen.insert(used.clone());
        drop(seen);
        let entry = entry();
        let inner = Arc::clone(&self.inner);
        drop(self.inner.runtime.spawn(async move {
            let noted = used.clone();
            let note = move |store: Store| async move { store.note_key(&noted, &entry).await };
            let KeyUse {
                webhook,
                label,
                network,
            } = &used;
            match inner.jobs.call(note).await {
                Ok(KeySeen::Before) => {}
                Ok(KeySeen::First) => {
                    tracing::info!(
                        webhook,
                        key = label,
                        network,
                        "a key is used for the first time"
                    );
                }
                Ok(KeySeen::OtherNetwork) => tracing::warn!(
                    webhook,
                    key = label,
                    network,
                    code = "HL126",
                    "a key is used from another network than before"
                ),
                // The next message tells it.
                Err(_) => {
                    lock(&inner.seen).remove(&used);
                }
            }
        }));
    }

    /// Writes what was counted, and waits until everything is written, for this long at most.
    pub(crate) async fn flush(&self, at_most: Duration) {
        for entry in self.inner.sums(Duration::ZERO) {
            self.inner.record(entry);
        }
        let (done, written) = oneshot::channel();
        let flushing = async {
            if self.inner.orders.send(Order::Flush(done)).await.is_ok() {
                let _ = written.await;
            }
        };
        let _ = tokio::time::timeout(at_most, flushing).await;
    }
}

impl Inner {
    fn record(&self, entry: AuditEntry) {
        if self.orders.try_send(Order::Write(Box::new(entry))).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Takes the sums of denials that are as old, and those of signatures when one of them is due.
    fn sums(&self, age: Duration) -> Vec<AuditEntry> {
        let now = Instant::now();
        let mut due = Vec::new();
        lock(&self.denials).retain(|_, sum| {
            if now.duration_since(sum.since) < age {
                return true;
            }
            if sum.more > 0 {
                due.push(AuditEntry {
                    outcome: "repeated".to_owned(),
                    detail: format!("{} more times; {}", sum.more, sum.entry.detail),
                    ..sum.entry.clone()
                });
            }
            false
        });
        due
    }

    /// Sums up all refused signatures, one row for each webhook.
    fn signatures(&self) -> Vec<AuditEntry> {
        let counts = std::mem::take(&mut *lock(&self.signatures));
        let mut webhooks: HashMap<String, Vec<String>> = HashMap::new();
        for ([webhook, reason, ..], count) in counts {
            let reasons = webhooks.entry(webhook).or_default();
            reasons.push(format!("{reason} {count}"));
        }
        let entry = |(webhook, mut reasons): (String, Vec<String>)| {
            reasons.sort();
            AuditEntry {
                event: "auth_failed".to_owned(),
                decision: "deny".to_owned(),
                detail: reasons.join(", "),
                webhook,
                ..AuditEntry::default()
            }
        };
        webhooks.into_iter().map(entry).collect()
    }
}

async fn write(inner: std::sync::Weak<Inner>, jobs: Jobs, mut inbox: mpsc::Receiver<Order>) {
    let mut summed = Instant::now();
    loop {
        match tokio::time::timeout(LOOK, inbox.recv()).await {
            Ok(None) => return,
            Ok(Some(Order::Write(entry))) => put(&jobs, *entry).await,
            Ok(Some(Order::Flush(done))) => {
                let Some(inner) = inner.upgrade() else { return };
                for entry in inner.signatures() {
                    put(&jobs, entry).await;
                }
                let _ = done.send(());
            }
            Err(_) => {}
        }
        let Some(inner) = inner.upgrade() else { return };
        for entry in inner.sums(PERIOD) {
            put(&jobs, entry).await;
        }
        if summed.elapsed() >= PERIOD {
            summed = Instant::now();
            for entry in inner.signatures() {
                put(&jobs, entry).await;
            }
        }
        let lost = inner.lost.swap(0, Ordering::Relaxed);
        if lost > 0 {
            tracing::warn!(
                lost,
                "rows of the audit were lost: the store did not take them in time"
            );
            let entry = AuditEntry {
                event: "audit_lost".to_owned(),
                detail: format!(
                    "{lost} denials or looks were not recorded; the store did not take them in time"
                ),
                ..AuditEntry::default()
            };
            put(&jobs, entry).await;
        }
    }
}

/// Writes one entry, however long the store is out.
async fn put(jobs: &Jobs, entry: AuditEntry) {
    loop {
        let one = entry.clone();
        match jobs
            .call(move |store| async move { store.audit(&one).await })
            .await
        {
            Err(error) if error.is_passing() => tokio::time::sleep(LOOK).await,
            Err(error) => {
                tracing::error!(%error, event = entry.event, "a row of the audit is lost");
                return;
            }
            Ok(()) => return,
        }
    }
}

/// Returns the network of an address: what changes when somebody moves their machine within an office is left out.
pub(crate) fn network(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => {
            let [first, second, third, _] = address.octets();
            format!("{first}.{second}.{third}.0/24")
        }
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(mapped) => network(mapped.into()),
            None => {
                let [first, second, third, ..] = address.segments();
                format!("{first:x}:{second:x}:{third:x}::/48")
            }
        },
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Recorder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Recorder").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_what_an_address_begins_with() {
        for (address, expected) in [
            ("192.0.2.77", "192.0.2.0/24"),
            ("::ffff:192.0.2.77", "192.0.2.0/24"),
            ("2001:db8:1:2::3", "2001:db8:1::/48"),
            ("::1", "0:0:0::/48"),
        ] {
            assert_eq!(network(address.parse().unwrap()), expected);
        }
    }
}
