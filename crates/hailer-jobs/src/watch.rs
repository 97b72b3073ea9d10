//! Watches over what runs in this process: time limits, cancels, leases, progress; and ends what does not end.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hailer_failpoint as failpoint;
use hailer_store::{Fence, Held, JobState, Renewed, Store};

use crate::ending::Outcome;
use crate::jobs::Jobs;
use crate::live::{Live, Need, StopReason};

/// How often is looked at time limits, cancels and progress.
const TICK: Duration = Duration::from_millis(500);

/// How often a server says that it is alive while it runs nothing; a lease lasts 30 s.
const IDLE: Duration = Duration::from_secs(5);

/// Without a renewal for this long, another server may soon take over: what runs here must stop before.
const FENCED_OFF: Duration = Duration::from_secs(20);

/// A job that is past its limit by this much is somebody's bug.
const STUCK: Duration = Duration::from_secs(60);

/// How often jobs are counted.
const COUNT: Duration = Duration::from_secs(15);

struct Watch {
    jobs: Jobs,
    renewed: Instant,
    counted: Option<Instant>,
    pruned: Instant,
}

/// Watches until the store's runtime ends.
pub(crate) async fn watch(jobs: Jobs) {
    let mut changes = jobs.store().changes();
    let mut watch = Watch {
        jobs,
        renewed: Instant::now(),
        counted: None,
        pruned: Instant::now(),
    };
    loop {
        let _ = tokio::time::timeout(TICK, changes.changed()).await;
        changes.mark_unchanged();
        watch.look().await;
        // Many changes at once are looked at once.
        tokio::time::sleep(TICK / 5).await;
    }
}

impl Watch {
    async fn look(&mut self) {
        let held = self.jobs.held();
        let now = Instant::now();
        for live in &held {
            self.store_progress(live).await;
            self.store_log(live, now).await;
            if live.look(now) == Need::Ending {
                self.end(live).await;
            }
        }
        if !held.is_empty() || now.duration_since(self.renewed) >= IDLE {
            self.renew(&held).await;
        }
        self.count(now).await;
    }

    async fn store_progress(&self, live: &Arc<Live>) {
        let Some(progress) = live.take_progress() else {
            return;
        };
        failpoint::hit("progress-before");
        let fence = live.fence().clone();
        let call = move |store: Store| async move { store.progress(&fence, &progress).await };
        // What cannot be stored is overtaken by the next.
        if let Ok(Some(cancel)) = self.jobs.call(call).await {
            live.stop(StopReason::Cancelled(cancel.by));
        }
    }

    async fn store_log(&self, live: &Arc<Live>, now: Instant) {
        let Some(log) = live.take_log(now) else {
            return;
        };
        let fence = live.fence().clone();
        // What cannot be stored now is stored with the next lines, or with the end.
        let call = move |store: Store| async move { store.keep_output(&fence, &log).await };
        let _ = self.jobs.call(call).await;
    }

    async fn renew(&mut self, held: &[Arc<Live>]) {
        failpoint::hit("renew-before");
        let fences: Vec<Fence> = held.iter().map(|it| it.fence().clone()).collect();
        let renewal = self
            .jobs
            .call(move |store| async move { store.renew(&fences).await })
            .await;
        match renewal {
            Ok(renewed) => {
                self.renewed = Instant::now();
                self.apply(held, renewed);
            }
            Err(_) if self.is_fenced_off() => {
                tracing::error!(
                    "jobs are stopped; the store did not say for 20 s that they are ours"
                );
                for live in held {
                    live.stop(StopReason::Lost);
                }
            }
            Err(_) => {}
        }
    }

    /// Only where others share the store can a job be taken away.
    fn is_fenced_off(&self) -> bool {
        self.jobs.store().url().is_shared() && self.renewed.elapsed() >= FENCED_OFF
    }

    fn apply(&self, held: &[Arc<Live>], renewed: Renewed) {
        let find = |fence: &Fence| held.iter().find(|live| live.fence() == fence);
        for Held { fence, cancel } in renewed.held {
            if let (Some(live), Some(cancel)) = (find(&fence), cancel) {
                live.stop(StopReason::Cancelled(cancel.by));
            }
        }
        for fence in renewed.lost {
            if let Some(live) = find(&fence) {
                live.stop(StopReason::Lost);
            }
        }
        for Held { fence, .. } in renewed.strays {
            // Admitted or claimed in the very moment of this call.
            if self.jobs.held().iter().any(|live| *live.fence() == fence) {
                continue;
            }
            self.end_stray(fence);
        }
    }

    /// Puts back what the store says was taken here although nothing of it runs; ends what was never in the queue, for
    /// its message was answered by then.
    fn end_stray(&self, fence: Fence) {
        let jobs = self.jobs.clone();
        drop(tokio::spawn(async move {
            // The answer may still be on its way.
            tokio::time::sleep(Duration::from_secs(2)).await;
            if jobs.held().iter().any(|live| *live.fence() == fence) {
                return;
            }
            let claim = fence.clone();
            let is_back = jobs
                .call(move |store| async move { store.put_back(&claim).await })
                .await;
            match is_back {
                Ok(true) => {
                    tracing::warn!(job = %fence.job, "a job goes back to the queue; the answer to its claim was lost");
                    return;
                }
                Ok(false) => {}
                Err(_) => return,
            }
            let id = fence.job.clone();
            let stored = jobs
                .call(move |store| async move { store.job(&id).await })
                .await;
            let Ok(Some(job)) = stored else { return };
            if job.state.is_ended() || (job.attempt, job.fence) != (fence.attempt, fence.fence) {
                return;
            }
            let live = jobs.hold(fence, job.spec.time_limit, Default::default());
            let error = "nothing of it was started; the store was out at that moment";
            let outcome = Outcome::without_reply(JobState::Failed, error);
            jobs.end(&live, &job.spec, outcome).await;
        }));
    }

    /// Ends a job that neither ends nor notices that it was cut off: its thread hangs.
    async fn end(&self, live: &Arc<Live>) {
        let id = live.fence().job.clone();
        let stored = self
            .jobs
            .call(move |store| async move { store.job(&id).await })
            .await;
        let Ok(Some(job)) = stored else { return };
        tracing::error!(job = %job.id, command = job.spec.command, "a job hangs; it is given up, and its thread with it");
        let error = "it did not stop when it was told to";
        let outcome = Outcome::without_reply(JobState::TimedOut, error);
        self.jobs.end(live, &job.spec, outcome).await;
    }

    async fn count(&mut self, now: Instant) {
        if self
            .counted
            .is_some_and(|at| now.duration_since(at) < COUNT)
        {
            return;
        }
        self.counted = Some(now);
        self.jobs.forget_messages().await;
        self.jobs.observe_counts().await;
        let stuck = self.jobs.held().into_iter();
        let stuck = stuck
            .filter(|live| live.took() > live.limit() + STUCK)
            .count();
        if stuck > 0 {
            tracing::error!(
                stuck,
                "jobs are over their time limit by more than a minute"
            );
        }
        if self.pruned.elapsed() >= Duration::from_secs(3_600) {
            self.pruned = now;
            self.jobs.prune().await;
        }
    }
}
