//! Commands as an admin tunes them.

#![expect(
    clippy::unwrap_used,
    reason = "a test that goes wrong should stop there"
)]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use hailer::testing::TestBot;
use hailer::{Bot, Config, Effect, Environment, Invocation, Reply, Spec, clap, command_fn};

#[derive(Debug, clap::Args)]
struct LookArgs {
    /// At what
    what: Option<String>,
}

/// A bot whose command counts its runs, with this table.
fn bot(table: &str) -> (TestBot, Arc<AtomicUsize>) {
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&runs);
    let spec = Spec::new("look", "looks at it").effect(Effect::Read);
    let look = command_fn(spec, move |args: LookArgs, _: Invocation| {
        let run = counted.fetch_add(1, Ordering::SeqCst) + 1;
        async move {
            if args.what.as_deref() == Some("nothing") {
                return Err(hailer::CommandError::told("there is nothing"));
            }
            Ok(Reply::text(format!("{run}")))
        }
    });
    let token = "VGVzdHMgb25seTogdGhpcyBvcGVucyBub3RoaW5nISE=";
    let environment = Environment::from_pairs([("TOKEN", token)]);
    let text = format!("[webhook.ops]\ntoken = {{ env = 'TOKEN' }}\n[command.look]\n{table}\n");
    let loaded = Config::parse("test", &text, Path::new("."), &environment).unwrap();
    (TestBot::of(Bot::new(loaded.config).command(look)), runs)
}

#[tokio::test]
async fn the_same_question_is_answered_once_in_its_time() {
    let (bot, runs) = bot("cache = '10s'");

    bot.say("look").await.assert_text("1");
    bot.as_user("Jo").say("look").await.assert_text("1");
    bot.say("look up").await.assert_text("2");
    bot.say("look up").await.assert_text("2");
    bot.advance(Duration::from_secs(11));
    bot.say("look").await.assert_text("3");

    assert_eq!(runs.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn what_failed_is_asked_again() {
    let (bot, runs) = bot("cache = '10s'");

    bot.say("look nothing").await;
    bot.say("look nothing").await;

    assert_eq!(runs.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn without_a_cache_each_question_is_asked() {
    let (bot, runs) = bot("aliases = ['l']");

    bot.say("look").await.assert_text("1");
    bot.say("l").await.assert_text("2");

    assert_eq!(runs.load(Ordering::SeqCst), 2);
}
