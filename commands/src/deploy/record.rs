//! `deploy record`: what was deployed by another way, told by whoever did it: a person, or a CI by `hailer send`.

use std::sync::Arc;

use hailer::{Command, CommandError, CommandResult, Effect, Invocation, Reply, Spec, clap};

use crate::deploy::Deploys;
use crate::deploy::ledger::{Deploy, Ending, Kind, Track};
use crate::deploy::words::{millis, version};

/// What `deploy record` takes.
#[derive(Debug, clap::Args)]
pub(super) struct RecordArgs {
    /// Which service
    service: String,
    /// Which version, like 2.42.0
    #[arg(value_parser = version)]
    version: String,
    /// Where it is now
    #[arg(long)]
    env: String,
    /// How it is
    #[arg(long, value_enum, ignore_case = true, default_value = "unchecked")]
    result: How,
}

/// How something is that was deployed.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum How {
    Healthy,
    Unchecked,
    Unhealthy,
}

/// Takes note of a deploy.
#[derive(Debug)]
pub(super) struct Record(pub(super) Arc<Deploys>);

impl Command for Record {
    type Args = RecordArgs;

    fn spec(&self) -> Spec {
        let (service, environment) = self.0.deployments.example();
        Spec::new("deploy record", "note what was deployed by another way")
            .effect(Effect::Write)
            .despite_holds()
            .example(
                format!("deploy record {service} 2.42.0 --env {environment} --result healthy"),
                "deploys nothing; deploy status shows it",
            )
    }

    async fn check(&self, args: &RecordArgs, _: &Invocation) -> Result<(), CommandError> {
        self.0.target(&args.service, &args.env).map(drop)
    }

    async fn run(&self, args: RecordArgs, invocation: Invocation) -> CommandResult {
        let target = self.0.target(&args.service, &args.env)?;
        let (service, environment) = target.names();
        let lost = self.0.lost(service, environment).await?;
        let now = millis(invocation.now());
        let ending = match args.result {
            How::Healthy => Ending::Healthy,
            How::Unchecked => Ending::Unchecked,
            How::Unhealthy => Ending::Unhealthy,
        };
        let note = |track: &mut Track| {
            if let Some(lost) = &lost {
                track.settle(lost);
            }
            if let Some(other) = track.under_way() {
                return Err(CommandError::told(format!(
                    "{service} {} is on its way to {environment} by me, so nothing was noted.",
                    other.version
                )));
            }
            track.begin(Deploy {
                kind: Kind::Reported,
                version: args.version.clone(),
                before: track.running().map(|it| it.version.clone()),
                by: invocation.sender().name().to_owned(),
                job: None,
                began_ms: now,
                ended_ms: None,
                ending: Ending::UnderWay,
                note: None,
            });
            track.end(ending, None, now);
            Ok(())
        };
        self.0.ledger.change(service, environment, note).await?;
        Ok(Reply::text(format!(
            "Noted: {service} {} is in {environment}.",
            args.version
        )))
    }
}
