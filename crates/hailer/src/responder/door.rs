//! The door: what leaves a trace is written down before it runs.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hailer_dispatch::{Call, JobHandle};
use hailer_failpoint as failpoint;
use hailer_jobs::{Jobs, Live, Ran};
use hailer_store::{
    Admission, Admitted, AuditEntry, Fence, JobState, MessageKey, NewJob, Person, Start, StoreError,
};
use hailer_transport::{Answer, Outcome};

use crate::request_words;

use super::core::{Core, Finished};
use super::errand::{Errand, Found};
use super::repeat::TO_WRITE;
use super::wording::{self, attached, busy, locked, not_accepted, queue_full, uncertain};
use crate::config::Redact;

/// How long the door may take.
const DOOR: Duration = Duration::from_millis(1_500);

/// How often a job that may run again starts at most.
const MOST_ATTEMPTS: u32 = 3;

/// More of a result than this is not kept as plain text.
const LONGEST_TEXT: usize = 4_000;

impl Core {
    /// Writes down what is about to run, and then runs or queues it.
    pub(super) async fn through_the_door(
        &self,
        jobs: &Jobs,
        call: Call,
        errand: &Arc<Errand>,
    ) -> Answer {
        let (Some(keeping), Some(found)) = (&errand.keeping, errand.understood()) else {
            return self.write(errand, &busy(), Outcome::Busy);
        };
        // Before anything is written down: what is refused here leaves no trace, whatever it holds.
        let call = if call.asking().is_none() {
            match call.check().await {
                Ok(call) => call,
                Err(error) => {
                    let finished = self.finished(Ran::Done(Err(error)), errand, None);
                    return self.write(errand, &finished.reply, finished.outcome);
                }
            }
        } else {
            call
        };
        if !keeping.knock() {
            return self.write(errand, &not_accepted(), Outcome::Busy);
        }
        let left = errand
            .inquiry
            .deadline
            .saturating_duration_since(Instant::now());
        let within = DOOR.min(left.max(TO_WRITE));
        let admission = self.admission(jobs, errand, found);
        let unstored = found.mask.is_some().then(|| errand.body.clone());
        failpoint::hit("door-before-admit");
        let admitted = jobs.admit(admission, unstored, within).await;
        failpoint::hit("door-after-admit");
        let answer = match admitted {
            Ok(Admitted::Running(fence)) => {
                return self.run_admitted(jobs, fence, call, errand).await;
            }
            Ok(admitted) => self.admitted(jobs, admitted, errand).await,
            Err(error) => self.not_admitted(&error, errand, found),
        };
        keeping.ended(&answer);
        answer
    }

    /// Runs what was written down as this process's own.
    async fn run_admitted(
        &self,
        jobs: &Jobs,
        fence: Fence,
        call: Call,
        errand: &Arc<Errand>,
    ) -> Answer {
        let inquiry = &errand.inquiry;
        let limit = jobs.settings().time_limit(call.entry().time_limit());
        let live = jobs.hold(fence, limit, inquiry.cancellation.clone());
        let is_wanted = errand.keeping.as_ref().is_some_and(|it| it.hold(&live));
        if !is_wanted {
            // The person has read that nothing was started.
            let finished = Finished {
                reply: not_accepted(),
                outcome: Outcome::Busy,
                state: JobState::Cancelled,
                error: Some("it was written down too late to be started"),
            };
            let answer = self.write(errand, &finished.reply, finished.outcome);
            self.store_end(jobs, &live, errand, &finished, &answer)
                .await;
            return answer;
        }
        let _ = inquiry.job.set(Arc::clone(&live) as Arc<dyn JobHandle>);
        let ran = live.run(call.run()).await;
        if let Some(keeping) = &errand.keeping {
            // From here on the answer waits for what is being stored.
            let _ = keeping.begin_end().await;
        }
        self.end_kept(jobs, &live, ran, errand).await
    }

