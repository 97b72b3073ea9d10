//! A bot of modules from several places: `help`, `whoami` and the like from `hailer-commands`, its `status`, and one
//! of its own that reads a table of its own from `hailer.toml`.
//!
//! ```sh
//! HAILER_NEWS__TEXT="No deploys on Friday" cargo run --package mixed-modules     # in another terminal:
//! cargo run --package mixed-modules -- send "news"
//! ```

mod news;

use std::process::ExitCode;

use hailer::{Draft, Module};
use hailer_commands::status;

fn main() -> ExitCode {
    hailer_cli::main(modules)
}

/// Lists the modules in the order of help. Each reads what it needs from the configuration; problems are told
/// together at the end.
fn modules(draft: &Draft) -> Vec<Module> {
    vec![
        news::module(news::read(draft)),
        status::module(status::read(draft, None)),
        hailer_commands::builtin(),
    ]
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use hailer::testing::TestBot;
    use hailer::{Draft, Environment};

    use super::modules;

    #[tokio::test]
    async fn modules_of_several_crates_answer_side_by_side() {
        let text =
            "[news]\ntext = 'No deploys on Friday'\n[status.api]\nurl = 'http://127.0.0.1:1/'";
        let draft = Draft::parse("test", text, Path::new("."), &Environment::default());
        let bot = modules(&draft)
            .into_iter()
            .fold(TestBot::new(), TestBot::module);

        bot.say("news").await.assert_text("No deploys on Friday");
        bot.say("ping").await.assert_ok();
        bot.say("help")
            .await
            .assert_contains("news")
            .assert_contains("status")
            .assert_contains("whoami");
        bot.say("status apii").await.assert_suggests("api");
    }
}
