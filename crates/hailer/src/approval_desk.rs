//! Where people say yes or no to what waits: to their own second word, and to what others asked for.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use hailer_dispatch::{
    CommandError, CommandResult, Evidence, Inquiry, Invocation, MessageText, NotCounted, Way,
};
use hailer_reply::{Card, Reply, escape, read_message};
use hailer_store::{Ballot, Job, JobId, JobState, NewPost, Request, Stage, Store, Voted};
use serde_json::Value;

use crate::confirmations::Unconfirmed;
use crate::job_desk::{JobDesk, caller};
use crate::local_time::LocalTime;
use crate::open_request::{Approver, BY_MESSAGE, OpenRequest, Pointless};
use crate::request_words;

/// Time to write the answer before it is due.
const TO_WRITE: Duration = Duration::from_millis(250);

/// The content type of the cards that commands answer with.
const ADAPTIVE: &str = "application/vnd.microsoft.card.adaptive";

/// What waits for a yes, for commands that say it. It is open where its [`JobDesk`] is.
///
/// What was asked for by another webhook is as little there as what does not exist, unless somebody's yes counts for it.
#[derive(Debug, Clone, Default)]
pub struct ApprovalDesk {
    jobs: JobDesk,
}

/// Something that waits for a yes, as a list shows it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Waiting {
    /// The request.
    pub request: Request,
    /// Whether the yes of whoever asks would count.
    pub is_yours: bool,
}

/// What a yes to a request did.
type Answered = Result<Reply, CommandError>;

impl ApprovalDesk {
    /// Makes a desk beside that of jobs.
    pub fn new(jobs: &JobDesk) -> Self {
        Self { jobs: jobs.clone() }
    }

    /// Returns how moments are written here.
    pub fn times(&self) -> LocalTime {
        self.jobs.times()
    }

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
            return Err(nothing(invocation, code));
        }
        let request = self.find(invocation, code).await?;
        if request.job.spec.webhook != invocation.webhook() {
            return Err(nothing(invocation, code));
        }
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
            other => answer(other, &request, invocation),
        }
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
        let first = &unconfirmed.inquiry;
        let theirs = first.activity.from.as_ref();
        let theirs = theirs.and_then(|it| it.aad_object_id.as_ref());
        let is_theirs = match (theirs, invocation.sender().id()) {
            (Some(first), Some(now)) => first.as_str().eq_ignore_ascii_case(now.as_str()),
            _ => false,
        };
        if *first.webhook != *invocation.webhook() {
            return Err(nothing(invocation, code));
        }
        if !is_theirs {
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
            CommandError::reply_with(refused.reply(invocation.bot(), name, None))
        })?;
        let evidence = Evidence {
            digest: &taken.digest,
            is_confirmed: true,
            ..Evidence::default()
        };
        let call = call
            .release(&evidence)
            .map_err(|why| CommandError::told(format!("Nothing was started: {why}.")))?;
        call.run().await
    }

    /// Takes somebody's yes to what another asked for.
    ///
    /// # Errors
    ///
    /// There is nothing by that code here, it is too late, or the yes does not count.
    pub async fn approve(&self, invocation: &Invocation, code: &str) -> Answered {
        let request = self.find(invocation, code).await?;
        let open = self.counted(invocation, &request, Strictness::Approve)?;
        let (id, ballot) = (request.job.id.clone(), ballot(invocation, "", None));
        let are_enough = open.are_enough();
        let approve =
            move |store: Store| async move { store.approve(&id, &ballot, are_enough).await };
        let voted = self.jobs.call(approve).await?;
        answer(voted, &request, invocation)
    }

    /// Takes somebody's no, which is the last word.
    ///
    /// # Errors
    ///
    /// As [`ApprovalDesk::approve`]. A no counts whichever way it comes.
    pub async fn deny(&self, invocation: &Invocation, code: &str, reason: &str) -> Answered {
        let request = self.find(invocation, code).await?;
        self.counted(invocation, &request, Strictness::Deny)?;
        let post = self.denial(invocation, &request, reason);
        let (id, ballot) = (request.job.id.clone(), ballot(invocation, reason, post));
        let deny = move |store: Store| async move { store.deny(&id, &ballot).await };
        let voted = self.jobs.call(deny).await?;
        answer(voted, &request, invocation)
    }

    /// Tells where it was asked for that somebody said no.
    fn denial(&self, invocation: &Invocation, request: &Request, reason: &str) -> Option<NewPost> {
        let job = &request.job;
        let who = invocation.sender().name();
        let reply = request_words::denied(&job.spec.text, &job.id, who, reason);
        self.jobs
            .jobs()
            .ok()?
            .compose_for(&job.spec.webhook, &reply)
    }

    /// Lists what waits here, and what waits elsewhere for whoever asks.
    ///
    /// # Errors
    ///
    /// There is no store, or it is out.
    pub async fn list(&self, invocation: &Invocation) -> Result<Vec<Waiting>, CommandError> {
        let list = |store: Store| async move { store.requests().await };
        let requests = self.jobs.call(list).await?;
        let waiting = requests.into_iter().filter_map(|request| {
            let open = self.open(invocation, &request);
            let is_asked = request.stage == Stage::Approve;
            let is_yours = match (open, approver(invocation)) {
                (Ok(open), Some(approver)) => is_asked && open.check(&approver).is_ok(),
                _ => false,
            };
            let is_here = request.job.spec.webhook == invocation.webhook();
            (is_here || is_yours).then_some(Waiting { request, is_yours })
        });
        Ok(waiting.collect())
    }

    /// Reads a request again, by the rules that hold now.
    fn open(&self, invocation: &Invocation, request: &Request) -> Result<OpenRequest, Pointless> {
        let jobs = self.jobs.jobs().ok();
        let message = jobs.and_then(|it| it.message_of(&request.job));
        let dispatch = |inquiry: &Arc<Inquiry>| invocation.dispatch_again(inquiry);
        OpenRequest::read(request, message.as_deref(), invocation.now(), dispatch)
    }

    fn read(
        &self,
        invocation: &Invocation,
        request: &Request,
    ) -> Result<OpenRequest, CommandError> {
        self.open(invocation, request).map_err(|why| {
            let id = &request.job.id;
            CommandError::told(format!("Request {id} leads nowhere any more: {why}."))
        })
    }

    async fn find(&self, invocation: &Invocation, code: &str) -> Result<Request, CommandError> {
        let id: JobId = code.parse().map_err(|_| nothing(invocation, code))?;
        let find = move |store: Store| async move { store.request(&id).await };
        let request = self.jobs.call(find).await?;
        request.ok_or_else(|| nothing(invocation, code))
    }

    /// Makes sure that what somebody says about a request counts. Elsewhere than where it was asked for, it is not there for
    /// those whose word does not.
    fn counted(
        &self,
        invocation: &Invocation,
        request: &Request,
        strictness: Strictness,
    ) -> Result<OpenRequest, CommandError> {
        let code = request.job.id.as_str();
        let is_here = request.job.spec.webhook == invocation.webhook();
        let open = match self.read(invocation, request) {
            Ok(open) => open,
            Err(error) if is_here => return Err(error),
            Err(_) => return Err(nothing(invocation, code)),
        };
        let Some(approver) = approver(invocation) else {
            return Err(nothing(invocation, code));
        };
        match open.check(&approver) {
            Ok(()) => Ok(open),
            Err(NotCounted::Way { .. }) if strictness == Strictness::Deny => Ok(open),
            Err(reason) if is_here => Err(CommandError::told(refusal(&reason))),
            Err(reason @ NotCounted::Own) => Err(CommandError::told(refusal(&reason))),
            Err(_) => Err(nothing(invocation, code)),
        }
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

/// Which words of somebody count.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Strictness {
    /// Those that come by one of the ways that were named.
    Approve,
    /// Those that come any way.
    Deny,
}

