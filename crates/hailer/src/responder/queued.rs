//! Runs a message again that waited as a job: who may run it, and its arguments, are checked anew.

use std::future::Future;
use std::sync::{Arc, OnceLock, Weak};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use futures_util::future::BoxFuture;
use hailer_activity::Activity;
use hailer_dispatch::{Call, Inquiry, JobHandle, MessageText, Misunderstanding, Refusal};
use hailer_jobs::{self as jobs, Jobs, Live, Outcome, Ran, Work};
use hailer_reply::RequestId;
use hailer_store::{Job, JobState};

use crate::command_runtime::{CommandRuntime, Worked};
use crate::generation::{Current, Generation};

use super::asking::{Released, over};
use super::core::Core;
use super::door::first_lines;
use super::errand::{Errand, Found};

/// How long is waited for a thread before it is tried again.
const PAUSE: Duration = Duration::from_secs(1);

/// A job that may not begin yet is looked at again after this at the latest.
const LONGEST_WAIT_MS: i64 = 10 * 60_000;

/// How long a job is waited for that is past its time.
const HANGS: Duration = Duration::from_secs(60);

/// Runs stored messages, each by the generation that holds when it begins.
pub(crate) struct Queued {
    /// Weak, because the store's tasks hold this and outlive the bot for a moment.
    current: Weak<Current>,
}

impl Queued {
    pub(crate) fn of(current: &Arc<Current>) -> Arc<dyn Work> {
        Arc::new(Self {
            current: Arc::downgrade(current),
        })
    }
}

impl Generation {
    /// Makes of a stored message what its command sees.
    fn errand(&self, jobs: &Jobs, job: &Job, live: &Arc<Live>) -> Result<Errand, Outcome> {
        let refused = |error: &str| Outcome::without_reply(JobState::Failed, error);
        let webhooks = &self.config.webhooks;
        let Some(webhook) = webhooks.iter().find(|it| it.name == job.spec.webhook) else {
            return Err(refused("its webhook is no longer in the configuration"));
        };
        let Some(body) = jobs.message_of(job) else {
            return Err(refused(
                "there is a secret in its message, which is no longer in memory; nothing was started",
            ));
        };
        let Ok(activity) = Activity::parse_kept(&String::from_utf8_lossy(&body)) else {
            return Err(refused("its message cannot be read by this version"));
        };
        let bot: Arc<str> = webhook.mention.as_str().into();
        let clock = self.responder.lasting().clock();
        let handle = Arc::clone(live) as Arc<dyn JobHandle>;
        // What was to be done with its answer is over with the answer.
        let text = MessageText::from_activity(&activity, &bot);
        let (text, _) = self.responder.registry().separate(text);
        let inquiry = Inquiry {
            text,
            activity,
            bot,
            webhook: job.spec.webhook.as_str().into(),
            request_id: RequestId::next(),
            received: clock.instant(),
            now: clock.now().into(),
            deadline: Instant::now() + live.limit(),
            cancellation: live.cancellation().clone(),
            job: OnceLock::from(handle),
        };
        Ok(Errand::new(Arc::new(inquiry), body, String::new(), false))
    }
}

impl Work for Queued {
    fn work(&self, job: Job, live: Arc<Live>) -> BoxFuture<'static, jobs::Worked> {
        let generation = self.current.upgrade().map(|it| it.get());
        Box::pin(async move {
            let Some(generation) = generation else {
                return jobs::Worked::Lost;
            };
            let core = Arc::clone(&generation.responder.core);
            let Some(store) = core.jobs.clone() else {
                return jobs::Worked::Lost;
            };
            match generation.errand(&store, &job, &live) {
                Ok(errand) => core.work_queued(&job, live, errand).await,
                Err(outcome) => jobs::Worked::Ended(outcome),
            }
        })
    }
}

