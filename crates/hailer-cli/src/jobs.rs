//! `hailer jobs`: what is in the store, beside a running bot or without one.

mod show;

use std::path::Path;

use anyhow::Context;
use chrono::Utc;
use clap::{Args, Subcommand};
use hailer::{Cancelled, Environment, Job, JobId, JobState, Retried};
use hailer_store::{Caller, JobFilter, Output, Person, Store};
use serde_json::{Value, json};

use crate::exit::{Exit, Failure};
use crate::kept::{self, block_on};
use crate::output;
use crate::project::{Modules, Project, Source};

/// The user's name, by what the system calls it.
const USER: [&str; 2] = ["SUDO_USER", "USER"];

#[derive(Debug, Args)]
pub(crate) struct JobsOptions {
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List jobs, newest first
    List {
        /// Only those in this state: queued, running, succeeded, failed, …
        #[arg(long, value_name = "STATE", value_parser = parse_state)]
        state: Option<JobState>,
        /// Only those of this webhook
        #[arg(long, value_name = "NAME")]
        webhook: Option<String>,
        /// How many at most
        #[arg(long, value_name = "NUMBER", default_value_t = 20)]
        limit: u32,
    },
    /// Show everything about a job
    Show {
        /// Its id, like 7F3A
        #[arg(value_name = "JOB")]
        id: JobId,
    },
    /// Print what a job said while it ran, line by line
    Log {
        /// Its id, like 7F3A
        #[arg(value_name = "JOB")]
        id: JobId,
    },
    /// Stop a job; a running bot hears of it within a second
    Cancel {
        /// Its id, like 7F3A
        #[arg(value_name = "JOB")]
        id: JobId,
    },
    /// Queue what an ended job did once more
    Retry {
        /// Its id, like 7F3A
        #[arg(value_name = "JOB")]
        id: JobId,
    },
}

fn parse_state(text: &str) -> Result<JobState, String> {
    let known = JobState::ALL.into_iter();
    known
        .clone()
        .find(|state| state.as_str() == text)
        .ok_or_else(|| {
            let names: Vec<_> = known.map(JobState::as_str).collect();
            format!("there are {}", names.join(", "))
        })
}

/// Looks into the store of the configuration, or of the demo.
pub(crate) fn run(
    config: Option<&Path>,
    options: &JobsOptions,
    environment: &Environment,
    modules: Modules<'_>,
) -> Result<Exit, Failure> {
    let project = Project::load(Source::find(config), None, environment, modules)?;
    let url = kept::place(&project.config, "no jobs")?;
    let caller = caller(environment);
    let queue = project.config.jobs.queue;
    block_on(async {
        let store = kept::open(&url).await?;
        act(&store, options, &caller, queue).await
    })
}

/// Returns whoever sits at the command line.
pub(crate) fn caller(environment: &Environment) -> Caller {
    let user = USER.into_iter().find_map(|name| environment.get(name));
    Caller {
        person: Person {
            id: user.unwrap_or("unknown").to_owned(),
            name: format!("{} (command line)", user.unwrap_or("somebody")),
        },
        ..Caller::default()
    }
}

async fn act(
    store: &Store,
    options: &JobsOptions,
    caller: &Caller,
    queue: u64,
) -> Result<Exit, Failure> {
    match &options.what {
        What::List {
            state,
            webhook,
            limit,
        } => {
            let filter = JobFilter {
                states: state.iter().copied().collect(),
                webhook: webhook.clone(),
                limit: *limit,
                ..JobFilter::default()
            };
            let page = store.jobs(&filter).await.context("cannot list jobs")?;
            list(&page.items, options.json)
        }
        What::Show { id } => show(&find(store, id).await?, options.json),
        What::Log { id } => {
            let job = find(store, id).await?;
            let log = job.output.as_ref().map(Output::to_text);
            match log {
                _ if options.json => print(&json!({"id": id.as_str(), "log": log}).to_string()),
                Some(log) => print(log.trim_end()),
                None => {
                    output::say(&no_log(&job));
                    Ok(Exit::Fine)
                }
            }
        }
        What::Cancel { id } => {
            let cancelled = store.cancel(id, caller).await.context("cannot cancel")?;
            told(
                options.json,
                id,
                cancelled_word(&cancelled),
                matches!(
                    cancelled,
                    Cancelled::AtOnce(_) | Cancelled::Asked(_) | Cancelled::AskedBefore(_)
                ),
            )
        }
        What::Retry { id } => {
            let retried = store.retry(id, caller, queue).await;
            retry_told(options.json, id, retried.context("cannot retry")?)
        }
    }
}

