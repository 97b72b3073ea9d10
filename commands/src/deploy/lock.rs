//! `deploy lock` and `deploy unlock`: keep deploys to an environment, or of one service there, from starting.
//!
//! The locks are those of `lock` and `unlock`, under the names that deploys take themselves.

use std::sync::Arc;
use std::time::Duration;

use hailer::{
    Command, CommandError, CommandResult, Effect, Force, HeldName, Hold, Holding, Invocation,
    Released, Reply, Spec, clap, escape, hold_sentence, values,
};

use crate::deploy::Deploys;
use crate::holds;

/// What `deploy lock` takes.
#[derive(Debug, clap::Args)]
pub(super) struct LockArgs {
    /// Why, for those who are kept out
    #[arg(required = true)]
    reason: Vec<String>,
    /// Where
    #[arg(long)]
    env: String,
    /// Only one service; all when left out
    #[arg(long)]
    service: Option<String>,
    /// For how long, as in 2h
    #[arg(long = "for", value_name = "time", value_parser = values::duration, default_value = "1h")]
    time: Duration,
}

/// What `deploy unlock` takes.
#[derive(Debug, clap::Args)]
pub(super) struct UnlockArgs {
    /// Where
    #[arg(long)]
    env: String,
    /// Only one service; what was locked for all when left out
    #[arg(long)]
    service: Option<String>,
    /// Also when somebody else holds it
    #[arg(long)]
    force: bool,
}

/// Keeps deploys from starting.
#[derive(Debug)]
pub(super) struct Lock(pub(super) Arc<Deploys>);

/// Lets deploys start again.
#[derive(Debug)]
pub(super) struct Unlock(pub(super) Arc<Deploys>);

impl Command for Lock {
    type Args = LockArgs;

    fn spec(&self) -> Spec {
        let (service, environment) = self.0.deployments.example();
        Spec::new(
            "deploy lock",
            "keep deploys to an environment from starting",
        )
        .effect(Effect::Write)
        .despite_holds()
        .example(
            format!("deploy lock --env {environment} --for 2h \"db move\""),
            "what runs goes on; nothing begins",
        )
        .example(
            format!("deploy lock --env {environment} --service {service} \"hotfix first\""),
            "only one service",
        )
    }

    async fn run(&self, args: LockArgs, invocation: Invocation) -> CommandResult {
        let (name, what) = self.0.lock_of(args.service.as_deref(), &args.env)?;
        let reason = holds::reason(&args.reason)?;
        let time = holds::bounded(args.time)?;
        let desk = &self.0.holds;
        let before = self.0.own_lock(&name, &invocation).await?;
        match desk.lock(&invocation, &name, time, &reason).await? {
            Holding::Held { hold, .. } => {
                let until = hold.until_ms.unwrap_or(hold.since_ms);
                let until = desk.times().moment(until, invocation.now());
                let what = match before {
                    Some(before) => {
                        let was = before.until_ms.unwrap_or(before.since_ms);
                        let was = desk.times().moment(was, invocation.now());
                        format!("You held that until {was}; now deploys {what}")
                    }
                    None => format!("Deploys {what}"),
                };
                Ok(Reply::markdown(format!(
                    "{} wait until {until}. Let them go before: **@{} {}**",
                    escape(&what),
                    escape(invocation.bot()),
                    escape(&unlock_call(args.service.as_deref(), &args.env))
                )))
            }
            Holding::Theirs(hold) => Err(self.0.theirs(&hold, &invocation)),
        }
    }
}

impl Command for Unlock {
    type Args = UnlockArgs;

    fn spec(&self) -> Spec {
        let (_, environment) = self.0.deployments.example();
        Spec::new("deploy unlock", "let deploys start again")
            .effect(Effect::Write)
            .despite_holds()
            .example(
                format!("deploy unlock --env {environment}"),
                "ends your lock",
            )
    }

    async fn run(&self, args: UnlockArgs, invocation: Invocation) -> CommandResult {
        let (name, what) = self.0.lock_of(args.service.as_deref(), &args.env)?;
        let force = if args.force { Force::Yes } else { Force::No };
        let held = HeldName::Lock(name);
        match self.0.holds.release(&invocation, held, force).await? {
            Released::Free(_) => Ok(Reply::text(format!("Deploys {what} may start again."))),
            Released::Theirs(hold) => Err(self.0.theirs(&hold, &invocation)),
            Released::NotHeld => Err(CommandError::told(format!("Nobody locked deploys {what}."))),
        }
    }
}

impl Deploys {
    /// Returns the name of a lock, and what it is about.
    fn lock_of(
        &self,
        service: Option<&str>,
        environment: &str,
    ) -> Result<(String, String), CommandError> {
        let environment = &self.deployments.environment(environment)?.name;
        Ok(match service {
            Some(service) => {
                let target = self.deployments.target(service, environment)?;
                let (service, environment) = target.names();
                let name = format!("deploy/{environment}/{service}");
                (name, format!("of {service} to {environment}"))
            }
            None => (format!("deploy/{environment}"), format!("to {environment}")),
        })
    }

    /// Returns the lock that somebody holds themselves already.
    async fn own_lock(
        &self,
        name: &str,
        invocation: &Invocation,
    ) -> Result<Option<Hold>, CommandError> {
        let (holds, _) = self.holds.all(invocation).await?;
        let id = invocation.sender().id().map(|it| it.as_str());
        Ok(holds
            .into_iter()
            .find(|it| it.held == HeldName::Lock(name.to_owned()) && Some(it.by.id.as_str()) == id))
    }

    fn theirs(&self, hold: &Hold, invocation: &Invocation) -> CommandError {
        let sentence = hold_sentence(hold, invocation.bot(), self.holds.times(), invocation.now());
        CommandError::refused(Reply::markdown(format!(
            "{sentence} Ask {}, or add --force to deploy unlock.",
            escape(&hold.by.name)
        )))
    }
}

fn unlock_call(service: Option<&str>, environment: &str) -> String {
    let service = service.map_or_else(String::new, |it| format!(" --service {it}"));
    format!("deploy unlock --env {environment}{service}")
}