    async fn admitted(&self, jobs: &Jobs, admitted: Admitted, errand: &Arc<Errand>) -> Answer {
        let inquiry = &errand.inquiry;
        let bot = inquiry.bot.as_ref();
        match admitted {
            Admitted::Queued(id) => {
                errand.note_queued(id.as_str());
                let is_posted = jobs.tells(&inquiry.webhook);
                let reply = wording::started(&id, errand.text(), bot, is_posted);
                self.write(errand, &reply, Outcome::Ok)
            }
            Admitted::Asking(id) => self.write(errand, &self.asked(&id, errand), Outcome::Ok),
            Admitted::Repeat(job) => self.repeated(jobs, *job, errand).await,
            Admitted::Attached(job) if job.state == JobState::AwaitingApproval => {
                let reply = request_words::waits_already(&job.id, bot);
                self.write(errand, &reply, Outcome::Duplicate)
            }
            Admitted::Attached(job) => {
                let found = errand.understood();
                let takes_again = found.is_some_and(|it| it.entry.takes_again() && !it.is_again);
                self.write(
                    errand,
                    &attached(&job, bot, takes_again),
                    Outcome::Duplicate,
                )
            }
            Admitted::Locked { lock, by } => {
                let detail = format!("job {} of {} has it", by.id, by.spec.requester.name);
                self.record_crowd(format!("lock {lock}"), detail, errand);
                self.write(errand, &locked(&by), Outcome::Refused)
            }
            Admitted::Kept(hold) => {
                if let Some(found) = errand.understood() {
                    self.record_hold(&hold, errand, found);
                }
                let reply = wording::kept(&hold, bot, self.times, inquiry.now);
                self.write(errand, &reply, Outcome::Refused)
            }
            Admitted::QueueFull => {
                let detail = format!("{} jobs wait already", jobs.settings().queue);
                self.record_crowd("queue".to_owned(), detail, errand);
                let reply = queue_full(jobs.settings().queue, bot);
                self.write(errand, &reply, Outcome::Busy)
            }
            // Handled by the caller, which has the call.
            Admitted::Running(_) => self.write(errand, &busy(), Outcome::Busy),
        }
    }

    fn not_admitted(&self, error: &StoreError, errand: &Errand, found: &Found) -> Answer {
        let request_id = errand.inquiry.request_id;
        tracing::error!(%request_id, command = found.entry.path(), %error, "not accepted");
        // What would run here does not; only what is queued may be there.
        if error.is_certain() || !found.entry.is_job() || errand.asked().is_some() {
            self.write(errand, &not_accepted(), Outcome::Busy)
        } else {
            self.write(errand, &uncertain(&errand.inquiry.bot), Outcome::TimedOut)
        }
    }

    fn admission(&self, jobs: &Jobs, errand: &Errand, found: &Found) -> Admission {
        let limit = jobs.settings().time_limit(found.entry.time_limit());
        let job = new_job(errand, found, limit);
        let intent = intent(errand, found, &job, &self.redact);
        Admission {
            key: self.message_key(errand, &job),
            guard: guard(jobs, errand, found, &job),
            start: if found.entry.is_job() {
                Start::Queued
            } else if found.entry.is_gated() {
                Start::AtGate
            } else {
                Start::Now
            },
            intent,
            job,
            queue_limit: jobs.settings().queue,
            despite_holds: found.entry.runs_despite_holds(),
            request: errand.asked().cloned(),
        }
    }

    /// A message without an id, or where repeats do not matter, is like no other.
    pub(super) fn message_key(&self, errand: &Errand, job: &NewJob) -> MessageKey {
        let id = errand.inquiry.activity.id.as_ref();
        let activity = id
            .filter(|_| self.dedupe_for.is_some() || errand.saying.is_some())
            .map_or_else(
                || format!("{} {:?}", job.request_id, errand.inquiry.now),
                ToString::to_string,
            );
        MessageKey {
            webhook: job.webhook.clone(),
            tenant: job.tenant.clone(),
            team: job.team.clone(),
            conversation: job.conversation.clone(),
            activity,
        }
    }

