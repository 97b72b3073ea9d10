//! `deploy diff`: what runs in one environment and not in another.

use std::sync::Arc;

use hailer::{Command, CommandResult, Effect, Invocation, Reply, Sign, Spec, Words, clap};

use crate::deploy::Deploys;
use crate::deploy::line::Line;
use crate::deploy::words::millis;

/// Longer tables are cut.
const SHOWN: usize = 40;

/// What `deploy diff` takes.
#[derive(Debug, clap::Args)]
pub(super) struct DiffArgs {
    /// Where a version comes from
    from: String,
    /// Where it goes to
    to: String,
}

/// Compares two environments.
#[derive(Debug)]
pub(super) struct Diff(pub(super) Arc<Deploys>);

impl Command for Diff {
    type Args = DiffArgs;

    fn spec(&self) -> Spec {
        let environments = &self.0.deployments.environments;
        let name = |at: usize, other| environments.get(at).map_or(other, |it| it.name.as_str());
        let last = environments.len().saturating_sub(1);
        let (from, to) = (name(last.saturating_sub(1), "staging"), name(last, "prod"));
        Spec::new(
            "deploy diff",
            "what runs in one environment and not in another",
        )
        .effect(Effect::Read)
        .example(
            format!("deploy diff {from} {to}"),
            "what the next release would bring",
        )
    }

    async fn run(&self, args: DiffArgs, invocation: Invocation) -> CommandResult {
        let from = &self.0.deployments.environment(&args.from)?.name;
        let to = &self.0.deployments.environment(&args.to)?.name;
        let tracks = self.0.tracks().await?;
        let now = millis(invocation.now());
        let line = |service, environment| {
            Line::of(service, environment, tracks.get(service, environment), now)
        };
        let (mut rows, mut same) = (Vec::new(), 0_usize);
        for service in &self.0.deployments.services {
            let is_there = |name: &String| service.places.iter().any(|it| it.environment == *name);
            if !is_there(from) || !is_there(to) {
                continue;
            }
            let (left, right) = (line(&service.name, from), line(&service.name, to));
            if left.version == right.version {
                same += 1;
            } else {
                rows.push([Words::new(&service.name), cell(&left), cell(&right)]);
            }
        }
        if rows.is_empty() {
            return Ok(Reply::text(format!(
                "{from} and {to} run the same of everything that is in both."
            )));
        }
        let title = format!("Different: {}; the same: {same}", rows.len());
        rows.truncate(SHOWN);
        Ok(Reply::table(title, ["Service", from, to], rows))
    }
}

/// Only what is wrong has a sign: here it is about versions.
fn cell(line: &Line<'_>) -> Words {
    match line.sign {
        Sign::Bad | Sign::Warning => line.sign.says(&line.version),
        Sign::Good | Sign::Neutral => Words::new(&line.version),
    }
}
