//! Where commands ask for jobs: only those of the webhook by which somebody speaks are there.

use std::sync::{Arc, OnceLock};

use hailer_dispatch::{CommandError, Decision, Invocation};
use hailer_jobs::Jobs;
use hailer_reply::{Reply, escape};
use hailer_store::{
    Caller, Cancelled, Job, JobFilter, JobId, JobState, MessageKey, Page, Person, Retried, Store,
    StoreError, TextId,
};
use serde_json::Value;

use crate::answers::Answers;
use crate::confirmations::Confirmations;
use crate::local_time::LocalTime;

/// The jobs of a bot, for commands that show and stop them. It is open once the bot runs with a store.
///
/// Another team's job is as little there as one that does not exist: both get the same answer.
#[derive(Debug, Clone, Default)]
pub struct JobDesk {
    opened: Arc<OnceLock<(Jobs, LocalTime)>>,
    remembered: Arc<OnceLock<Confirmations>>,
    answers: Arc<OnceLock<Answers>>,
}

/// Which jobs to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobsWanted {
    /// Those of the person who asks.
    Mine,
    /// Everybody's.
    All,
    /// Those that wait or run.
    UnderWay,
    /// Those that ended badly.
    Failed,
}

impl JobDesk {
    /// Makes a desk; give it to [`Module::desk`](crate::Module::desk) too, so that it is opened.
    pub fn new() -> Self {
        Self::default()
    }

    pub(crate) fn open(&self, jobs: &Jobs, times: LocalTime) {
        let _ = self.opened.set((jobs.clone(), times));
    }

    pub(crate) fn remember(&self, confirmations: &Confirmations) {
        let _ = self.remembered.set(confirmations.clone());
    }

    pub(crate) fn remember_answers(&self, answers: &Answers) {
        let _ = self.answers.set(answers.clone());
    }

    /// Returns what the person who asks was answered last in this channel, of the last hour and with rows.
    pub fn last_answer(&self, invocation: &Invocation) -> Option<Reply> {
        let answers = self.answers.get()?;
        answers.last(
            invocation.webhook(),
            invocation.activity(),
            invocation.received(),
        )
    }

    /// Returns what waits for a second word in memory.
    pub(crate) fn confirmations(&self) -> Option<&Confirmations> {
        self.remembered.get()
    }

    /// Says whether there is a store.
    pub fn is_open(&self) -> bool {
        self.opened.get().is_some()
    }

    /// Returns how moments are written here.
    pub fn times(&self) -> LocalTime {
        self.opened
            .get()
            .map_or_else(LocalTime::utc, |(_, times)| *times)
    }

    /// Lists jobs, newest first, ten a page; `before` is the `next` of the page before.
    ///
    /// # Errors
    ///
    /// There is no store, or it is out.
    pub async fn list(
        &self,
        invocation: &Invocation,
        wanted: JobsWanted,
        before: Option<i64>,
    ) -> Result<Page<Job>, CommandError> {
        let sender = person(invocation);
        let states = match wanted {
            JobsWanted::Mine | JobsWanted::All => Vec::new(),
            JobsWanted::UnderWay => JobState::ALL
                .into_iter()
                .filter(|state| !state.is_ended())
                .collect(),
            JobsWanted::Failed => vec![
                JobState::Failed,
                JobState::TimedOut,
                JobState::OutputLimit,
                JobState::Interrupted,
            ],
        };
        let filter = JobFilter {
            requester_id: (wanted == JobsWanted::Mine).then_some(sender.id),
            webhook: Some(invocation.webhook().to_owned()),
            states,
            before,
            limit: 10,
            ..JobFilter::default()
        };
        self.call(move |store| async move { store.jobs(&filter).await })
            .await
    }

