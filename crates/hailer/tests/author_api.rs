//! What authors of commands rely on, through the door that they use themselves.

#![expect(clippy::unwrap_used, reason = "a lock that is poisoned fails the test")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use hailer::testing::TestBot;
use hailer::{
    Command, CommandError, CommandResult, Cooldown, DefaultPermission, Effect, Hook, Invocation,
    Module, NoArgs, Outcome, Reply, Spec, clap, command_fn, known,
};

fn read(path: &str) -> Spec {
    Spec::new(path, "does something").effect(Effect::Read)
}

/// A command that answers with its path.
fn named(path: &'static str) -> impl Command {
    command_fn(read(path), move |_: NoArgs, _| async move {
        Ok(Reply::text(path))
    })
}

#[derive(Debug, clap::Args)]
struct ServiceArgs {
    /// which one
    service: String,
}

struct Restart {
    services: Mutex<Vec<&'static str>>,
}

impl Command for Restart {
    type Args = ServiceArgs;

    fn spec(&self) -> Spec {
        read("restart")
    }

    async fn check(&self, args: &ServiceArgs, _: &Invocation) -> Result<(), CommandError> {
        let services = self.services.lock().unwrap().clone();
        known("service", &args.service, services).map(drop)
    }

    async fn run(&self, args: ServiceArgs, _: Invocation) -> CommandResult {
        Ok(Reply::text(format!("restarted {}", args.service)))
    }
}

#[tokio::test]
async fn arguments_are_checked_against_what_exists_now() {
    let bot = TestBot::new().command(Restart {
        services: Mutex::new(vec!["api", "web"]),
    });

    bot.say("restart API").await.assert_text("restarted API");
    bot.say("restart apii")
        .await
        .assert_text("I don't know the service \"apii\". Did you mean api? (api, web)")
        .assert_suggests("api")
        .assert_outcome(Outcome::Failed);
}

#[tokio::test]
async fn a_function_is_a_command_that_keeps_what_it_captures() {
    let count = Arc::new(Mutex::new(0));
    let bot = TestBot::new().command(command_fn(
        read("count"),
        move |_: NoArgs, invocation: Invocation| {
            let count = Arc::clone(&count);
            async move {
                let mut count = count.lock().unwrap();
                *count += 1;
                Ok(Reply::text(format!(
                    "{} for {}",
                    *count,
                    invocation.sender().name()
                )))
            }
        },
    ));

    bot.say("count").await.assert_text("1 for Mira Novak");
    bot.as_user("Jo").say("count").await.assert_text("2 for Jo");
}

/// Writes down what happens, and refuses what it is told to.
struct Recorder {
    name: &'static str,
    refuses: &'static str,
    log: Arc<Mutex<Vec<String>>>,
}

impl Hook for Recorder {
    async fn before(&self, invocation: &Invocation) -> Result<(), CommandError> {
        let path = invocation.command().path();
        self.log
            .lock()
            .unwrap()
            .push(format!("{} before {path}", self.name));
        if path == self.refuses {
            Err(CommandError::told(format!("{} says no", self.name)))
        } else {
            Ok(())
        }
    }

    async fn after(&self, _: &Invocation, result: &CommandResult) {
        self.log
            .lock()
            .unwrap()
            .push(format!("{} after, ok: {}", self.name, result.is_ok()));
    }
}

#[tokio::test]
async fn hooks_of_the_bot_surround_those_of_a_module() {
    let log = Arc::default();
    let recorder = |name, refuses| Recorder {
        name,
        refuses,
        log: Arc::clone(&log),
    };
    let module = Module::new("M")
        .command(named("one"))
        .command(named("two"))
        .hook(recorder("module", "two"));
    let bot = TestBot::new()
        .module(module)
        .command(named("alone"))
        .hook(recorder("bot", ""));
    let taken = || std::mem::take(&mut *log.lock().unwrap());

    bot.say("one").await.assert_text("one");
    assert_eq!(
        taken(),
        [
            "bot before one",
            "module before one",
            "module after, ok: true",
            "bot after, ok: true"
        ]
    );

    bot.say("two").await.assert_failed("module says no");
    assert_eq!(
        taken(),
        [
            "bot before two",
            "module before two",
            "bot after, ok: false"
        ]
    );

    bot.say("alone").await.assert_ok();
    assert_eq!(taken(), ["bot before alone", "bot after, ok: true"]);
}

#[tokio::test]
async fn a_cooldown_makes_the_right_people_wait() {
    let minute = Duration::from_secs(60);
    let with = |path, cooldown| {
        command_fn(read(path).cooldown(cooldown), |_: NoArgs, _| async {
            Ok(Reply::text("done"))
        })
    };
    let bot = TestBot::new()
        .command(with("mine", Cooldown::per_person(minute)))
        .command(with("ours", Cooldown::per_channel(minute)))
        .command(with("all", Cooldown::for_everybody(minute)));

    for path in ["mine", "ours", "all"] {
        bot.say(path).await.assert_text("done");
        bot.say(path)
            .await
            .assert_refused()
            .assert_contains(&format!(
                "{path} ran a moment ago, Mira Novak. Try again in"
            ));
    }
    bot.as_user("Jo").say("mine").await.assert_ok();
    bot.as_user("Jo").say("ours").await.assert_refused();
    bot.in_channel("deploys").say("ours").await.assert_ok();
    bot.in_channel("deploys")
        .as_user("Jo")
        .say("all")
        .await
        .assert_refused();

    bot.advance(minute);
    for path in ["mine", "ours", "all"] {
        bot.say(path).await.assert_text("done");
    }
}

