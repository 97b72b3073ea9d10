//! What is done on the command's side of the deadline: understand, go through the door, run, end.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use futures_util::future::Abortable;
use hailer_dispatch::{
    Call, CommandError, CommandResult, Inquiry, Misunderstanding, Registry, Throttle,
};
use hailer_failpoint as failpoint;
use hailer_jobs::{Jobs, Live, Ran, StopReason};
use hailer_reply::{MESSAGE_LIMIT, Reply, escape, judge};
use hailer_store::{JobState, NewText, Store};
use hailer_transport::{Answer, Outcome};

use crate::answers::Answers;
use crate::audit_recorder::Recorder;
use crate::command_runtime::{CallersThread, CommandRuntime, Worked};
use crate::config::Redact;
use crate::confirmations::Confirmations;
use crate::job_desk::place;
use crate::live_policy::LivePolicy;
use crate::local_time::LocalTime;
use crate::outgoing;

use super::errand::{Errand, Found};
use super::piping::unpipeable;
use super::wording::{broken, broken_for, busy, stopped};

/// What is needed on the command's side of the deadline.
#[derive(Debug)]
pub(super) struct Core {
    pub(super) registry: Arc<Registry>,
    pub(super) policy: LivePolicy,
    pub(super) throttle: Throttle,
    pub(super) contact: Option<String>,
    /// In which zone answers tell the time.
    pub(super) times: LocalTime,
    /// Which arguments the audit does not show.
    pub(super) redact: Redact,
    /// Writes to the audit what no job's transaction does; nobody where there is no store.
    pub(super) recorder: Option<Recorder>,
    /// Whether commands that only look are recorded.
    pub(super) records_reads: bool,
    /// For commands that have a deadline of their own. Weak, so that work which hangs keeps no threads alive.
    pub(super) runtime: Weak<CommandRuntime>,
    pub(super) jobs: Option<Jobs>,
    /// How long a message that comes twice is known; not at all when left out.
    pub(super) dedupe_for: Option<Duration>,
    pub(super) reply_within: Duration,
    /// What waits for a second word where there is no store.
    pub(super) confirmations: Confirmations,
    /// What people were answered last.
    pub(super) answers: Answers,
    /// Where it is told what runs without approval.
    pub(super) glass_follow_up: Option<String>,
    /// The webhooks by name, and what people mention there.
    pub(super) webhooks: Vec<(Arc<str>, Arc<str>)>,
}

/// How long the answer waits for its rest to be kept.
const KEEPING: Duration = Duration::from_millis(400);

/// How long the rest of an answer can be asked for.
const KEEP_TEXT: Duration = Duration::from_secs(24 * 60 * 60);

/// What a command gave, before it is written.
#[derive(Debug)]
pub(super) struct Finished {
    pub(super) reply: Reply,
    pub(super) outcome: Outcome,
    pub(super) state: JobState,
    /// What went wrong, for people.
    pub(super) error: Option<&'static str>,
}

impl Core {
    /// Understands a message and runs its command, on the caller's thread only if that promised to be immediate.
    pub(super) async fn respond(
        self: &Arc<Self>,
        errand: &Arc<Errand>,
        callers: &mut CallersThread,
    ) -> Answer {
        let admitted = match &errand.saying {
            Some(_) => Ok(()),
            None => self.throttle.admit(&errand.inquiry),
        };
        let understood = match admitted {
            Ok(()) => {
                let inquiry = &errand.inquiry;
                let policy = self.policy.current(inquiry.received, inquiry.now);
                self.registry.dispatch(inquiry, &policy)
            }
            Err(wait) => Err(Misunderstanding::TooMany { wait }),
        };
        let call = match understood {
            Ok(call) => call,
            Err(misunderstanding) => {
                let inquiry = &errand.inquiry;
                alarm_of_other_keys(&misunderstanding, inquiry);
                self.record_refusal(&misunderstanding, errand);
                if let Some(saying) = &errand.saying {
                    saying.note_misunderstanding(&misunderstanding);
                }
                return self.misunderstood(&misunderstanding, errand);
            }
        };
        if !call.is_immediate() {
            callers.leave().await;
        }
        errand.note(Found::of(&call));
        if let Some(why) = unpipeable(&call, errand) {
            return self.write(errand, &Reply::text(why), Outcome::Usage);
        }
        if let Some(asking) = call.asking() {
            if errand.saying.is_some() {
                return self.unasked(asking, errand);
            }
            return self.ask(call, errand).await;
        }
        match call.deadline() {
            None => self.perform(call, errand).await,
            Some(limit) => self.hurry(call, errand, Instant::now() + limit).await,
        }
    }

