//! A bot without a network: messages are signed, verified, understood, run and rendered in this process.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hailer_activity::HmacKey;
use hailer_dispatch::Catalog;
use hailer_reply::{ReadError, RequestId, WireMessage, read_message};
use hailer_store::JobState;
use hailer_transport::{Authorization, Handler, Inbound, Outcome};

use crate::clock::BotClock;
use crate::generation::{Current, Generation};
use crate::teams_message::TeamsMessage;

/// A bot that is spoken to from its own process. A message takes the way that Teams' messages take, and only the
/// network is left out.
#[derive(Debug)]
pub struct InProcessBot {
    generation: Arc<Generation>,
    /// For what is queued.
    _current: Arc<Current>,
    webhooks: Vec<Mentioned>,
    clock: BotClock,
}

#[derive(Debug)]
struct Mentioned {
    mention: String,
    name: String,
    key: HmacKey,
}

/// What a bot answered.
#[derive(Debug, Clone)]
pub struct Spoken {
    /// The reply's JSON, exactly as Teams would get it.
    pub json: String,
    /// What became of the message.
    pub outcome: Outcome,
    /// The path of the command that ran, or was meant.
    pub command: Option<String>,
    /// How long the answer took.
    pub took: Duration,
}

impl InProcessBot {
    pub(crate) fn new(
        current: Arc<Current>,
        webhooks: Vec<(String, String, HmacKey)>,
        clock: BotClock,
    ) -> Self {
        let webhooks =
            webhooks
                .into_iter()
                .map(|(mention, name, key)| Mentioned { mention, name, key });
        Self {
            generation: current.get(),
            _current: current,
            webhooks: webhooks.collect(),
            clock,
        }
    }

    /// Returns the name that people mention: that of the first webhook.
    pub fn mention(&self) -> &str {
        self.mention_of(None)
    }

    pub(crate) fn mention_of(&self, webhook: Option<&str>) -> &str {
        self.mentioned(webhook).map_or("", |it| it.mention.as_str())
    }

    /// Finds a webhook by its name; the first one when nothing is said.
    fn mentioned(&self, webhook: Option<&str>) -> Option<&Mentioned> {
        let mut webhooks = self.webhooks.iter();
        webhooks.find(|it| webhook.is_none_or(|name| it.name == name))
    }

    /// Returns what the bot can do.
    pub fn catalog(&self) -> &Catalog {
        self.generation.responder.registry().catalog()
    }

    /// Waits until a job has ended; returns its result, or the state in which it has none.
    pub(crate) async fn wait_for_job(
        &self,
        job: &str,
        at_most: Duration,
    ) -> Option<Result<Spoken, JobState>> {
        let id = job.parse().ok()?;
        let jobs = self.generation.responder.job_host()?.jobs();
        let begun = Instant::now();
        let job = jobs.wait_for_end(&id, begun + at_most).await.ok()??;
        let Some(json) = job.reply.filter(|_| job.state.is_ended()) else {
            return Some(Err(job.state));
        };
        Some(Ok(Spoken {
            json,
            outcome: match job.state {
                JobState::Succeeded => Outcome::Ok,
                JobState::TimedOut => Outcome::TimedOut,
                _ => Outcome::Failed,
            },
            command: Some(job.spec.command),
            took: begun.elapsed(),
        }))
    }

    /// Waits until no background task runs and none is due.
    pub(crate) async fn wait_for_background(&self) {
        if let Some(background) = &self.generation.background {
            background.wait_until_done().await;
        }
    }

    /// Sends a message by the first webhook, as whom and where the configuration knows. `None` when the bot has no webhook, or does not admit the message.
    pub async fn send(&self, message: &TeamsMessage) -> Option<Spoken> {
        self.send_by(None, message).await
    }

    pub(crate) async fn send_by(
        &self,
        webhook: Option<&str>,
        message: &TeamsMessage,
    ) -> Option<Spoken> {
        let webhook = self.mentioned(webhook)?;
        let now = self.clock.now();
        let message = message
            .clone()
            .known_to(&self.generation.config, &webhook.name);
        let body = message.to_json(now);
        let header = webhook.key.sign(body.as_bytes());
        let begun = Instant::now();
        let authorization = Authorization::One(header.as_bytes());
        let admitted = self
            .generation
            .service
            .gate()
            .admit(&webhook.name, authorization, body.into(), now)
            .ok()?;
        let inbound = Inbound {
            webhook: admitted.webhook,
            activity: admitted.activity,
            body: admitted.body,
            key_index: admitted.key_index,
            peer: None,
            request_id: RequestId::next(),
            received: begun,
        };
        let answer = self.generation.responder.handle(inbound).await;
        Some(Spoken {
            json: answer.message.into_json(),
            outcome: answer.outcome,
            command: answer.command.as_deref().map(str::to_owned),
            took: begun.elapsed(),
        })
    }
}

impl Spoken {
    /// Reads the reply back, for a terminal or a test.
    ///
    /// # Errors
    ///
    /// The reply is not one that Teams would take; replies of commands never are such.
    pub fn read(&self) -> Result<WireMessage, ReadError> {
        read_message(&self.json)
    }
}
