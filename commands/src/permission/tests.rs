use std::path::Path;

use hailer::testing::TestBot;
use hailer::{
    Bot, Command, CommandError, Config, Effect, Environment, Invocation, Reply, Spec, TeamsMessage,
    clap,
};

use super::{Can, Why};

#[derive(Debug, clap::Args)]
struct RunArgs {
    /// which one
    service: String,
    /// where to
    #[arg(long, value_parser = ["staging", "prod"])]
    env: String,
}

struct Run;

impl Command for Run {
    type Args = RunArgs;

    fn spec(&self) -> Spec {
        Spec::new("deploy run", "ships it").effect(Effect::Write)
    }

    async fn run(&self, args: RunArgs, _: Invocation) -> Result<Reply, CommandError> {
        Ok(Reply::text(format!("{} {}", args.service, args.env)))
    }
}

fn id(name: &str) -> String {
    TeamsMessage::new("ops", "").from_person(name).person_id()
}

/// Mira deploys to staging, Ada looks after the rules, Dan is in no group.
fn bot() -> TestBot {
    let text = format!(
        r#"[webhook.ops]
token = {{ env = "TOKEN" }}

[permissions]
auditors = ["group:auditors"]

[[permissions.rule]]
allow = ["deploy *"]
to = ["group:sre"]
when = {{ env = ["staging"] }}

[group.sre]
members = [{{ id = "{}", name = "Mira Novak" }}]

[group.auditors]
members = [{{ id = "{}", name = "Ada" }}, {{ id = "{}", name = "Mira Novak" }}]

[group.others]
members = [{{ id = "{}", name = "Ada" }}]
"#,
        id("Mira Novak"),
        id("Ada"),
        id("Mira Novak"),
        id("Other Ada"),
    );
    let token = "VGVzdHMgb25seTogdGhpcyBvcGVucyBub3RoaW5nISE=";
    let environment = Environment::from_pairs([("TOKEN", token)]);
    let loaded = Config::parse("hailer.toml", &text, Path::new(""), &environment);
    let config = loaded.unwrap().config;
    TestBot::of(
        Bot::new(config)
            .command(Run)
            .command(Why::default())
            .command(Can::default()),
    )
}

#[tokio::test]
async fn why_names_the_rule_and_its_line() {
    let bot = bot();
    for (text, expected) in [
        (
            "why deploy run api --env staging",
            "You may run deploy run (write) here: the rule at hailer.toml:8 allows it.",
        ),
        (
            "why deploy run api env=prod",
            "You may not run deploy run (write) here: no rule allows it; the rule at hailer.toml:8 would, with env staging.",
        ),
        (
            "why deploy run",
            "Whether you may run deploy run (write) here depends on its arguments; ask again with all of them.",
        ),
        (
            "why why",
            "You may run why (read) here: everybody may always run it.",
        ),
    ] {
        bot.as_user("Mira Novak")
            .say(text)
            .await
            .assert_text(expected);
    }
}

#[tokio::test]
async fn a_refused_person_learns_the_reason_and_nothing_of_the_arguments() {
    let bot = bot();
    let dan = bot.as_user("Dan");

    dan.say("deploy run api --env nowhere")
        .await
        .assert_refused()
        .assert_text("Dan, deploy run is for the group \"sre\". Ask whoever runs this bot.");
    dan.say("why deploy run api --env nowhere").await.assert_text(
        "You may not run deploy run (write) here: no rule allows it; the rule at hailer.toml:8 would, for sre.",
    );
    dan.say("why deplyo run")
        .await
        .assert_contains("I don't know \"deplyo\". @ops help");
}

#[tokio::test]
async fn only_auditors_ask_about_others() {
    let bot = bot();
    let of_mira = format!("can {} deploy run api env=staging", id("Mira Novak"));

    for text in [
        "can @me deploy run api env=staging",
        "can me deploy run api env=staging",
        "can @Dan deploy run",
    ] {
        bot.as_user("Dan")
            .say(text)
            .await
            .assert_contains("You may not run deploy run");
    }
    bot.as_user("Dan")
        .say(&of_mira)
        .await
        .assert_contains("Only members of the groups in [permissions] auditors");
    let ada = bot.as_user("Ada");
    for text in [&of_mira, "can \"@Mira Novak\" deploy run api env=staging"] {
        ada.say(text).await.assert_contains(
            "may run deploy run (write) here: the rule at hailer.toml:8 allows it.",
        );
    }
    ada.say(&format!("can {} deploy run api env=staging", id("Dan")))
        .await
        .assert_contains("may not run deploy run");
    ada.say("can @Dan deploy run")
        .await
        .assert_contains("Teams does not say who @Dan is");
    bot.as_user("Mira Novak")
        .say("can @Ada deploy run")
        .await
        .assert_contains("Several people are called Ada");
}

/// The configuration of somebody's production: pinned, and with ids that nobody made up.
#[tokio::test]
async fn who_is_named_in_the_configuration_is_that_person() {
    let text = r#"[webhook.ops]
token = { env = "TOKEN" }
tenant = "11111111-0000-4000-8000-000000000001"
team = "19:real@thread.tacv2"
channels = [{ id = "19:deploys@thread.tacv2", name = "deploys" }]
[[permissions.rule]]
allow = ["deploy *"]
to = ["group:sre"]
in = ["channel:deploys"]
[group.sre]
members = [{ id = "8f1c2d3e-0000-4000-8000-000000000001", name = "Mira" }]
"#;
    let token = "VGVzdHMgb25seTogdGhpcyBvcGVucyBub3RoaW5nISE=";
    let environment = Environment::from_pairs([("TOKEN", token)]);
    let config = Config::parse("hailer.toml", text, Path::new(""), &environment);
    let bot = TestBot::of(Bot::new(config.unwrap().config).command(Run));
    let text = "deploy run api --env prod";

    for name in ["Mira", "8F1C2D3E-0000-4000-8000-000000000001"] {
        let speaker = bot.as_user(name).in_channel("deploys");
        speaker.say(text).await.assert_text("api prod");
    }
    bot.as_user("Dan")
        .in_channel("deploys")
        .say(text)
        .await
        .assert_refused();
    bot.as_user("Mira")
        .say(text)
        .await
        .assert_text("deploy run works in deploys, not here.");
}
