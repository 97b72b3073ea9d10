//! The path of one message behind the gate: known already? which command? run it, answer in time.

mod core;
mod door;
mod errand;
mod keeping;
mod overrun;
mod queued;
mod wording;

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::future::BoxFuture;
use hailer_dispatch::{CancellationToken, Inquiry, MessageText, Rates, Registry, Throttle};
use hailer_jobs::Work;
use hailer_reply::{Message, Reply};
use hailer_transport::{Answer, Handler, Inbound, Outcome};

use crate::background::BackgroundHost;
use crate::clock::BotClock;
use crate::command_runtime::{CallersThread, CommandRuntime, Worked};
use crate::config::Config;
use crate::job_host::JobHost;
use crate::live_policy::LivePolicy;
use crate::local_time::LocalTime;
use crate::permissions::Permissions;
use crate::recent::{Recent, Seen};

use self::core::Core;
use errand::Errand;
use queued::Queued;
use wording::{answer, broken, busy};

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
    job_host: Option<JobHost>,
    background: Option<BackgroundHost>,
}

/// What a responder is made of.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) registry: Arc<Registry>,
    pub(crate) policy: LivePolicy,
    pub(crate) rates: Rates,
    pub(crate) contact: Option<String>,
    pub(crate) times: LocalTime,
    pub(crate) runtime: CommandRuntime,
    pub(crate) dedupe_for: Option<Duration>,
    pub(crate) reply_within: Duration,
    pub(crate) clock: BotClock,
    /// Where jobs live, when there is a store.
    pub(crate) job_host: Option<JobHost>,
    /// What runs whether anybody writes or not.
    pub(crate) background: Option<BackgroundHost>,
    /// What people mention, by the name of the webhook.
    pub(crate) mentions: HashMap<String, String>,
}

impl Responder {
    pub(crate) fn new(parts: Parts) -> Self {
        let Parts {
            registry,
            policy,
            rates,
            contact,
            times,
            runtime,
            dedupe_for,
            reply_within,
            clock,
            job_host,
            background,
            mentions,
        } = parts;
        let runtime = Arc::new(runtime);
        let core = Arc::new(Core {
            registry,
            policy,
            throttle: Throttle::new(rates),
            contact,
            times,
            runtime: Arc::downgrade(&runtime),
            jobs: job_host.as_ref().map(|it| it.jobs().clone()),
            dedupes: dedupe_for.is_some(),
        });
        if let Some(host) = &job_host {
            let work: Arc<dyn Work> = Arc::new(Queued::new(&core, mentions, clock.clone()));
            host.jobs().start(&work);
        }
        Self {
            inner: Arc::new(Inner {
                core,
                runtime,
                recent: dedupe_for.map(|keep| Recent::new(keep, clock.clone())),
                reply_within,
                clock,
                cancellation: CancellationToken::new(),
                job_host,
                background,
            }),
        }
    }

    /// Lets jobs end, tells commands that the bot stops, and waits for them, for this long at most.
    pub(crate) async fn stop(&self, at_most: Duration) {
        let jobs = async {
            if let Some(host) = &self.inner.job_host {
                host.jobs().stop(at_most).await;
            }
        };
        let commands = async {
            self.inner.cancellation.cancel();
            self.inner.runtime.wait_until_idle(at_most).await
        };
        let background = async {
            if let Some(background) = &self.inner.background {
                background.stop(at_most).await;
            }
        };
        let ((), (), left) = tokio::join!(background, jobs, commands);
        if left > 0 {
            tracing::warn!(
                left,
                "commands are cut off; they did not end within shutdown_grace"
            );
        }
    }

    /// Returns what decides who may run what at this moment, for this configuration.
    pub(crate) fn permissions(&self, config: Config) -> Permissions {
        let Inner { core, clock, .. } = &*self.inner;
        let policy = core.policy.current(clock.instant(), clock.now().into());
        Permissions::new(config, Arc::clone(&core.registry), policy)
    }

    pub(crate) fn registry(&self) -> &Registry {
        &self.inner.core.registry
    }

    pub(crate) fn background(&self) -> Option<&BackgroundHost> {
        self.inner.background.as_ref()
    }

    pub(crate) fn job_host(&self) -> Option<&JobHost> {
        self.inner.job_host.as_ref()
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
        let errand = inner.errand(inbound);
        Box::pin(async move { inner.answer(&errand).await })
    }
}

impl Inner {
    /// Answers a message, once.
    async fn answer(&self, errand: &Arc<Errand>) -> Answer {
        let Some(recent) = &self.recent else {
            return self.answer_anew(errand).await;
        };
        let inquiry = &errand.inquiry;
        match recent.look_up(&inquiry.webhook, &inquiry.activity) {
            Seen::First(ticket) => {
                let answer = self.answer_anew(errand).await;
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
    fn errand(&self, inbound: Inbound) -> Arc<Errand> {
        let Inbound {
            webhook,
            activity,
            body,
            request_id,
            received,
        } = inbound;
        let bot: Arc<str> = webhook.mention().into();
        let inquiry = Arc::new(Inquiry {
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
        });
        Arc::new(Errand::new(inquiry, body, self.core.jobs.is_some()))
    }

    async fn answer_anew(&self, errand: &Arc<Errand>) -> Answer {
        let request_id = errand.inquiry.request_id;
        let (core, inside) = (Arc::clone(&self.core), Arc::clone(errand));
        let work = |mut callers: CallersThread, in_flight| async move {
            let _counted = in_flight;
            if !core.registry.seems_immediate(&inside.inquiry.text) {
                callers.leave().await;
            }
            core.respond(&inside, &mut callers).await
        };
        let deadline = errand.inquiry.deadline;
        match self.runtime.work_from_here(work, deadline).await {
            Worked::Done(answer) => answer,
            Worked::Panicked => {
                let command = errand.found().map(|entry| entry.path());
                tracing::error!(%request_id, command, "a command panicked");
                answer(&broken(request_id), errand.found(), Outcome::Panicked)
            }
            Worked::StillRunning => self.core.overrun(errand).await,
            Worked::NeverStarted => answer(&busy(), None, Outcome::Busy),
        }
    }
}

fn repeated(message: Message) -> Answer {
    Answer {
        message,
        command: None,
        outcome: Outcome::Duplicate,
    }
}
