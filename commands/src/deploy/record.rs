//! `deploy record`: what was deployed by another way, told by whoever did it.

use std::sync::Arc;
use std::time::SystemTime;

use hailer::{Command, CommandError, CommandResult, Effect, Invocation, Reply, Spec, clap};

use crate::deploy::Deploys;
use crate::deploy::ledger::Track;
use crate::deploy::report::{Noted, Outcome, Report};
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
    result: Outcome,
    /// What there is to say of it
    #[arg(long)]
    note: Option<String>,
}

/// Takes note of a deploy.
#[derive(Debug)]
pub(super) struct Record(pub(super) Arc<Deploys>);

impl Command for Record {
    type Args = RecordArgs;

    fn spec(&self) -> Spec {
        let one = self.0.deployments.example_of_run();
        let (service, environment, version) = (one.service, one.environment, one.version);
        Spec::new("deploy record", "note what was deployed by another way")
            .effect(Effect::Write)
            .despite_holds()
            .example(
                format!("deploy record {service} {version} --env {environment} --result healthy"),
                "deploys nothing; deploy status shows it",
            )
    }

    async fn check(&self, args: &RecordArgs, _: &Invocation) -> Result<(), CommandError> {
        let deployments = &self.0.deployments;
        deployments.target(&args.service, &args.env).map(drop)
    }

    async fn run(&self, args: RecordArgs, invocation: Invocation) -> CommandResult {
        let report = self.0.deployments.resolve(Report {
            service: args.service,
            version: args.version,
            environment: args.env,
            result: args.result,
            by: invocation.sender().name().to_owned(),
            at: None,
            note: args.note,
            id: None,
        })?;
        let noted = self.0.note(&report, invocation.now()).await?;
        Ok(Reply::text(report.sentence(noted)))
    }
}

impl Deploys {
    /// Writes down what somebody else deployed.
    pub(super) async fn note(
        &self,
        report: &Report,
        now: SystemTime,
    ) -> Result<Noted, CommandError> {
        let (service, environment) = (&report.service, &report.environment);
        let lost = self.lost(service, environment).await?;
        let now_ms = millis(now);
        let mut noted = Noted::Now;
        let change = |track: &mut Track| {
            if let Some(lost) = &lost {
                track.settle(lost);
            }
            noted = track.note(report, now_ms)?;
            Ok(())
        };
        self.ledger.change(service, environment, change).await?;
        Ok(noted)
    }
}
