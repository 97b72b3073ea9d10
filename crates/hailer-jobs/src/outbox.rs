//! Sends follow-ups: at least once, in order of storing, no faster than the flow takes them.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use hailer_failpoint as failpoint;
use hailer_store::{Post, PostQuery};

use crate::follow_up::{FollowUp, PostError, Poster};
use crate::jobs::Jobs;

/// A hint can be lost, and a post may wait for a time to come.
const SLOW_POLL: Duration = Duration::from_secs(2);

/// How long is waited after the store failed.
const PAUSE: Duration = Duration::from_secs(1);

/// The first wait before a post is tried again; doubled each time.
const BACK_OFF: Duration = Duration::from_secs(2);

/// No wait is longer, so that a flow that is back is soon used.
const LONGEST_BACK_OFF: Duration = Duration::from_secs(60);

/// Sends until the bot stops.
pub(crate) async fn send(jobs: Jobs) {
    wait_for_follow_ups(&jobs).await;
    let poster = match Poster::new() {
        Ok(poster) => poster,
        Err(error) => {
            tracing::error!(%error, "no follow-up can be posted");
            return;
        }
    };
    let mut sender = Sender {
        jobs,
        poster,
        ready_at: BTreeMap::new(),
    };
    let mut changes = sender.jobs.store().changes();
    loop {
        changes.mark_unchanged();
        match sender.next().await {
            Ok(Some(post)) => sender.post(post).await,
            Ok(None) => {
                let wait = sender.until_ready().unwrap_or(SLOW_POLL);
                let _ = tokio::time::timeout(wait, changes.changed()).await;
            }
            Err(()) => tokio::time::sleep(PAUSE).await,
        }
    }
}

/// Most bots have none, and then nothing is made ready.
async fn wait_for_follow_ups(jobs: &Jobs) {
    while jobs.plan().follow_ups.is_empty() {
        tokio::time::sleep(SLOW_POLL).await;
    }
}

struct Sender {
    jobs: Jobs,
    poster: Poster,
    /// When a flow may be called again, by the name of its follow-up.
    ready_at: BTreeMap<String, Instant>,
}

impl Sender {
    async fn next(&mut self) -> Result<Option<Post>, ()> {
        let now = Instant::now();
        self.ready_at.retain(|_, at| *at > now);
        let paused: BTreeSet<String> = self.ready_at.keys().cloned().collect();
        let plan = self.jobs.plan();
        let is_paused = |it: &FollowUp| paused.contains(&it.name);
        if !plan.follow_ups.is_empty() && plan.follow_ups.iter().all(is_paused) {
            return Ok(None);
        }
        let query = PostQuery {
            paused,
            ..PostQuery::default()
        };
        let call = move |store: hailer_store::Store| async move { store.next_post(&query).await };
        self.jobs.call(call).await.map_err(|_| ())
    }

    /// Returns how long until a flow may be called again.
    fn until_ready(&self) -> Option<Duration> {
        let next = self.ready_at.values().min()?;
        let wait = next.saturating_duration_since(Instant::now());
        Some(wait.clamp(Duration::from_millis(10), SLOW_POLL))
    }

    async fn post(&mut self, post: Post) {
        let plan = self.jobs.plan();
        let Some(target) = plan.follow_up(&post.target) else {
            tracing::warn!(
                followup = post.target,
                "a follow-up that is no longer configured is dropped"
            );
            let why = "it is no longer configured";
            return self.give_up(&post, "_unknown", why).await;
        };
        let (url, pause, retry_for) = (target.url.clone(), target.pause, target.retry_for);
        failpoint::hit("outbox-before-send");
        let posted = self.poster.post(&url, post.payload.clone()).await;
        let free = Instant::now() + pause;
        self.ready_at.insert(post.target.clone(), free);
        match posted {
            Ok(()) => {
                failpoint::hit("outbox-after-send");
                self.sent(&post).await;
                failpoint::hit("outbox-after-mark");
            }
            Err(error) if error.is_passing() && age(&post) < retry_for => {
                self.later(&post, &error).await;
            }
            Err(error) => {
                tracing::error!(followup = post.target, job = ?post.job, %error, "a follow-up is given up");
                self.give_up(&post, &post.target, &error.to_string()).await;
            }
        }
    }

    async fn sent(&self, post: &Post) {
        self.jobs.inner.observer.posted(&post.target, "ok");
        tracing::info!(followup = post.target, job = ?post.job, attempt = post.attempt, "a follow-up is posted");
        let post = post.clone();
        // When this is lost the same is posted once more: its job's id tells readers.
        let _ = self
            .jobs
            .call(move |store| async move { store.post_sent(&post).await })
            .await;
    }

    async fn later(&mut self, post: &Post, error: &PostError) {
        self.jobs.inner.observer.posted(&post.target, "retry");
        let wait = error
            .retry_after()
            .unwrap_or_else(|| back_off(post.attempt));
        tracing::warn!(followup = post.target, job = ?post.job, %error, wait_s = wait.as_secs(), "a follow-up is tried again");
        // One flow that is slowed down is slowed down for all its posts.
        if error.retry_after().is_some() {
            self.ready_at
                .insert(post.target.clone(), Instant::now() + wait);
        }
        let (post, why) = (post.clone(), error.to_string());
        let _ = self
            .jobs
            .call(move |store| async move { store.post_failed(&post, wait, &why).await })
            .await;
    }

    async fn give_up(&self, post: &Post, target: &str, why: &str) {
        self.jobs.inner.observer.posted(target, "failed");
        let (post, why) = (post.clone(), why.to_owned());
        let _ = self
            .jobs
            .call(move |store| async move { store.post_given_up(&post, &why).await })
            .await;
    }
}

/// Doubles with each attempt; scattered, so that several servers do not come back together.
fn back_off(attempt: i64) -> Duration {
    let doublings = u32::try_from(attempt.saturating_sub(1))
        .unwrap_or_default()
        .min(10);
    let whole = BACK_OFF
        .saturating_mul(1 << doublings)
        .min(LONGEST_BACK_OFF);
    let half = whole / 2;
    let scatter = RandomState::new().hash_one(attempt) % 1_000;
    half + half * u32::try_from(scatter).unwrap_or_default() / 1_000
}

fn age(post: &Post) -> Duration {
    let created = Duration::from_millis(u64::try_from(post.created_at_ms).unwrap_or_default());
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    now.saturating_sub(created)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_are_scattered() {
        for (attempt, most) in [(1, 2), (2, 4), (3, 8), (6, 60), (1_000, 60)] {
            let wait = back_off(attempt);
            let most = Duration::from_secs(most);
            assert!((most / 2..=most).contains(&wait), "{attempt}: {wait:?}");
        }
    }
}
