//! Locks and freezes through the front door: in a channel, at a terminal, and over a restart.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hailer::{Effect, Invocation, Reply, Spec, clap, command_fn};

use crate::command_line::hailer;
use crate::local_bot::LocalBot;

#[derive(Debug, clap::Args)]
struct DeployArgs {
    /// Where to
    env: String,
}

/// Counts what was deployed.
fn deploy(runs: &Arc<AtomicUsize>) -> impl hailer::Command {
    let runs = Arc::clone(runs);
    let spec = Spec::new("deploy", "ship it")
        .effect(Effect::Write)
        .lock("deploy/{env}");
    command_fn(spec, move |args: DeployArgs, _: Invocation| {
        let runs = Arc::clone(&runs);
        async move {
            runs.fetch_add(1, Ordering::SeqCst);
            Ok(Reply::text(format!("deployed to {}", args.env)))
        }
    })
}

fn tables(folder: &std::path::Path) -> String {
    format!(
        "
[permissions]
default = 'allow'
[bot]
timezone = 'Europe/Berlin'
[store]
url = 'sqlite:{}/hailer.db'
",
        folder.display()
    )
}

fn bot(folder: &std::path::Path, runs: &Arc<AtomicUsize>) -> LocalBot {
    LocalBot::configured(&tables(folder), |bot| {
        bot.module(hailer_commands::holds::module())
            .command(deploy(runs))
    })
}

#[tokio::test]
async fn a_locked_name_is_refused_with_who_why_and_until_when_also_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let runs = Arc::new(AtomicUsize::new(0));
    let first = bot(folder.path(), &runs);

    let locked = first.say("lock deploy/prod 2h \"db move\"").await.text();
    assert!(locked.contains("is yours until"), "{locked}");
    drop(first);
    let second = bot(folder.path(), &runs);
    let refused = second.say("deploy prod").await.text();
    let other = second.say("deploy staging").await.text();
    let listed = second.say("locks").await.text();
    let freed = second.say("unlock deploy/prod").await.text();
    let deployed = second.say("deploy prod").await.text();

    assert!(
        refused.contains("is locked by Mira Novak until "),
        "{refused}"
    );
    assert!(
        refused.contains(": db move. Nothing was started."),
        "{refused}"
    );
    assert_eq!(other, "deployed to staging");
    assert!(listed.contains("db move"), "{listed}");
    assert!(freed.contains("is free"), "{freed}");
    assert_eq!(deployed, "deployed to prod");
    assert_eq!(runs.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_lock_that_keeps_nothing_out_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let bot = bot(folder.path(), &Arc::default());

    let known = bot.say("lock deploy/prod 1h x").await.text();
    let unknown = bot.say("lock deplyo/prod 1h x").await.text();

    assert!(!known.contains("only a note"), "{known}");
    assert!(unknown.contains("only a note to others"), "{unknown}");
    assert!(unknown.contains("deploy/{env}"), "{unknown}");
}

#[tokio::test]
async fn a_freeze_stops_what_changes_something_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let runs = Arc::new(AtomicUsize::new(0));
    let bot = bot(folder.path(), &runs);

    let frozen = bot.say("freeze \"prod is on fire\"").await.text();
    let refused = bot.say("deploy prod").await.text();
    let listed = bot.say("locks").await.text();
    let ended = bot.say("unfreeze").await.text();
    let deployed = bot.say("deploy prod").await.text();

    assert!(frozen.starts_with("Frozen"), "{frozen}");
    assert!(refused.contains("frozen by Mira Novak since"), "{refused}");
    assert!(refused.contains("prod is on fire"), "{refused}");
    assert!(refused.contains("Nothing was started."), "{refused}");
    assert!(listed.contains("prod is on fire"), "{listed}");
    assert!(ended.contains("is over"), "{ended}");
    assert_eq!(deployed, "deployed to prod");
    assert_eq!(runs.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn the_command_line_freezes_a_running_bot_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let runs = Arc::new(AtomicUsize::new(0));
    let bot = bot(folder.path(), &runs);
    crate::server::write_private(&folder.path().join("ops.token"), crate::teams::TOKEN);
    let config = "[webhook.ops]\ntoken = { file = 'ops.token' }\n";
    std::fs::write(folder.path().join("hailer.toml"), config).unwrap();
    let call = |arguments: &[&str]| hailer(arguments).folder(folder.path()).run();

    let frozen = call(&["freeze", "board meeting", "--for", "2h"]);
    let refused = bot.say("deploy prod").await.text();
    let listed = call(&["locks", "--json"]);
    let ended = call(&["unfreeze"]);
    let deployed = bot.say("deploy prod").await.text();
    let again = call(&["unfreeze"]);

    assert_eq!(frozen.code, Some(0), "{frozen:?}");
    assert!(frozen.out.contains(", by "), "{frozen:?}");
    assert!(refused.contains("(command line) until "), "{refused}");
    assert!(refused.contains("board meeting"), "{refused}");
    assert!(listed.out.contains("\"kind\":\"freeze\""), "{listed:?}");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(deployed, "deployed to prod");
    assert_eq!(again.code, Some(1), "{again:?}");
}

