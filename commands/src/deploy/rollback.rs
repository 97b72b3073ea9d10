//! `deploy rollback`: back to the last version that did its work.

use std::sync::Arc;

use hailer::{Command, CommandError, CommandResult, Effect, Invocation, Spec};

use crate::deploy::ledger::{Kind, Track};
use crate::deploy::rollout::roll_out;
use crate::deploy::words::TargetArgs;
use crate::deploy::{Deploys, Target};

/// Goes back to the last version that did its work.
#[derive(Debug)]
pub(super) struct Rollback(pub(super) Arc<Deploys>);

impl Command for Rollback {
    type Args = TargetArgs;

    fn spec(&self) -> Spec {
        let (service, environment) = self.0.deployments.example_of_rollback();
        Spec::new(
            "deploy rollback",
            "go back to the last version that did its work",
        )
        .effect(Effect::Destructive)
        .job()
        .time_limit(self.0.deployments.time_limit())
        .lock("deploy/{env}/{service}")
        .example(
            format!("deploy rollback {service} --env {environment}"),
            "also in a freeze; deploy plan shows before what it will do",
        )
    }

    async fn check(&self, args: &TargetArgs, _: &Invocation) -> Result<(), CommandError> {
        let target = self.0.deployments.target(&args.service, &args.env)?;
        let track = self.0.track(&target).await?;
        goal(&target, &track).map(drop)
    }

    async fn run(&self, args: TargetArgs, invocation: Invocation) -> CommandResult {
        let target = self.0.deployments.target(&args.service, &args.env)?;
        let track = self.0.track(&target).await?;
        let version = goal(&target, &track)?;
        roll_out(&self.0, &target, &version, Kind::Rollback, &invocation).await
    }
}

/// Returns the version to go back to.
pub(super) fn goal(target: &Target<'_>, track: &Track) -> Result<String, CommandError> {
    let (service, environment) = target.names();
    let Some(deploy) = track.last_good() else {
        return Err(CommandError::told(format!(
            "I know no other version of {service} that did its work in {environment}. Name one: deploy run {service} VERSION --env {environment}"
        )));
    };
    Ok(deploy.version.clone())
}
