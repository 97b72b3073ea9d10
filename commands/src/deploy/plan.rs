//! `deploy plan`: what a deploy or a rollback would do, without doing it.

use std::sync::Arc;

use hailer::{Command, CommandError, CommandResult, Effect, Invocation, Reply, Sign, Spec, clap};

use crate::deploy::card::{headed, with_facts, with_ways_out};
use crate::deploy::words::{ago, millis, version};
use crate::deploy::{Deploys, rollback, run};

/// What `deploy plan` takes.
#[derive(Debug, clap::Args)]
pub(super) struct PlanArgs {
    /// Which service
    service: String,
    /// Which version; a rollback when left out
    #[arg(value_parser = version)]
    version: Option<String>,
    /// Where to
    #[arg(long)]
    env: String,
}

/// Says what a deploy or a rollback would do.
#[derive(Debug)]
pub(super) struct Plan(pub(super) Arc<Deploys>);

impl Command for Plan {
    type Args = PlanArgs;

    fn spec(&self) -> Spec {
        let one = self.0.deployments.example_of_run();
        let (service, environment, version) = (one.service, one.environment, one.version);
        let (back, place) = self.0.deployments.example_of_rollback();
        Spec::new("deploy plan", "what a deploy or a rollback would do")
            .effect(Effect::Read)
            .example(
                format!("deploy plan {service} {version} --env {environment}"),
                "what deploy run would do",
            )
            .example(
                format!("deploy plan {back} --env {place}"),
                "what deploy rollback would do",
            )
    }

    async fn run(&self, args: PlanArgs, invocation: Invocation) -> CommandResult {
        let target = self.0.deployments.target(&args.service, &args.env)?;
        let (service, environment) = target.names();
        let track = self.0.track(&target).await?;
        let (version, typed) = match args.version {
            Some(version) => {
                run::check_version(&target, &version).await?;
                let again = match run::check_new(&target, &version, &track, &invocation) {
                    Ok(()) => "",
                    Err(_) => " --again",
                };
                let typed = format!("deploy run {service} {version} --env {environment}{again}");
                (version, typed)
            }
            None => {
                let version = rollback::goal(&target, &track)?;
                (
                    version,
                    format!("deploy rollback {service} --env {environment}"),
                )
            }
        };
        let now = millis(invocation.now());
        let running = track.running().map(|it| {
            let since = ago(it.ended_ms.unwrap_or(it.began_ms), now);
            format!("{}, for {since}", it.version)
        });
        let running = match (track.doubt(), track.running()) {
            (Some(doubt), Some(running)) => Some(format!(
                "{} or {}: not known",
                running.version, doubt.version
            )),
            (Some(doubt), None) => Some(format!("perhaps {}: not known", doubt.version)),
            (None, _) => running,
        };
        let headline = format!("{service} {version} to {environment}");
        let backend = &target.place.backend;
        let facts = [
            ("Now", running),
            ("Then", Some(version.clone())),
            ("How", Some(backend.plan(&target.values(Some(&version))))),
            (
                "Looks after",
                Some(match &target.service.health {
                    Some(health) => health.plan(),
                    None => "at nothing: the service names no health".to_owned(),
                }),
            ),
            (
                "Needs",
                target.environment.asks().map(|it| format!("a yes of {it}")),
            ),
            ("Frozen", target.environment.freeze.clone()),
            ("Note", target.environment.note.clone()),
        ];
        let card = with_facts(headed(Sign::Neutral, &headline), facts);
        let card = with_ways_out(card, &invocation, [("Do it", typed)]);
        Ok::<_, CommandError>(Reply::card(card))
    }
}
