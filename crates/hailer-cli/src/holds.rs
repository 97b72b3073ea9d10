//! `hailer locks`, `freeze` and `unfreeze`: the kill switch at a terminal, beside a running bot or without one.

use std::path::Path;
use std::time::{Duration, SystemTime};

use anyhow::Context;
use chrono::{DateTime, Local, Utc};
use clap::Args;
use hailer::{
    Effect, Environment, Force, HeldName, Hold, Holding, JobLock, Judgement, NewHold, Released,
    values,
};
use hailer_store::{Caller, Role, Store, StoreUrl};
use serde_json::{Value, json};

use crate::audit::row::utc;
use crate::exit::{Exit, Failure};
use crate::jobs::caller;
use crate::kept::{self, block_on};
use crate::output;
use crate::project::{Modules, Project, Source};

#[derive(Debug, Args)]
pub(crate) struct LocksOptions {
    /// Print them as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct FreezeOptions {
    /// Why, for those who are kept out
    reason: String,
    /// Only what comes through this webhook; everything when left out
    #[arg(long, value_name = "NAME")]
    webhook: Option<String>,
    /// End it by itself after this time, as in 2h
    #[arg(long = "for", value_name = "TIME", value_parser = values::duration)]
    time: Option<Duration>,
}

#[derive(Debug, Args)]
pub(crate) struct UnfreezeOptions {
    /// What was frozen through this webhook; what was frozen everywhere when left out
    #[arg(long, value_name = "NAME")]
    webhook: Option<String>,
}

/// Lists what is held.
pub(crate) fn list(
    config: Option<&Path>,
    options: &LocksOptions,
    environment: &Environment,
    modules: Modules<'_>,
) -> Result<Exit, Failure> {
    with_store(config, environment, modules, async |store, _, _| {
        let holds = store.holds().await.context("cannot read what is held")?;
        let jobs = store
            .job_locks()
            .await
            .context("cannot read what is held")?;
        output::print(&if options.json {
            let all = holds.iter().map(hold_json).chain(jobs.iter().map(job_json));
            Value::Array(all.collect()).to_string()
        } else {
            table(&holds, &jobs)
        })?;
        Ok(Exit::Fine)
    })
}

/// Freezes.
pub(crate) fn freeze(
    config: Option<&Path>,
    options: &FreezeOptions,
    environment: &Environment,
    modules: Modules<'_>,
) -> Result<Exit, Failure> {
    with_store(
        config,
        environment,
        modules,
        async |store, caller, project| {
            let new = NewHold {
                held: frozen(options.webhook.as_deref(), project)?,
                reason: options.reason.clone(),
                lasts: options.time,
            };
            match store
                .hold(&new, caller)
                .await
                .context("nothing is frozen")?
            {
                Holding::Held { hold, .. } => {
                    output::print(&format!("frozen: {}", word(&hold)))?;
                    Ok(Exit::Fine)
                }
                Holding::Theirs(hold) => {
                    output::print(&format!("already frozen: {}", word(&hold)))?;
                    Ok(Exit::No)
                }
            }
        },
    )
}

/// Ends a freeze, whoever began it.
pub(crate) fn unfreeze(
    config: Option<&Path>,
    options: &UnfreezeOptions,
    environment: &Environment,
    modules: Modules<'_>,
) -> Result<Exit, Failure> {
    with_store(
        config,
        environment,
        modules,
        async |store, caller, project| {
            let held = frozen(options.webhook.as_deref(), project)?;
            let released = store.release(&held, caller, Force::Yes).await;
            match released.context("nothing was changed")? {
                Released::Free(hold) => {
                    output::print(&format!("no longer frozen: {}", word(&hold)))?;
                    Ok(Exit::Fine)
                }
                Released::Theirs(_) | Released::NotHeld => {
                    output::print("nothing like that was frozen; `hailer locks` shows what is")?;
                    Ok(Exit::No)
                }
            }
        },
    )
}

fn frozen(webhook: Option<&str>, project: &Project) -> Result<HeldName, Failure> {
    let Some(name) = webhook else {
        return Ok(HeldName::FreezeAll);
    };
    let webhooks = &project.config.webhooks;
    if webhooks.iter().any(|it| it.name == name) {
        return Ok(HeldName::Freeze(name.to_owned()));
    }
    let known: Vec<&str> = webhooks.iter().map(|it| it.name.as_str()).collect();
    Err(Failure::new(
        Exit::Usage,
        format!(
            "error: there is no webhook {name}\n  fix: there are {}",
            known.join(", ")
        ),
    ))
}

