//! `[deploy.environment.NAME]`, `[deploy.backend.NAME]` and `[deploy.service.NAME]`: what is deployed, where, and by
//! what.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use hailer::{ApprovalConfig, Draft, Section, nearest, read_approval_when};

use crate::deploy::backend::{self, Backend};
use crate::deploy::before::{self, Before};
use crate::deploy::health::{self, HealthCheck};
use crate::deploy::report::{self, Reporting};
use crate::deploy::text::OWN_NAMES;
use crate::query;

/// A deploy may take this long when nothing else is said.
pub(super) const TIME_LIMIT: Duration = Duration::from_secs(15 * 60);

/// What brings another version to an environment.
const CHANGING: [&str; 2] = ["deploy run", "deploy rollback"];

/// What writing down may take beside the deploy itself.
const SPARE: Duration = Duration::from_secs(60);

/// What is deployed, where, and by what.
#[derive(Debug, Default)]
pub struct Deployments {
    /// In the order in which a version goes through them.
    pub(super) environments: Vec<Environment>,
    pub(super) services: Vec<Service>,
    /// What was deployed before the bot came.
    pub(super) before: Vec<Before>,
    /// Who may report what others deploy.
    pub(super) reporting: Vec<Reporting>,
}

/// Where versions run.
#[derive(Debug)]
pub(super) struct Environment {
    pub(super) name: String,
    /// What people should know of it.
    pub(super) note: Option<String>,
    /// Why nothing is deployed there now.
    pub(super) freeze: Option<String>,
    /// Who has to say yes before something is deployed there.
    pub(super) approval: Option<ApprovalConfig>,
}

/// What is deployed.
#[derive(Debug)]
pub(super) struct Service {
    pub(super) name: String,
    pub(super) places: Vec<Place>,
    pub(super) health: Option<HealthCheck>,
}

/// A service in an environment.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) environment: String,
    pub(super) backend: Arc<dyn Backend>,
    /// What the names in the backend's texts stand for.
    pub(super) with: Vec<(String, String)>,
}

impl Environment {
    /// Says who has to say yes before something is deployed there.
    pub(super) fn asks(&self) -> Option<String> {
        let approval = &self.approval.as_ref()?.rule.approval;
        let who = match approval.wanted() {
            1 => "a second person".to_owned(),
            count => format!("{count} others"),
        };
        Some(match approval.groups().as_slice() {
            [] => who,
            groups => format!("{who} of {}", groups.join(" or ")),
        })
    }
}

impl Deployments {
    /// Returns how long the longest deploy may take.
    pub(super) fn time_limit(&self) -> Duration {
        let limits = self.services.iter().flat_map(|service| {
            let health = service
                .health
                .as_ref()
                .map_or(Duration::ZERO, HealthCheck::within);
            let places = service.places.iter();
            places.map(move |it| it.backend.time_limit() + health + SPARE)
        });
        limits.max().unwrap_or(TIME_LIMIT)
    }
}

/// What services refer to.
struct Known {
    environments: Vec<(Environment, Vec<(String, String)>)>,
    /// Those that are wrong have no value: they are told of already.
    backends: BTreeMap<String, Option<Arc<dyn Backend>>>,
    /// What health is asked of, where a service does that.
    prometheus: Option<crate::backend::Backend>,
}

/// Reads the tables; problems are noted in the draft.
pub fn read(draft: &Draft) -> Deployments {
    let section = draft.section("deploy");
    let asks = section
        .sections("service")
        .iter()
        .any(health::asks_prometheus);
    let prometheus = if asks { query::read(draft) } else { None };
    let known = Known {
        prometheus: prometheus.map(|it| it.backend),
        environments: read_environments(&section),
        backends: section
            .sections("backend")
            .iter()
            .map(read_backend)
            .collect(),
    };
    for kind in ["environment", "service", "report"] {
        check_names(&section.section(kind));
    }
    let services = section.sections("service");
    let services = services.iter().filter_map(|it| read_service(it, &known));
    let services: Vec<_> = services.collect();
    let mut deployments = Deployments {
        before: before::read(&section, &services),
        services,
        environments: known.environments.into_iter().map(|(it, _)| it).collect(),
        reporting: Vec::new(),
    };
    deployments.reporting = report::read(&section, &deployments);
    deployments
}

fn read_environments(section: &Section<'_>) -> Vec<(Environment, Vec<(String, String)>)> {
    let sections = section.sections("environment");
    let read = |(at, section): (usize, &Section<'_>)| {
        let place = i64::try_from(at).unwrap_or(i64::MAX);
        let environment = Environment {
            name: section.name().to_owned(),
            note: section.string("note"),
            freeze: section.string("freeze"),
            approval: read_approval_when(section, &CHANGING, ("env", section.name())),
        };
        let order = section.integer("order").unwrap_or(place);
        (order, (environment, read_with(section)))
    };
    let mut environments: Vec<_> = sections.iter().enumerate().map(read).collect();
    environments.sort_by_key(|(order, _)| *order);
    environments.into_iter().map(|(_, it)| it).collect()
}

fn read_backend(section: &Section<'_>) -> (String, Option<Arc<dyn Backend>>) {
    (section.name().to_owned(), backend::read(section))
}

/// Reads what names in braces stand for.
fn read_with(section: &Section<'_>) -> Vec<(String, String)> {
    let table = section.section("with");
    let names = table.names();
    let own = names.iter().filter(|it| OWN_NAMES.contains(&it.as_str()));
    for name in own {
        table.reject(
            name,
            format!("{{{name}}} stands for the {name} of each deploy"),
            "fix: choose another name",
        );
    }
    let pairs = names.into_iter().filter_map(|name| {
        let value = table.scalar(&name)?;
        Some((name, value))
    });
    pairs.collect()
}

