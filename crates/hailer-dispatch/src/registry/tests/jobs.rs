//! What a command says of its jobs: the lock of a call, the check before it is queued, what is refused at start.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::hook::{Hook, HookHandle};
use futures_util::future::BoxFuture;

use crate::invocation::{JobHandle, WorkProcess};
use crate::policy::DefaultPermission;
use crate::spec::Cooldown;

#[derive(Debug, Clone, ValueEnum)]
enum Place {
    Staging,
    #[value(alias = "live")]
    Prod,
}

#[derive(Debug, clap::Args)]
struct RunArgs {
    /// Which service.
    service: String,
    /// Where to.
    #[arg(long, ignore_case = true, default_value = "staging")]
    env: Place,
}

/// Counts its checks and runs.
#[derive(Default, Clone)]
struct Run {
    checks: Arc<AtomicUsize>,
    runs: Arc<AtomicUsize>,
}

impl Command for Run {
    type Args = RunArgs;

    fn spec(&self) -> Spec {
        Spec::new("run", "run it")
            .job()
            .lock("run/{service}@{env}")
            .cooldown(Cooldown::for_everybody(Duration::from_secs(10)))
    }

    async fn check(&self, args: &RunArgs, _: &Invocation) -> Result<(), CommandError> {
        self.checks.fetch_add(1, Ordering::SeqCst);
        if args.service == "none" {
            return Err(CommandError::told("there is no service none"));
        }
        Ok(())
    }

    async fn run(&self, args: RunArgs, invocation: Invocation) -> CommandResult {
        self.runs.fetch_add(1, Ordering::SeqCst);
        invocation.progress(1, 2, format!("running {:?}", args.env));
        Ok(Reply::text(invocation.job_id().unwrap_or("no job")))
    }
}

#[derive(Debug)]
struct Job(std::sync::Mutex<Vec<String>>);

impl JobHandle for Job {
    fn id(&self) -> &str {
        "K7Q2"
    }

    fn progress(&self, done: u64, total: u64, text: &str) {
        self.0
            .lock()
            .unwrap()
            .push(format!("{done}/{total} {text}"));
    }

    fn log(&self, text: &str) {
        self.0.lock().unwrap().push(format!("log {text}"));
    }

    fn note_start(&self, _: Option<WorkProcess>) -> BoxFuture<'_, Result<(), String>> {
        Box::pin(async { Err("the store is out".to_owned()) })
    }
}

struct Nothing;

impl Hook for Nothing {}

fn registry(registration: Registration) -> Arc<Registry> {
    Arc::new(Registry::build([registration]).unwrap())
}

fn everything(registry: &Registry) -> Arc<Policy> {
    let default = DefaultPermission::Allow;
    Arc::new(Policy::of_default(default, registry.catalog()))
}

fn call(registry: &Arc<Registry>, text: &str) -> Call {
    let policy = everything(registry);
    registry.dispatch(&inquiry(text), &policy).unwrap()
}

#[test]
fn the_lock_of_a_call_has_its_values_in_one_spelling() {
    for (text, expected) in [
        ("run api", "run/api@staging"),
        ("run API --env Prod", "run/api@prod"),
        ("run api env=LIVE", "run/api@prod"),
        ("run a/b", "run/a%2fb@staging"),
    ] {
        let registry = registry(Registration::new(Run::default()));

        assert_eq!(call(&registry, text).lock(), Some(expected), "{text}");
    }
}

#[test]
fn the_check_comes_before_the_queue_and_only_once() {
    let run = Run::default();
    let registry = registry(Registration::new(run.clone()));

    let call = call(&registry, "run api").check().now_or_never().unwrap();
    let reply = call.unwrap().run().now_or_never().unwrap().unwrap();

    assert_eq!(reply.to_plain(), "no job");
    assert_eq!(run.checks.load(Ordering::SeqCst), 1);
    assert_eq!(run.runs.load(Ordering::SeqCst), 1);
}

#[test]
fn what_a_hook_could_refuse_is_not_checked_before_it() {
    let run = Run::default();
    let registration = Registration::new(run.clone()).with_hook(&HookHandle::new(Nothing));
    let registry = registry(registration);

    let call = call(&registry, "run none").check().now_or_never().unwrap();

    assert!(call.is_ok());
    assert_eq!(run.checks.load(Ordering::SeqCst), 0);
}

#[test]
fn a_job_has_an_id_reports_progress_and_waits_for_no_cooldown() {
    let registry = registry(Registration::new(Run::default()));
    let job = Arc::new(Job(Default::default()));
    let asked = inquiry("run api");
    let again = inquiry("run api");
    again
        .job
        .set(Arc::clone(&job) as Arc<dyn JobHandle>)
        .unwrap();

    let policy = everything(&registry);
    assert!(registry.dispatch(&asked, &policy).is_ok());
    let call = registry.dispatch(&again, &policy).unwrap();
    let reply = call.run().now_or_never().unwrap().unwrap();

    assert_eq!(reply.to_plain(), "K7Q2");
    assert_eq!(*job.0.lock().unwrap(), ["1/2 running Staging"]);
}

#[test]
fn what_nothing_could_keep_is_refused_at_start() {
    let error = |spec: Spec| {
        let command = command_fn(spec, |_: NoArgs, _| async { Ok(Reply::text("")) });
        let errors = Registry::build([Registration::new(command)]).unwrap_err();
        errors.to_string()
    };
    let spec = || Spec::new("run", "run it").effect(Effect::Write);

    for (spec, expected) in [
        (
            spec().lock("run/{env}"),
            "the lock `run/{env}` names the argument `env`, which does not exist",
        ),
        (spec().lock("run/{env"), "a brace without its other half"),
        (spec().lock(" "), "is blank"),
        (
            spec().at_once(2),
            "`at_once` holds for jobs only; add `.job()`",
        ),
        (spec().job().at_once(0), "let one run"),
        (spec().job().time_limit(Duration::ZERO), "give it some time"),
    ] {
        let error = error(spec);
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn again_is_taken_by_what_is_written_down_and_by_nothing_else() {
    let is_again = |text| call(&registry(Registration::new(Run::default())), text).is_again();

    assert!(is_again("run api --again"));
    assert!(is_again("run —again api env=prod"));
    assert!(!is_again("run api"));
}

#[test]
fn a_command_that_checks_itself_counts_as_one_that_reads() {
    let spec = Spec::new("stop", "stops it")
        .effect(Effect::Write)
        .checks_itself();
    let stop = command_fn(spec, |_: NoArgs, _| async { Ok(Reply::text("stopped")) });
    let registry = registry(Registration::new(stop));
    let policy = Policy::of_default(DefaultPermission::Read, registry.catalog());

    let call = registry
        .dispatch(&inquiry("stop"), &Arc::new(policy))
        .unwrap();

    assert!(!call.leaves_a_trace());
    assert_eq!(call.entry().effect(), Effect::Write);
}
