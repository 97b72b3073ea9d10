//! `deploy versions`: which versions there are, and where they run.

use std::sync::Arc;

use hailer::{
    Command, CommandError, CommandResult, Effect, Invocation, Reply, Sign, Spec, Words, clap,
};

use crate::deploy::Deploys;

/// Nobody scrolls further back.
const SHOWN: usize = 20;

/// What `deploy versions` takes.
#[derive(Debug, clap::Args)]
pub(super) struct VersionsArgs {
    /// Which service
    service: String,
}

/// Lists versions.
#[derive(Debug)]
pub(super) struct Versions(pub(super) Arc<Deploys>);

impl Command for Versions {
    type Args = VersionsArgs;

    fn spec(&self) -> Spec {
        let (service, _) = self.0.deployments.example();
        Spec::new(
            "deploy versions",
            "which versions there are, and where they run",
        )
        .effect(Effect::Read)
        .example(format!("deploy versions {service}"), "the newest first")
    }

    async fn run(&self, args: VersionsArgs, _: Invocation) -> CommandResult {
        let service = self.0.deployments.service(&args.service)?;
        let mut running: Vec<(String, &str)> = Vec::new();
        for place in &service.places {
            let target = self
                .0
                .deployments
                .target(&service.name, &place.environment)?;
            let track = self.0.track(&target).await?;
            if let Some(deploy) = track.running() {
                running.push((deploy.version.clone(), &place.environment));
            }
        }
        let versions = self.versions(&service.name).await?;
        let rows = versions.iter().take(SHOWN).map(|version| {
            let places = running.iter().filter(|(it, _)| it == version);
            let places: Vec<&str> = places.map(|(_, place)| *place).collect();
            match places.is_empty() {
                true => [Words::new(version), Words::new("")],
                false => [Sign::Good.says(version), Words::new(places.join(", "))],
            }
        });
        let name = &service.name;
        let title = match versions.len() {
            0..=SHOWN => format!("Versions of {name}"),
            all => format!("Versions of {name}, the newest {SHOWN} of {all}"),
        };
        Ok(Reply::table(title, ["", "Runs in"], rows))
    }
}

impl Versions {
    /// Asks the backends of the service, in the order of its environments, for what they can list.
    async fn versions(&self, service: &str) -> Result<Vec<String>, CommandError> {
        for place in &self.0.deployments.service(service)?.places {
            let target = self.0.deployments.target(service, &place.environment)?;
            let listed = place.backend.versions(&target.values(None)).await;
            match listed {
                Ok(Some(versions)) => return Ok(versions),
                Ok(None) => {}
                Err(trouble) => {
                    let told = CommandError::told(format!("I can't list them now: {trouble}."));
                    return Err(told.caused_by(trouble));
                }
            }
        }
        Err(CommandError::told(format!(
            "What deploys {service} can't list its versions. What was deployed: deploy history {service}"
        )))
    }
}