fn read_service(section: &Section<'_>, known: &Known) -> Option<Service> {
    let health = health::read(section, known.prometheus.as_ref());
    let with = read_with(section);
    let backends = read_choice_of_backends(section, known);
    let mut places = Vec::new();
    for name in read_places(section, known) {
        let Some((environment, values)) = known.environments.iter().find(|(it, _)| it.name == name)
        else {
            continue;
        };
        // What the service says of a name counts more than what its environment does.
        let mut merged: BTreeMap<_, _> = values.iter().cloned().collect();
        merged.extend(with.iter().cloned());
        let with: Vec<_> = merged.into_iter().collect();
        let Some(backend) = backends.of(&environment.name) else {
            continue;
        };
        let mut wanted = backend.names();
        wanted.extend(health.iter().flat_map(HealthCheck::names));
        check_values(section, environment, &wanted, &with);
        places.push(Place {
            environment: environment.name.clone(),
            backend,
            with,
        });
    }
    (!places.is_empty()).then(|| Service {
        name: section.name().to_owned(),
        places,
        health,
    })
}

/// Returns the environments that a service runs in: all when it names none.
fn read_places(section: &Section<'_>, known: &Known) -> Vec<String> {
    let all = known.environments.iter().map(|(it, _)| it.name.as_str());
    let all: Vec<&str> = all.collect();
    if all.is_empty() {
        section.reject(
            "environments",
            "there is no environment to deploy to",
            "fix: add a [deploy.environment.prod]",
        );
    }
    let Some(named) = section.strings("environments") else {
        return all.into_iter().map(str::to_owned).collect();
    };
    for name in named.iter().filter(|it| !all.contains(&it.as_str())) {
        let text = format!("there is no environment `{name}`");
        section.reject("environments", text, meant(name, &all));
    }
    // In the order in which a version goes through them.
    let is_named = |name: &&str| named.iter().any(|it| it == name);
    all.into_iter()
        .filter(is_named)
        .map(str::to_owned)
        .collect()
}

/// Which backend deploys a service.
enum Choice {
    Everywhere(Option<Arc<dyn Backend>>),
    ByEnvironment(BTreeMap<String, Option<Arc<dyn Backend>>>),
}

impl Choice {
    fn of(&self, environment: &str) -> Option<Arc<dyn Backend>> {
        match self {
            Self::Everywhere(backend) => backend.clone(),
            Self::ByEnvironment(backends) => backends.get(environment).cloned().flatten(),
        }
    }
}

fn read_choice_of_backends(section: &Section<'_>, known: &Known) -> Choice {
    if section.is_table("backend") {
        let table = section.section("backend");
        let environments: Vec<&str> = known
            .environments
            .iter()
            .map(|(it, _)| it.name.as_str())
            .collect();
        let mut backends = BTreeMap::new();
        for name in table.names() {
            if !environments.contains(&name.as_str()) {
                let text = format!("there is no environment `{name}`");
                table.reject(&name, text, meant(&name, &environments));
            }
            let backend = table.string(&name);
            let backend = backend.and_then(|it| find_backend(&table, &name, &it, known));
            backends.insert(name, backend);
        }
        return Choice::ByEnvironment(backends);
    }
    let only = match known.backends.iter().next() {
        Some((name, _)) if known.backends.len() == 1 => Some(name.clone()),
        _ => None,
    };
    let Some(name) = section.string("backend").or(only) else {
        section.reject(
            "backend",
            "there is no `backend`: what deploys it",
            "fix: backend = \"NAME\", of a [deploy.backend.NAME]",
        );
        return Choice::Everywhere(None);
    };
    Choice::Everywhere(find_backend(section, "backend", &name, known))
}

fn find_backend(
    section: &Section<'_>,
    key: &str,
    name: &str,
    known: &Known,
) -> Option<Arc<dyn Backend>> {
    let Some(backend) = known.backends.get(name) else {
        let names: Vec<&str> = known.backends.keys().map(String::as_str).collect();
        let text = format!("there is no backend `{name}`");
        section.reject(key, text, meant(name, &names));
        return None;
    };
    backend.clone()
}

/// Refuses a name in braces that nothing stands for.
fn check_values(
    section: &Section<'_>,
    environment: &Environment,
    wanted: &[String],
    with: &[(String, String)],
) {
    let mut names = wanted.to_vec();
    names.sort();
    names.dedup();
    for name in names {
        let is_given = with.iter().any(|(it, _)| *it == name);
        if !is_given && !OWN_NAMES.contains(&name.as_str()) {
            section.reject(
                "with",
                format!(
                    "nothing says what {{{name}}} stands for in {}",
                    environment.name
                ),
                format!("fix: with = {{ {name} = \"…\" }}"),
            );
        }
    }
}

/// Names are typed, and stand in locks and addresses.
fn check_names(section: &Section<'_>) {
    let is_letter = |it: char| it.is_ascii_alphanumeric() || matches!(it, '-' | '_' | '.');
    let begins_well = |name: &str| name.starts_with(|it: char| it.is_ascii_alphanumeric());
    for name in section.names() {
        if !begins_well(&name) || !name.chars().all(is_letter) {
            section.reject(
                &name,
                format!("`{name}` is no name that people can type"),
                "fix: letters, digits, `-`, `_` and `.`",
            );
        }
    }
}

/// Says which name was meant, or which there are.
pub(super) fn meant(name: &str, names: &[&str]) -> String {
    match nearest(name, names.iter().copied()).first() {
        Some(near) => format!("did you mean `{near}`?"),
        None if names.is_empty() => "there is none".to_owned(),
        None => format!("known: {}", names.join(", ")),
    }
}