    /// Runs a command that wants less time than the configuration gives.
    async fn hurry(self: &Arc<Self>, call: Call, errand: &Arc<Errand>, until: Instant) -> Answer {
        let Some(runtime) = self.runtime.upgrade() else {
            return self.write(errand, &busy(), Outcome::Busy);
        };
        let (core, inside) = (Arc::clone(self), Arc::clone(errand));
        let run = |in_flight| async move {
            let _counted = in_flight;
            core.perform(call, &inside).await
        };
        let request_id = errand.inquiry.request_id;
        match runtime.work(run, until).await {
            Worked::Done(answer) => answer,
            Worked::Panicked => self.write(errand, &broken(request_id), Outcome::Panicked),
            Worked::StillRunning => self.overrun(errand).await,
            Worked::NeverStarted => self.write(errand, &busy(), Outcome::Busy),
        }
    }

    /// Runs a command: what leaves a trace goes through the door, the rest becomes a job only if it takes long.
    async fn perform(&self, call: Call, errand: &Arc<Errand>) -> Answer {
        match &self.jobs {
            Some(jobs) if call.leaves_a_trace() => self.through_the_door(jobs, call, errand).await,
            Some(jobs) => self.perform_loose(jobs, call, errand).await,
            None => {
                let ran = match AssertUnwindSafe(call.run()).catch_unwind().await {
                    Ok(result) => Ran::Done(result),
                    Err(_) => Ran::Panicked,
                };
                let finished = self.finished(ran, errand, None);
                self.write(errand, &finished.reply, finished.outcome)
            }
        }
    }

    /// Runs a command that is no job, and may become one.
    async fn perform_loose(&self, jobs: &Jobs, call: Call, errand: &Arc<Errand>) -> Answer {
        let Some(keeping) = &errand.keeping else {
            return self.write(errand, &busy(), Outcome::Busy);
        };
        let run = AssertUnwindSafe(call.run()).catch_unwind();
        let ran = match keeping.take_registration() {
            Some(registration) => Abortable::new(run, registration).await,
            None => Ok(run.await),
        };
        let ran = match ran {
            Ok(Ok(result)) => Ran::Done(result),
            Ok(Err(_)) => Ran::Panicked,
            Err(_) => Ran::CutOff,
        };
        match keeping.begin_end().await {
            Some(live) => self.end_kept(jobs, &live, ran, errand).await,
            None => {
                let finished = self.finished(ran, errand, None);
                let answer = self
                    .write_result(errand, &finished.reply, finished.outcome)
                    .await;
                self.record_look(errand, finished.state);
                keeping.ended(&answer);
                answer
            }
        }
    }

    /// Stores what a command gave whose job this process holds.
    pub(super) async fn end_kept(
        &self,
        jobs: &Jobs,
        live: &Arc<Live>,
        ran: Ran<CommandResult>,
        errand: &Arc<Errand>,
    ) -> Answer {
        let finished = self.finished(ran, errand, live.stop_reason().as_ref());
        let answer = self
            .write_result(errand, &finished.reply, finished.outcome)
            .await;
        self.store_end(jobs, live, errand, &finished, &answer).await;
        failpoint::hit("inline-after-end");
        if let Some(keeping) = &errand.keeping {
            keeping.ended(&answer);
        }
        answer
    }

    /// Says in words what a command gave.
    pub(super) fn finished(
        &self,
        ran: Ran<CommandResult>,
        errand: &Errand,
        reason: Option<&StopReason>,
    ) -> Finished {
        let request_id = errand.inquiry.request_id;
        let command = errand.found().map(|entry| entry.path());
        let finished = |reply, outcome, state, error| Finished {
            reply,
            outcome,
            state,
            error,
        };
        match self.piped(ran, errand) {
            Ran::Done(Ok(reply)) => finished(reply, Outcome::Ok, JobState::Succeeded, None),
            Ran::Done(Err(error)) => {
                let reply = self.failed(&error, errand);
                let (outcome, why) = match error.is_refusal() {
                    true => (Outcome::Refused, "it was refused"),
                    false => (Outcome::Failed, "it failed"),
                };
                finished(reply, outcome, JobState::Failed, Some(why))
            }
            Ran::Panicked => {
                tracing::error!(%request_id, command, "a command panicked");
                let error = Some("something broke on my side");
                let reply = broken(request_id);
                finished(reply, Outcome::Panicked, JobState::Failed, error)
            }
            Ran::CutOff => {
                let (reply, error) = stopped(reason);
                finished(reply, Outcome::Failed, JobState::Interrupted, Some(error))
            }
        }
    }