#[tokio::test]
async fn a_window_freezes_what_it_names_and_says_until_when() {
    let folder = tempfile::tempdir().unwrap();
    let runs = Arc::new(AtomicUsize::new(0));
    let always = "
[[freeze]]
cron = '* * * * *'
lasts = '2h'
locks = ['deploy/prod']
say = 'the weekend belongs to the on-call people.'
";
    let tables = format!("{}{always}", tables(folder.path()));
    let bot = LocalBot::configured(&tables, |bot| {
        bot.module(hailer_commands::holds::module())
            .module(hailer_commands::builtin())
            .command(deploy(&runs))
    });

    let refused = bot.say("deploy prod").await.text();
    let other = bot.say("deploy staging").await.text();
    let why = bot.say("why deploy prod").await.text();
    let locked = bot.say("lock deploy/staging 1h x").await.text();
    let why_locked = bot.say("why deploy staging").await.text();

    assert!(refused.contains("deploy is frozen until "), "{refused}");
    assert!(refused.contains(": the weekend belongs"), "{refused}");
    assert!(refused.contains("Nothing was started."), "{refused}");
    assert_eq!(other, "deployed to staging");
    assert!(why.contains("the freeze at test:"), "{why}");
    assert!(locked.contains("is yours until"), "{locked}");
    assert!(
        why_locked.contains("But it would not start now"),
        "{why_locked}"
    );
    assert!(why_locked.contains("locked by Mira Novak"), "{why_locked}");
}

#[test]
fn a_window_that_cannot_be_is_told_with_its_line() {
    for (window, told) in [
        ("lasts = '1h'", "does not say when it begins"),
        ("cron = '0 16 * * FRI'", "does not say how long it lasts"),
        ("cron = '0 25 * * *'\nlasts = '1h'", "is no cron pattern"),
        ("cron = '0 0 0 16 * * FRI'\nlasts = '1h'", "HL246"),
        ("cron = '0 0 30 2 *'\nlasts = '1h'", "HL246"),
        (
            "cron = '0 0 * * *'\nlasts = '0s'",
            "from a moment to a year",
        ),
        (
            "cron = '0 0 * * *'\nlasts = '1h'\ntimezone = 'Europe/Berlim'",
            "did you mean \"Europe/Berlin\"?",
        ),
        (
            "cron = '0 0 * * *'\nlasts = '1h'\ncommands = ['deplyo *']",
            "freeze names \"deplyo *\", which matches no command",
        ),
        (
            "cron = '0 0 * * *'\nlasts = '1h'\nlocks = ['deploy']",
            "takes the lock \"deploy\"",
        ),
    ] {
        let config = format!("{}\n[[freeze]]\n{window}\n", crate::server::CONFIG);
        let folder = crate::server::project(&config);

        let ran = hailer(["check"]).folder(folder.path()).run();

        assert_eq!(ran.code, Some(3), "{window}: {ran:?}");
        let said = format!("{}{}", ran.out, ran.err);
        assert!(said.contains(told), "{window}: {said}");
    }
}

#[tokio::test]
async fn what_says_nothing_holds_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let bot = bot(folder.path(), &Arc::default());

    for (typed, why) in [
        ("lock \"\" 2h x", "A lock needs a name"),
        ("lock deploy/prod 2h \"\"", "Say why"),
        ("freeze list", "What is: locks"),
        ("freeze \" \"", "Say why"),
    ] {
        let said = bot.say(typed).await.text();
        assert!(said.contains(why), "{typed}: {said}");
    }
    let held = bot.say("locks").await.text();
    assert!(held.contains("Nothing is locked or frozen."), "{held}");
}

#[tokio::test]
async fn a_freeze_of_everything_names_the_words_that_end_it() {
    let folder = tempfile::tempdir().unwrap();
    let bot = bot(folder.path(), &Arc::default());
    let frozen = bot.say("freeze --everywhere \"prod is on fire\"").await;
    assert_eq!(frozen.outcome(), "ok");

    let refused = bot.say("deploy prod").await.text();
    let held = bot.say("locks").await.text();
    let ended = bot.say("unfreeze --everywhere").await;

    assert!(refused.contains("unfreeze --everywhere"), "{refused}");
    assert!(held.contains("unfreeze --everywhere"), "{held}");
    assert_eq!(ended.outcome(), "ok");
}
