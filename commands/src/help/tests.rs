use hailer::testing::TestBot;
use hailer::{
    Command, CommandError, DefaultPermission, Effect, Invocation, Module, Reply, Spec, clap,
};

use super::Help;

#[derive(Debug, clap::Args)]
struct Args {
    /// which one
    service: String,
    /// where to
    #[arg(long, value_parser = ["staging", "prod"], default_value = "staging")]
    env: String,
}

struct Named(String, Effect);

impl Command for Named {
    type Args = Args;

    fn spec(&self) -> Spec {
        Spec::new(&self.0, "does something")
            .effect(self.1)
            .alias(format!("{}x", self.0))
            .example(format!("{} api", self.0), "does it to api")
    }

    async fn run(&self, args: Args, _: Invocation) -> Result<Reply, CommandError> {
        Ok(Reply::text(format!("{} {}", args.service, args.env)))
    }
}

fn bot(commands: &[(&str, Effect)]) -> TestBot {
    let module = commands
        .iter()
        .fold(Module::new("Deploys"), |module, (name, effect)| {
            module.command(Named((*name).to_owned(), *effect))
        });
    TestBot::new()
        .module(module)
        .module(Module::new("This bot").command(Help))
        .with_permissions(DefaultPermission::Read)
}

#[tokio::test]
async fn the_list_says_what_to_type_and_what_is_withheld() {
    let bot = bot(&[
        ("deploy status", Effect::Read),
        ("deploy run", Effect::Write),
    ]);

    bot.say("help").await.assert_text(
        "What I can do for you, Mira Novak (2 commands)\n\
         \n\
         Deploys\n  \
         @ops deploy status <service> [--env env]  does something\n\
         \n\
         This bot\n  \
         @ops help [topic]  what I can do; help COMMAND says more\n\
         \n\
         <must give> [may give] · more: @ops help deploy status\n\
         1 other command needs more rights.",
    );
}

#[tokio::test]
async fn asking_in_any_way_gives_the_same_list() {
    let bot = bot(&[("deploy status", Effect::Read)]);
    let list = bot.say("help").await;

    for question in ["", "HELP", "?", "hilfe", "aide", "help 1"] {
        bot.say(question).await.assert_text(list.text());
    }
}

#[tokio::test]
async fn one_command_is_explained() {
    let bot = bot(&[("deploy status", Effect::Read)]);
    let page = "deploy status: does something\n\
         @ops deploy status <service> [--env env]\n\
         service  which one\n\
         --env    where to (staging, prod) (usually staging)\n\
         \n\
         Examples\n  \
         @ops deploy status api  does it to api\n\
         \n\
         Also: deploy statusx";

    bot.say("help Deploy  STATUS").await.assert_text(page);
    bot.say("deploy status --help").await.assert_text(page);
}

#[tokio::test]
async fn what_may_not_be_run_is_not_explained() {
    let bot = bot(&[
        ("deploy status", Effect::Read),
        ("wipe", Effect::Destructive),
    ]);

    bot.say("help wipe")
        .await
        .assert_text("Nothing about wipe. @ops help lists all 2.");
}

#[tokio::test]
async fn a_group_and_a_common_beginning_are_listed() {
    let bot = bot(&[
        ("deploy status", Effect::Read),
        ("deploy list", Effect::Read),
        ("oncall", Effect::Read),
    ]);

    bot.say("help deploys")
        .await
        .assert_contains("Deploys: 3 commands")
        .assert_contains("@ops oncall");
    let reply = bot.say("help deploy").await;
    reply.assert_contains("Deploys: 2 commands");
    assert!(!reply.text().contains("oncall"), "{}", reply.text());
}

#[tokio::test]
async fn a_command_named_as_its_group_names_the_others() {
    let bot = bot(&[
        ("deploys", Effect::Read),
        ("deploy list", Effect::Read),
        ("wipe", Effect::Destructive),
    ]);

    bot.say("help deploys")
        .await
        .assert_contains("In this group, too: deploy list");
    let other = bot.say("help deploy list").await;
    assert!(!other.text().contains("In this group"), "{}", other.text());
}

#[tokio::test]
async fn a_word_is_looked_for() {
    let bot = bot(&[("deploy status", Effect::Read), ("oncall", Effect::Read)]);

    bot.say("help stag")
        .await
        .assert_contains("2 matches for stag");
    bot.say("help statis")
        .await
        .assert_text("Nothing about statis. Did you mean status? @ops help lists all 3.");
}

#[tokio::test]
async fn many_commands_are_shown_by_group_and_page() {
    let mut bot = TestBot::new().module(Module::new("This bot").command(Help));
    for group in 0..25 {
        let module = (0..25).fold(Module::new(format!("Group {group}")), |module, index| {
            module.command(Named(format!("g{group}c{index}"), Effect::Read))
        });
        bot = bot.module(module);
    }

    bot.say("help")
        .await
        .assert_contains("626 commands")
        .assert_contains("page 1 of 2 · @ops help 2");
    bot.say("help 2")
        .await
        .assert_contains("@ops help group 24  Group 24 · 25 commands")
        .assert_contains("page 2 of 2");
    bot.say("help 99").await.assert_contains("page 2 of 2");
    bot.say("help group 7")
        .await
        .assert_contains("Group 7: 25 commands");
}
