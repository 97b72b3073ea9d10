//! `echo`: says back what was said, to see what arrives.

use hailer::{Command, CommandError, Effect, Invocation, Reply, Spec, clap};

/// What `echo` takes.
#[derive(Debug, clap::Args)]
pub struct EchoArgs {
    /// What to say back; everything behind the command, as it was written.
    text: String,
}

/// Says back what was said.
#[derive(Debug, Clone, Copy)]
pub struct Echo;

impl Command for Echo {
    type Args = EchoArgs;

    fn spec(&self) -> Spec {
        Spec::new("echo", "say something back, as it was written")
            .effect(Effect::Read)
            .immediate()
            .rest_of_message("text")
            .example("echo hello world", "says hello world")
    }

    async fn run(&self, args: EchoArgs, _: Invocation) -> Result<Reply, CommandError> {
        Ok(Reply::text(args.text))
    }
}

#[cfg(test)]
mod tests {
    use hailer::testing::TestBot;

    use super::*;

    #[tokio::test]
    async fn text_comes_back_as_it_was_written() {
        let bot = TestBot::new().command(Echo);
        for text in [
            "hello world",
            "a  b\n\n  c",
            "--force key=value \u{201C}open",
            "<at>ops</at> & *x* _y_ [z](w)",
        ] {
            bot.say(&format!("echo {text}")).await.assert_text(text);
        }
    }

    #[tokio::test]
    async fn no_markup_and_no_mention_is_drawn() {
        let reply = TestBot::new()
            .command(Echo)
            .say("echo <at>ops</at> <b>x</b> & y")
            .await;

        assert!(
            reply
                .json()
                .contains("&lt;at&gt;ops&lt;/at&gt; &lt;b&gt;x&lt;/b&gt; &amp; y"),
            "{}",
            reply.json()
        );
    }

    #[tokio::test]
    async fn without_a_text_the_usage_is_told() {
        TestBot::new()
            .command(Echo)
            .say("echo")
            .await
            .assert_contains("echo needs a text");
    }
}
