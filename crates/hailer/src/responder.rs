//! The path of one message behind the gate: known already? which command? run it, answer in time.

use std::sync::{Arc, OnceLock, Weak};
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use hailer_activity::Activity;
use hailer_dispatch::{
    Call, CancellationToken, CommandError, CommandResult, Effect, Entry, Inquiry, MessageText,
    Misunderstanding, Rates, Registry, Throttle,
};
use hailer_reply::{Message, Reply, RequestId, escape};
use hailer_transport::{Answer, Handler, Inbound, Outcome};

use crate::clock::BotClock;
use crate::command_runtime::{CallersThread, CommandRuntime, Worked};
use crate::live_policy::LivePolicy;
use crate::outgoing;
use crate::recent::{Recent, Seen};

/// Answers admitted messages.
#[derive(Debug, Clone)]
pub(crate) struct Responder {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    core: Arc<Core>,
    runtime: Arc<CommandRuntime>,
    recent: Option<Recent>,
    reply_within: Duration,
    clock: BotClock,
    cancellation: CancellationToken,
}

/// What is needed on the command's side of the deadline.
#[derive(Debug)]
struct Core {
    registry: Arc<Registry>,
    policy: LivePolicy,
    throttle: Throttle,
    contact: Option<String>,
    /// For commands that have a deadline of their own. Weak, so that work which hangs keeps no threads alive.
    runtime: Weak<CommandRuntime>,
}

/// What a responder is made of.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) registry: Arc<Registry>,
    pub(crate) policy: LivePolicy,
    pub(crate) rates: Rates,
    pub(crate) contact: Option<String>,
    pub(crate) runtime: CommandRuntime,
    pub(crate) dedupe_for: Option<Duration>,
    pub(crate) reply_within: Duration,
    pub(crate) clock: BotClock,
}

/// An answer before it is rendered.
#[derive(Debug)]
struct Finished {
    reply: Reply,
    command: Option<Arc<str>>,
    outcome: Outcome,
}

impl Responder {
    pub(crate) fn new(parts: Parts) -> Self {
        let Parts {
            registry,
            policy,
            rates,
            contact,
            runtime,
            dedupe_for,
            reply_within,
            clock,
        } = parts;
        let runtime = Arc::new(runtime);
        Self {
            inner: Arc::new(Inner {
                core: Arc::new(Core {
                    registry,
                    policy,
                    throttle: Throttle::new(rates),
                    contact,
                    runtime: Arc::downgrade(&runtime),
                }),
                runtime,
                recent: dedupe_for.map(|keep| Recent::new(keep, clock.clone())),
                reply_within,
                clock,
                cancellation: CancellationToken::new(),
            }),
        }
    }

    /// Tells commands that the bot stops, and waits for them, for this long at most.
    pub(crate) async fn stop(&self, at_most: Duration) {
        self.inner.cancellation.cancel();
        let left = self.inner.runtime.wait_until_idle(at_most).await;
        if left > 0 {
            tracing::warn!(
                left,
                "commands are cut off; they did not end within shutdown_grace"
            );
        }
    }

    pub(crate) fn registry(&self) -> &Registry {
        &self.inner.core.registry
    }
}

impl Drop for Inner {
    /// Tells commands that still run to give up.
    fn drop(&mut self) {
        self.cancellation.cancel();
    }
}

impl Handler for Responder {
    fn handle(&self, inbound: Inbound) -> BoxFuture<'static, Answer> {
        let inner = Arc::clone(&self.inner);
        let inquiry = inner.inquiry(inbound);
        Box::pin(async move { inner.answer(&inquiry).await })
    }
}

impl Inner {
    /// Answers a message, once.
    async fn answer(&self, inquiry: &Arc<Inquiry>) -> Answer {
        let Some(recent) = &self.recent else {
            return self.answer_anew(inquiry).await;
        };
        match recent.look_up(&inquiry.webhook, &inquiry.activity) {
            Seen::First(ticket) => {
                let answer = self.answer_anew(inquiry).await;
                match answer.outcome {
                    Outcome::Busy => ticket.forget(&answer.message),
                    _ => ticket.answered(&answer.message),
                }
                answer
            }
            Seen::Before(message) => repeated(message),
            Seen::InWork(first) => {
                let first = tokio::time::timeout_at(inquiry.deadline.into(), first).await;
                repeated(first.ok().and_then(Result::ok).unwrap_or_else(|| {
                    Reply::text("I have this message already and am working on it.").to_message()
                }))
            }
        }
    }

    /// Makes of a message what a command sees, in one place in memory: futures that hold it stay small.
    fn inquiry(&self, inbound: Inbound) -> Arc<Inquiry> {
        let Inbound {
            webhook,
            activity,
            request_id,
            received,
            ..
        } = inbound;
        let bot: Arc<str> = webhook.mention().into();
        Arc::new(Inquiry {
            text: MessageText::from_activity(&activity, &bot),
            activity,
            bot,
            webhook: webhook.name().into(),
            request_id,
            received: self.clock.instant(),
            now: self.clock.now().into(),
            deadline: received + self.reply_within,
            cancellation: self.cancellation.child_token(),
            job: OnceLock::new(),
        })
    }