    /// Stores the end of a job that ran while its message was answered.
    pub(super) async fn store_end(
        &self,
        jobs: &Jobs,
        live: &Arc<Live>,
        errand: &Errand,
        finished: &Finished,
        answer: &Answer,
    ) {
        let Some(found) = errand.understood() else {
            return;
        };
        let job = new_job(errand, found, live.limit());
        let outcome = hailer_jobs::Outcome {
            state: finished.state,
            reply: answer.message.json().to_owned(),
            text: first_lines(&errand.masked(&finished.reply.to_plain())),
            error: finished.error.map(str::to_owned),
        };
        jobs.end(live, &job, outcome).await;
    }
}

/// Describes a message as a job: everything that another server needs to run it.
pub(super) fn new_job(errand: &Errand, found: &Found, time_limit: Duration) -> NewJob {
    let inquiry = &errand.inquiry;
    let activity = &inquiry.activity;
    let text = |id: Option<String>| id.unwrap_or_default();
    let conversation = activity.conversation.as_ref().and_then(|it| it.id.as_ref());
    let from = activity.from.as_ref();
    let is_idempotent = found.entry.is_idempotent();
    NewJob {
        webhook: inquiry.webhook.to_string(),
        tenant: text(activity.tenant().map(ToString::to_string)),
        team: text(activity.team().map(ToString::to_string)),
        channel: text(activity.channel().map(|it| it.to_string())),
        conversation: text(conversation.map(ToString::to_string)),
        thread: activity.thread_root().map(|it| it.to_string()),
        requester: Person {
            id: text(
                from.and_then(|it| it.aad_object_id.as_ref())
                    .map(ToString::to_string),
            ),
            name: text(from.and_then(|it| it.name.clone())),
        },
        command: found.entry.path().to_owned(),
        text: found.text.clone(),
        body: found
            .mask
            .is_none()
            .then(|| String::from_utf8_lossy(&errand.body).into_owned()),
        effect: as_stored(found.entry.effect()),
        idempotent: is_idempotent,
        max_attempts: if is_idempotent { MOST_ATTEMPTS } else { 1 },
        time_limit,
        lock: found.lock.clone(),
        request_id: inquiry.request_id.to_string(),
    }
}

/// The store knows no commands, so it has a word of its own for their effect: this is the only place where one becomes the other.
fn as_stored(effect: hailer_dispatch::Effect) -> hailer_store::Effect {
    match effect {
        hailer_dispatch::Effect::Read => hailer_store::Effect::Read,
        hailer_dispatch::Effect::Write => hailer_store::Effect::Write,
        hailer_dispatch::Effect::Destructive => hailer_store::Effect::Destructive,
    }
}

/// Tells that the same person said the same in the same place: the channel, because the conversation of a message
/// that begins a thread has the message's own id in it.
fn guard(jobs: &Jobs, errand: &Errand, found: &Found, job: &NewJob) -> Option<[u8; 32]> {
    let place = if job.channel.is_empty() {
        &job.conversation
    } else {
        &job.channel
    };
    // With its secrets: another secret is another wish.
    let text = errand.inquiry.text.command_text().to_lowercase();
    let parts = [
        job.webhook.as_str(),
        &job.tenant,
        &job.requester.id,
        &job.requester.name,
        place,
        &text,
    ];
    match found.mask {
        Some(_) => jobs.secret_fingerprint(parts),
        None => Some(hailer_jobs::fingerprint(parts)),
    }
}

fn intent(errand: &Errand, found: &Found, job: &NewJob, redact: &Redact) -> AuditEntry {
    let activity = errand.inquiry.activity.id.as_ref();
    AuditEntry {
        event: "intent".to_owned(),
        decision: "allow".to_owned(),
        rule: found.rule.clone(),
        activity: activity.map(ToString::to_string).unwrap_or_default(),
        key_label: errand.key_label.clone(),
        arguments: redact.arguments(&found.arguments),
        ..hailer_jobs::audit_of(job)
    }
}

/// Cuts a result to what a list of jobs shows of it.
pub(super) fn first_lines(text: &str) -> String {
    let end = text.floor_char_boundary(LONGEST_TEXT);
    text.get(..end).unwrap_or_default().to_owned()
}
