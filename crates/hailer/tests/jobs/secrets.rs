//! Arguments that must neither be kept nor shown, on their way through a bot with a store.

use std::sync::{Arc, Mutex};

use hailer::testing::TestBot;
use hailer::{
    CommandError, Effect, Invocation, JobDesk, JobsWanted, Module, NoArgs, Reply, SecretText, Spec,
    clap, command_fn,
};
use tokio::sync::Semaphore;

const SECRET: &str = "canary \"quayside-lantern\" x";

#[derive(Debug, clap::Args)]
struct UnlockArgs {
    /// What to unlock.
    vault: String,
    /// The key.
    #[arg(long)]
    key: SecretText,
    /// Why.
    #[arg(long)]
    reason: Option<String>,
}

/// Repeats its key in every way that a command has.
fn unlock(spec: Spec, keys: &Arc<Mutex<Vec<String>>>, go_on: &Arc<Semaphore>) -> Module {
    let (keys, go_on) = (Arc::clone(keys), Arc::clone(go_on));
    let run = move |args: UnlockArgs, invocation: Invocation| {
        let (keys, go_on) = (Arc::clone(&keys), Arc::clone(&go_on));
        async move {
            let key = args.key.expose().to_owned();
            invocation.progress(1, 2, format!("trying {key}"));
            invocation.log(format!("looked at {key}"));
            keys.lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner)
                .push(key.clone());
            go_on.acquire().await?.forget();
            if args.vault == "broken" {
                return Err(CommandError::told(format!("{key} does not fit")));
            }
            Ok(Reply::text(format!("{} opens with {key}", args.vault)))
        }
    };
    Module::new("Vault").command(command_fn(spec, run))
}

/// Shows everything that the store has of the jobs.
fn dump(desk: &JobDesk) -> Module {
    let list = desk.clone();
    let spec = Spec::new("dump", "all of all jobs").effect(Effect::Read);
    let run = move |_: NoArgs, invocation: Invocation| {
        let desk = list.clone();
        async move {
            let page = desk.list(&invocation, JobsWanted::All, None).await?;
            Ok(Reply::text(format!("{:?}", page.items)))
        }
    };
    Module::new("Dump")
        .desk(desk.clone())
        .command(command_fn(spec, run))
}

struct Bed {
    bot: TestBot,
    keys: Arc<Mutex<Vec<String>>>,
    go_on: Arc<Semaphore>,
}

fn bed(spec: Spec) -> Bed {
    let (keys, go_on) = (Arc::default(), Arc::new(Semaphore::new(0)));
    let desk = JobDesk::new();
    let bot = TestBot::new()
        .with_store()
        .module(unlock(spec, &keys, &go_on))
        .module(dump(&desk));
    Bed { bot, keys, go_on }
}

fn spec() -> Spec {
    Spec::new("unlock", "unlock it").effect(Effect::Write)
}

fn message(vault: &str, secret: &str) -> String {
    format!("unlock {vault} reason='for a look' --key '{secret}'")
}

#[tokio::test]
async fn a_job_is_told_and_kept_without_its_secret() {
    let bed = bed(spec().job());

    let said = bed.bot.say(&message("main", SECRET)).await;
    said.assert_contains("unlock main --key ***")
        .assert_contains("for a look");
    said.assert_lacks("quayside-lantern");
    let job = said.job();
    bed.go_on.add_permits(1);
    let result = bed.bot.result_of(&job).await;

    result.assert_text("main opens with ***");
    let kept = bed.bot.say("dump").await;
    kept.assert_lacks("quayside-lantern")
        .assert_contains("Z looked at ***")
        .assert_contains("body: None");
    assert_eq!(*bed.keys.lock().unwrap(), [SECRET]);
}

#[tokio::test]
async fn what_is_no_job_is_kept_without_its_secret_too() {
    for vault in ["main", "broken"] {
        let bed = bed(spec());
        bed.go_on.add_permits(1);

        let said = bed.bot.say(&message(vault, SECRET)).await;

        said.assert_contains("***").assert_lacks("quayside-lantern");
        bed.bot.say("dump").await.assert_lacks("quayside-lantern");
        assert_eq!(*bed.keys.lock().unwrap(), [SECRET]);
    }
}

#[tokio::test]
async fn another_secret_is_another_job() {
    let bed = bed(spec().job());

    let first = bed.bot.say(&message("main", "first-key")).await.job();
    let same = bed.bot.say(&message("main", "first-key")).await;
    let other = bed.bot.say(&message("main", "other-key")).await.job();

    same.assert_contains(&format!("already running as job {first}"));
    assert_ne!(first, other);
}

#[tokio::test]
async fn a_secret_that_was_not_understood_is_not_repeated() {
    let bed = bed(spec());

    for text in [
        "unlock main --key canary quayside-lantern",
        "unlok main --key quayside-lantern",
        "unlock main --key x --quayside-lantern",
    ] {
        bed.bot.say(text).await.assert_lacks("quayside-lantern");
    }
}

#[tokio::test]
async fn an_argument_is_marked_by_name() {
    #[derive(Debug, clap::Args)]
    struct PinArgs {
        /// The pin.
        #[arg(value_parser = clap::value_parser!(u32).range(10_000..))]
        pin: u32,
    }
    let spec = Spec::new("pin", "take a pin")
        .effect(Effect::Write)
        .secret("pin");
    let run = |args: PinArgs, _| async move { Ok(Reply::text(format!("took {}", args.pin))) };
    let bot = TestBot::new().with_store().command(command_fn(spec, run));

    bot.say("pin 41414").await.assert_text("took ***");
    bot.say("pin 4141").await.assert_lacks("4141");
}
