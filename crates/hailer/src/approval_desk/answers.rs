//! What people read whose word did something about a request, or did not.

use hailer_dispatch::{CommandError, CommandResult, Invocation, NotCounted};
use hailer_reply::{Reply, escape};
use hailer_store::{Job, JobState, Request, Vote, Voted};

use crate::open_request::{OpenRequest, Pointless};

/// What somebody reads who says a second word to another's first.
pub(super) const NOT_THEIRS: &str = "Only whoever sent the command can say yes to it.";

/// Words what somebody's word did. What is still needed can be said of a request that is open.
pub(super) fn voted(
    voted: Voted,
    request: &Request,
    open: Option<&OpenRequest>,
    invocation: &Invocation,
) -> CommandResult {
    let id = &request.job.id;
    let text = escape(&request.job.spec.text);
    match voted {
        Voted::Released(_) => Ok(Reply::markdown(format!(
            "Approved: **{text}** starts (job {id})."
        ))),
        Voted::Noted(votes) => Ok(Reply::markdown(format!(
            "Noted: {} said yes to **{text}**. {}",
            names(&votes),
            needs(request, open, &votes)
        ))),
        Voted::Rejected(_) => Ok(Reply::markdown(format!("Denied: **{text}** will not run."))),
        Voted::Before => Ok(Reply::markdown(format!(
            "You said yes to **{text}** before. {}",
            needs(request, open, &request.votes)
        ))),
        Voted::Confirmed(_) => Ok(Reply::markdown(format!(
            "You said so before. **{text}** waits for {}.",
            escape(&request.needs)
        ))),
        Voted::Expired(_) => Err(CommandError::told(format!(
            "Request {id} was too late; nothing was started. Say the command again."
        ))),
        Voted::Unconfirmed(_) => Err(CommandError::reply_with(Reply::markdown(format!(
            "Nothing is to be approved yet: {} types **@{} yes {id}** first.",
            escape(&request.job.spec.requester.name),
            escape(&request.bot)
        )))),
        Voted::NotTheirs(_) => Err(not_theirs(request)),
        Voted::NotWaiting(job) => Err(waits_no_more(&job)),
        Voted::NotFound => Err(nothing(invocation, id.as_str())),
    }
}

/// Says what is still needed, and of whom, by the rules that hold now.
fn needs(request: &Request, open: Option<&OpenRequest>, votes: &[Vote]) -> String {
    let lacking = open.and_then(|it| it.lacking(votes));
    format!(
        "It still needs a yes of {}.",
        escape(lacking.as_deref().unwrap_or(&request.needs))
    )
}

fn names(votes: &[Vote]) -> String {
    let names: Vec<String> = votes
        .iter()
        .map(|it| escape(&it.person.name).to_string())
        .collect();
    names.join(", ")
}

/// Says that a request is no longer one.
pub(super) fn waits_no_more(job: &Job) -> CommandError {
    CommandError::told(format!("Request {} waits no more: {}.", job.id, state(job)))
}

fn state(job: &Job) -> String {
    match (&job.error, job.state) {
        (Some(error), JobState::Rejected | JobState::Expired) => error.clone(),
        (_, JobState::Cancelled) => "it was taken back".to_owned(),
        (_, JobState::Queued) => "it is approved and about to start".to_owned(),
        (_, state) if state.is_held() => "it is approved and running".to_owned(),
        (_, _) => "it has run".to_owned(),
    }
}

/// Says that whoever asked does not want it any more.
pub(super) fn withdrawn(text: &str) -> Reply {
    Reply::markdown(format!("Taken back: **{}** will not run.", escape(text)))
}

/// Says why a request leads nowhere, whoever says yes.
pub(super) fn pointless(request: &Request, why: &Pointless) -> CommandError {
    let id = request.job.id.as_str();
    refused(
        request,
        format!("Request {id} leads nowhere any more: {why}. Nothing was started."),
    )
}

/// Says why somebody's word does not count.
pub(super) fn not_counted(request: &Request, reason: &NotCounted) -> CommandError {
    let text = match reason {
        NotCounted::Own => format!(
            "Your word does not count here: {reason}. To take it back, type @{} deny {}",
            request.bot, request.job.id
        ),
        reason => format!("Your word does not count here: {reason}."),
    };
    refused(request, text)
}

/// Tells whoever asked, and has to say so twice, what to type.
pub(super) fn confirm_instead(request: &Request) -> CommandError {
    let (bot, id) = (escape(&request.bot), &request.job.id);
    CommandError::reply_with(Reply::markdown(format!(
        "It is your own, and waits for your second word: **@{bot} yes {id}**"
    )))
}

/// Tells somebody who says yes to what others are asked about what to type, or that it is not theirs to type.
pub(super) fn approve_instead(request: &Request, open: &OpenRequest, is_own: bool) -> CommandError {
    let (id, text) = (&request.job.id, escape(&request.job.spec.text));
    let rest = open.lacking(&request.votes);
    let rest = escape(rest.as_deref().unwrap_or(&request.needs));
    CommandError::reply_with(Reply::markdown(if is_own {
        let bot = escape(&request.bot);
        format!(
            "**{text}** does not wait for you: it needs a yes of {rest}. To take it back: **@{bot} deny {id}**"
        )
    } else {
        format!("**{text}** needs a yes of {rest}. Who may say so types **approve {id}**")
    }))
}

pub(super) fn not_theirs(request: &Request) -> CommandError {
    refused(request, NOT_THEIRS.to_owned())
}

fn refused(request: &Request, text: String) -> CommandError {
    CommandError::refused(Reply::text(text)).about_job(request.job.id.as_str())
}

pub(super) fn nothing(invocation: &Invocation, code: &str) -> CommandError {
    CommandError::reply_with(Reply::markdown(format!(
        "Nothing waits here as {}. **@{} approvals** lists what does.",
        escape(code),
        escape(invocation.bot())
    )))
}
