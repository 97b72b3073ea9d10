//! `status`: which of the configured HTTP endpoints are up, slow or down.

mod check;
mod config;

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use hailer::{
    Command, CommandError, Effect, Invocation, Module, Reply, Sign, Spec, Words, clap, known,
};

pub use config::{Endpoint, read};

use check::{Checked, Client, Health};

/// Makes the module for these endpoints.
pub fn module(endpoints: Vec<Endpoint>) -> Module {
    Module::new("Status").command(Status {
        endpoints: endpoints.into(),
        client: Client::default(),
    })
}

/// What `status` takes.
#[derive(Debug, clap::Args)]
pub struct StatusArgs {
    /// One of the services; all of them when left out.
    service: Option<String>,
}

/// Says what is up, slow or down.
#[derive(Debug)]
pub struct Status {
    endpoints: Arc<[Endpoint]>,
    client: Client,
}

impl Command for Status {
    type Args = StatusArgs;

    fn spec(&self) -> Spec {
        Spec::new("status", "what is up, slow or down")
            .effect(Effect::Read)
            .example("status", "checks every service")
    }

    async fn run(&self, args: StatusArgs, _: Invocation) -> Result<Reply, CommandError> {
        let endpoints = select(&self.endpoints, args.service.as_deref())?;
        let checks = endpoints.iter().map(|endpoint| self.client.check(endpoint));
        Ok(render(&join_all(checks).await))
    }
}

fn select<'e>(
    endpoints: &'e [Endpoint],
    service: Option<&str>,
) -> Result<Vec<&'e Endpoint>, CommandError> {
    if endpoints.is_empty() {
        return Err(CommandError::told(
            "There is nothing to check yet. An admin lists services in the configuration, as [status.NAME] with a url.",
        ));
    }
    let Some(service) = service else {
        return Ok(endpoints.iter().collect());
    };
    let names = endpoints.iter().map(|it| it.name.as_str());
    let name = known("service", service, names)?;
    Ok(endpoints.iter().filter(|it| it.name == name).collect())
}

fn render(checks: &[Checked<'_>]) -> Reply {
    // The headline says what the columns are.
    Reply::table(headline(checks), ["", ""], checks.iter().map(row))
}

/// The answer in a line: what needs looking at, by name.
fn headline(checks: &[Checked<'_>]) -> String {
    let named = |wanted: fn(&Health) -> bool| {
        let names: Vec<&str> = checks
            .iter()
            .filter(|it| wanted(&it.health))
            .map(|it| it.endpoint.name.as_str())
            .collect();
        names.join(", ")
    };
    let down = named(|health| matches!(health, Health::Down(_)));
    let slow = named(|health| matches!(health, Health::Slow(_)));
    match (checks, down.as_str(), slow.as_str()) {
        ([only], "", "") => format!("{} is up.", only.endpoint.name),
        (all, "", "") => format!("All {} are up.", all.len()),
        (_, "", slow) => format!("Nothing is down; slow: {slow}."),
        (_, down, "") => format!("Down: {down}."),
        (_, down, slow) => format!("Down: {down}; slow: {slow}."),
    }
}

fn row(checked: &Checked<'_>) -> [Words; 2] {
    let took = show_time(checked.took);
    let health = match &checked.health {
        Health::Up(code) => Sign::Good.says(format!("up · {code} in {took}")),
        Health::Slow(code) => Sign::Warning.says(format!("slow · {code} in {took}")),
        Health::Down(why) => Sign::Bad.says(format!("down · {why}")),
    };
    [Words::new(&checked.endpoint.name), health]
}

fn show_time(time: Duration) -> String {
    if time < Duration::from_secs(1) {
        format!("{} ms", time.as_millis())
    } else {
        format!("{:.1} s", time.as_secs_f64())
    }
}

#[cfg(test)]
mod tests;
