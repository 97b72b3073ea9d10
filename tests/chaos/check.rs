//! Compares what people were told, what really ran, and what the store says.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::time::Duration;

use hailer_store::{AuditFilter, DidStart, Job, JobFilter, JobState, Store};

use crate::http::PATIENCE;
use crate::load::{Log, Said, jobs_in};
use crate::place::Place;
use crate::witness::{self, Marks};

/// The longest until a bot is ready again.
pub(crate) const LONGEST_START: Duration = Duration::from_secs(5);

/// Something that must never happen, in words.
pub(crate) type Violation = String;

/// What was seen so far.
#[derive(Debug, Default)]
pub(crate) struct Totals {
    said: usize,
    answered: usize,
    jobs: usize,
    ran: usize,
    interrupted: usize,
    entries: u64,
}

impl fmt::Display for Totals {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            said,
            answered,
            jobs,
            ran,
            interrupted,
            entries,
        } = self;
        write!(
            formatter,
            "{said} said, {answered} answers, {jobs} jobs, {ran} runs, {interrupted} interrupted, {entries} audit rows"
        )
    }
}

/// Checks everything said and done since the beginning.
pub(crate) async fn everything(place: &Place, log: &Log, totals: &mut Totals) -> Vec<Violation> {
    let store = place.store().await;
    let jobs = all_jobs(&store).await;
    let marks = witness::read(&place.witness());
    let said = log.said.lock().unwrap().clone();
    let mut violations = Vec::new();
    let too_late = log.too_late.lock().unwrap().len();
    if too_late > 0 {
        violations.push(format!("{too_late} answers came too late"));
    }
    violations.extend(answers(&said, &jobs));
    violations.extend(one_job_each(&jobs));
    for job in jobs.values() {
        violations.extend(runs(job, marks.get(&job.id.to_string())));
    }
    violations.extend(audit(&store, &jobs, &marks, totals).await);
    *totals = Totals {
        said: said.len(),
        answered: said.iter().map(|it| it.answers.len()).sum(),
        jobs: jobs.len(),
        ran: marks.values().map(|it| it.began.len()).sum(),
        interrupted: jobs
            .values()
            .filter(|it| it.state == JobState::Interrupted)
            .count(),
        entries: totals.entries,
    };
    violations
}

async fn all_jobs(store: &Store) -> HashMap<String, Job> {
    let mut jobs = HashMap::new();
    let mut filter = JobFilter {
        limit: 200,
        ..JobFilter::default()
    };
    loop {
        let page = store.jobs(&filter).await.unwrap();
        jobs.extend(page.items.into_iter().map(|job| (job.id.to_string(), job)));
        filter.before = page.next;
        if filter.before.is_none() {
            return jobs;
        }
    }
}

/// Every job that somebody was told of exists, and each message has one.
fn answers(said: &[Said], jobs: &HashMap<String, Job>) -> Vec<Violation> {
    let mut violations = Vec::new();
    for said in said {
        let mut told = HashSet::new();
        for answer in &said.answers {
            for id in jobs_in(answer) {
                if !jobs.contains_key(&id) {
                    violations.push(format!(
                        "job {id} does not exist, though its sender was told: {answer}"
                    ));
                }
                told.insert(id);
            }
        }
        if told.len() > 1 {
            violations.push(format!(
                "message {} was told several jobs: {told:?}",
                said.activity
            ));
        }
    }
    violations
}

fn one_job_each(jobs: &HashMap<String, Job>) -> Vec<Violation> {
    let mut by_activity: HashMap<String, Vec<String>> = HashMap::new();
    for job in jobs.values() {
        let body = job.spec.body.as_deref().unwrap();
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        let activity = body["id"].as_str().unwrap().to_owned();
        by_activity
            .entry(activity)
            .or_default()
            .push(format!("{} {}", job.id, job.spec.command));
    }
    by_activity
        .into_iter()
        .filter(|(_, jobs)| jobs.len() > 1)
        .map(|(activity, jobs)| format!("message {activity} has several jobs: {jobs:?}"))
        .collect()
}