#[tokio::test]
async fn a_deprecated_command_runs_and_names_its_successor() {
    let old = command_fn(read("old").deprecated("new"), |_: NoArgs, _| async {
        Ok(Reply::text("done"))
    });
    let bot = TestBot::new().command(old).command(named("new"));

    bot.say("old")
        .await
        .assert_text("done\nold is old; use @ops new instead.");
}

#[tokio::test]
#[should_panic(expected = "deprecated in favour of `new`, which does not exist")]
async fn a_successor_must_exist() {
    let old = command_fn(read("old").deprecated("new"), |_: NoArgs, _| async {
        Ok(Reply::text("done"))
    });

    TestBot::new().command(old).say("old").await;
}

#[tokio::test]
async fn an_example_may_be_a_phrase_that_a_pattern_takes() {
    let spec = read("up")
        .pattern(r"is (?<service>\w+) up")
        .example("is api up?", "says so");
    let up = command_fn(spec, |args: ServiceArgs, _| async move {
        Ok(Reply::text(args.service))
    });

    TestBot::new()
        .command(up)
        .say("Is WEB up")
        .await
        .assert_text("WEB");
}

#[tokio::test]
async fn an_invocation_tells_what_is_in_the_message() {
    let tell = command_fn(
        read("tell").rest_of_message("service"),
        |_: ServiceArgs, invocation: Invocation| async move {
            let seen = format!(
                "{:?} {} {}",
                invocation.code_blocks().collect::<Vec<_>>(),
                invocation.thread().is_some(),
                invocation.time_left() <= Duration::from_secs(4)
                    && !invocation.cancellation().is_cancelled(),
            );
            Ok(Reply::text(seen))
        },
    );

    TestBot::new()
        .command(tell)
        .say("tell me")
        .await
        .assert_text("[] true true");
}

#[tokio::test]
async fn the_clock_of_a_test_is_the_clock_of_commands() {
    let when = command_fn(
        read("when"),
        |_: NoArgs, invocation: Invocation| async move {
            Ok(Reply::text(format!(
                "{:?}",
                invocation.now().elapsed().is_err()
            )))
        },
    );
    let bot = TestBot::new().command(when);

    bot.say("when").await.assert_text("false");
    bot.advance(Duration::from_secs(3600));
    bot.say("when").await.assert_text("true");
}

#[tokio::test]
async fn a_panic_and_an_error_show_a_reference_and_no_trace() {
    let breaks = command_fn(read("breaks"), |_: NoArgs, _| async {
        let port: u16 = "x".parse()?;
        Ok(Reply::text(port.to_string()))
    });
    let panics = command_fn(read("panics"), |_: NoArgs, _| async {
        panic!("secret detail")
    });
    let bot = TestBot::new().command(breaks).command(panics);

    bot.say("breaks")
        .await
        .assert_failed("Something broke on my side (ref ")
        .assert_lacks("digit");
    bot.say("panics")
        .await
        .assert_outcome(Outcome::Panicked)
        .assert_contains("Something broke on my side (ref ")
        .assert_lacks("secret detail");
}

#[tokio::test]
async fn a_command_may_be_answered_for_sooner_than_others() {
    let spec = read("slow").deadline(Duration::from_millis(20));
    let slow = command_fn(spec, |_: NoArgs, _| std::future::pending::<CommandResult>());

    TestBot::new()
        .command(slow)
        .say("slow")
        .await
        .assert_outcome(Outcome::TimedOut)
        .assert_contains("Still working");
}

#[tokio::test]
async fn phones_are_understood() {
    let echo = command_fn(read("restart"), |args: ServiceArgs, _| async move {
        Ok(Reply::text(args.service))
    });
    let bot = TestBot::new()
        .command(echo)
        .with_permissions(DefaultPermission::Read);

    bot.on_phone()
        .say("restart \"api two\"")
        .await
        .assert_text("api two");
    bot.on_phone()
        .say("restart --servce")
        .await
        .assert_usage("has no option --servce");
}

#[tokio::test]
#[should_panic(expected = "to `restart` the bot answered\n    restart needs a service.")]
async fn a_check_that_fails_shows_what_was_said_and_answered() {
    let echo = command_fn(read("restart"), |args: ServiceArgs, _| async move {
        Ok(Reply::text(args.service))
    });

    TestBot::new()
        .command(echo)
        .say("restart")
        .await
        .assert_text("restarted");
}
