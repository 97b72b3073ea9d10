//! `last`: the last answer again, which is what a pipe without a command works on.

use hailer::{Command, CommandError, Effect, Invocation, JobDesk, NoArgs, Reply, Spec};

/// Gives the last answer with rows again, without running anything.
#[derive(Debug)]
pub struct Last {
    desk: JobDesk,
}

impl Last {
    /// Looks for answers where this desk does.
    pub fn new(desk: &JobDesk) -> Self {
        Self { desk: desk.clone() }
    }
}

impl Command for Last {
    type Args = NoArgs;

    fn spec(&self) -> Spec {
        Spec::new("last", "your last table or list again, or parts of it")
            .effect(Effect::Read)
            .example(
                "| where status=down",
                "its rows that say so; or !=, ~ (holds), >, <, >=, <=",
            )
            .example(
                "| sort name desc | head 3",
                "in another order, and the first of them",
            )
            .example("| columns name,status", "with less beside each other")
            .example("last | count", "how many rows there are")
    }

    async fn run(&self, _: NoArgs, invocation: Invocation) -> Result<Reply, CommandError> {
        self.desk.last_answer(&invocation).ok_or_else(|| {
            CommandError::told(
                "I remember no table or list that I gave you here within the last hour.",
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use std::future::ready;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use hailer::testing::TestBot;
    use hailer::{Module, Sign, Words, clap, command_fn};

    use super::*;

    #[derive(Debug, clap::Args)]
    struct NoteArgs {
        /// anything
        text: String,
    }

    /// A bot that counts how often `services` runs.
    fn bot() -> (TestBot, Arc<AtomicUsize>) {
        let runs = Arc::<AtomicUsize>::default();
        let counted = Arc::clone(&runs);
        let services = Spec::new("services", "what there is").effect(Effect::Read);
        let services = command_fn(services, move |_: NoArgs, _: Invocation| {
            counted.fetch_add(1, Ordering::Relaxed);
            let row = |name: &str, status: Words| [Words::new(name), status];
            let rows = [
                row("web", Sign::Good.says("up")),
                row("api", Sign::Bad.says("down · refused")),
                row("mail", Sign::Bad.says("down · 503")),
            ];
            ready(Ok(Reply::table("Services", ["Name", "Status"], rows)))
        });
        let note = Spec::new("note", "write down").effect(Effect::Read);
        let note = command_fn(
            note.rest_of_message("text"),
            |args: NoteArgs, _: Invocation| ready(Ok(Reply::text(args.text))),
        );
        let restart = Spec::new("restart", "begin anew").effect(Effect::Write);
        let counted = Arc::clone(&runs);
        let restart = command_fn(restart, move |_: NoArgs, _: Invocation| {
            counted.fetch_add(1, Ordering::Relaxed);
            ready(Ok(Reply::text("done")))
        });
        let module = Module::new("Test")
            .command(services)
            .command(note)
            .command(restart);
        let bot = TestBot::new()
            .module(module)
            .module(crate::builtin())
            .with_store();
        (bot, runs)
    }

    #[tokio::test]
    async fn an_answer_is_filtered_on_its_way() {
        let (bot, _) = bot();

        bot.say("services | where status=down | sort name | columns name")
            .await
            .assert_text(
                "2 of 3 rows · where status=down · sort name · columns name\nName\napi\nmail",
            );
        bot.say("services | where name=\"a | b\" | count")
            .await
            .assert_text("0 rows");
    }

    #[tokio::test]
    async fn the_last_answer_is_filtered_without_running_again() {
        let (bot, runs) = bot();

        bot.say("services").await;
        bot.say("| where status=down")
            .await
            .assert_contains("2 of 3 rows · where status=down");
        // What was filtered is the last answer now.
        bot.say("last | count").await.assert_text("2 rows");
        bot.say("last").await.assert_contains("2 of 3 rows");
        assert_eq!(runs.load(Ordering::Relaxed), 1);
    }

    #[tokio::test]
    async fn everybody_has_an_own_last_answer_in_each_channel_for_an_hour() {
        let nothing = "I remember no table or list that I gave you here within the last hour.";
        let (bot, _) = bot();

        bot.as_user("Mira").say("services").await;

        bot.as_user("Dana")
            .say("| count")
            .await
            .assert_text(nothing);
        bot.as_user("Mira")
            .in_channel("deploys")
            .say("| count")
            .await
            .assert_text(nothing);
        bot.as_user("Mira")
            .say("| count")
            .await
            .assert_text("3 rows");
        bot.advance(Duration::from_secs(2 * 3_600));
        bot.as_user("Mira")
            .say("| count")
            .await
            .assert_text(nothing);
    }

    #[tokio::test]
    async fn what_takes_the_rest_of_the_message_takes_bars_too() {
        let (bot, _) = bot();

        bot.say("note cups | count")
            .await
            .assert_text("cups | count");
        bot.say("echo a | head 3").await.assert_text("a | head 3");
        bot.say("services | tail 3").await.assert_usage("|");
    }

    #[tokio::test]
    async fn nothing_that_changes_something_is_piped() {
        let (bot, runs) = bot();

        bot.say("restart | head 3")
            .await
            .assert_contains("nothing was started");
        bot.say("services | head x")
            .await
            .assert_contains("\"x\" is none");
        assert_eq!(runs.load(Ordering::Relaxed), 0);
    }

    #[tokio::test]
    async fn an_answer_without_rows_is_told() {
        let (bot, _) = bot();

        bot.say("services | where state=down")
            .await
            .assert_failed("Did you mean Status?");
        bot.say("ping | sort name")
            .await
            .assert_failed("That answer has no rows");
    }
}
