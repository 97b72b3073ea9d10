//! The second word of whoever asked, for what waits in the store and for what waits in memory.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use hailer_dispatch::{CommandError, CommandResult, Evidence, Inquiry, Invocation, MessageText};
use hailer_reply::{Card, Reply, read_message};
use hailer_store::{Job, JobId, JobState, Request, Stage, Store, Voted};
use serde_json::Value;

use crate::confirmations::Unconfirmed;
use crate::request_words;

use super::{ApprovalDesk, answers, ballot, is_of};

/// Time to write the answer before it is due.
const TO_WRITE: Duration = Duration::from_millis(250);

/// The content type of the cards that commands answer with.
const ADAPTIVE: &str = "application/vnd.microsoft.card.adaptive";

impl ApprovalDesk {
    /// Takes somebody's second word, and runs what they asked for or asks others.
    ///
    /// # Errors
    ///
    /// There is nothing by that code, it is too late, or somebody else's; or what the command says.
    pub async fn confirm(&self, invocation: &Invocation, code: &str) -> CommandResult {
        let remembered = self.jobs.confirmations().and_then(|it| it.get(code));
        if let Some(unconfirmed) = remembered {
            return self
                .confirm_remembered(invocation, code, &unconfirmed)
                .await;
        }
        if !self.jobs.is_open() {
            return Err(answers::nothing(invocation, code));
        }
        let request = self.find(invocation, code).await?;
        if request.job.spec.webhook != invocation.webhook() {
            return Err(answers::nothing(invocation, code));
        }
        self.check_unasked(invocation, &request)?;
        self.read(invocation, &request)?;
        let (id, ballot) = (request.job.id.clone(), ballot(invocation, "", None));
        let confirm = move |store: Store| async move { store.confirm(&id, &ballot).await };
        match self.jobs.call(confirm).await? {
            Voted::Released(job) => self.result(invocation, *job).await,
            Voted::Confirmed(job) => {
                let until = self.fresh_until(&job.id).await;
                let moment = |until| self.times().moment(until, invocation.now());
                let until = until.map_or_else(String::new, moment);
                let bot = invocation.bot();
                Ok(request_words::waits(
                    &job.spec.text,
                    &job.id,
                    bot,
                    &request.needs,
                    &until,
                ))
            }
            other => answers::voted(other, &request, None, invocation),
        }
    }

    /// What waits for others does not wait for a second word.
    fn check_unasked(
        &self,
        invocation: &Invocation,
        request: &Request,
    ) -> Result<(), CommandError> {
        let is_asked = request.stage == Stage::Approve;
        if !is_asked || request.job.state != JobState::AwaitingApproval {
            return Ok(());
        }
        let open = self.read(invocation, request)?;
        let is_own = is_of(invocation, request);
        Err(answers::approve_instead(request, &open, is_own))
    }

    /// Takes back what waits in memory, if it is there and theirs.
    pub(super) fn withdraw_remembered(
        &self,
        invocation: &Invocation,
        code: &str,
    ) -> Option<CommandResult> {
        let remembered = self.jobs.confirmations()?;
        let unconfirmed = remembered.get(code)?;
        if *unconfirmed.inquiry.webhook != *invocation.webhook() {
            return None;
        }
        if !is_theirs(&unconfirmed, invocation) {
            return Some(Err(not_theirs()));
        }
        let text = unconfirmed.inquiry.text.command_text();
        Some(match remembered.take(code) {
            Some(_) => Ok(answers::withdrawn(text)),
            None => Err(answers::nothing(invocation, code)),
        })
    }

    async fn fresh_until(&self, id: &JobId) -> Option<i64> {
        let id = id.clone();
        let read = move |store: Store| async move { store.request(&id).await };
        let request = self.jobs.call(read).await.ok().flatten();
        request.map(|it| it.expires_at_ms)
    }

    /// Runs what waited in memory, by the rules that hold now.
    async fn confirm_remembered(
        &self,
        invocation: &Invocation,
        code: &str,
        unconfirmed: &Unconfirmed,
    ) -> CommandResult {
        if *unconfirmed.inquiry.webhook != *invocation.webhook() {
            return Err(answers::nothing(invocation, code));
        }
        if !is_theirs(unconfirmed, invocation) {
            return Err(not_theirs());
        }
        let taken = self.jobs.confirmations().and_then(|it| it.take(code));
        let Some(taken) = taken.filter(|it| it.until >= invocation.received()) else {
            return Err(CommandError::told(
                "That was too long ago; nothing was started. Say it again.",
            ));
        };
        let inquiry = again(&taken.inquiry, invocation);
        let call = invocation.dispatch_again(&inquiry).map_err(|refused| {
            let name = invocation.sender().name();
            CommandError::refused(refused.reply(invocation.bot(), name, None))
        })?;
        let evidence = Evidence {
            digest: &taken.digest,
            is_confirmed: true,
            ..Evidence::default()
        };
        let call = call.release(&evidence).map_err(|why| {
            CommandError::refused(Reply::text(format!("Nothing was started: {why}.")))
        })?;
        call.run().await
    }

    /// Waits for what was let go, and answers with its result when it is there in time.
    async fn result(&self, invocation: &Invocation, job: Job) -> CommandResult {
        let jobs = self.jobs.jobs()?;
        let until = invocation.deadline().checked_sub(TO_WRITE);
        let until = until.unwrap_or_else(Instant::now);
        let waited = jobs.wait_for_end(&job.id, until).await.ok().flatten();
        let reply = waited.as_ref().and_then(|it| it.reply.as_deref());
        if let Some(reply) = reply.and_then(reply_of) {
            return Ok(reply);
        }
        let is_posted = jobs.tells(&job.spec.webhook);
        Ok(request_words::goes_on(
            &job.spec.text,
            &job.id,
            invocation.bot(),
            is_posted,
        ))
    }
}

fn is_theirs(unconfirmed: &Unconfirmed, invocation: &Invocation) -> bool {
    let from = unconfirmed.inquiry.activity.from.as_ref();
    let first = from.and_then(|it| it.aad_object_id.as_ref());
    match (first, invocation.sender().id()) {
        (Some(first), Some(now)) => first.as_str().eq_ignore_ascii_case(now.as_str()),
        _ => false,
    }
}

fn not_theirs() -> CommandError {
    CommandError::refused(Reply::text(answers::NOT_THEIRS))
}

/// Says the first message once more, with the time that there is now.
fn again(first: &Inquiry, invocation: &Invocation) -> Arc<Inquiry> {
    Arc::new(Inquiry {
        activity: first.activity.clone(),
        text: MessageText::from_activity(&first.activity, &first.bot),
        bot: Arc::clone(&first.bot),
        webhook: Arc::clone(&first.webhook),
        request_id: invocation.request_id(),
        received: invocation.received(),
        now: invocation.now(),
        deadline: invocation.deadline(),
        cancellation: invocation.cancellation().clone(),
        job: OnceLock::new(),
    })
}

/// Makes a reply of one that was stored.
fn reply_of(json: &str) -> Option<Reply> {
    let message = read_message(json).ok()?;
    let is_card = |it: &&Value| it.get("contentType").and_then(Value::as_str) == Some(ADAPTIVE);
    let cards: Vec<Card> = message
        .attachments()
        .iter()
        .filter(is_card)
        .filter_map(|it| Card::from_json(&it.get("content")?.to_string()).ok())
        .collect();
    let mut cards = cards.into_iter();
    match cards.next() {
        Some(first) => Some(cards.fold(Reply::card(first), Reply::then_card)),
        None => Some(Reply::text(message.to_plain())),
    }
}
