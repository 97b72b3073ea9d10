//! The answer to a message of which an earlier delivery has a job.

use std::sync::Arc;
use std::time::Duration;

use hailer_jobs::Jobs;
use hailer_reply::Message;
use hailer_store::{Job, JobState};
use hailer_transport::{Answer, Outcome};

use super::core::Core;
use super::errand::Errand;
use super::wording;

/// Time to write the answer of a repeat before it is due.
pub(super) const TO_WRITE: Duration = Duration::from_millis(100);

impl Core {
    /// Gives the answer of the first delivery, for whose end the deadline leaves time.
    pub(super) async fn repeated(&self, jobs: &Jobs, job: Job, errand: &Arc<Errand>) -> Answer {
        let inquiry = &errand.inquiry;
        let is_waiting = job.state == JobState::AwaitingApproval;
        let is_queued = errand.found().is_some_and(|entry| entry.is_job());
        if is_waiting || is_queued || job.state.is_ended() {
            return self.answer_of_first(jobs, &job, errand);
        }
        let until = inquiry.deadline.checked_sub(TO_WRITE);
        let waited = jobs.wait_for_end(&job.id, until.unwrap_or(inquiry.deadline));
        let job = waited.await.ok().flatten().unwrap_or(job);
        self.answer_of_first(jobs, &job, errand)
    }

    /// Gives the answer of the first delivery: its reply when it has ended, else the same words.
    pub(super) fn answer_of_first(&self, jobs: &Jobs, job: &Job, errand: &Errand) -> Answer {
        let inquiry = &errand.inquiry;
        let bot = inquiry.bot.as_ref();
        let is_posted = jobs.tells(&inquiry.webhook);
        let is_queued = errand.found().is_some_and(|entry| entry.is_job());
        let reply = if job.state == JobState::AwaitingApproval {
            self.asked(&job.id, errand)
        } else if job.state.is_ended() {
            wording::ended_as(job, bot)
        } else if is_queued {
            wording::started(&job.id, errand.text(), bot, is_posted)
        } else {
            wording::still_working_as(job.id.as_str(), bot, is_posted)
        };
        let mut answer = self.write(errand, &reply, Outcome::Duplicate);
        if let Some(Ok(message)) = job.reply.as_deref().map(Message::from_json) {
            answer.message = message;
        }
        answer
    }
}
