//! `status`: what is up, slow or down, and how it was during the last day.

mod check;
pub(crate) mod config;
mod day;
mod limit;
mod sample;
mod watch;
mod words;

use std::sync::Arc;

use chrono_tz::Tz;
use futures_util::future::join;
use hailer::{
    Command, CommandError, Effect, Invocation, Module, ModuleState, Reply, Spec, clap, known,
};

pub use config::{Checks, Probe, Service, read};
pub use limit::Limit;
pub use sample::Mood;

use check::Prober;
use config::same;
use words::{Seen, WITHIN};

/// Makes the module for what is to be checked.
pub fn module(checks: Checks) -> Module {
    let services: Arc<[Service]> = checks.services.into();
    let prober = Arc::<Prober>::default();
    let state = ModuleState::new("status");
    let module = Module::new("Status").command(Status {
        services: Arc::clone(&services),
        prober: Arc::clone(&prober),
        state: state.clone(),
        zone: checks.zone,
    });
    if services.iter().all(|it| it.every.is_none()) {
        return module;
    }
    let task = watch::task(&services, &prober, &state);
    module.background(task).state(state)
}

/// What `status` takes.
#[derive(Debug, clap::Args)]
pub struct StatusArgs {
    /// One of the services, or a group of them; all when left out.
    service: Option<String>,
}

/// Says what is up, slow or down.
#[derive(Debug)]
pub struct Status {
    services: Arc<[Service]>,
    prober: Arc<Prober>,
    state: ModuleState,
    zone: Tz,
}

impl Command for Status {
    type Args = StatusArgs;

    fn spec(&self) -> Spec {
        let spec = Spec::new("status", "what is up, slow or down")
            .effect(Effect::Read)
            .example("status", "checks every service");
        let spec = match self.services.first() {
            Some(first) => spec.example(format!("status {}", first.name), "one, with its last day"),
            None => spec,
        };
        match self.services.iter().find_map(|it| it.group.as_ref()) {
            Some(group) => spec.example(format!("status {group}"), "a group of them"),
            None => spec,
        }
    }

    async fn run(&self, args: StatusArgs, invocation: Invocation) -> Result<Reply, CommandError> {
        let now = invocation.now();
        let services = select(&self.services, args.service.as_deref())?;
        let checks = self.prober.check_all(services.clone(), now, WITHIN);
        let (checks, days) = join(checks, watch::days(&services, &self.state)).await;
        let seen = services.iter().zip(checks).zip(days);
        let seen: Vec<Seen<'_>> = seen
            .map(|((service, checked), day)| Seen {
                service,
                checked,
                day: match &service.probe {
                    Probe::Sample(mood) => Some(mood.day(&service.name, now)),
                    _ => day,
                },
            })
            .collect();
        match (args.service, seen.as_slice()) {
            (Some(name), [only]) if same(&name, &only.service.name) => {
                Ok(words::one(only, now, self.zone))
            }
            (_, seen) => Ok(words::all(seen, now)),
        }
    }
}

fn select<'s>(
    services: &'s [Service],
    wanted: Option<&str>,
) -> Result<Vec<&'s Service>, CommandError> {
    if services.is_empty() {
        return Err(CommandError::told(
            "There is nothing to check yet. An admin lists services in the configuration, as [status.NAME] with a url.",
        ));
    }
    let Some(wanted) = wanted else {
        return Ok(services.iter().collect());
    };
    let of_group = |it: &&Service| it.group.as_deref().is_some_and(|it| same(it, wanted));
    let group: Vec<&Service> = services.iter().filter(of_group).collect();
    if !group.is_empty() {
        return Ok(group);
    }
    let mut names: Vec<&str> = services.iter().map(|it| it.name.as_str()).collect();
    for group in services.iter().filter_map(|it| it.group.as_deref()) {
        if !names.contains(&group) {
            names.push(group);
        }
    }
    let name = known("service", wanted, names)?;
    Ok(services.iter().filter(|it| it.name == name).collect())
}

#[cfg(test)]
mod tests;
