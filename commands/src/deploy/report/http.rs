//! `[deploy.report.NAME]`: a CI that tells of its deployments by signed reports to `/report/NAME`.

use std::sync::Arc;

use hailer::{CommandError, Report as Received, Reporter, Section, SigningSecret};
use serde::Deserialize;

use crate::deploy::Deploys;
use crate::deploy::config::{Deployments, meant};
use crate::deploy::report::{Outcome, Report, moment};

/// The command that does the same by a message, for the audit.
const COMMAND: &str = "deploy record";

/// A report as it is meant, for whoever sent another.
const FORM: &str = r#"{"type":"deploy","data":{"service":"…","version":"…","environment":"…"}}, and in data what else is known of result (healthy, unchecked, unhealthy, failed), by, at (2026-11-24T09:30:00Z) and note"#;

/// Who may report, and of what.
#[derive(Debug)]
pub(in crate::deploy) struct Reporting {
    name: String,
    secrets: Vec<SigningSecret>,
    /// Only of these; of all when left out.
    services: Option<Vec<String>>,
    environments: Option<Vec<String>>,
}

/// The body, in the form of Standard Webhooks.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    #[serde(rename = "type")]
    kind: Kind,
    /// When it was sent, which the signature says, too.
    #[serde(default, rename = "timestamp")]
    _sent: Option<serde::de::IgnoredAny>,
    data: Data,
}

#[derive(Debug, Deserialize)]
enum Kind {
    #[serde(rename = "deploy")]
    Deploy,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    service: String,
    version: String,
    environment: String,
    #[serde(default)]
    result: Outcome,
    by: Option<String>,
    at: Option<String>,
    note: Option<String>,
}

/// Reads every `[deploy.report.NAME]`.
pub(in crate::deploy) fn read(section: &Section<'_>, deployments: &Deployments) -> Vec<Reporting> {
    let sections = section.sections("report");
    let read = sections.iter().filter_map(|it| read_one(it, deployments));
    read.collect()
}

fn read_one(section: &Section<'_>, deployments: &Deployments) -> Option<Reporting> {
    let newest = read_secret(section, "secret");
    let previous = read_secret(section, "previous_secret");
    if !section.has("secret") {
        section.reject(
            "secret",
            "there is no `secret`: what reports are signed with",
            "fix: secret = { file = \"/etc/hailer/ci.secret\" }; make one: echo whsec_$(openssl rand -base64 32)",
        );
    }
    let services = deployments.services.iter().map(|it| it.name.as_str());
    let environments = deployments.environments.iter().map(|it| it.name.as_str());
    let services = read_names(
        section,
        "services",
        "service",
        &services.collect::<Vec<_>>(),
    );
    let environments = environments.collect::<Vec<_>>();
    let environments = read_names(section, "environments", "environment", &environments);
    Some(Reporting {
        name: section.name().to_owned(),
        secrets: std::iter::once(newest?).chain(previous).collect(),
        services,
        environments,
    })
}

fn read_names(section: &Section<'_>, key: &str, kind: &str, known: &[&str]) -> Option<Vec<String>> {
    let names = section.strings(key)?;
    for name in names.iter().filter(|it| !known.contains(&it.as_str())) {
        let text = format!("there is no {kind} `{name}`");
        section.reject(key, text, meant(name, known));
    }
    Some(names)
}

fn read_secret(section: &Section<'_>, key: &str) -> Option<SigningSecret> {
    let secret = section.secret(key)?;
    SigningSecret::parse(secret.expose())
        .map_err(|error| {
            let error = error.to_string();
            let (what, fix) = error.split_once("; ").unwrap_or((&error, ""));
            section.reject(key, format!("this secret {what}"), format!("fix: {fix}"));
        })
        .ok()
}

impl Reporting {
    /// Makes what takes its reports.
    pub(in crate::deploy) fn reporter(&self, deploys: &Arc<Deploys>) -> Reporter {
        let (name, secrets) = (self.name.clone(), self.secrets.clone());
        let deploys = Arc::clone(deploys);
        Reporter::new(name, secrets, COMMAND, move |received| {
            let deploys = Arc::clone(&deploys);
            async move { deploys.take(received).await }
        })
    }

    /// Refuses what others report.
    fn check(&self, report: &Report) -> Result<(), CommandError> {
        let lacks = |names: &Option<Vec<String>>, name: &String| {
            names.as_ref().is_some_and(|it| !it.contains(name))
        };
        let kept_out = if lacks(&self.services, &report.service) {
            &report.service
        } else if lacks(&self.environments, &report.environment) {
            &report.environment
        } else {
            return Ok(());
        };
        Err(CommandError::told(format!(
            "{} may not report on {kept_out}. An admin can let it, in [deploy.report.{}].",
            self.name, self.name
        )))
    }
}

impl Deploys {
    async fn take(&self, received: Received) -> Result<String, CommandError> {
        let body: Body = serde_json::from_slice(&received.body).map_err(|error| {
            CommandError::told(format!(
                "this is no report of a deployment: {error}. A report is {FORM}"
            ))
        })?;
        let Kind::Deploy = body.kind;
        let data = body.data;
        let report = self.deployments.resolve(Report {
            service: data.service,
            version: data.version,
            environment: data.environment,
            result: data.result,
            by: data.by.unwrap_or_else(|| received.reporter.clone()),
            at: data.at.as_deref().map(moment).transpose()?,
            note: data.note,
            id: Some(format!("{}/{}", received.reporter, received.id)),
        })?;
        let reporting = self.deployments.reporting.iter();
        if let Some(reporting) = reporting
            .into_iter()
            .find(|it| it.name == received.reporter)
        {
            reporting.check(&report)?;
        }
        let noted = self.note(&report, received.now).await?;
        Ok(report.sentence(noted))
    }
}
