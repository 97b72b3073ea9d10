//! What help shows as examples: services, environments and versions that there are, so that every example can be typed.

use crate::deploy::before::Before;
use crate::deploy::config::Deployments;
use crate::deploy::ledger::Ending;

/// What stands in examples where nothing is known of versions.
const VERSION: &str = "2.42.0";

/// A call that makes sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Example<'d> {
    pub(super) service: &'d str,
    pub(super) environment: &'d str,
    pub(super) version: &'d str,
}

impl Deployments {
    /// Returns a service and an environment that it runs in.
    pub(super) fn example(&self) -> (&str, &str) {
        let service = self.services.first();
        let place = service.and_then(|it| it.places.first());
        let environment = place.map_or("prod", |it| it.environment.as_str());
        (service.map_or("api", |it| it.name.as_str()), environment)
    }

    /// Returns a version that a service could be brought to next: one that ran elsewhere before, as far as is known.
    pub(super) fn example_of_run(&self) -> Example<'_> {
        let (service, environment) = self.example();
        let usual = Example {
            service,
            environment,
            version: VERSION,
        };
        let of_service = |it: &&Before| it.service == service;
        let newest = self.before.iter().filter(of_service);
        let Some(newest) = newest.max_by_key(|it| it.deploy.began_ms) else {
            return usual;
        };
        let version = newest.deploy.version.as_str();
        let places = self.services.first().map_or(&[][..], |it| &it.places);
        let lacks = |place: &&str| self.runs(service, place) != Some(version);
        let environments = places.iter().map(|it| it.environment.as_str());
        Example {
            version,
            environment: environments.into_iter().find(lacks).unwrap_or(environment),
            ..usual
        }
    }

    /// Returns a service in an environment where there is something to go back to, as far as is known.
    pub(super) fn example_of_rollback(&self) -> (&str, &str) {
        let is_good = |it: &Before| matches!(it.deploy.ending, Ending::Healthy | Ending::Unchecked);
        let has_other = |one: &Before| {
            self.before.iter().any(|it| {
                is_good(it)
                    && (&it.service, &it.environment) == (&one.service, &one.environment)
                    && it.deploy.version != one.deploy.version
                    && it.deploy.began_ms < one.deploy.began_ms
            })
        };
        let found = self.before.iter().find(|it| has_other(it));
        found.map_or_else(
            || self.example(),
            |it| (it.service.as_str(), it.environment.as_str()),
        )
    }

    /// Returns what ran last in an environment before the bot came.
    fn runs(&self, service: &str, environment: &str) -> Option<&str> {
        let here = self.before.iter();
        let here = here.filter(|it| it.service == service && it.environment == environment);
        let last = here.max_by_key(|it| it.deploy.began_ms)?;
        Some(&last.deploy.version)
    }
}
