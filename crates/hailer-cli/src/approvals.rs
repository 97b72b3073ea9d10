//! `hailer approvals`: what waits for a yes, and saying it on the computer where the bot runs.
//!
//! Whoever can open the store could write anything into it, so this is as strong as the login of this computer; it is another
//! way than any webhook's token, which is what it is for.

use std::path::Path;

use anyhow::Context;
use clap::{Args, Subcommand};
use hailer::{
    Approver, Environment, JobId, NotCounted, OpenRequest, Operator, Permissions, TenantId, Way,
};
use hailer_store::{AuditEntry, Ballot, Caller, Person, Request, Store, Vote, Voted};
use serde_json::{Value, json};

use crate::exit::{Exit, Failure};
use crate::kept::{self, block_on};
use crate::operator;
use crate::output;
use crate::project::{Modules, Project, Source};

#[derive(Debug, Args)]
pub(crate) struct ApprovalsOptions {
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List what waits for a yes, the oldest first
    List,
    /// Say yes to what somebody else asked for
    Approve {
        /// Its code
        code: JobId,
    },
    /// Say no, which is the last word
    Deny {
        /// Its code
        code: JobId,
        /// Why not, in your words
        reason: Vec<String>,
    },
}

/// Looks into the store of the configuration, by its rules.
pub(crate) fn run(
    config: Option<&Path>,
    options: &ApprovalsOptions,
    environment: &Environment,
    modules: Modules<'_>,
) -> Result<Exit, Failure> {
    let project = Project::load(Source::find(config), None, environment, modules)?;
    let url = kept::place(&project.config, "nothing, so nothing waits")?;
    let permissions = project.bot.permissions()?;
    let user = operator::user(environment);
    block_on(async {
        let store = kept::open(&url).await?;
        match &options.what {
            What::List => list(&store, options.json).await,
            What::Approve { code } => {
                let who = Who::find(&permissions, &user)?;
                approve(&store, &permissions, &who, code).await
            }
            What::Deny { code, reason } => {
                let who = Who::find(&permissions, &user)?;
                deny(&store, &permissions, &who, code, &reason.join(" ")).await
            }
        }
    })
}

/// Who says yes or no here.
struct Who<'c> {
    user: &'c str,
    operator: &'c Operator,
}

impl<'c> Who<'c> {
    fn find(permissions: &'c Permissions, user: &'c str) -> Result<Self, Failure> {
        let operator = operator::person(permissions.config(), user)?;
        Ok(Self { user, operator })
    }

    /// At the command line somebody stands where the request came from.
    fn approver(&self, request: &Request) -> Approver {
        let spec = &request.job.spec;
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let tenant = self.operator.tenant.clone();
        let there = some(&spec.tenant).map(|it| TenantId::from(it.as_str()));
        Approver {
            id: self.operator.id.clone(),
            tenant: tenant.or(there),
            webhook: spec.webhook.clone(),
            team: some(&spec.team).map(|it| it.as_str().into()),
            channel: some(&spec.channel).map(|it| it.as_str().into()),
            way: Way::CommandLine,
        }
    }

    fn ballot(&self, request: &Request, reason: &str) -> Ballot {
        let approver = self.approver(request);
        let spec = &request.job.spec;
        Ballot {
            caller: Caller {
                person: Person {
                    id: self.operator.id.to_string(),
                    name: self.operator.name.clone(),
                },
                webhook: spec.webhook.clone(),
                tenant: approver.tenant.map(|it| it.to_string()).unwrap_or_default(),
                ..Caller::default()
            },
            way: "cli".to_owned(),
            team: spec.team.clone(),
            channel: spec.channel.clone(),
            reason: reason.to_owned(),
            operator: format!("user {}", self.user),
            post: None,
        }
    }
}

async fn list(store: &Store, as_json: bool) -> Result<Exit, Failure> {
    let requests = store.requests().await.context("cannot list requests")?;
    if as_json {
        let list: Vec<Value> = requests.iter().map(to_json).collect();
        return print(&format!("{:#}", Value::from(list)));
    }
    if requests.is_empty() {
        return print("nothing waits for a yes");
    }
    let lines: Vec<String> = requests.iter().map(line).collect();
    print(&lines.join("\n"))
}

fn line(request: &Request) -> String {
    let job = &request.job;
    let until = chrono::DateTime::from_timestamp_millis(request.expires_at_ms);
    let until = until.map(|it| it.format("%H:%M UTC").to_string());
    let mut text = format!(
        "{}  {}  asked by {} at {}, until {}: {}",
        job.id,
        job.spec.text,
        job.spec.requester.name,
        job.spec.webhook,
        until.unwrap_or_default(),
        request.needs
    );
    for vote in &request.votes {
        text.push_str(&format!(
            "\n      yes of {} ({})",
            vote.person.name, vote.way
        ));
    }
    text
}