    fn failed(&self, error: &CommandError, errand: &Errand) -> Reply {
        let request_id = errand.inquiry.request_id;
        if let Some(cause) = error.log_text() {
            let command = errand.found().map(|entry| entry.path());
            let cause = errand.masked(&cause.to_string());
            tracing::error!(%request_id, command, cause, "a command failed");
        }
        self.record_denial(error, errand);
        error
            .reply()
            .cloned()
            .unwrap_or_else(|| broken_for(request_id, self.contact.as_deref()))
    }

    pub(super) fn misunderstood(
        &self,
        misunderstanding: &Misunderstanding,
        errand: &Errand,
    ) -> Answer {
        let inquiry = &errand.inquiry;
        let name = inquiry
            .activity
            .from
            .as_ref()
            .and_then(|from| from.name.as_deref())
            .unwrap_or("there");
        let reply = misunderstanding.reply(&inquiry.bot, name, self.contact.as_deref());
        if let Some(saying) = &errand.saying {
            saying.note_reply(&reply);
        }
        Answer {
            message: reply.to_message(),
            command: misunderstanding
                .command()
                .map(|entry| Arc::clone(entry.shared_path())),
            outcome: match misunderstanding.label() {
                "unknown" => Outcome::Unknown,
                "refused" => Outcome::Refused,
                _ => Outcome::Usage,
            },
        }
    }

    /// Writes what a command gave; what does not fit is kept, so that it can be asked for.
    pub(super) async fn write_result(
        &self,
        errand: &Errand,
        reply: &Reply,
        outcome: Outcome,
    ) -> Answer {
        let answer = self.write(errand, reply, outcome);
        // A reply that is cut fills most of a message.
        if answer.message.json().len() < MESSAGE_LIMIT / 4 {
            return answer;
        }
        let (Some(jobs), Some(cut)) = (&self.jobs, reply.cut()) else {
            return answer;
        };
        let inquiry = &errand.inquiry;
        let activity = &inquiry.activity;
        let from = activity.from.as_ref();
        let id = from.and_then(|it| it.aad_object_id.as_ref());
        let channel = activity.channel();
        let text = NewText {
            tenant: activity
                .tenant()
                .map(ToString::to_string)
                .unwrap_or_default(),
            conversation: place(&inquiry.webhook, channel.as_ref().map(|it| it.as_str())),
            requester_id: id.map(ToString::to_string).unwrap_or_default(),
            title: errand.text().to_owned(),
            content: errand.masked(cut.rest()),
            keep_for: KEEP_TEXT,
        };
        let call = move |store: Store| async move { store.within(KEEPING).keep_text(&text).await };
        let Ok(id) = jobs.call(call).await else {
            return answer;
        };
        let bot = escape(&inquiry.bot);
        let message = cut.message_with(&format!("The rest: **@{bot} more {id}**"));
        let message = match errand.mask() {
            Some(mask) => mask.message(message),
            None => message,
        };
        if judge(message.json()).is_empty() {
            Answer { message, ..answer }
        } else {
            answer
        }
    }

    /// Writes an answer as it is sent.
    pub(super) fn write(&self, errand: &Errand, reply: &Reply, outcome: Outcome) -> Answer {
        let command = errand.found().map(|entry| Arc::clone(entry.shared_path()));
        let request_id = errand.inquiry.request_id;
        if let Some(saying) = errand.saying.as_ref().filter(|_| errand.mask().is_none()) {
            saying.note_reply(reply);
        }
        let message = outgoing::to_message(reply, request_id, command.as_deref());
        Answer {
            message: match errand.mask() {
                Some(mask) => mask.message(message),
                None => message,
            },
            command,
            outcome,
        }
    }
}

/// Tells whoever runs the bot that somebody used a key which is not theirs, or that a pin is wrong.
fn alarm_of_other_keys(misunderstanding: &Misunderstanding, inquiry: &Inquiry) {
    let Misunderstanding::NotPermitted { refusal, .. } = misunderstanding else {
        return;
    };
    if refusal.is_alarming() {
        let activity = &inquiry.activity;
        tracing::warn!(
            request_id = %inquiry.request_id,
            webhook = %inquiry.webhook,
            tenant = activity.tenant().map(hailer_activity::TenantId::as_str),
            team = activity.team().map(hailer_activity::TeamId::as_str),
            reason = %refusal,
            code = "HL125",
            "a message is signed with the token of a webhook, but comes from elsewhere; nothing was done"
        );
    }
}
