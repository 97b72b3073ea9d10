//! `hailer deploy record`: notes a deployment that was made by another way, beside a running bot or without one.

use std::path::Path;

use anyhow::Context;
use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use hailer::{CommandError, Draft, Environment, Expected, JobId};
use hailer_commands::deploy::{
    self, Deployments, KeptTrack, Noted, Outcome, Report, moment, place_of,
};
use hailer_store::{AuditEntry, Caller, NewRecord, Store};
use serde_json::json;

use crate::demo;
use crate::exit::{Exit, Failure};
use crate::jobs::caller;
use crate::kept::{self, block_on};
use crate::output;
use crate::project::{Modules, Project, Source};

/// How often it is tried while others change the same.
const TRIES: usize = 20;

#[derive(Debug, Args)]
pub(crate) struct DeployOptions {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Note what was deployed by another way, so that `deploy status` shows it
    #[command(
        after_help = "Exit codes: 0 noted, 1 there is no such service, or it is being deployed right now.\nExample: hailer deploy record api 2.42.0 --env prod --result healthy --by \"pipeline 812\""
    )]
    Record(RecordOptions),
}

#[derive(Debug, Args)]
struct RecordOptions {
    /// Which service
    service: String,
    /// Which version
    version: String,
    /// Where to
    #[arg(long = "env", value_name = "ENVIRONMENT")]
    environment: String,
    /// How it is
    #[arg(long, value_enum, default_value = "unchecked")]
    result: Outcome,
    /// It failed half way; the same as --result failed
    #[arg(long, conflicts_with = "result")]
    failed: bool,
    /// Who made it; the user of this computer when left out
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    /// When, as in 2026-11-24T09:30:00Z; now when left out
    #[arg(long, value_name = "MOMENT", value_parser = parse_moment)]
    at: Option<DateTime<Utc>>,
    /// What there is to say of it
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

fn parse_moment(text: &str) -> Result<DateTime<Utc>, String> {
    moment(text).map_err(|error| told(&error))
}

/// Writes into the store of the configuration, or of the demo.
pub(crate) fn run(
    config: Option<&Path>,
    options: &DeployOptions,
    environment: &Environment,
    modules: Modules<'_>,
) -> Result<Exit, Failure> {
    let What::Record(options) = &options.what;
    let source = Source::find(config);
    let project = Project::load(source.clone(), None, environment, modules)?;
    let url = kept::place(&project.config, "nothing of deployments")?;
    let deployments = deployments(&source, environment)?;
    let caller = caller(environment);
    let report = deployments
        .resolve(report_of(options, &caller))
        .map_err(|error| refused(&error))?;
    block_on(async {
        let store = kept::open(&url).await?;
        note(&store, &deployments, &report, &caller).await
    })
}

/// Reads what is deployed; whether it is right was found out before.
fn deployments(source: &Source, environment: &Environment) -> Result<Deployments, Failure> {
    let draft = match source {
        Source::File(path) => Draft::load(path, environment)?,
        Source::Demo => demo::draft(environment)?,
    };
    let deployments = deploy::read(&draft);
    if deployments.is_empty() {
        let text = "error: this bot deploys nothing\n  fix: name what there is in [deploy.service.NAME], see docs/how-to/deploys.md";
        return Err(Failure::new(Exit::Config, text));
    }
    Ok(deployments)
}

fn report_of(options: &RecordOptions, caller: &Caller) -> Report {
    let by = options.by.clone();
    Report {
        service: options.service.clone(),
        version: options.version.clone(),
        environment: options.environment.clone(),
        result: if options.failed {
            Outcome::Failed
        } else {
            options.result
        },
        by: by.unwrap_or_else(|| caller.person.name.clone()),
        at: options.at,
        note: options.note.clone(),
        id: None,
    }
}

async fn note(
    store: &Store,
    deployments: &Deployments,
    report: &Report,
    caller: &Caller,
) -> Result<Exit, Failure> {
    let entry = entry(report, caller);
    let audited = store.audit(&entry).await;
    audited.context("cannot write into the audit, so nothing was noted")?;
    let noted = write(store, deployments, report).await;
    let (outcome, detail) = match &noted {
        Ok(noted) => ("succeeded", report.sentence(*noted)),
        Err(failure) => ("failed", failure.to_string()),
    };
    let entry = AuditEntry {
        event: "outcome".to_owned(),
        outcome: outcome.to_owned(),
        detail,
        ..entry
    };
    let audited = store.audit(&entry).await;
    audited.context("cannot write into the audit")?;
    output::print(&report.sentence(noted?))?;
    Ok(Exit::Fine)
}

/// Changes what is kept, unless somebody else changes it at the same time: then again.
async fn write(
    store: &Store,
    deployments: &Deployments,
    report: &Report,
) -> Result<Noted, Failure> {
    let (module, key) = place_of(report);
    for _ in 0..TRIES {
        let found = store.record(module, &key).await.context("cannot look")?;
        let kept = found.as_ref().map(|it| it.value.as_str());
        let track = KeptTrack::read(deployments, report, kept);
        let track = track.context("what is kept was written by another version")?;
        let job = match track.job().and_then(|it| it.parse::<JobId>().ok()) {
            Some(id) => store.job(&id).await.context("cannot look")?,
            None => None,
        };
        let state = job.map(|it| (it.state, it.ended_at_ms));
        let now_ms = Utc::now().timestamp_millis();
        let noted = track.note(report, state, now_ms);
        let (noted, value) = noted.map_err(|error| refused(&error))?;
        let new = NewRecord {
            module: module.to_owned(),
            key: key.clone(),
            value,
            expected: found.map_or(Expected::Nothing, |it| Expected::Version(it.version)),
        };
        let put = store.put_record(&new).await.context("nothing was noted")?;
        if put.is_some() {
            return Ok(noted);
        }
    }
    Err(Failure::io(
        "error: others change the same at this moment; nothing was noted",
    ))
}

fn entry(report: &Report, caller: &Caller) -> AuditEntry {
    let arguments = json!({
        "service": report.service,
        "version": report.version,
        "env": report.environment,
        "by": report.by,
        "note": report.note,
    });
    AuditEntry {
        event: "intent".to_owned(),
        actor_id: caller.person.id.clone(),
        actor_name: caller.person.name.clone(),
        command: "deploy record".to_owned(),
        arguments: arguments.to_string(),
        effect: "write".to_owned(),
        decision: "allow".to_owned(),
        ..AuditEntry::default()
    }
}

fn refused(error: &CommandError) -> Failure {
    Failure::new(Exit::No, format!("error: {}", told(error)))
}

fn told(error: &CommandError) -> String {
    let reply = error.reply().map(hailer::Reply::to_plain);
    reply.unwrap_or_else(|| "it cannot be noted".to_owned())
}