fn to_json(request: &Request) -> Value {
    let job = &request.job;
    let said = request.votes.iter().map(|it| it.person.name.as_str());
    json!({
        "code": job.id.as_str(),
        "text": job.spec.text,
        "command": job.spec.command,
        "webhook": job.spec.webhook,
        "requester": {"id": job.spec.requester.id, "name": job.spec.requester.name},
        "stage": request.stage.as_str(),
        "needs": request.needs,
        "expires_at_ms": request.expires_at_ms,
        "approved_by": said.collect::<Vec<_>>(),
    })
}

async fn approve(
    store: &Store,
    permissions: &Permissions,
    who: &Who<'_>,
    code: &JobId,
) -> Result<Exit, Failure> {
    let request = find(store, code).await?;
    let open = match open(permissions, &request) {
        Ok(open) => open,
        Err(why) => return Err(refuse(store, who, &request, &why).await),
    };
    if let Err(why) = open.check(&who.approver(&request)) {
        return Err(refuse(store, who, &request, &why.to_string()).await);
    }
    let ballot = who.ballot(&request, "");
    let voted = store.approve(code, &ballot, open.are_enough()).await;
    told(
        voted.context("cannot tell whether the yes is stored")?,
        &request,
        Some(&open),
    )
}

async fn deny(
    store: &Store,
    permissions: &Permissions,
    who: &Who<'_>,
    code: &JobId,
    reason: &str,
) -> Result<Exit, Failure> {
    let request = find(store, code).await?;
    let open = match open(permissions, &request) {
        Ok(open) => open,
        Err(why) => return Err(refuse(store, who, &request, &why).await),
    };
    match open.check(&who.approver(&request)) {
        Ok(()) | Err(NotCounted::Way { .. }) => {}
        Err(why) => return Err(refuse(store, who, &request, &why.to_string()).await),
    }
    let voted = store.deny(code, &who.ballot(&request, reason)).await;
    told(
        voted.context("cannot tell whether the no is stored")?,
        &request,
        None,
    )
}

async fn find(store: &Store, code: &JobId) -> Result<Request, Failure> {
    let found = store.request(code).await.context("cannot read the store")?;
    found.ok_or_else(|| {
        let text = format!("error: nothing waits as {code}\n  fix: hailer approvals list");
        Failure::new(Exit::No, text)
    })
}

fn open(permissions: &Permissions, request: &Request) -> Result<OpenRequest, String> {
    permissions
        .open_request(request)
        .map_err(|why| format!("the request leads nowhere any more: {why}"))
}

/// Says why a word does not count, here and in the audit.
async fn refuse(store: &Store, who: &Who<'_>, request: &Request, why: &str) -> Failure {
    let spec = &request.job.spec;
    let entry = AuditEntry {
        event: "denied".to_owned(),
        decision: "deny".to_owned(),
        job: Some(request.job.id.clone()),
        webhook: spec.webhook.clone(),
        actor_id: who.operator.id.to_string(),
        actor_name: who.operator.name.clone(),
        command: spec.command.clone(),
        effect: spec.effect.as_str().to_owned(),
        detail: format!("cli; user {}; {why}", who.user),
        ..AuditEntry::default()
    };
    match store.audit(&entry).await {
        Ok(()) => no(why),
        Err(error) => no(&format!("{why}\n  the audit does not have it: {error}")),
    }
}

fn told(voted: Voted, request: &Request, open: Option<&OpenRequest>) -> Result<Exit, Failure> {
    let id = &request.job.id;
    let text = &request.job.spec.text;
    let rest = |votes: &[Vote]| {
        let lacking = open.and_then(|it| it.lacking(votes));
        lacking.unwrap_or_else(|| request.needs.clone())
    };
    match voted {
        Voted::Released(_) => print(&format!("approved: {text} starts as job {id}")),
        Voted::Noted(votes) => print(&format!(
            "noted: {} so far; it still needs a yes of {}",
            votes.len(),
            rest(&votes)
        )),
        Voted::Rejected(_) => print(&format!("denied: {text} will not run")),
        Voted::Before => Err(no(&format!(
            "you said so before; it still needs a yes of {}",
            rest(&request.votes)
        ))),
        Voted::Confirmed(_) => Err(no("you said so before")),
        Voted::Expired(_) => Err(no("it was too late; nothing was started")),
        Voted::Unconfirmed(job) => Err(no(&format!(
            "{} has to type yes {id} first",
            job.spec.requester.name
        ))),
        Voted::NotTheirs(_) => Err(no("only who asked can confirm it")),
        Voted::NotWaiting(job) => Err(no(&format!(
            "it waits no more: it is {}",
            job.state.as_str().replace('_', " ")
        ))),
        Voted::NotFound => Err(no("it is no longer kept")),
    }
}

fn no(why: &str) -> Failure {
    Failure::new(Exit::No, format!("error: {why}"))
}

fn print(text: &str) -> Result<Exit, Failure> {
    output::print(text)?;
    Ok(Exit::Fine)
}
