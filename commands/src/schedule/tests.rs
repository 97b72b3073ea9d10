use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use hailer::testing::{TestBot, TestReply};
use hailer::{
    Approval, CommandError, Draft, Effect, Environment, Invocation, Module, NoArgs, Reply,
    SecretText, Spec, clap, command_fn,
};

use super::{Settings, module, read};

const MINUTE: Duration = Duration::from_mins(1);

const HOUR: Duration = Duration::from_hours(1);

#[derive(Debug, clap::Args)]
struct UnsealArgs {
    /// The key
    key: SecretText,
}

/// Commands to be scheduled: one that counts its calls, and some that must not be.
fn commands(calls: &Arc<AtomicU32>) -> Module {
    let calls = Arc::clone(calls);
    let count = command_fn(
        Spec::new("count", "count calls").effect(Effect::Write),
        move |_: NoArgs, invocation: Invocation| {
            let count = calls.fetch_add(1, Ordering::SeqCst) + 1;
            let name = invocation.sender().name().to_owned();
            async move { Ok(Reply::text(format!("call {count} of {name}"))) }
        },
    );
    let fail = command_fn(
        Spec::new("fail", "fail always").effect(Effect::Read),
        |_: NoArgs, _: Invocation| async {
            Err::<Reply, _>(CommandError::told("The disk is full."))
        },
    );
    let ship = command_fn(
        Spec::new("ship", "ship it").effect(Effect::Write).job(),
        |_: NoArgs, _: Invocation| async { Ok(Reply::text("shipped")) },
    );
    let unseal = command_fn(
        Spec::new("unseal", "unseal the vault").effect(Effect::Write),
        |args: UnsealArgs, _: Invocation| async move {
            Ok(Reply::text(format!(
                "{} characters",
                args.key.expose().len()
            )))
        },
    );
    let wipe = command_fn(
        Spec::new("wipe", "wipe a disk")
            .effect(Effect::Write)
            .confirmed(),
        |_: NoArgs, _: Invocation| async { Ok(Reply::text("wiped")) },
    );
    let launch = command_fn(
        Spec::new("launch", "launch it")
            .effect(Effect::Write)
            .approval(Approval::by_another()),
        |_: NoArgs, _: Invocation| async { Ok(Reply::text("launched")) },
    );
    Module::new("Test")
        .command(count)
        .command(fail)
        .command(ship)
        .command(unseal)
        .command(wipe)
        .command(launch)
}

fn bot_with(settings: Settings) -> (TestBot, Arc<AtomicU32>) {
    let calls = Arc::new(AtomicU32::new(0));
    let bot = TestBot::new()
        .with_store()
        .module(commands(&calls))
        .module(module(Some(settings)))
        .module(crate::jobs::module())
        .module(crate::builtin());
    (bot, calls)
}

fn bot() -> (TestBot, Arc<AtomicU32>) {
    bot_with(Settings::default())
}

/// Moves the clock, and returns what was posted last.
async fn after(bot: &TestBot, time: Duration) -> TestReply {
    bot.advance(time);
    bot.posted().await.pop().unwrap()
}