    /// Finds a job by its id, as people type it.
    ///
    /// # Errors
    ///
    /// There is no such job here, no store, or it is out.
    pub async fn find(&self, invocation: &Invocation, id: &str) -> Result<Job, CommandError> {
        let parsed: JobId = id.parse().map_err(|_| nowhere(invocation, id))?;
        let job = self
            .call(move |store| async move { store.job(&parsed).await })
            .await?;
        job.filter(|job| job.spec.webhook == invocation.webhook())
            .ok_or_else(|| nowhere(invocation, id))
    }

    /// Finds a job for the module itself, whoever began it; `None` when it is no longer kept. What it tells is for the
    /// module to know, and not for the channel.
    ///
    /// # Errors
    ///
    /// There is no store, or it is out.
    pub async fn kept(&self, id: &str) -> Result<Option<Job>, CommandError> {
        let Ok(parsed) = id.parse::<JobId>() else {
            return Ok(None);
        };
        self.call(move |store| async move { store.job(&parsed).await })
            .await
    }

    /// Cancels a job. Who asked for it may do that, and whoever may run it.
    ///
    /// # Errors
    ///
    /// As [`JobDesk::find`]; or the person may not.
    pub async fn cancel(
        &self,
        invocation: &Invocation,
        id: &str,
    ) -> Result<Cancelled, CommandError> {
        let job = self.find(invocation, id).await?;
        check_permitted(invocation, &job)?;
        let caller = caller(invocation);
        self.call(move |store| async move { store.cancel(&job.id, &caller).await })
            .await
    }

    /// Does what an ended job did once more, as a new job of whoever asks for that: their rights count, now and at its start, and what
    /// they are asked before it runs they are asked again.
    ///
    /// # Errors
    ///
    /// As [`JobDesk::find`]; or the person may not run it, or only after a yes.
    pub async fn retry(&self, invocation: &Invocation, id: &str) -> Result<Retried, CommandError> {
        let job = self.find(invocation, id).await?;
        check_theirs(invocation, &job)?;
        let body = job.spec.body.as_deref();
        let caller = Caller {
            as_theirs: body.map(|it| sent_by(invocation, it)).transpose()?,
            ..caller(invocation)
        };
        let queue = self.jobs()?.settings().queue;
        self.call(move |store| async move { store.retry(&job.id, &caller, queue).await })
            .await
    }

    /// Returns what was cut off an answer that was given here.
    ///
    /// # Errors
    ///
    /// There is none by this id here, no store, or it is out.
    pub async fn text(&self, invocation: &Invocation, id: &str) -> Result<String, CommandError> {
        let gone = || {
            CommandError::told(format!(
                "I have no more of {id} here; it is kept for a day."
            ))
        };
        let parsed: TextId = id.parse().map_err(|_| gone())?;
        let kept = self
            .call(move |store| async move { store.text(&parsed).await })
            .await?;
        kept.filter(|kept| kept.conversation == place_of_texts(invocation))
            .map(|kept| kept.content)
            .ok_or_else(gone)
    }

    pub(crate) fn jobs(&self) -> Result<&Jobs, CommandError> {
        let opened = self.opened.get().map(|(jobs, _)| jobs);
        opened.ok_or_else(|| CommandError::told("I keep no jobs: I was started without a store."))
    }

    pub(crate) async fn call<T, F>(
        &self,
        call: impl FnOnce(Store) -> F + Send + 'static,
    ) -> Result<T, CommandError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, StoreError>> + Send + 'static,
    {
        self.jobs()?.call(call).await.map_err(|error| {
            CommandError::told("I can't look now: my store does not answer. Try again in a minute.")
                .caused_by(error)
        })
    }
}

/// Names where a text that was cut off may be read again: in the channel in which it was given.
pub(crate) fn place_of_texts(invocation: &Invocation) -> String {
    let channel = invocation.channel();
    place(invocation.webhook(), channel.as_ref().map(|it| it.as_str()))
}

pub(crate) fn place(webhook: &str, channel: Option<&str>) -> String {
    format!("{webhook} {}", channel.unwrap_or_default())
}

fn person(invocation: &Invocation) -> Person {
    let sender = invocation.sender();
    Person {
        id: sender.id().map(ToString::to_string).unwrap_or_default(),
        name: sender.name().to_owned(),
    }
}

