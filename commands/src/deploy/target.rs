//! Services and environments by the names that people type.

use hailer::{CommandError, known};

use crate::deploy::config::{Deployments, Environment, Place, Service};
use crate::deploy::text::Values;

/// A service in an environment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target<'d> {
    pub(super) service: &'d Service,
    pub(super) place: &'d Place,
    pub(super) environment: &'d Environment,
}

impl Deployments {
    /// Finds a service by the name that was typed.
    pub(super) fn service(&self, typed: &str) -> Result<&Service, CommandError> {
        let services = &self.services;
        let name = known("service", typed, services.iter().map(|it| it.name.as_str()))?;
        let found = services.iter().find(|it| it.name == name);
        found.ok_or_else(|| CommandError::told(format!("I don't know the service {name}.")))
    }

    /// Finds an environment by the name that was typed.
    pub(super) fn environment(&self, typed: &str) -> Result<&Environment, CommandError> {
        let environments = &self.environments;
        let name = known(
            "environment",
            typed,
            environments.iter().map(|it| it.name.as_str()),
        )?;
        let found = environments.iter().find(|it| it.name == name);
        found.ok_or_else(|| CommandError::told(format!("I don't know the environment {name}.")))
    }

    /// Finds a service in an environment by the names that were typed.
    pub(super) fn target(
        &self,
        service: &str,
        environment: &str,
    ) -> Result<Target<'_>, CommandError> {
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
    pub(super) fn targets(&self) -> impl Iterator<Item = Target<'_>> {
        let pairs = self.services.iter();
        let pairs = pairs.flat_map(|service| service.places.iter().map(move |it| (service, it)));
        pairs.filter_map(|(service, place)| {
            let environments = &self.environments;
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
    pub(super) fn scope(
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
        let services = self.services.iter();
        let services = services.filter(|it| service.is_none_or(|one| one.name == it.name));
        let places = services.flat_map(|service| {
            let places = service.places.iter();
            places.map(|it| (service.name.as_str(), it.environment.as_str()))
        });
        let is_wanted = |it: &(&str, &str)| environment.is_none_or(|one| one.name == it.1);
        Ok(places.filter(is_wanted).collect())
    }
}

impl Target<'_> {
    /// Returns the names of the service and of the environment.
    pub(super) fn names(&self) -> (&str, &str) {
        (&self.service.name, &self.environment.name)
    }

    /// Returns what names in braces stand for.
    pub(super) fn values(&self, version: Option<&str>) -> Values {
        let (service, environment) = self.names();
        Values::new(service, environment, version, &self.place.with)
    }
}
