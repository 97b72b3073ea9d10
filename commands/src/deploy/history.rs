//! `deploy history`: what was deployed, and what became of it.

use std::sync::Arc;

use hailer::{Command, CommandResult, Effect, Invocation, Reply, Sign, Spec, Words, clap};

use crate::deploy::Deploys;
use crate::deploy::ledger::{Deploy, Ending, Kind};
use crate::deploy::words::{ago, millis};

/// More than a screen of it nobody reads.
const SHOWN: usize = 15;

/// What `deploy history` takes.
#[derive(Debug, clap::Args)]
pub(super) struct HistoryArgs {
    /// Of one service; of all when left out
    service: Option<String>,
    /// In one environment
    #[arg(long)]
    env: Option<String>,
}

/// Lists what was deployed.
#[derive(Debug)]
pub(super) struct History(pub(super) Arc<Deploys>);

impl Command for History {
    type Args = HistoryArgs;

    fn spec(&self) -> Spec {
        let (service, environment) = self.0.deployments.example();
        Spec::new(
            "deploy history",
            "what was deployed, by whom, and how it ended",
        )
        .effect(Effect::Read)
        .example(
            format!("deploy history {service} --env {environment}"),
            "the newest first",
        )
    }

    async fn run(&self, args: HistoryArgs, invocation: Invocation) -> CommandResult {
        let scope = self
            .0
            .deployments
            .scope(args.service.as_deref(), args.env.as_deref())?;
        let tracks = self.0.tracks().await?;
        let mut deploys: Vec<(&str, &str, &Deploy)> = Vec::new();
        for (service, environment) in scope {
            let track = tracks.get(service, environment);
            let own = track.iter().flat_map(|it| &it.deploys);
            deploys.extend(own.map(|it| (service, environment, it)));
        }
        deploys.sort_by_key(|(_, _, it)| std::cmp::Reverse(it.began_ms));
        if deploys.is_empty() {
            return Ok(Reply::text("I have deployed nothing there yet."));
        }
        let now = millis(invocation.now());
        let all = deploys.len();
        let title = match all {
            0..=SHOWN => "Deploys".to_owned(),
            all => format!("Deploys, the newest {SHOWN} of {all}"),
        };
        let rows = deploys.into_iter().take(SHOWN).map(|it| row(it, now));
        Ok(Reply::table(title, [""; 4], rows))
    }
}

fn row((service, environment, deploy): (&str, &str, &Deploy), now_ms: i64) -> [Words; 4] {
    let what = format!("{service} {} to {environment}", deploy.version);
    let who = match deploy.kind {
        Kind::Run => deploy.by.clone(),
        Kind::Rollback => format!("{}, rollback", deploy.by),
        Kind::Reported => format!("{}, reported", deploy.by),
    };
    let (sign, ending) = ending(deploy.ending);
    let ending = match (&deploy.note, deploy.ending) {
        (Some(note), Ending::Unhealthy | Ending::Untouched | Ending::Failed) => {
            format!("{ending}: {note}")
        }
        _ => ending.to_owned(),
    };
    let ending = match &deploy.job {
        Some(job) => format!("{ending} (job {job})"),
        None => ending,
    };
    let when = format!("{} ago", ago(deploy.began_ms, now_ms));
    [sign.says(what), when.into(), who.into(), ending.into()]
}

fn ending(ending: Ending) -> (Sign, &'static str) {
    match ending {
        Ending::UnderWay => (Sign::Warning, "on its way"),
        Ending::Healthy => (Sign::Good, "healthy"),
        Ending::Unchecked => (Sign::Good, "done, not checked"),
        Ending::Unhealthy => (Sign::Bad, "unhealthy"),
        Ending::Untouched => (Sign::Neutral, "not begun"),
        Ending::Failed => (Sign::Bad, "failed"),
        Ending::Cancelled => (Sign::Bad, "stopped half way"),
        Ending::Interrupted => (Sign::Bad, "cut off"),
    }
}
