//! `deploy`: what runs where, and how a version gets there.
//!
//! A module of several commands that share a configuration (`config`), a memory (`ledger`) and the systems that do the
//! work (`backend`). Each command is a file; what `run` and `rollback` have in common is in `rollout`.

mod backend;
mod before;
mod card;
mod config;
mod diff;
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
mod rollback;
mod rollout;
mod run;
mod status;
mod text;
mod versions;
mod words;

use std::sync::Arc;

use hailer::{CommandError, Hold, HoldDesk, Invocation, JobDesk, JobState, Module, known};

pub use config::{Deployments, read};

use config::{Environment, Place, Service};
use ledger::{Ending, Ledger, Lost, Track, Tracks};
use text::Values;

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
    let module = if deploys.can_look() {
        module.background(refresh::task(Arc::clone(&deploys)))
    } else {
        module
    };
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

/// A service in an environment.
#[derive(Debug, Clone, Copy)]
struct Target<'d> {
    service: &'d Service,
    place: &'d Place,
    environment: &'d Environment,
}

impl Deploys {
    /// Finds a service by the name that was typed.
    fn service(&self, typed: &str) -> Result<&Service, CommandError> {
        let services = &self.deployments.services;
        let name = known("service", typed, services.iter().map(|it| it.name.as_str()))?;
        let found = services.iter().find(|it| it.name == name);
        found.ok_or_else(|| CommandError::told(format!("I don't know the service {name}.")))
    }

    /// Finds an environment by the name that was typed.
    fn environment(&self, typed: &str) -> Result<&Environment, CommandError> {
        let environments = &self.deployments.environments;
        let name = known(
            "environment",
            typed,
            environments.iter().map(|it| it.name.as_str()),
        )?;
        let found = environments.iter().find(|it| it.name == name);
        found.ok_or_else(|| CommandError::told(format!("I don't know the environment {name}.")))
    }

    /// Finds a service in an environment by the names that were typed.
    fn target(&self, service: &str, environment: &str) -> Result<Target<'_>, CommandError> {
        let service = self.service(service)?;
        let environment = self.environment(environment)?;
        let place = service
            .places
            .iter()
            .find(|it| it.environment == environment.name);
        let Some(place) = place else {
            let places: Vec<&str> = service
                .places
                .iter()
                .map(|it| it.environment.as_str())
                .collect();
            return Err(CommandError::told(format!(
                "{} does not run in {}, only in {}.",
                service.name,
                environment.name,
                places.join(", ")
            )));
        };
        Ok(Target {
            service,
            place,
            environment,
        })
    }

    /// Lists every service in every environment.
    fn targets(&self) -> impl Iterator<Item = Target<'_>> {
        let pairs = self.deployments.services.iter();
        let pairs = pairs.flat_map(|service| service.places.iter().map(move |it| (service, it)));
        pairs.filter_map(|(service, place)| {
            let environments = &self.deployments.environments;
            let environment = environments
                .iter()
                .find(|it| it.name == place.environment)?;
            Some(Target {
                service,
                place,
                environment,
            })
        })
    }

    /// Lists services and environments by the names that were typed: all of them when none was.
    fn scope(
        &self,
        service: Option<&str>,
        environment: Option<&str>,
    ) -> Result<Vec<(&str, &str)>, CommandError> {
        let service = service.map(|it| self.service(it)).transpose()?;
        let environment = environment.map(|it| self.environment(it)).transpose()?;
        if let (Some(service), Some(environment)) = (service, environment) {
            let target = self.target(&service.name, &environment.name)?;
            return Ok(vec![(&target.service.name, &target.environment.name)]);
        }
        let services = self.deployments.services.iter();
        let services = services.filter(|it| service.is_none_or(|one| one.name == it.name));
        let places = services.flat_map(|service| {
            let places = service.places.iter();
            places.map(|it| (service.name.as_str(), it.environment.as_str()))
        });
        let is_wanted = |it: &(&str, &str)| environment.is_none_or(|one| one.name == it.1);
        Ok(places.filter(is_wanted).collect())
    }

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
        let (state, ended) = job.map_or((JobState::Interrupted, None), |it| {
            (it.state, it.ended_at_ms)
        });
        if !state.is_ended() {
            return Ok(None);
        }
        let (ending, note) = match state {
            JobState::Cancelled => (Ending::Cancelled, "its job was cancelled"),
            JobState::TimedOut => (Ending::Failed, "its job took longer than it may"),
            JobState::Succeeded => (
                Ending::Unchecked,
                "its job ended well, but its end was not written down",
            ),
            _ => (Ending::Interrupted, "the bot was stopped while it ran"),
        };
        Ok(Some(Lost {
            job: id.clone(),
            ending,
            note,
            at_ms: ended.unwrap_or(deploy.began_ms),
        }))
    }
}

impl Target<'_> {
    /// Returns the names of the service and of the environment.
    fn names(&self) -> (&str, &str) {
        (&self.service.name, &self.environment.name)
    }

    /// Returns what names in braces stand for.
    fn values(&self, version: Option<&str>) -> Values {
        let (service, environment) = self.names();
        Values::new(service, environment, version, &self.place.with)
    }
}

#[cfg(test)]
mod tests;