#[tokio::test]
async fn a_command_runs_at_its_time_as_whoever_scheduled_it() {
    let (bot, calls) = bot();

    bot.as_user("Dana Osei")
        .say("schedule \"count\" every 15m")
        .await
        .assert_contains("Schedule 1: count")
        .assert_contains("every 15m (UTC)")
        .assert_contains("@ops schedule remove 1");
    assert_eq!(bot.posted().await.len(), 0);

    after(&bot, 15 * MINUTE)
        .await
        .assert_contains("call 1 of Dana Osei")
        .assert_contains("Schedule 1 · count · every 15m (UTC) · as Dana Osei")
        .assert_lacks("missed");
    bot.advance(MINUTE);
    assert_eq!(bot.posted().await.len(), 1);
    after(&bot, 14 * MINUTE).await.assert_contains("call 2 of");
    assert_eq!(calls.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn what_became_of_it_is_shown() {
    let (bot, _) = bot();
    bot.say("schedule fail every hour").await.assert_ok();
    bot.say("schedule \"count\" every 50m").await.assert_ok();

    after(&bot, HOUR).await;

    bot.say("schedule show 1")
        .await
        .assert_contains("Schedule 1: fail")
        .assert_contains("✖ failed")
        .assert_contains("The disk is full.");
    bot.say("schedule show 2").await.assert_contains("✔ done");
    bot.say("schedules")
        .await
        .assert_contains("1   fail")
        .assert_contains("every 50m");
    bot.say("schedule show 3")
        .await
        .assert_failed("There is no schedule 3 here");
    bot.say("schedule \"\" every weekday 9:00")
        .await
        .assert_failed("Name the command to run");
}

#[tokio::test]
async fn what_fails_is_told() {
    let (bot, _) = bot();
    bot.say("schedule fail in 5m").await.assert_contains("once");

    after(&bot, 5 * MINUTE)
        .await
        .assert_contains("✖ fail failed")
        .assert_contains("The disk is full.");

    bot.say("schedules").await.assert_contains("is over");
}

#[tokio::test]
async fn a_job_is_named_and_told_as_any_job() {
    let (bot, _) = bot();
    bot.say("schedule ship in 5m").await.assert_ok();

    bot.advance(5 * MINUTE);
    bot.posted().await;
    let shown = bot.say("schedule show 1").await;

    shown.assert_contains("goes on as job");
    bot.result_of(&shown.job()).await.assert_text("shipped");
}

#[tokio::test]
async fn what_a_person_may_not_run_is_not_scheduled() {
    let (bot, _) = bot();

    let refused = [
        ("schedule \"cuont\" every day 9:00", "Did you mean"),
        ("schedule \"count x\" every day 9:00", "x"),
        (
            "schedule \"unseal hunter22\" every day 9:00",
            "a secret in unseal",
        ),
        (
            "schedule \"wipe\" every day 9:00",
            "asks whether you mean it",
        ),
        (
            "schedule \"launch\" every day 9:00",
            "nobody is there to say yes",
        ),
        (
            "schedule \"schedules\" every day 9:00",
            "can't be scheduled",
        ),
        (
            "schedule \"job cancel K7Q2\" every day 9:00",
            "can't be scheduled",
        ),
        ("schedule count", "needs"),
        ("schedule count sometimes", "I don't understand when"),
    ];
    for (typed, why) in refused {
        bot.say(typed).await.assert_contains(why);
    }

    bot.say("schedules")
        .await
        .assert_contains("Nothing is scheduled");
}

#[tokio::test]
async fn a_secret_is_refused_before_anything_is_written_down() {
    let (bot, _) = bot();

    bot.say("schedule \"unseal hunter22\" every day 9:00").await;

    bot.say("jobs all")
        .await
        .assert_lacks("unseal")
        .assert_lacks("hunter22");
}

#[tokio::test]
async fn paused_is_not_run_and_not_missed() {
    let (bot, calls) = bot();
    bot.say("schedule count every 15m").await.assert_ok();

    bot.as_user("Jo Park")
        .say("schedule pause 1")
        .await
        .assert_contains("Schedule 1 is paused: count");
    bot.advance(5 * HOUR);
    assert_eq!(bot.posted().await.len(), 0);
    bot.say("schedules")
        .await
        .assert_contains("paused by Jo Park");
    bot.say("schedule resume 1")
        .await
        .assert_contains("Schedule 1 goes on");
    after(&bot, 15 * MINUTE)
        .await
        .assert_contains("call 1 of")
        .assert_lacks("missed");

    bot.say("schedule remove 1")
        .await
        .assert_contains("Schedule 1 is removed: count");
    bot.advance(HOUR);
    assert_eq!(bot.posted().await.len(), 1);
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn what_was_missed_by_little_runs_once() {
    let (bot, calls) = bot();
    bot.say("schedule count every 10m").await.assert_ok();

    after(&bot, HOUR)
        .await
        .assert_contains("call 1 of")
        .assert_contains("5 runs were missed before it");

    assert_eq!(calls.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn what_was_missed_by_much_is_skipped_and_told() {
    let (bot, calls) = bot();
    bot.say("schedule count every 24h").await.assert_ok();

    after(&bot, 24 * HOUR + 16 * MINUTE)
        .await
        .assert_contains("✖ Schedule 1 did not run: count")
        .assert_contains("1 run was missed")
        .assert_contains("It goes on as planned");
    bot.say("schedule show 1").await.assert_contains("missed");
    assert_eq!(calls.load(Ordering::SeqCst), 0);

    after(&bot, 24 * HOUR - 16 * MINUTE)
        .await
        .assert_contains("call 1 of");
}

#[tokio::test]
async fn a_person_has_so_many_and_no_more() {
    let (bot, _) = bot_with(Settings {
        per_person: 2,
        ..Settings::default()
    });
    bot.say("schedule count every day 9:00").await.assert_ok();
    bot.say("schedule count every day 10:00").await.assert_ok();

    bot.say("schedule count every day 11:00")
        .await
        .assert_failed("You have 2 schedules, and that is the most");
    bot.as_user("Jo Park")
        .say("schedule count every day 9:00")
        .await
        .assert_ok();
}

#[test]
fn the_configuration_is_read() {
    let settings = |text: &str| {
        let token = ("TOKEN", "VGVzdHMgb25seTogdGhpcyBvcGVucyBub3RoaW5nISE=");
        let environment = Environment::from_pairs([token]);
        let text = format!("[webhook.ops]\ntoken = {{ env = \"TOKEN\" }}\n{text}");
        let draft = Draft::parse("hailer.toml", &text, Path::new("."), &environment);
        let settings = read(&draft);
        (
            settings,
            draft
                .finish()
                .err()
                .map(|it| it.to_string())
                .unwrap_or_default(),
        )
    };

    assert_eq!(settings("").0, None);
    assert_eq!(settings("[schedule]").0, Some(Settings::default()));
    let told =
        settings("[schedule]\nlate = \"1h\"\nper_person = 5\ntimezone = \"Europe/Berlin\"").0;
    assert_eq!(
        told,
        Some(Settings {
            zone: chrono_tz::Tz::Europe__Berlin,
            late: HOUR,
            per_person: 5,
        })
    );
    let wrong = settings("[schedule]\nlate = \"2d\"\nper_person = 0").1;
    assert!(
        wrong.contains("another day's") && wrong.contains("a person has"),
        "{wrong}"
    );
}
