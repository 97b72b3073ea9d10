//! `deploy`: what runs where, and how a version gets there.
//!
//! A module of several commands that share a configuration (`config`), a memory (`ledger`) and the systems that do the
//! work (`backend`). Each command is a file; what `run` and `rollback` have in common is in `rollout`.

mod backend;
mod before;
mod card;
mod config;
mod diff;
mod example;
mod health;
mod history;
mod http;
mod ledger;
mod line;
mod lock;
mod plan;
mod program;
mod record;
mod refresh;
mod report;
mod rollback;
mod rollout;
mod run;
mod status;
mod target;
mod text;
mod versions;
mod words;

use std::sync::Arc;

use hailer::{CommandError, Hold, HoldDesk, Invocation, JobDesk, Module};

pub use config::{Deployments, read};
pub use report::{KeptTrack, Noted, Outcome, Report, moment, place_of};

use ledger::{Ledger, Lost, Track, Tracks};
use target::Target;

/// Makes the module; without services it has no commands.
pub fn module(deployments: Deployments) -> Module {
    let module = Module::new("Deploys");
    if deployments.services.is_empty() {
        return module;
    }
    let jobs = JobDesk::new();
    let deploys = Arc::new(Deploys {
        ledger: Ledger::new(&deployments.before),
        deployments,
        holds: HoldDesk::new(&jobs),
        jobs: jobs.clone(),
    });
    let environments = deploys.deployments.environments.iter();
    let approvals = environments.filter_map(|it| it.approval.clone());
    let module = approvals.fold(module, Module::approval);
    let module = if deploys.can_look() {
        module.background(refresh::task(Arc::clone(&deploys)))
    } else {
        module
    };
    let reporting = deploys.deployments.reporting.iter();
    let reporters: Vec<_> = reporting.map(|it| it.reporter(&deploys)).collect();
    let module = reporters.into_iter().fold(module, Module::reporter);
    module
        .desk(jobs)
        .state(deploys.ledger.state())
        .command(status::Status(Arc::clone(&deploys)))
        .command(plan::Plan(Arc::clone(&deploys)))
        .command(run::Run(Arc::clone(&deploys)))
        .command(rollback::Rollback(Arc::clone(&deploys)))
        .command(history::History(Arc::clone(&deploys)))
        .command(diff::Diff(Arc::clone(&deploys)))
        .command(versions::Versions(Arc::clone(&deploys)))
        .command(lock::Lock(Arc::clone(&deploys)))
        .command(lock::Unlock(Arc::clone(&deploys)))
        .command(record::Record(deploys))
}

/// What the commands share.
#[derive(Debug)]
struct Deploys {
    deployments: Deployments,
    ledger: Ledger,
    jobs: JobDesk,
    holds: HoldDesk,
}

impl Deploys {
    /// Returns what people lock or freeze and keeps deploys from starting there; nothing where there is no store.
    async fn held(
        &self,
        scope: &[(&str, &str)],
        invocation: &Invocation,
    ) -> Result<Vec<Hold>, CommandError> {
        if !self.jobs.is_open() {
            return Ok(Vec::new());
        }
        let (mut holds, _) = self.holds.all(invocation).await?;
        let is_about = |hold: &Hold| {
            let mut locks = scope
                .iter()
                .map(|(service, place)| format!("deploy/{place}/{service}"));
            hold.held.freezes(invocation.webhook()) || locks.any(|it| hold.held.covers_lock(&it))
        };
        holds.retain(is_about);
        Ok(holds)
    }

    /// Returns what is known of a service in an environment; a deploy whose job is over is over too.
    async fn track(&self, target: &Target<'_>) -> Result<Track, CommandError> {
        let (service, environment) = target.names();
        let mut track = self.ledger.track(service, environment).await?;
        if let Some(lost) = self.lost_of(&track).await? {
            track.settle(&lost);
        }
        Ok(track)
    }

    /// As [`Deploys::track`], for all at once.
    async fn tracks(&self) -> Result<Tracks, CommandError> {
        let mut tracks = self.ledger.tracks().await?;
        for track in tracks.under_way_mut() {
            if let Some(lost) = self.lost_of(track).await? {
                track.settle(&lost);
            }
        }
        Ok(tracks)
    }

    /// Returns the deploy that nobody saw the end of, if there is one.
    async fn lost(&self, service: &str, environment: &str) -> Result<Option<Lost>, CommandError> {
        let track = self.ledger.track(service, environment).await?;
        self.lost_of(&track).await
    }

    async fn lost_of(&self, track: &Track) -> Result<Option<Lost>, CommandError> {
        let Some(deploy) = track.under_way() else {
            return Ok(None);
        };
        let Some(id) = &deploy.job else {
            return Ok(None);
        };
        let job = self.jobs.kept(id).await?;
        Ok(Lost::of(deploy, job.map(|it| (it.state, it.ended_at_ms))))
    }
}

#[cfg(test)]
mod tests;
