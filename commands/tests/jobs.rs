//! Jobs as people look them up, stop them and repeat them.

use std::sync::Arc;

use hailer::testing::{TestBot, TestReply};
use hailer::{DefaultPermission, Effect, Invocation, NoArgs, Reply, Spec, command_fn};
use tokio::sync::Semaphore;

/// A bot with a job that waits for a permit, or for being cancelled.
fn bot(go_on: &Arc<Semaphore>) -> TestBot {
    let go_on = Arc::clone(go_on);
    let spec = Spec::new("ship", "ship it").effect(Effect::Write).job();
    let ship = command_fn(spec, move |_: NoArgs, invocation: Invocation| {
        let go_on = Arc::clone(&go_on);
        async move {
            invocation.progress(1, 2, "half way");
            tokio::select! {
                permit = go_on.acquire() => permit?.forget(),
                () = invocation.cancellation().cancelled() => {}
            }
            Ok(Reply::text("one\ntwo"))
        }
    });
    let long = command_fn(
        Spec::new("long", "say much").effect(Effect::Read),
        |_: NoArgs, _: Invocation| async { Ok(Reply::code("a line of it\n".repeat(8_000))) },
    );
    let quiet = |lines: usize| {
        let spec = Spec::new(format!("quiet{lines}"), "say nothing while it runs");
        let spec = spec.effect(Effect::Write).job();
        command_fn(spec, move |_: NoArgs, _: Invocation| async move {
            let lines = (1..=lines).map(|line| format!("line {line}\n"));
            Ok(Reply::text(lines.collect::<String>().trim_end()))
        })
    };
    let wordy = command_fn(
        Spec::new("wordy", "say much while it runs")
            .effect(Effect::Write)
            .job(),
        |_: NoArgs, invocation: Invocation| async move {
            for line in 1..=5_000 {
                invocation.log(format!("line {line} of it"));
            }
            Ok(Reply::text("said"))
        },
    );
    let whose = command_fn(
        Spec::new("whose", "say for whom it runs")
            .effect(Effect::Write)
            .job(),
        |_: NoArgs, invocation: Invocation| async move {
            Ok(Reply::text(format!("for {}", invocation.sender().name())))
        },
    );
    TestBot::new()
        .with_store()
        .module(hailer_commands::jobs::module())
        .command(whose)
        .command(ship)
        .command(long)
        .command(quiet(2))
        .command(quiet(12))
        .command(wordy)
}

async fn log_of(bot: &TestBot, command: &str) -> (String, TestReply) {
    let job = bot.say(command).await.job();
    bot.result_of(&job).await.assert_ok();
    let log = bot.say(&format!("job log {job}")).await;
    (job, log)
}

#[tokio::test]
async fn a_job_that_said_nothing_has_no_log_and_is_not_told_twice() {
    let bot = bot(&Arc::new(Semaphore::new(0)));

    let (job, log) = log_of(&bot, "quiet2").await;
    log.assert_text(&format!(
        "Job {job} kept no log. Its result: @ops job {job}"
    ));

    let (job, log) = log_of(&bot, "quiet12").await;
    log.assert_contains(&format!("Job {job} kept no log. All of its result:"))
        .assert_contains("line 1\n")
        .assert_contains("line 12");
}

#[tokio::test]
async fn a_long_log_has_its_beginning_and_its_end_and_pages() {
    let bot = bot(&Arc::new(Semaphore::new(0)));

    let (_, mut page) = log_of(&bot, "wordy").await;
    page.assert_contains("Z line 1 of it\n");
    let mut pages = 1;
    while let Some((_, more)) = page.text().to_owned().rsplit_once("The rest: @ops ") {
        page = bot.say(more).await;
        pages += 1;
    }

    assert!(pages > 3, "{pages}");
    page.assert_contains("Z line 5000 of it");
}

#[tokio::test]
async fn the_end_of_the_log_is_shown_while_a_job_runs() {
    let go_on = Arc::new(Semaphore::new(0));
    let bot = bot(&go_on);
    let job = bot.say("ship").await.job();

    let shown = loop {
        let shown = bot.say(&format!("job {job}")).await;
        if shown.text().contains("Z 1 of 2 · half way") {
            break shown;
        }
    };

    shown.assert_contains("● runs");
    go_on.add_permits(1);
}