pub(crate) fn caller(invocation: &Invocation) -> Caller {
    Caller {
        person: person(invocation),
        request_id: invocation.request_id().to_string(),
        webhook: invocation.webhook().to_owned(),
        tenant: invocation
            .tenant()
            .map(ToString::to_string)
            .unwrap_or_default(),
        message: message_key(invocation),
        as_theirs: None,
    }
}

/// Makes of a kept message the same one, sent by whoever asks.
fn sent_by(invocation: &Invocation, body: &str) -> Result<String, CommandError> {
    let unreadable = |error| {
        CommandError::told("I can't read what that job was any more. Say it again.")
            .caused_by(error)
    };
    let mut message: Value = serde_json::from_str(body).map_err(unreadable)?;
    let sender = serde_json::to_value(&invocation.activity().from).map_err(unreadable)?;
    if let Some(message) = message.as_object_mut() {
        message.insert("from".to_owned(), sender);
    }
    Ok(message.to_string())
}

/// Names the message, so that its second delivery does not do the same again.
fn message_key(invocation: &Invocation) -> Option<MessageKey> {
    let activity = invocation.activity();
    let conversation = activity.conversation.as_ref().and_then(|it| it.id.as_ref());
    let text = |id: Option<String>| id.unwrap_or_default();
    Some(MessageKey {
        webhook: invocation.webhook().to_owned(),
        tenant: text(invocation.tenant().map(ToString::to_string)),
        team: text(invocation.team().map(ToString::to_string)),
        conversation: text(conversation.map(ToString::to_string)),
        activity: activity.id.as_ref()?.to_string(),
    })
}

/// Lets whoever asked for a job stop it, and whoever may run the same.
fn check_permitted(invocation: &Invocation, job: &Job) -> Result<(), CommandError> {
    let sender = person(invocation);
    let is_theirs = !sender.id.is_empty() && sender.id == job.spec.requester.id;
    let judged = invocation.judge(&job.spec.text, invocation.asker());
    let may_run = judged.is_ok_and(|it| matches!(it.decision, Decision::Permitted(_)));
    if is_theirs || may_run {
        return Ok(());
    }
    let told = Reply::text(format!(
        "Job {} is {}'s, and you may not run {} here.",
        job.id, job.spec.requester.name, job.spec.command
    ));
    Err(CommandError::refused(told).about_job(job.id.as_str()))
}

/// A retry is a request of its own: of somebody who may run the same, and whose yes, or somebody else's for it, was for one call.
fn check_theirs(invocation: &Invocation, job: &Job) -> Result<(), CommandError> {
    let text = &job.spec.text;
    // A text whose secrets are masked is no command; such a job is not kept, and that is said instead.
    let is_kept = job.spec.body.is_some();
    let Ok(judged) = invocation.judge(text, invocation.asker()) else {
        if !is_kept {
            return Ok(());
        }
        return Err(CommandError::told(format!(
            "Nothing was started: \"{text}\" is no command any more."
        )));
    };
    if !matches!(judged.decision, Decision::Permitted(_)) {
        let told = Reply::text(format!(
            "Nothing was started: a retry would be yours, and you may not run {} here.",
            job.spec.command
        ));
        return Err(CommandError::refused(told).about_job(job.id.as_str()));
    }
    let Some(asking) = judged.asking else {
        return Ok(());
    };
    Err(CommandError::reply_with(Reply::markdown(format!(
        "Nothing was started: each call of it waits for {}, and a retry is a new call, yours. Ask for it: **@{} {}**",
        escape(&asking.spoken()),
        escape(invocation.bot()),
        escape(text)
    ))))
}

fn nowhere(invocation: &Invocation, id: &str) -> CommandError {
    CommandError::reply_with(Reply::markdown(format!(
        "I know no job {} here. **@{} jobs all** lists them.",
        escape(id),
        escape(invocation.bot())
    )))
}
