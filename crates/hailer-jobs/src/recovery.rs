//! Takes over what dead servers left behind.

use std::sync::Arc;
use std::time::Duration;

use hailer_failpoint as failpoint;
use hailer_store::{Fate, Fence, JobState, RecoverPolicy, Recovered};

use crate::follow_up::compose;
use crate::jobs::Jobs;
use crate::orphans;

/// How often is looked for leases that are over; SQLite has one server, whose start is enough.
const LOOK: Duration = Duration::from_secs(10);

/// How long is waited after the store failed.
const PAUSE: Duration = Duration::from_secs(1);

/// Takes over at the start, and where others share the store from time to time.
pub(crate) async fn recover(jobs: Jobs) {
    let composer = jobs.clone();
    let policy = RecoverPolicy {
        follow_up: Some(Arc::new(move |recovered: &Recovered| {
            composer.tell_recovered(recovered)
        })),
        ..RecoverPolicy::default()
    };
    loop {
        let once = policy.clone();
        let recovered = jobs
            .call(move |store| async move { store.recover(&once).await })
            .await;
        match recovered {
            Ok(recovered) if !recovered.is_empty() => {
                failpoint::hit("recover-after");
                for one in &recovered {
                    log(one);
                    orphans::kill(one).await;
                }
            }
            Ok(_) if jobs.store().url().is_shared() => tokio::time::sleep(LOOK).await,
            Ok(_) => return,
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

fn log(recovered: &Recovered) {
    let Recovered { job, fate, .. } = recovered;
    let did_start = job.did_start.map(hailer_store::DidStart::as_str);
    tracing::warn!(job = %job.id, command = job.spec.command, ?fate, did_start, "a server died with a job");
}

impl Jobs {
    /// Writes the later message of a job that will not run again.
    fn tell_recovered(&self, recovered: &Recovered) -> Option<hailer_store::NewPost> {
        let job = &recovered.job;
        let state = match recovered.fate {
            Fate::Requeued => return None,
            Fate::Cancelled => JobState::Cancelled,
            Fate::Interrupted | Fate::Parked => JobState::Interrupted,
        };
        let fence = Fence {
            job: job.id.clone(),
            attempt: job.attempt,
            fence: job.fence,
        };
        let plan = self.plan();
        let target = plan.follow_up_of(&job.spec.webhook)?;
        Some(compose(
            target,
            &fence,
            &job.spec,
            state,
            Duration::ZERO,
            "",
        ))
    }
}