fn with_store(
    config: Option<&Path>,
    environment: &Environment,
    modules: Modules<'_>,
    act: impl AsyncFnOnce(&Store, &Caller, &Project) -> Result<Exit, Failure>,
) -> Result<Exit, Failure> {
    let project = Project::load(Source::find(config), None, environment, modules)?;
    let url = kept::place(&project.config, "no locks")?;
    let caller = caller(environment);
    block_on(async {
        let store = kept::open(&url).await?;
        act(&store, &caller, &project).await
    })
}

fn table(holds: &[Hold], jobs: &[JobLock]) -> String {
    if holds.is_empty() && jobs.is_empty() {
        return "nothing is locked or frozen".to_owned();
    }
    let line = |what: &str, who: &str, until: &str, why: &str| {
        format!("{what:<28} {who:<24} {until:<18} {why}")
            .trim_end()
            .to_owned()
    };
    let mut lines = vec![line("WHAT", "WHO", "UNTIL", "WHY")];
    for hold in holds {
        let until = hold.until_ms.map_or_else(|| "unfreeze".to_owned(), local);
        lines.push(line(&subject(hold), &hold.by.name, &until, &hold.reason));
    }
    for lock in jobs {
        let until = format!("job {} ends", lock.job.id);
        let spec = &lock.job.spec;
        lines.push(line(&lock.name, &spec.requester.name, &until, &spec.text));
    }
    lines.join("\n")
}

fn subject(hold: &Hold) -> String {
    match &hold.held {
        HeldName::Lock(name) => name.clone(),
        HeldName::Freeze(webhook) => format!("freeze of {webhook}"),
        HeldName::FreezeAll => "freeze of everything".to_owned(),
    }
}

fn word(hold: &Hold) -> String {
    let what = match &hold.held {
        HeldName::Lock(name) => name.clone(),
        HeldName::Freeze(webhook) => format!("what changes something through {webhook}"),
        HeldName::FreezeAll => "everything that changes something".to_owned(),
    };
    let until = hold
        .until_ms
        .map(|until| format!(", until {}", local(until)));
    let until = until.unwrap_or_default();
    format!("{what}{until}, by {}: {}", hold.by.name, hold.reason)
}

fn local(at_ms: i64) -> String {
    let at = DateTime::<Utc>::from_timestamp_millis(at_ms);
    let at = at.unwrap_or_else(|| SystemTime::now().into());
    at.with_timezone(&Local)
        .format("%Y-%m-%d %H:%M")
        .to_string()
}

/// Returns what keeps a command from starting that is permitted; nothing where there is no store to look into.
pub(crate) fn keeps_out(url: &StoreUrl, judgement: &Judgement, webhook: &str) -> Option<Hold> {
    let entry = &judgement.entry;
    if entry.runs_despite_holds() || !judgement.decision.is_permitted() {
        return None;
    }
    let mut found = Vec::new();
    // A bot that never ran has no store, and nothing is held.
    let looked = block_on(async {
        if let Ok(store) = Store::open(url, Role::Tool).await {
            found = store.holds().await.unwrap_or_default();
        }
        Ok(Exit::Fine)
    });
    looked.ok()?;
    let lock = judgement.lock.as_deref();
    let changes = entry.effect() != Effect::Read;
    found.into_iter().find(|hold| {
        (changes && hold.held.freezes(webhook))
            || lock.is_some_and(|lock| hold.held.covers_lock(lock))
    })
}

/// Says what is held, for a line of its own.
pub(crate) fn held(hold: &Hold) -> String {
    word(hold)
}

pub(crate) fn hold_json(hold: &Hold) -> Value {
    let kind = match hold.held {
        HeldName::Lock(_) => "lock",
        HeldName::Freeze(_) | HeldName::FreezeAll => "freeze",
    };
    let name = match &hold.held {
        HeldName::Lock(name) => name,
        HeldName::Freeze(webhook) => webhook,
        HeldName::FreezeAll => "*",
    };
    json!({
        "kind": kind,
        "name": name,
        "person": hold.by.name,
        "person_id": hold.by.id,
        "webhook": hold.webhook,
        "reason": hold.reason,
        "since": utc(hold.since_ms),
        "until": hold.until_ms.map(utc),
    })
}

fn job_json(lock: &JobLock) -> Value {
    json!({
        "kind": "job",
        "name": lock.name,
        "job": lock.job.id.as_str(),
        "person": lock.job.spec.requester.name,
        "person_id": lock.job.spec.requester.id,
        "webhook": lock.job.spec.webhook,
        "reason": lock.job.spec.text,
        "since": utc(lock.job.started_at_ms.unwrap_or(lock.job.created_at_ms)),
        "until": null,
    })
}
