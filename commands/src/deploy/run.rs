//! `deploy run`: brings a version to an environment.

use std::sync::Arc;
use std::time::Duration;

use hailer::{
    Command, CommandError, CommandResult, Effect, Invocation, Reply, Spec, clap, escape, nearest,
};

use crate::deploy::ledger::{Ending, Kind, Track};
use crate::deploy::rollout::roll_out;
use crate::deploy::words::{ago, millis, version};
use crate::deploy::{Deploys, Target};

/// The door must be answered in time, so a backend that lists no versions by then is not waited for.
const LIST_WITHIN: Duration = Duration::from_secs(2);

/// So many versions are named in an answer.
const NEWEST: usize = 5;

/// What `deploy run` takes.
#[derive(Debug, clap::Args)]
pub(super) struct RunArgs {
    /// Which service
    service: String,
    /// Which version, like 2.42.0
    #[arg(value_parser = version)]
    version: String,
    /// Where to
    #[arg(long)]
    env: String,
    /// Also when it is there already
    #[arg(long)]
    again: bool,
}

/// Brings a version to an environment.
#[derive(Debug)]
pub(super) struct Run(pub(super) Arc<Deploys>);

impl Command for Run {
    type Args = RunArgs;

    fn spec(&self) -> Spec {
        let one = self.0.deployments.example_of_run();
        let (service, environment, version) = (one.service, one.environment, one.version);
        Spec::new(
            "deploy run",
            "bring a version of a service to an environment",
        )
        .effect(Effect::Write)
        .job()
        .time_limit(self.0.deployments.time_limit())
        .lock("deploy/{env}/{service}")
        .example(
            format!("deploy run {service} {version} --env {environment}"),
            "shows every step; looks afterwards whether it does its work",
        )
    }

    async fn check(&self, args: &RunArgs, invocation: &Invocation) -> Result<(), CommandError> {
        let target = self.0.deployments.target(&args.service, &args.env)?;
        check_open(&target)?;
        if !args.again {
            let track = self.0.track(&target).await?;
            check_new(&target, &args.version, &track, invocation)?;
        }
        check_version(&target, &args.version).await
    }

    async fn run(&self, args: RunArgs, invocation: Invocation) -> CommandResult {
        let target = self.0.deployments.target(&args.service, &args.env)?;
        roll_out(&self.0, &target, &args.version, Kind::Run, &invocation).await
    }
}

/// Refuses while nothing is deployed there.
fn check_open(target: &Target<'_>) -> Result<(), CommandError> {
    match &target.environment.freeze {
        Some(why) => Err(CommandError::told(format!(
            "{} is frozen: {why}",
            target.environment.name
        ))),
        None => Ok(()),
    }
}

/// Refuses what is there already, and well: more often than not somebody else was faster.
pub(super) fn check_new(
    target: &Target<'_>,
    version: &str,
    track: &Track,
    invocation: &Invocation,
) -> Result<(), CommandError> {
    let (service, environment) = target.names();
    let seen = track.seen.as_ref().map(|it| it.version.as_str());
    let there = track.running().filter(|it| {
        it.version == version
            && it.ending != Ending::Unhealthy
            && seen.is_none_or(|it| it == version)
    });
    let (Some(there), None, None) = (there, track.under_way(), track.doubt()) else {
        return Ok(());
    };
    let since = ago(
        there.ended_ms.unwrap_or(there.began_ms),
        millis(invocation.now()),
    );
    let typed = format!("deploy run {service} {version} --env {environment} --again");
    Err(CommandError::reply_with(Reply::markdown(format!(
        "{} {} is in {} already, brought {since} ago by {}. Nothing was started. To do it anyway: **@{} {}**",
        escape(service),
        escape(version),
        escape(environment),
        escape(&there.by),
        escape(invocation.bot()),
        escape(&typed)
    ))))
}

/// Refuses a version that does not exist, where that can be known.
pub(super) async fn check_version(target: &Target<'_>, version: &str) -> Result<(), CommandError> {
    let values = target.values(None);
    let listing = target.place.backend.versions(&values);
    let Ok(Ok(Some(versions))) = tokio::time::timeout(LIST_WITHIN, listing).await else {
        // The deploy itself will tell.
        return Ok(());
    };
    if versions.is_empty() || versions.iter().any(|it| it == version) {
        return Ok(());
    }
    let near = nearest(version, versions.iter().map(String::as_str));
    let meant = near.first().map_or_else(String::new, |it| {
        format!(" Did you mean **{}**?", escape(it))
    });
    let newest: Vec<&str> = versions.iter().map(String::as_str).take(NEWEST).collect();
    Err(CommandError::reply_with(Reply::markdown(format!(
        "There is no version \"{}\" of {}.{meant} The newest: {}",
        escape(version),
        escape(&target.service.name),
        escape(&newest.join(", "))
    ))))
}
