//! Takes jobs from the queue and has them run.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use hailer_dispatch::CancellationToken;
use hailer_failpoint as failpoint;
use hailer_store::{ClaimLimits, Claimed, Ending, Job, JobState, NewJob, Store};
use tokio::sync::OwnedSemaphorePermit;

use crate::audit;
use crate::ending::{Outcome, Worked};
use crate::follow_up::compose;
use crate::jobs::{Jobs, Work};
use crate::live::{Live, StopReason};

/// A hint can be lost, and a job may wait for a time to come.
const SLOW_POLL: Duration = Duration::from_secs(5);

/// How long is waited after the store failed.
const PAUSE: Duration = Duration::from_secs(1);

/// Takes and runs jobs until the bot stops.
pub(crate) async fn run(jobs: Jobs, work: Arc<dyn Work>) {
    let mut changes = jobs.store().changes();
    loop {
        let Ok(place) = Arc::clone(&jobs.inner.places).acquire_owned().await else {
            return;
        };
        changes.mark_unchanged();
        let claim = ClaimLimits {
            at_once: jobs.plan().settings.at_once.clone(),
            ..ClaimLimits::default()
        };
        let claimed = jobs
            .call(move |store| async move { store.claim(&claim).await })
            .await;
        match claimed {
            Ok(Some(claimed)) => {
                failpoint::hit("claim-after");
                begin(&jobs, &work, claimed, place);
            }
            Ok(None) => {
                drop(place);
                let _ = tokio::time::timeout(SLOW_POLL, changes.changed()).await;
            }
            Err(_) => {
                drop(place);
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

fn begin(jobs: &Jobs, work: &Arc<dyn Work>, claimed: Claimed, place: OwnedSemaphorePermit) {
    let Claimed { fence, job } = claimed;
    let live = jobs.hold(fence, job.spec.time_limit, CancellationToken::new());
    live.tell_later();
    tracing::info!(job = %job.id, command = job.spec.command, attempt = job.attempt, "a job begins");
    let (jobs, work) = (jobs.clone(), Arc::clone(work));
    drop(tokio::spawn(async move {
        let _place = place;
        work_one(&jobs, &work, job, &live).await;
    }));
}

async fn work_one(jobs: &Jobs, work: &Arc<dyn Work>, job: Job, live: &Arc<Live>) {
    let spec = job.spec.clone();
    let worked = AssertUnwindSafe(work.work(job, Arc::clone(live)))
        .catch_unwind()
        .await;
    let outcome = match worked {
        Ok(Worked::Ended(outcome)) => outcome,
        Ok(Worked::Later { until_ms, why }) => {
            if jobs.postpone(live, until_ms, &why).await {
                return;
            }
            Outcome::without_reply(
                JobState::Failed,
                "it could not be put off, and was not started",
            )
        }
        Ok(Worked::Lost) => {
            live.stop(StopReason::Lost);
            Outcome::without_reply(JobState::Interrupted, "another server has it")
        }
        Err(_) => {
            tracing::error!(job = %live.fence().job, "running a job panicked");
            Outcome::without_reply(JobState::Failed, "something broke on my side")
        }
    };
    jobs.end(live, &spec, outcome).await;
    jobs.inner.messages.forget(&spec.request_id);
}

impl Jobs {
    /// Puts a job back into the queue; `false` when it has to end instead.
    async fn postpone(&self, live: &Arc<Live>, until_ms: i64, why: &str) -> bool {
        if live.stop_reason().is_some() {
            return false;
        }
        let (fence, reason) = (live.fence().clone(), why.to_owned());
        let call =
            move |store: Store| async move { store.postpone(&fence, until_ms, &reason).await };
        let is_put_off = self.call(call).await.is_ok();
        if is_put_off {
            tracing::info!(job = %live.fence().job, why, "a job is put off");
            self.leave(live);
        }
        is_put_off
    }

    /// Ends a job with what became of it, and tells it later where that was promised. Says whether the end is
    /// stored.
    pub async fn end(&self, live: &Arc<Live>, job: &NewJob, outcome: Outcome) -> bool {
        let Outcome {
            state,
            reply,
            text,
            error,
        } = outcome;
        let reason = live.stop_reason();
        let state = ended_as(reason.as_ref(), state);
        if job.idempotent && state == JobState::Interrupted && reason == Some(StopReason::Shutdown)
        {
            self.leave(live);
            return false;
        }
        let took = live.took();
        let plan = self.plan();
        let target = plan.follow_up_of(&job.webhook);
        let target = target.filter(|_| live.is_told_later());
        let follow_up =
            target.map(|target| compose(target, live.fence(), job, state, took, &reply));
        let ending = Ending {
            state,
            reply: (!reply.is_empty()).then_some(reply),
            text: (!text.is_empty()).then_some(text),
            output: live.whole_log(),
            exit: None,
            error,
            follow_up,
            outcome: audit::outcome(job, state, took),
        };
        self.finish(live, ending).await
    }
}

/// A job that had to stop ends so, whatever its command says of it.
fn ended_as(reason: Option<&StopReason>, state: JobState) -> JobState {
    match (reason, state) {
        (Some(StopReason::Cancelled(_)), _) => JobState::Cancelled,
        (Some(StopReason::TimeLimit), _) => JobState::TimedOut,
        (Some(StopReason::Lost), _) => JobState::Interrupted,
        // It may have ended well all the same.
        (Some(StopReason::Shutdown), JobState::Failed) => JobState::Interrupted,
        (Some(StopReason::Shutdown) | None, state) => state,
    }
}
