//! The path of one message behind the gate: known already? which command? run it, answer in time.

mod asking;
mod core;
mod door;
mod errand;
mod keeping;
mod lasting;
mod mask;
mod overrun;
mod piping;
mod queued;
mod recording;
mod repeat;
mod saying;
mod telling;
mod wording;

use std::sync::{Arc, OnceLock};

use futures_util::future::BoxFuture;
use hailer_dispatch::{Inquiry, MessageText, Registry};
use hailer_reply::{Message, Reply};
use hailer_transport::{Answer, Handler, Inbound, Outcome};

use crate::command_runtime::{CallersThread, Worked};
use crate::config::Config;
use crate::job_host::JobHost;
use crate::live_policy::LivePolicy;
use crate::permissions::Permissions;
use crate::recent::Seen;
use crate::witness::Witness;

use self::core::Core;
use errand::Errand;
use wording::{answer, broken, busy};

pub(crate) use lasting::Lasting;
pub(crate) use queued::Queued;
pub(crate) use saying::WeakResponder;

/// Answers admitted messages by one generation of commands and rules.
#[derive(Debug, Clone)]
pub(crate) struct Responder {
    core: Arc<Core>,
    lasting: Arc<Lasting>,
    witnesses: Arc<[Witness]>,
}

impl Responder {
    pub(crate) fn new(permissions: Permissions, lasting: &Arc<Lasting>) -> Self {
        let policy = LivePolicy::new(&permissions);
        Self::with(permissions, policy, lasting)
    }

    /// Goes on where another stood: with the members of groups that were known.
    pub(crate) fn following(permissions: Permissions, before: &Self) -> Self {
        let policy = LivePolicy::new(&permissions).following(&before.core.policy);
        Self::with(permissions, policy, &before.lasting)
    }

    fn with(permissions: Permissions, policy: LivePolicy, lasting: &Arc<Lasting>) -> Self {
        let Permissions {
            config, registry, ..
        } = permissions;
        let core = Core {
            registry,
            policy,
            throttle: lasting.throttle.with_rates(config.limits.rates),
            contact: config.bot.contact.clone(),
            times: config.bot.times,
            redact: config.audit.redact.clone(),
            records_reads: config.audit.reads,
            recorder: lasting.recorder.clone(),
            runtime: Arc::downgrade(&lasting.runtime),
            jobs: lasting.job_host().map(|it| it.jobs().clone()),
            webhooks: config
                .webhooks
                .iter()
                .map(|it| (it.name.as_str().into(), it.mention.as_str().into()))
                .collect(),
            dedupe_for: config.limits.dedupe_for,
            reply_within: config.server.reply_within,
            confirmations: lasting.confirmations.clone(),
            answers: lasting.answers.clone(),
            glass_follow_up: config
                .permissions
                .break_glass
                .as_ref()
                .and_then(|it| it.follow_up.clone()),
        };
        Self {
            core: Arc::new(core),
            lasting: Arc::clone(lasting),
            witnesses: Arc::default(),
        }
    }

    /// Tells these what becomes of messages.
    pub(crate) fn with_witnesses(self, witnesses: Vec<Witness>) -> Self {
        Self {
            witnesses: witnesses.into(),
            ..self
        }
    }

    /// Returns what decides who may run what at this moment, for this configuration.
    pub(crate) fn permissions(&self, config: Arc<Config>) -> Permissions {
        let Self { core, lasting, .. } = self;
        let clock = lasting.clock();
        let policy = core.policy.current(clock.instant(), clock.now().into());
        Permissions::new(config, Arc::clone(&core.registry), policy)
    }

    pub(crate) fn registry(&self) -> &Registry {
        &self.core.registry
    }

    pub(crate) fn lasting(&self) -> &Arc<Lasting> {
        &self.lasting
    }

    pub(crate) fn job_host(&self) -> Option<&JobHost> {
        self.lasting.job_host()
    }
}

impl Handler for Responder {
    fn refused(&self, webhook: Option<&str>, reason: &str) {
        if let Some(recorder) = &self.core.recorder {
            recorder.refused_signature(webhook, reason);
        }
    }

    fn handle(&self, inbound: Inbound) -> BoxFuture<'static, Answer> {
        let responder = self.clone();
        let errand = responder.errand(inbound);
        Box::pin(async move { responder.answer(&errand).await })
    }
}

impl Responder {
    /// Answers a message, once.
    async fn answer(&self, errand: &Arc<Errand>) -> Answer {
        let Some(keep) = self.core.dedupe_for else {
            return self.answer_anew(errand).await;
        };
        let inquiry = &errand.inquiry;
        match self
            .lasting
            .recent
            .look_up(keep, &inquiry.webhook, &inquiry.activity)
        {
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
            key_index,
            peer,
            request_id,
            received,
        } = inbound;
        let bot: Arc<str> = webhook.mention().into();
        let text = MessageText::from_activity(&activity, &bot);
        let (text, pipe) = self.core.registry.separate(text);
        let inquiry = Arc::new(Inquiry {
            text,
            activity,
            bot,
            webhook: webhook.name().into(),
            request_id,
            received: self.lasting.clock.instant(),
            now: self.lasting.clock.now().into(),
            deadline: received + self.core.reply_within,
            cancellation: self.lasting.cancellation.child_token(),
            job: OnceLock::new(),
        });
        let key_label = webhook.label(key_index).into_owned();
        let errand = Errand::new(inquiry, body, key_label, self.core.jobs.is_some());
        let errand = errand.piped(pipe);
        self.core.record_key(&errand, peer);
        self.core.record_sighting(&errand);
        Arc::new(errand)
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
        let answer = match self.lasting.runtime.work_from_here(work, deadline).await {
            Worked::Done(answer) => answer,
            Worked::Panicked => {
                let command = errand.found().map(|entry| entry.path());
                tracing::error!(%request_id, command, "a command panicked");
                answer(&broken(request_id), errand.found(), Outcome::Panicked)
            }
            Worked::StillRunning => self.core.overrun(errand).await,
            Worked::NeverStarted => answer(&busy(), None, Outcome::Busy),
        };
        self.tell(errand, &answer).await;
        answer
    }
}

fn repeated(message: Message) -> Answer {
    Answer {
        message,
        command: None,
        outcome: Outcome::Duplicate,
    }
}
