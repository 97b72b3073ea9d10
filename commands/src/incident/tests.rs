use hailer::testing::{Speaker, TestBot};
use hailer::{
    CommandError, DefaultPermission, Effect, Invocation, Module, NoArgs, Reply, SecretText, Spec,
    clap, command_fn,
};

use super::{Settings, module};

#[derive(Debug, clap::Args)]
struct UnsealArgs {
    /// The key
    key: SecretText,
}

fn commands() -> Module {
    let look = command_fn(
        Spec::new("look", "look at it").effect(Effect::Read),
        |_: NoArgs, _: Invocation| async { Ok(Reply::text("all is well")) },
    );
    let fail = command_fn(
        Spec::new("fail", "fail always").effect(Effect::Read),
        |_: NoArgs, _: Invocation| async { Err::<Reply, _>(CommandError::told("No.")) },
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
    Module::new("Test")
        .command(look)
        .command(fail)
        .command(ship)
        .command(unseal)
}

fn bot_with(has_whole_channel: bool) -> TestBot {
    let settings = Settings {
        zone: chrono_tz::Tz::UTC,
        has_whole_channel,
    };
    TestBot::new()
        .with_store()
        .module(commands())
        .module(module(Some(settings)))
        .module(crate::builtin())
}

fn bot() -> TestBot {
    bot_with(false)
}

async fn opened(bot: &TestBot) -> Speaker<'_> {
    let thread = bot.in_thread("outage");
    thread
        .say("incident open sev2 \"checkout is down\"")
        .await
        .assert_contains("INC-1 checkout is down")
        .assert_contains("● sev2")
        .assert_contains("@ops incident note");
    thread
}

#[tokio::test]
async fn what_happens_in_the_thread_is_in_its_timeline() {
    let bot = bot();
    let thread = opened(&bot).await;

    thread
        .say("incident note db-2 is full")
        .await
        .assert_text("Noted in INC-1.");
    thread
        .clone()
        .as_user("Jo Park")
        .say("look")
        .await
        .assert_ok();
    thread.say("fail").await.assert_failed("No.");
    let job = thread.say("ship").await.job();
    bot.result_of(&job).await.assert_text("shipped");
    bot.say("look").await.assert_ok();
    thread.say("lok").await.assert_suggests("look");

    let timeline = thread.say("incident timeline").await;
    timeline
        .assert_contains("opened as sev2")
        .assert_contains("db-2 is full")
        .assert_contains("✔ look – done")
        .assert_contains("✖ fail – failed")
        .assert_contains(&format!("✔ ship – done (job {job})"))
        .assert_lacks("lok");
    assert_eq!(
        timeline.text().matches("look").count(),
        1,
        "{}",
        timeline.text()
    );
    assert_eq!(
        timeline.text().matches("Jo Park").count(),
        1,
        "{}",
        timeline.text()
    );
}

#[tokio::test]
async fn secrets_are_not_in_the_timeline() {
    let bot = bot();
    let thread = opened(&bot).await;

    thread.say("unseal hunter22-hunter22").await.assert_ok();

    thread
        .say("incident export")
        .await
        .assert_contains("unseal ***")
        .assert_lacks("hunter22");
}

#[tokio::test]
async fn a_refusal_is_in_the_timeline_without_what_was_given() {
    let bot = TestBot::new()
        .with_store()
        .module(commands())
        .module(module(Some(Settings {
            zone: chrono_tz::Tz::UTC,
            has_whole_channel: false,
        })))
        .with_permissions(DefaultPermission::Read);

    bot.say("incident open sev2 x").await.assert_refused();
    bot.say("incidents")
        .await
        .assert_text("There was no incident yet.");
}

#[tokio::test]
async fn one_is_open_in_a_thread_and_others_elsewhere() {
    let bot = bot();
    let thread = opened(&bot).await;

    thread
        .say("incident open sev1 again")
        .await
        .assert_failed("INC-1 is open in this thread: checkout is down");
    let other = bot.in_thread("mail");
    other
        .say("incident open p3 mail is slow")
        .await
        .assert_contains("INC-2 mail is slow");
    other
        .say("incident note slow")
        .await
        .assert_text("Noted in INC-2.");
    bot.say("incident note which")
        .await
        .assert_failed("More than one is open here: INC-1 checkout is down, INC-2 mail is slow.");
    bot.say("incident note INC-2 this one")
        .await
        .assert_text("Noted in INC-2.");
    bot.in_channel("elsewhere")
        .say("incidents")
        .await
        .assert_contains("INC-1");
    thread
        .say("incident close a full disk")
        .await
        .assert_contains("✔");
    bot.say("incident note the only one")
        .await
        .assert_text("Noted in INC-2.");
    thread
        .say("incident open sev4 again")
        .await
        .assert_contains("INC-3 again");
}