fn approver(invocation: &Invocation) -> Option<Approver> {
    let asker = invocation.asker();
    Some(Approver {
        id: asker.person?.clone(),
        tenant: asker.tenant.cloned(),
        webhook: asker.webhook.to_owned(),
        team: asker.team.cloned(),
        channel: asker.channel.clone(),
        way: Way::Message,
    })
}

fn ballot(invocation: &Invocation, reason: &str, post: Option<NewPost>) -> Ballot {
    let text = |id: Option<String>| id.unwrap_or_default();
    Ballot {
        caller: caller(invocation),
        way: BY_MESSAGE.to_owned(),
        team: text(invocation.team().map(ToString::to_string)),
        channel: text(invocation.channel().map(|it| it.to_string())),
        reason: reason.to_owned(),
        operator: String::new(),
        post,
    }
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

/// Words what somebody's word did.
fn answer(voted: Voted, request: &Request, invocation: &Invocation) -> Answered {
    let told = |text: String| Err(CommandError::told(text));
    let id = &request.job.id;
    let text = &request.job.spec.text;
    match voted {
        Voted::Released(_) => Ok(Reply::markdown(format!(
            "Approved: **{}** starts (job {id}).",
            escape(text)
        ))),
        Voted::Noted(votes) => Ok(Reply::markdown(format!(
            "Noted: {} said yes to **{}** so far, and it needs more: {}.",
            names(&votes),
            escape(text),
            escape(&request.needs)
        ))),
        Voted::Rejected(_) => Ok(Reply::markdown(format!(
            "Denied: **{}** will not run.",
            escape(text)
        ))),
        Voted::Confirmed(_) | Voted::Before => told("You said so before.".to_owned()),
        Voted::Expired(_) => told(format!(
            "Request {id} was too late; nothing was started. Say the command again."
        )),
        Voted::Unconfirmed(job) => told(format!(
            "{} has to type yes {id} first.",
            job.spec.requester.name
        )),
        Voted::NotTheirs(_) => Err(not_theirs()),
        Voted::NotWaiting(job) => told(format!("Request {id} waits no more: {}.", state(&job))),
        Voted::NotFound => Err(nothing(invocation, id.as_str())),
    }
}

fn names(votes: &[hailer_store::Vote]) -> String {
    let names: Vec<String> = votes
        .iter()
        .map(|it| escape(&it.person.name).to_string())
        .collect();
    names.join(", ")
}

fn state(job: &Job) -> String {
    match (&job.error, job.state) {
        (Some(error), JobState::Rejected | JobState::Expired) => error.clone(),
        (_, JobState::Cancelled) => "it was cancelled".to_owned(),
        (_, JobState::Queued) => "it is approved and about to start".to_owned(),
        (_, state) if state.is_held() => "it is approved and running".to_owned(),
        (_, _) => "it has run".to_owned(),
    }
}

fn refusal(reason: &NotCounted) -> String {
    format!("Your word does not count here: {reason}.")
}

fn not_theirs() -> CommandError {
    CommandError::told("Only whoever sent the command can say yes to it.")
}

fn nothing(invocation: &Invocation, code: &str) -> CommandError {
    CommandError::reply_with(Reply::markdown(format!(
        "Nothing waits here as {}. **@{} approvals** lists what does.",
        escape(code),
        escape(invocation.bot())
    )))
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
