//! `[[deploy.before]]`: what was deployed before the bot came, so that it does not say that nothing was.

use chrono::DateTime;
use hailer::Section;

use crate::deploy::config::{Service, meant};
use crate::deploy::ledger::{Deploy, Ending, Kind};

/// A deploy that the configuration tells of; it counts until the bot writes something down itself.
#[derive(Debug, Clone)]
pub(super) struct Before {
    pub(super) service: String,
    pub(super) environment: String,
    pub(super) deploy: Deploy,
}

/// Reads the list.
pub(super) fn read(section: &Section<'_>, services: &[Service]) -> Vec<Before> {
    let tables = section.tables("before");
    tables
        .iter()
        .filter_map(|it| read_one(it, services))
        .collect()
}

fn read_one(section: &Section<'_>, services: &[Service]) -> Option<Before> {
    let endings = [
        ("healthy", Ending::Healthy),
        ("unchecked", Ending::Unchecked),
        ("unhealthy", Ending::Unhealthy),
        ("failed", Ending::Failed),
    ];
    let names: Vec<&str> = services.iter().map(|it| it.name.as_str()).collect();
    let service = required(section, "service", &names);
    let found = services
        .iter()
        .find(|it| Some(&it.name) == service.as_ref());
    let places = found.map_or(&[][..], |it| &it.places);
    let names: Vec<&str> = places.iter().map(|it| it.environment.as_str()).collect();
    let environment = match found {
        Some(_) => required(section, "environment", &names),
        None => section.string("environment"),
    };
    let version = section.string("version");
    if version.is_none() {
        section.reject(
            "version",
            "there is no `version`",
            "fix: version = \"2.42.0\"",
        );
    }
    let at = read_time(section);
    let by = section
        .string("by")
        .unwrap_or_else(|| "somebody".to_owned());
    let ending = section
        .choice("result", &endings)
        .unwrap_or(Ending::Unchecked);
    let note = section.string("note");
    found?;
    Some(Before {
        service: service?,
        environment: environment?,
        deploy: Deploy {
            kind: Kind::Run,
            version: version?,
            before: None,
            by,
            job: None,
            began_ms: at?,
            ended_ms: at,
            ending,
            note,
        },
    })
}

/// Reads a name that must be one of these.
fn required(section: &Section<'_>, key: &str, names: &[&str]) -> Option<String> {
    let name = section.string(key).unwrap_or_default();
    if !names.contains(&name.as_str()) {
        let text = format!("there is no {key} `{name}`");
        section.reject(key, text, meant(&name, names));
        return None;
    }
    Some(name)
}

fn read_time(section: &Section<'_>) -> Option<i64> {
    let written = section.string("at").unwrap_or_default();
    let at = DateTime::parse_from_rfc3339(&written).ok();
    if at.is_none() {
        section.reject(
            "at",
            "this is no moment",
            "fix: at = \"2026-11-24T09:30:00Z\"",
        );
    }
    at.map(|it| it.timestamp_millis())
}
