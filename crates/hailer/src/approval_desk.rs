//! Where people say yes or no to what waits: to their own second word, and to what others asked for.

mod answers;
mod confirming;

use std::fmt::Display;
use std::sync::Arc;

use hailer_dispatch::{
    AskedFor, Asker, CommandError, CommandResult, Inquiry, Invocation, NotCounted, Way,
};
use hailer_store::{Ballot, Cancelled, JobId, JobState, NewPost, Request, Stage, Store};

use crate::job_desk::{JobDesk, caller};
use crate::local_time::LocalTime;
use crate::open_request::{Approver, BY_MESSAGE, OpenRequest, Pointless};
use crate::request_words;

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

impl ApprovalDesk {
    /// Makes a desk beside that of jobs.
    pub fn new(jobs: &JobDesk) -> Self {
        Self { jobs: jobs.clone() }
    }

    /// Returns how moments are written here.
    pub fn times(&self) -> LocalTime {
        self.jobs.times()
    }

    /// Takes somebody's yes to what another asked for.
    ///
    /// # Errors
    ///
    /// There is nothing by that code here, it is too late, or the yes does not count.
    pub async fn approve(&self, invocation: &Invocation, code: &str) -> CommandResult {
        let request = self.find(invocation, code).await?;
        if request.stage == Stage::Confirm && is_of(invocation, &request) {
            return Err(answers::confirm_instead(&request));
        }
        let open = self.counted(invocation, &request, Strictness::Approve)?;
        let (id, ballot) = (request.job.id.clone(), ballot(invocation, "", None));
        let are_enough = open.are_enough();
        let approve =
            move |store: Store| async move { store.approve(&id, &ballot, are_enough).await };
        let voted = self.jobs.call(approve).await?;
        answers::voted(voted, &request, Some(&open), invocation)
    }

    /// Takes somebody's no, which is the last word. Whoever asked takes their request back with it.
    ///
    /// # Errors
    ///
    /// As [`ApprovalDesk::approve`]. A no counts whichever way it comes.
    pub async fn deny(&self, invocation: &Invocation, code: &str, reason: &str) -> CommandResult {
        if let Some(withdrawn) = self.withdraw_remembered(invocation, code) {
            return withdrawn;
        }
        let request = self.find(invocation, code).await?;
        let is_here = request.job.spec.webhook == invocation.webhook();
        if is_here && is_of(invocation, &request) {
            return self.withdraw(invocation, &request).await;
        }
        let open = self.counted(invocation, &request, Strictness::Deny)?;
        let post = self.denial(invocation, &request, reason);
        let (id, ballot) = (request.job.id.clone(), ballot(invocation, reason, post));
        let deny = move |store: Store| async move { store.deny(&id, &ballot).await };
        let voted = self.jobs.call(deny).await?;
        answers::voted(voted, &request, Some(&open), invocation)
    }

    /// Takes a request back for whoever asked.
    async fn withdraw(&self, invocation: &Invocation, request: &Request) -> CommandResult {
        if request.job.state != JobState::AwaitingApproval {
            return Err(answers::waits_no_more(&request.job));
        }
        let (id, caller) = (request.job.id.clone(), caller(invocation));
        let cancel = move |store: Store| async move { store.cancel(&id, &caller).await };
        match self.jobs.call(cancel).await? {
            Cancelled::AtOnce(job) => Ok(answers::withdrawn(&job.spec.text)),
            Cancelled::Asked(job) | Cancelled::AskedBefore(job) | Cancelled::Ended(job) => {
                Err(answers::waits_no_more(&job))
            }
            Cancelled::NotFound => Err(answers::nothing(invocation, request.job.id.as_str())),
        }
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
        self.open(invocation, request)
            .map_err(|why| answers::pointless(request, &why))
    }

    async fn find(&self, invocation: &Invocation, code: &str) -> Result<Request, CommandError> {
        let nothing = || answers::nothing(invocation, code);
        let id: JobId = code.parse().map_err(|_| nothing())?;
        let find = move |store: Store| async move { store.request(&id).await };
        let request = self.jobs.call(find).await?;
        request.ok_or_else(nothing)
    }

    /// Makes sure that what somebody says about a request counts. Elsewhere than where it was asked for, it is not there for
    /// those whose word does not; the audit says why.
    fn counted(
        &self,
        invocation: &Invocation,
        request: &Request,
        strictness: Strictness,
    ) -> Result<OpenRequest, CommandError> {
        let id = request.job.id.as_str();
        let is_here = request.job.spec.webhook == invocation.webhook();
        let hidden = |why: &dyn Display| {
            answers::nothing(invocation, id)
                .recorded_as(format!("no word on request {id}: {why}"))
                .about_job(id)
        };
        let open = match self.open(invocation, request) {
            Ok(open) => open,
            Err(why) if is_here || is_asked(invocation, request) => {
                return Err(answers::pointless(request, &why));
            }
            Err(why) => return Err(hidden(&why)),
        };
        let Some(approver) = approver(invocation) else {
            return Err(hidden(&"the message has no Entra ID"));
        };
        match open.check(&approver) {
            Ok(()) => Ok(open),
            Err(NotCounted::Way { .. }) if strictness == Strictness::Deny => Ok(open),
            Err(reason) if is_here || reason == NotCounted::Own => {
                Err(answers::not_counted(request, &reason))
            }
            Err(reason) => Err(hidden(&reason)),
        }
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

/// Says whether somebody asked for it themselves.
fn is_of(invocation: &Invocation, request: &Request) -> bool {
    let requester = request.job.spec.requester.id.as_str();
    let id = invocation.sender().id();
    id.is_some_and(|id| !requester.is_empty() && id.as_str().eq_ignore_ascii_case(requester))
}

/// Says whether somebody is in a group that is asked about the command of a request, which then is theirs to know of.
fn is_asked(invocation: &Invocation, request: &Request) -> bool {
    let spec = &request.job.spec;
    let there = Asker {
        webhook: &spec.webhook,
        ..invocation.asker()
    };
    let mine = invocation.groups();
    let asked = invocation.asked_of(&spec.command, there);
    asked.iter().any(|it| match it {
        AskedFor::Approval { need, .. } => need.groups().iter().any(|it| mine.contains(it)),
        _ => false,
    })
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
