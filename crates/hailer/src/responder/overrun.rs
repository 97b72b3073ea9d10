//! The answer at the deadline, for a command that is not done.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hailer_dispatch::JobHandle;
use hailer_failpoint as failpoint;
use hailer_jobs::{Jobs, Live};
use hailer_transport::{Answer, Outcome};

use super::core::Core;
use super::door;
use super::errand::Errand;
use super::keeping::{Keeping, Overrun};
use super::wording::{self, not_accepted, still_working, uncertain};

/// How long the answer waits for the store after the deadline, which Teams still takes.
const SPARE: Duration = Duration::from_millis(400);

impl Core {
    /// Answers for a command that is not done, and sees to it that its result is kept.
    pub(super) async fn overrun(&self, errand: &Arc<Errand>) -> Answer {
        let (Some(jobs), Some(keeping)) = (&self.jobs, &errand.keeping) else {
            return self.write(errand, &still_working(errand.found()), Outcome::TimedOut);
        };
        let until = Instant::now() + SPARE;
        loop {
            match keeping.overrun() {
                Overrun::Ended(answer) => return answer,
                Overrun::Kept(live) => return self.answer_kept(jobs, errand, &live),
                Overrun::Adopt => {
                    failpoint::hit("overrun-before-adopt");
                    let live = self.adopt(jobs, errand, keeping).await;
                    failpoint::hit("overrun-after-adopt");
                    keeping.adopted(live);
                }
                Overrun::Wait if keeping.change(until).await => {}
                Overrun::Wait => {
                    keeping.give_up();
                    let is_queued = errand.found().is_some_and(|entry| entry.is_job());
                    let reply = if is_queued {
                        uncertain(&errand.inquiry.bot)
                    } else {
                        not_accepted()
                    };
                    return self.write(errand, &reply, Outcome::TimedOut);
                }
                Overrun::Lost => {
                    let reply = still_working(errand.found());
                    return self.write(errand, &reply, Outcome::TimedOut);
                }
            }
        }
    }

    fn answer_kept(&self, jobs: &Jobs, errand: &Errand, live: &Live) -> Answer {
        let inquiry = &errand.inquiry;
        let is_posted = jobs.tells(&inquiry.webhook);
        let reply = wording::still_working_as(live.id(), &inquiry.bot, is_posted);
        self.write(errand, &reply, Outcome::TimedOut)
    }

    /// Writes down what runs already, so that its result is kept.
    async fn adopt(
        &self,
        jobs: &Jobs,
        errand: &Arc<Errand>,
        keeping: &Keeping,
    ) -> Option<Arc<Live>> {
        let found = errand.understood()?;
        let limit = jobs.settings().time_limit(found.entry.time_limit());
        let job = door::new_job(errand, found, limit);
        let fence = jobs.adopt(job, SPARE).await;
        let fence = fence
            .map_err(|error| {
                let request_id = errand.inquiry.request_id;
                tracing::warn!(%request_id, %error, "the result of a command will not be kept");
            })
            .ok()?;
        let live = jobs.hold_adopted(
            fence,
            limit,
            errand.inquiry.cancellation.clone(),
            keeping.abort(),
            errand.begun,
        );
        live.tell_later();
        let _ = errand
            .inquiry
            .job
            .set(Arc::clone(&live) as Arc<dyn JobHandle>);
        Some(live)
    }
}
