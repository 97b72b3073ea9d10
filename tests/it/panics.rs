//! A command that breaks is answered for, and breaks nothing else.

use std::time::Duration;

use futures_util::future::join_all;
use hailer::{Bot, Command, CommandError, Effect, Invocation, NoArgs, Reply, Spec};

use crate::http::Response;
use crate::local_bot::LocalBot;

struct Panicking {
    path: &'static str,
    deadline: Option<Duration>,
}

impl Command for Panicking {
    type Args = NoArgs;

    fn spec(&self) -> Spec {
        let spec = Spec::new(self.path, "panic").effect(Effect::Read);
        match self.deadline {
            Some(deadline) => spec.deadline(deadline),
            None => spec,
        }
    }

    async fn run(&self, _: NoArgs, _: Invocation) -> Result<Reply, CommandError> {
        panic!("in a test, with the secret passw0rd");
    }
}

/// Fails with what the channel must not see.
struct Failing;

impl Command for Failing {
    type Args = NoArgs;

    fn spec(&self) -> Spec {
        Spec::new("fail", "fail inside").effect(Effect::Read)
    }

    async fn run(&self, _: NoArgs, _: Invocation) -> Result<Reply, CommandError> {
        let port: u16 = "db.internal.example:5432".parse()?;
        Ok(Reply::text(port.to_string()))
    }
}

/// Fails with words for the channel.
struct Refusing;

impl Command for Refusing {
    type Args = NoArgs;

    fn spec(&self) -> Spec {
        Spec::new("refuse", "fail with words").effect(Effect::Read)
    }

    async fn run(&self, _: NoArgs, _: Invocation) -> Result<Reply, CommandError> {
        Err(CommandError::told("I don't know the service <apii>.")
            .caused_by("no row in db.internal.example"))
    }
}

fn start() -> LocalBot {
    let plain = Panicking {
        path: "panic",
        deadline: None,
    };
    let hurried = Panicking {
        path: "panic soon",
        deadline: Some(Duration::from_millis(500)),
    };
    LocalBot::configured("[bot]\ncontact = '#platform-help'", |bot: Bot| {
        bot.module(hailer_commands::builtin())
            .command(plain)
            .command(hurried)
            .command(Failing)
            .command(Refusing)
    })
}

#[track_caller]
fn assert_is_told(response: &Response) {
    let text = response.text();
    let reference = format!(
        "Something broke on my side (ref {}).",
        response.request_id()
    );
    assert!(text.starts_with(&reference), "{text}");
    assert_eq!(response.request_id().len(), 8);
    for secret in ["passw0rd", "internal", "digit", ".rs"] {
        assert!(!response.body.contains(secret), "{}", response.body);
    }
}

#[tokio::test]
async fn a_panic_is_told_with_a_reference_and_the_next_message_is_answered() {
    let bot = start();

    for command in ["panic", "panic soon"] {
        let response = bot.say(command).await;

        assert_eq!(response.outcome(), "panicked", "{command}");
        assert_is_told(&response);
        assert_eq!(bot.say("ping").await.outcome(), "ok");
    }
}

#[tokio::test]
async fn panics_disturb_nobody() {
    let bot = start();
    let texts = ["panic", "ping"].into_iter().cycle().take(100);

    let answers = join_all(texts.map(|text| bot.say(text))).await;

    for (index, answer) in answers.iter().enumerate() {
        let expected = if index % 2 == 0 { "panicked" } else { "ok" };
        assert_eq!(answer.outcome(), expected, "{}", answer.text());
    }
}

#[tokio::test]
async fn the_cause_of_a_failure_is_not_for_the_channel() {
    let bot = start();

    let response = bot.say("fail").await;

    assert_eq!(response.outcome(), "failed");
    assert_is_told(&response);
    assert!(
        response.text().ends_with("#platform-help can look it up."),
        "{}",
        response.text()
    );
}

#[tokio::test]
async fn words_for_the_channel_are_shown_as_they_stand() {
    let bot = start();

    let response = bot.say("refuse").await;

    assert_eq!(response.outcome(), "failed");
    assert_eq!(response.text(), "I don't know the service <apii>.");
}
