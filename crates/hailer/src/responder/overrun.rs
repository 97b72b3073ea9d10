//! The answer at the deadline, for a command that is not done.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hailer_dispatch::JobHandle;
use hailer_failpoint as failpoint;
use hailer_jobs::{Jobs, Live};
use hailer_store::{Adopted, Job};
use hailer_transport::{Answer, Outcome};

use super::core::Core;
use super::door;
use super::errand::Errand;
use super::keeping::{Keeping, Overrun};
use super::wording::{self, not_accepted, still_working, uncertain};

/// How long the answer waits for the store after the deadline, which Teams still takes.
const SPARE: Duration = Duration::from_millis(400);

/// What became of work that was to be written down late.
enum Adoption {
    /// This job keeps its result.
    Kept(Arc<Live>),
    /// Another delivery of its message has this job, and its result is of no use.
    Repeat(Box<Job>),
    /// Nobody keeps its result.
    Nobody,
}

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
                    let adoption = self.adopt(jobs, errand, keeping).await;
                    failpoint::hit("overrun-after-adopt");
                    match adoption {
                        Adoption::Kept(live) => keeping.adopted(Some(live)),
                        Adoption::Nobody => keeping.adopted(None),
                        Adoption::Repeat(first) => {
                            let answer = self.answer_of_first(jobs, &first, errand);
                            errand.inquiry.cancellation.cancel();
                            keeping.superseded(&answer);
                        }
                    }
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
    async fn adopt(&self, jobs: &Jobs, errand: &Arc<Errand>, keeping: &Keeping) -> Adoption {
        let Some(found) = errand.understood() else {
            return Adoption::Nobody;
        };
        let limit = jobs.settings().time_limit(found.entry.time_limit());
        let job = door::new_job(errand, found, limit);
        let key = self.message_key(errand, &job);
        let fence = match jobs.adopt(key, job, SPARE).await {
            Ok(Adopted::Held(fence)) => fence,
            Ok(Adopted::Repeat(first)) => return Adoption::Repeat(first),
            Err(error) => {
                let request_id = errand.inquiry.request_id;
                tracing::warn!(%request_id, %error, "the result of a command will not be kept");
                return Adoption::Nobody;
            }
        };
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
        Adoption::Kept(live)
    }
}