/// What the store says of a job agrees with its marks.
fn runs(job: &Job, marks: Option<&Marks>) -> Vec<Violation> {
    let none = Marks::default();
    let marks = marks.unwrap_or(&none);
    let id = job.id.to_string();
    let mut violations = Vec::new();
    if marks.began.len() > 1 && !job.spec.idempotent {
        violations.push(format!("job {id} began {} times", marks.began.len()));
    }
    match job.state {
        JobState::Succeeded
            if marks.ended == 0 && !matches!(job.spec.command.as_str(), "look" | "long") =>
        {
            violations.push(format!("job {id} succeeded and never ran"));
        }
        JobState::Succeeded => {}
        JobState::Interrupted => {
            if job.did_start == Some(DidStart::No) && !marks.began.is_empty() {
                violations.push(format!(
                    "job {id} ran, though it is said not to have started"
                ));
            }
            let is_silent = matches!(job.spec.command.as_str(), "look" | "long");
            if job.did_start == Some(DidStart::Yes) && marks.began.is_empty() && !is_silent {
                violations.push(format!("job {id} did not run, though it is said to have"));
            }
        }
        // The store was out when the job was taken: it is told to have failed, and has not run.
        JobState::Failed if marks.began.is_empty() => {}
        state => violations.push(format!(
            "job {id} of {} is {state:?}, attempt {}, {:?}, {:?}",
            job.spec.command, job.attempt, job.error, job.result_text
        )),
    }
    violations
}

/// No run without a row of the audit before it, and the chain is whole.
async fn audit(
    store: &Store,
    jobs: &HashMap<String, Job>,
    marks: &HashMap<String, Marks>,
    totals: &mut Totals,
) -> Vec<Violation> {
    let mut violations = Vec::new();
    violations.extend(starts(store, marks, jobs).await);
    let intents = intents(store).await;
    for (id, marks) in marks {
        match intents.get(id) {
            None => violations.push(format!("job {id} ran without an intent in the audit")),
            Some(at) if marks.began.iter().any(|began| began < at) => {
                violations.push(format!("job {id} ran before its intent was in the audit"));
            }
            Some(_) => {}
        }
    }
    totals.entries = 0;
    let store = store.within(PATIENCE);
    for report in store.audit_verify(&[]).await.unwrap() {
        totals.entries += report.rows;
        if !report.findings.is_empty() {
            violations.push(format!(
                "audit chain {}: {:?}",
                report.chain, report.findings
            ));
        }
    }
    violations
}

/// What began was said to begin before, and once for each time; of what did not begin nobody said so.
async fn starts(
    store: &Store,
    marks: &HashMap<String, Marks>,
    jobs: &HashMap<String, Job>,
) -> Vec<Violation> {
    let mut starts: HashMap<String, Vec<i64>> = HashMap::new();
    for (job, at) in events(store, "started").await {
        starts.entry(job).or_default().push(at);
    }
    let mut violations = Vec::new();
    for job in jobs.values() {
        let id = job.id.to_string();
        let said = starts.remove(&id).unwrap_or_default();
        let began = marks.get(&id).map_or(0, |it| it.began.len());
        let is_script = matches!(job.spec.command.as_str(), "script" | "run");
        if is_script && said.len() < began {
            violations.push(format!(
                "script {id} began {began} times and is said to {said:?}"
            ));
        }
        if is_script && said.len() > 1 {
            violations.push(format!("script {id} is said to begin {} times", said.len()));
        }
        if job.did_start == Some(DidStart::No) && is_script && !said.is_empty() {
            violations.push(format!("script {id} is said to begin, and not to have"));
        }
    }
    violations
}

/// Returns when the store was told of each job's intent.
async fn intents(store: &Store) -> HashMap<String, i64> {
    events(store, "intent").await.into_iter().collect()
}

/// Returns for which jobs, and when, the audit has an event.
async fn events(store: &Store, event: &str) -> Vec<(String, i64)> {
    let mut events = Vec::new();
    let mut filter = AuditFilter {
        event: Some(event.to_owned()),
        limit: 1_000,
        ..AuditFilter::default()
    };
    loop {
        let page = store.audit_list(&filter).await.unwrap();
        for row in page.items {
            if let Some(job) = row.entry.job {
                events.push((job.to_string(), row.at_ms));
            }
        }
        filter.before = page.next;
        if filter.before.is_none() {
            return events;
        }
    }
}
