//! `ping`: says that the bot is there, which one, and how long the message travelled.

use std::time::{Duration, SystemTime};

use hailer::{Command, CommandError, Effect, Invocation, NoArgs, Reply, Spec};

/// Says that the bot is there.
#[derive(Debug, Clone, Copy)]
pub struct Ping;

impl Command for Ping {
    type Args = NoArgs;

    fn spec(&self) -> Spec {
        Spec::new("ping", "am I there, and how fast")
            .effect(Effect::Read)
            .immediate()
            .example(
                "ping",
                "says pong, the version and the time the message took",
            )
    }

    async fn run(&self, _: NoArgs, invocation: Invocation) -> Result<Reply, CommandError> {
        let sent = invocation.activity().sent_at().map(SystemTime::from);
        let version = env!("CARGO_PKG_VERSION");
        let Some(sent) = sent else {
            return Ok(Reply::text(format!("pong · hailer {version}")));
        };
        Ok(Reply::text(format!(
            "pong · hailer {version} · {}",
            travel(sent, SystemTime::now())
        )))
    }
}

/// Says how long a message travelled, as far as two clocks can tell.
fn travel(sent: SystemTime, now: SystemTime) -> String {
    match now.duration_since(sent) {
        Ok(took) if took < Duration::from_secs(1) => {
            format!("your message took {} ms to me", took.as_millis())
        }
        Ok(took) => format!(
            "your message took {:.1} s to me; if that is more than it felt, my clock is fast",
            took.as_secs_f64()
        ),
        Err(ahead) => format!(
            "my clock is {:.1} s behind that of Teams",
            ahead.duration().as_secs_f64()
        ),
    }
}

#[cfg(test)]
mod tests {
    use hailer::testing::TestBot;

    use super::*;

    #[tokio::test]
    async fn the_bot_says_that_it_is_there() {
        TestBot::new()
            .command(Ping)
            .say("ping")
            .await
            .assert_contains("pong · hailer 0.");
    }

    #[test]
    fn travel_time_is_told_in_words() {
        let sent = SystemTime::UNIX_EPOCH + Duration::from_secs(100);

        assert_eq!(
            travel(sent, sent + Duration::from_millis(42)),
            "your message took 42 ms to me"
        );
        assert_eq!(
            travel(sent, sent + Duration::from_millis(2500)),
            "your message took 2.5 s to me; if that is more than it felt, my clock is fast"
        );
        assert_eq!(
            travel(sent, sent - Duration::from_secs(3)),
            "my clock is 3.0 s behind that of Teams"
        );
    }
}
