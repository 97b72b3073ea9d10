//! `yes`, `approve`, `deny` and `approvals`: a second word, and the word of a second person.
//!
//! Only `approvals` is listed by help: what to type is said where something waits.
//!
//! Who may say what is decided by what waits, not by rules about these commands: were `yes` to need a rule of its own,
//! nobody could confirm what they asked for.

use hailer::{
    ApprovalDesk, Command, CommandError, Effect, Invocation, JobDesk, Module, NoArgs, Reply, Spec,
    Stage, Waiting, clap, command_fn,
};

/// Makes the module.
pub fn module() -> Module {
    let jobs = JobDesk::new();
    let desk = ApprovalDesk::new(&jobs);
    Module::new("Jobs")
        .desk(jobs)
        .command(Approvals(desk.clone()))
        .command(approve(&desk))
        .command(deny(&desk))
        .command(yes(&desk))
}

/// The code of what waits.
#[derive(Debug, clap::Args)]
struct CodeArgs {
    /// Its code, like 7F3A
    code: String,
}

fn yes(desk: &ApprovalDesk) -> impl Command {
    let desk = desk.clone();
    let spec = Spec::new("yes", "go on with what I asked you about")
        .effect(Effect::Write)
        .checks_itself()
        .hidden()
        .example("yes 7F3A", "you meant it");
    command_fn(spec, move |args: CodeArgs, invocation: Invocation| {
        let desk = desk.clone();
        async move { desk.confirm(&invocation, &args.code).await }
    })
}

fn approve(desk: &ApprovalDesk) -> impl Command {
    let desk = desk.clone();
    let spec = Spec::new("approve", "let run what somebody else asked for")
        .effect(Effect::Write)
        .checks_itself()
        .hidden()
        .example("approve 7F3A", "yes, if you may say so");
    command_fn(spec, move |args: CodeArgs, invocation: Invocation| {
        let desk = desk.clone();
        async move { desk.approve(&invocation, &args.code).await }
    })
}

/// The code of what waits, and why not.
#[derive(Debug, clap::Args)]
struct DenyArgs {
    /// Its code, like 7F3A
    code: String,
    /// Why not, in your words
    reason: Vec<String>,
}

fn deny(desk: &ApprovalDesk) -> impl Command {
    let desk = desk.clone();
    let spec = Spec::new("deny", "keep from running what somebody asked for")
        .effect(Effect::Write)
        .checks_itself()
        .hidden()
        .example("deny 7F3A not on a Friday", "no, and why");
    command_fn(spec, move |args: DenyArgs, invocation: Invocation| {
        let desk = desk.clone();
        async move {
            let reason = args.reason.join(" ");
            desk.deny(&invocation, &args.code, &reason).await
        }
    })
}

/// Lists what waits.
#[derive(Debug, Clone)]
struct Approvals(ApprovalDesk);

impl Command for Approvals {
    type Args = NoArgs;

    fn spec(&self) -> Spec {
        Spec::new("approvals", "what waits for a yes, for whose, until when")
            .effect(Effect::Read)
            .example("approvals", "here, and elsewhere if it is yours to say")
    }

    async fn run(&self, _: NoArgs, invocation: Invocation) -> Result<Reply, CommandError> {
        let waiting = self.0.list(&invocation).await?;
        if waiting.is_empty() {
            return Ok(Reply::text("Nothing waits for a yes here."));
        }
        let rows = waiting.iter().map(|it| self.row(it, &invocation));
        let columns = ["Code", "What", "Who asked", "Waits for", "Until"];
        Ok(Reply::table("Waiting for a yes", columns, rows))
    }
}

impl Approvals {
    fn row(&self, waiting: &Waiting, invocation: &Invocation) -> [String; 5] {
        let request = &waiting.request;
        let job = &request.job;
        let said = request.votes.iter().map(|it| it.person.name.as_str());
        let said: Vec<&str> = said.collect();
        let needs = request.needs.split(", ").next().unwrap_or_default();
        let mut waits_for = match (waiting.is_yours, request.stage) {
            (true, _) => "you: approve or deny".to_owned(),
            (false, Stage::Confirm) => "the yes of who asked".to_owned(),
            (false, Stage::Approve | Stage::Glass) => needs.to_owned(),
        };
        if !said.is_empty() {
            waits_for = format!("{waits_for} (so far {})", said.join(", "));
        }
        let until = self
            .0
            .times()
            .moment(request.expires_at_ms, invocation.now());
        [
            job.id.to_string(),
            job.spec.text.clone(),
            job.spec.requester.name.clone(),
            waits_for,
            until,
        ]
    }
}