#[tokio::test]
async fn a_job_is_listed_shown_and_read() {
    let go_on = Arc::new(Semaphore::new(1));
    let bot = bot(&go_on);

    let job = bot.say("ship").await.job();
    bot.result_of(&job).await.assert_ok();

    let list = bot.say("jobs").await;
    list.assert_contains(&job).assert_contains("✔ done");
    let shown = bot.say(&format!("job {}", job.to_lowercase())).await;
    shown
        .assert_contains(&format!("Job {job}"))
        .assert_contains("Mira Novak")
        .assert_contains("one\ntwo");
    bot.say(&format!("job log {job}"))
        .await
        .assert_contains("Z 1 of 2 · half way")
        .assert_lacks("two");
    bot.say("jobs failed")
        .await
        .assert_text("No job here went wrong.");
    bot.as_user("Jo")
        .say("jobs")
        .await
        .assert_text("You have no jobs here.");
    bot.as_user("Jo")
        .say("jobs all")
        .await
        .assert_contains(&job);
}

#[tokio::test]
async fn a_job_is_cancelled_by_whoever_asked_for_it() {
    let go_on = Arc::new(Semaphore::new(0));
    let bot = bot(&go_on);
    let job = bot.say("ship").await.job();

    let cancelled = bot.say(&format!("job cancel {job}")).await;

    cancelled.assert_contains(&format!("Job {job} is "));
    let shown = loop {
        let shown = bot.say(&format!("job {job}")).await;
        if !shown.text().contains("runs") {
            break shown;
        }
    };
    shown
        .assert_contains("○ cancelled")
        .assert_contains("Cancelled by");
    bot.say(&format!("job cancel {job}"))
        .await
        .assert_text(&format!("Job {job} is over already."));
}

#[tokio::test]
async fn who_may_not_run_it_may_not_stop_it() {
    let go_on = Arc::new(Semaphore::new(1));
    let bot = bot(&go_on);
    let job = bot.say("ship").await.job();
    bot.result_of(&job).await.assert_ok();
    bot.as_user("Jo")
        .say(&format!("job retry {job}"))
        .await
        .assert_contains("Started once more, as yours");

    let careful = self::bot(&go_on).with_permissions(DefaultPermission::Read);
    careful
        .say("job cancel ZZZZ")
        .await
        .assert_failed("I know no job ZZZZ here.");
}

#[tokio::test]
async fn a_retry_is_a_new_job() {
    let go_on = Arc::new(Semaphore::new(2));
    let bot = bot(&go_on);
    let first = bot.say("ship").await.job();
    bot.result_of(&first).await.assert_ok();

    let second = bot.say(&format!("job retry {first}")).await.job();

    assert_ne!(first, second);
    bot.result_of(&second).await.assert_text("one\ntwo");
    bot.say(&format!("job {second}"))
        .await
        .assert_contains(&format!("what job {first} did"));
}

#[tokio::test]
async fn a_retry_is_of_whoever_asks_for_it() {
    let bot = bot(&Arc::new(Semaphore::new(2)));
    let first = bot.say("whose").await.job();
    bot.result_of(&first).await.assert_text("for Mira Novak");

    let retried = bot.as_user("Jo").say(&format!("job retry {first}")).await;

    let second = retried.job();
    bot.result_of(&second).await.assert_text("for Jo");
    bot.as_user("Jo").say("jobs").await.assert_contains(&second);
    bot.say("jobs").await.assert_lacks(&second);
}

#[tokio::test]
async fn a_job_that_is_not_there_is_not_found() {
    let bot = bot(&Arc::new(Semaphore::new(0)));

    for id in ["7F3A", "7F3", "U", "7F3A7F3A7F3A7F3A7F3A"] {
        for text in ["job", "job log", "job cancel", "job retry"] {
            bot.say(&format!("{text} {id}"))
                .await
                .assert_failed(&format!("I know no job {id} here."));
        }
    }
}

#[tokio::test]
async fn what_did_not_fit_can_be_asked_for_where_it_was_said() {
    let bot = bot(&Arc::new(Semaphore::new(0)));

    let first = bot.say("long").await;
    let text = first.text().to_owned();
    let (_, more) = text.rsplit_once("@ops ").unwrap();

    let second = bot.say(more).await;
    second
        .assert_ok()
        .assert_contains("a line of it")
        .assert_contains("The rest: @ops more ");
    let elsewhere = bot.in_channel("other").say(more).await;
    elsewhere.assert_failed("I have no more of");
}

#[tokio::test]
async fn without_a_store_there_are_no_jobs() {
    let bot = TestBot::new().module(hailer_commands::jobs::module());

    bot.say("jobs").await.assert_failed("I keep no jobs");
}