    async fn answer_anew(&self, inquiry: &Arc<Inquiry>) -> Answer {
        let request_id = inquiry.request_id;
        let deadline = inquiry.deadline;
        let inquiry = Arc::clone(inquiry);
        let core = Arc::clone(&self.core);
        let found = Arc::new(OnceLock::new());
        let running = Arc::clone(&found);
        let work = |mut callers: CallersThread, in_flight| async move {
            let _counted = in_flight;
            if !core.registry.seems_immediate(&inquiry.text) {
                callers.leave().await;
            }
            let finished = core.respond(&inquiry, &running, &mut callers).await;
            Answer {
                message: outgoing::to_message(
                    &finished.reply,
                    request_id,
                    finished.command.as_deref(),
                ),
                command: finished.command,
                outcome: finished.outcome,
            }
        };
        match self.runtime.work_from_here(work, deadline).await {
            Worked::Done(answer) => answer,
            Worked::Panicked => {
                let command = found.get().map(|entry: &Arc<Entry>| entry.path());
                tracing::error!(%request_id, command, "a command panicked");
                answer(&broken(request_id), found.get(), Outcome::Panicked)
            }
            Worked::StillRunning => {
                answer(&still_working(found.get()), found.get(), Outcome::TimedOut)
            }
            Worked::NeverStarted => answer(&busy(), None, Outcome::Busy),
        }
    }
}

impl Core {
    /// Understands a message and runs its command, on the caller's thread only if that promised to be immediate.
    async fn respond(
        &self,
        inquiry: &Arc<Inquiry>,
        running: &OnceLock<Arc<Entry>>,
        callers: &mut CallersThread,
    ) -> Finished {
        let understood = match self.throttle.admit(inquiry) {
            Ok(()) => {
                let policy = self.policy.current(inquiry.received, inquiry.now);
                self.registry.dispatch(inquiry, &policy)
            }
            Err(wait) => Err(Misunderstanding::TooMany { wait }),
        };
        match understood {
            Ok(call) => {
                if !call.is_immediate() {
                    callers.leave().await;
                }
                let entry = running.get_or_init(|| Arc::clone(call.entry()));
                let worked = match call.deadline() {
                    None => Worked::Done(call.run().await),
                    Some(limit) => self.work(call, limit).await,
                };
                self.finished(worked, inquiry.request_id, entry)
            }
            Err(misunderstanding) => {
                alarm_of_other_keys(&misunderstanding, inquiry);
                self.misunderstood(&misunderstanding, &inquiry.activity, &inquiry.bot)
            }
        }
    }

    /// Runs a command that wants less time than the configuration gives.
    async fn work(&self, call: Call, limit: Duration) -> Worked<CommandResult> {
        let Some(runtime) = self.runtime.upgrade() else {
            return Worked::NeverStarted;
        };
        let run = |in_flight| async move {
            let _counted = in_flight;
            call.run().await
        };
        runtime.work(run, Instant::now() + limit).await
    }

    fn finished(
        &self,
        worked: Worked<CommandResult>,
        request_id: RequestId,
        entry: &Arc<Entry>,
    ) -> Finished {
        let command = Some(Arc::clone(entry.shared_path()));
        let (reply, outcome) = match worked {
            Worked::Done(Ok(reply)) => (reply, Outcome::Ok),
            Worked::Done(Err(error)) => return self.failed(&error, request_id, command),
            Worked::Panicked => {
                tracing::error!(%request_id, command = command.as_deref(), "a command panicked");
                (broken(request_id), Outcome::Panicked)
            }
            Worked::StillRunning => (still_working(Some(entry)), Outcome::TimedOut),
            Worked::NeverStarted => (busy(), Outcome::Busy),
        };
        Finished {
            reply,
            command,
            outcome,
        }
    }

    fn failed(
        &self,
        error: &CommandError,
        request_id: RequestId,
        command: Option<Arc<str>>,
    ) -> Finished {
        if let Some(cause) = error.log_text() {
            tracing::error!(%request_id, command = command.as_deref(), %cause, "a command failed");
        }
        let reply = error
            .reply()
            .cloned()
            .unwrap_or_else(|| broken_for(request_id, self.contact.as_deref()));
        Finished {
            reply,
            command,
            outcome: Outcome::Failed,
        }
    }

    fn misunderstood(
        &self,
        misunderstanding: &Misunderstanding,
        activity: &Activity,
        bot: &str,
    ) -> Finished {
        let name = activity
            .from
            .as_ref()
            .and_then(|from| from.name.as_deref())
            .unwrap_or("there");
        Finished {
            reply: misunderstanding.reply(bot, name, self.contact.as_deref()),
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
            "a message is signed with the token of a webhook, but comes from elsewhere; nothing was done"
        );
    }
}

fn repeated(message: Message) -> Answer {
    Answer {
        message,
        command: None,
        outcome: Outcome::Duplicate,
    }
}

fn answer(reply: &Reply, command: Option<&Arc<Entry>>, outcome: Outcome) -> Answer {
    Answer {
        message: reply.to_message(),
        command: command.map(|entry| Arc::clone(entry.shared_path())),
        outcome,
    }
}

fn broken(request_id: RequestId) -> Reply {
    broken_for(request_id, None)
}

fn broken_for(request_id: RequestId, contact: Option<&str>) -> Reply {
    let whom = contact.map_or_else(|| "Whoever runs me".into(), escape);
    Reply::markdown(format!(
        "Something broke on my side (ref {request_id}). {whom} can look it up."
    ))
}

/// A command that changes something must not be repeated by somebody who only wants its result.
fn still_working(command: Option<&Arc<Entry>>) -> Reply {
    match command {
        Some(entry) if entry.effect() != Effect::Read => Reply::markdown(format!(
            "Still working on **{}**. It goes on, and I can't post its result later: look at what it did before you repeat it.",
            escape(entry.path())
        )),
        Some(_) | None => Reply::text(
            "Still working on it. I can't post the result later, so ask me again in a minute.",
        ),
    }
}

fn busy() -> Reply {
    Reply::text("I have too much to do right now; nothing was started. Try again in a minute.")
}