#[tokio::test]
async fn who_does_what_and_how_bad_it_is_can_change() {
    let bot = bot();
    let thread = opened(&bot).await;

    thread
        .say("incident assign me Commander")
        .await
        .assert_text("Mira Novak is commander of INC-1.");
    thread
        .say("incident assign scribe @Jo Lind")
        .await
        .assert_text("Jo Lind is scribe of INC-1.");
    bot.say("incident assign INC-1 \"Jo Lind\" scribe")
        .await
        .assert_text("Jo Lind is scribe of INC-1.");
    bot.say("incident assign Jo Lind scribe")
        .await
        .assert_text("Jo Lind is scribe of INC-1.");
    thread
        .say("incident severity 1")
        .await
        .assert_text("INC-1 is sev1 now.");
    thread
        .say("incident severity 5")
        .await
        .assert_contains("sev1 (the worst)");

    thread
        .say("incident")
        .await
        .assert_contains("✖ sev1")
        .assert_contains("commander: Mira Novak · scribe: Jo Lind")
        .assert_contains("sev2 → sev1");
}

#[tokio::test]
async fn what_is_closed_stays_as_it_is_and_can_be_kept() {
    let bot = bot();
    let thread = opened(&bot).await;

    thread
        .say("incident close “a full disk”")
        .await
        .assert_contains("by Mira Novak, after less than a minute")
        .assert_contains("Because   a full disk")
        .assert_contains("@ops incident export INC-1");
    thread
        .say("incident close again")
        .await
        .assert_failed("No incident is open");
    thread
        .say("incident severity sev1 --of INC-1")
        .await
        .assert_failed("INC-1 was closed by Mira Novak; nothing was changed.");
    thread.say("look").await.assert_ok();

    bot.say("incidents")
        .await
        .assert_contains("incidents --all");
    bot.say("incidents --all").await.assert_contains("✔ closed");
    let exported = bot.say("incident export inc-1").await;
    let exported = exported.text();
    assert!(
        exported.starts_with("# INC-1: checkout is down\n\n- Severity: sev2\n"),
        "{exported}"
    );
    assert!(
        exported.contains("- Because: a full disk\n\n## Timeline\n"),
        "{exported}"
    );
    assert!(
        exported.contains("**Mira Novak**: closed: a full disk"),
        "{exported}"
    );
    assert!(!exported.contains("look"), "{exported}");
}

#[tokio::test]
async fn nothing_is_lost_when_many_say_something_at_once() {
    let bot = bot();
    let thread = opened(&bot).await;

    let notes: Vec<String> = (0..20)
        .map(|it| format!("incident note seen-{it}-here"))
        .collect();
    let said = notes.iter().map(|note| thread.say(note));
    for reply in futures_util::future::join_all(said).await {
        reply.assert_text("Noted in INC-1.");
    }
    let threads: Vec<Speaker<'_>> = (0..5).map(|_| bot.in_thread("race")).collect();
    let raced = threads.iter().map(|it| it.say("incident open sev3 race"));
    let raced = futures_util::future::join_all(raced).await;

    let timeline = thread.say("incident timeline").await;
    for number in 0..20 {
        timeline.assert_contains(&format!("seen-{number}-here"));
    }
    let opened = raced
        .iter()
        .filter(|it| it.text().contains("● open for") || it.text().contains("Opened"));
    assert_eq!(opened.count(), 1);
}

#[tokio::test]
async fn a_whole_channel_can_be_its_thread() {
    let bot = bot_with(true);
    bot.say("incident open sev2 checkout is down")
        .await
        .assert_ok();

    bot.say("look").await.assert_ok();
    bot.in_channel("elsewhere")
        .say("fail")
        .await
        .assert_failed("No.");

    bot.say("incident timeline")
        .await
        .assert_contains("look – done")
        .assert_lacks("fail");
}