impl Core {
    async fn work_queued(
        self: Arc<Self>,
        job: &Job,
        live: Arc<Live>,
        errand: Errand,
    ) -> jobs::Worked {
        let Some(store) = self.jobs.clone() else {
            return jobs::Worked::Lost;
        };
        let inquiry = &errand.inquiry;
        let policy = self.policy.current(inquiry.received, inquiry.now);
        let call = match self.registry.dispatch(inquiry, &policy) {
            Ok(call) => call,
            Err(Misunderstanding::NotPermitted {
                refusal: Refusal::Frozen {
                    until_ms, until, ..
                },
                ..
            }) => {
                // The configuration may say something else before that.
                let soon = millis(inquiry.now) + LONGEST_WAIT_MS;
                return jobs::Worked::Later {
                    until_ms: until_ms.min(soon),
                    why: format!("frozen until {until}"),
                };
            }
            Err(misunderstanding) => {
                let answer = self.misunderstood(&misunderstanding, &errand);
                let error = "it was not started; who may run it, or the command, changed meanwhile";
                tracing::warn!(job = %job.id, why = misunderstanding.label(), "a job is refused at its start");
                if let Misunderstanding::NotPermitted { refusal, .. } = &misunderstanding {
                    self.record_unstarted(job, &refusal.to_string());
                }
                // What was not understood may be its secret.
                let reply = match &job.spec.body {
                    Some(_) => answer.message.into_json(),
                    None => String::new(),
                };
                return jobs::Worked::Ended(Outcome {
                    reply,
                    ..Outcome::without_reply(JobState::Failed, error)
                });
            }
        };
        let call = match self.released(&store, job, &live, call).await {
            Released::Go(call) => *call,
            Released::Lost => return jobs::Worked::Lost,
            Released::Over(state, why) => {
                tracing::warn!(job = %job.id, why, "a job is refused at its start");
                self.record_unstarted(job, &why);
                let reply = over(&job.spec.text, &why);
                return jobs::Worked::Ended(Outcome {
                    reply: reply.to_message().into_json(),
                    text: reply.to_plain(),
                    ..Outcome::without_reply(state, &why)
                });
            }
        };
        if !call.entry().is_gated()
            && let Err(error) = store.started(&live).await
        {
            tracing::warn!(job = %job.id, %error, "a job is not begun");
            return jobs::Worked::Lost;
        }
        errand.note(Found::of(&call));
        self.run_queued(&live, call, &errand).await
    }

    async fn run_queued(&self, live: &Arc<Live>, call: Call, errand: &Errand) -> jobs::Worked {
        let running = Arc::clone(live);
        let run = async move { running.run(call.run()).await };
        let ran = run_on(&self.runtime, live, run).await;
        let finished = self.finished(ran, errand, live.stop_reason().as_ref());
        let answer = self
            .write_result(errand, &finished.reply, finished.outcome)
            .await;
        jobs::Worked::Ended(Outcome {
            state: finished.state,
            reply: answer.message.into_json(),
            text: first_lines(&errand.masked(&finished.reply.to_plain())),
            error: finished.error.map(str::to_owned),
        })
    }
}

fn millis(at: SystemTime) -> i64 {
    let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Runs on the threads of commands; while none is free, waits for one.
async fn run_on<T: Send + 'static>(
    runtime: &Weak<CommandRuntime>,
    live: &Live,
    run: impl Future<Output = Ran<T>> + Send + 'static,
) -> Ran<T> {
    loop {
        let Some(runtime) = runtime.upgrade() else {
            return Ran::CutOff;
        };
        if !runtime.is_full() {
            let run = |in_flight| async move {
                let _counted = in_flight;
                run.await
            };
            // Whoever watches over it ends it before; a thread that hangs is not waited for much longer.
            let until = Instant::now() + live.limit() + HANGS;
            return match runtime.work(run, until).await {
                Worked::Done(ran) => ran,
                Worked::Panicked => Ran::Panicked,
                Worked::StillRunning | Worked::NeverStarted => Ran::CutOff,
            };
        }
        if live.stop_reason().is_some() {
            return Ran::CutOff;
        }
        drop(runtime);
        tokio::time::sleep(PAUSE).await;
    }
}