/// Says what came of a retry.
fn retry_told(is_json: bool, id: &JobId, retried: Retried) -> Result<Exit, Failure> {
    match retried {
        Retried::New(new) => told(is_json, &new, "queued", true),
        Retried::NotEnded(_) => told(is_json, id, "not over yet", false),
        Retried::NotKept(_) => {
            let word = "not kept: there is a secret in it; say it again";
            told(is_json, id, word, false)
        }
        Retried::QueueFull => told(is_json, id, "not queued: the queue is full", false),
        Retried::NotFound => Err(unknown(id)),
    }
}

fn cancelled_word(cancelled: &Cancelled) -> &'static str {
    match cancelled {
        Cancelled::AtOnce(_) => "cancelled",
        Cancelled::Asked(_) | Cancelled::AskedBefore(_) => "told to stop",
        Cancelled::Ended(_) => "over already",
        Cancelled::NotFound => "not there",
    }
}

fn told(is_json: bool, id: &JobId, word: &str, is_yes: bool) -> Result<Exit, Failure> {
    if is_json {
        print(&json!({"id": id.as_str(), "outcome": word}).to_string())?;
    } else {
        print(&format!("job {id}: {word}"))?;
    }
    Ok(if is_yes { Exit::Fine } else { Exit::No })
}

async fn find(store: &Store, id: &JobId) -> Result<Job, Failure> {
    let job = store.job(id).await.context("cannot look the job up")?;
    job.ok_or_else(|| unknown(id))
}

fn unknown(id: &JobId) -> Failure {
    Failure::new(
        Exit::No,
        format!("error: there is no job {id}\n  fix: `hailer jobs list` shows which there are"),
    )
}

fn list(jobs: &[Job], is_json: bool) -> Result<Exit, Failure> {
    if is_json {
        let all: Vec<Value> = jobs.iter().map(as_json).collect();
        return print(&Value::Array(all).to_string());
    }
    if jobs.is_empty() {
        return print("no jobs");
    }
    let line = |[id, state, webhook, who, text]: [&str; 5]| {
        format!("{id:<8} {state:<17} {webhook:<12} {who:<16} {text}")
    };
    let mut lines = vec![line(["JOB", "STATE", "WEBHOOK", "WHO", "WHAT"])];
    lines.extend(jobs.iter().map(|job| {
        line([
            job.id.as_str(),
            job.state.as_str(),
            &job.spec.webhook,
            &job.spec.requester.name,
            &job.spec.text,
        ])
    }));
    print(&lines.join("\n"))
}

fn show(job: &Job, is_json: bool) -> Result<Exit, Failure> {
    if is_json {
        return print(&as_json(job).to_string());
    }
    print(&show::facts(job, Utc::now()))
}

fn as_json(job: &Job) -> Value {
    json!({
        "id": job.id.as_str(),
        "state": job.state.as_str(),
        "webhook": job.spec.webhook,
        "command": job.spec.command,
        "text": job.spec.text,
        "requester": job.spec.requester.name,
        "requester_id": job.spec.requester.id,
        "attempt": job.attempt,
        "created_ms": job.created_at_ms,
        "started_ms": job.started_at_ms,
        "ended_ms": job.ended_at_ms,
        "did_start": job.did_start.map(hailer_store::DidStart::as_str),
        "retry_of": job.retry_of.as_ref().map(JobId::as_str),
        "cancelled_by": job.cancel.as_ref().map(|it| it.by.name.as_str()),
        "progress": job.progress.as_ref().map(|it| format!("{} of {} {}", it.done, it.total, it.text)),
        "error": job.error,
        "result": job.result_text,
    })
}

fn no_log(job: &Job) -> String {
    let id = &job.id;
    if job.state.is_ended() {
        format!("job {id} kept no log; its result: hailer jobs show {id}")
    } else {
        format!("job {id} has said nothing yet")
    }
}

fn print(text: &str) -> Result<Exit, Failure> {
    output::print(text)?;
    Ok(Exit::Fine)
}
