//! A bot in ten lines, and its test.
//!
//! ```sh
//! cargo run --package ten-lines                  # in another terminal:
//! cargo run --package ten-lines -- send "hello"
//! ```

use std::process::ExitCode;

use hailer::{Effect, Module, NoArgs, Reply, Spec, command_fn};

fn main() -> ExitCode {
    hailer_cli::main(|_| vec![greetings()])
}

fn greetings() -> Module {
    let spec = Spec::new("hello", "Greet whoever writes").effect(Effect::Read);
    Module::new("Greetings").command(command_fn(spec, |_: NoArgs, invocation| async move {
        Ok(Reply::text(format!(
            "Hello, {}!",
            invocation.sender().name()
        )))
    }))
}

#[cfg(test)]
mod tests {
    use hailer::testing::TestBot;

    use super::greetings;

    #[tokio::test]
    async fn whoever_writes_is_greeted() {
        let bot = TestBot::new().module(greetings());

        bot.as_user("Jo")
            .say("hello")
            .await
            .assert_text("Hello, Jo!");
    }
}
