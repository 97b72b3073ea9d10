//! The commands: `oncall` shows the rota, `oncall take` changes it.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use hailer::clap::{self, ValueEnum};
use hailer::{Command, CommandError, Effect, Invocation, Module, Reply, Spec, values};

use crate::rota::{Rota, Team};

/// Longer turns are mistakes.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// Makes the module; its commands share one rota.
pub(crate) fn module() -> Module {
    let rota = Arc::new(Rota::default());
    Module::new("On call")
        .command(OnCall(Arc::clone(&rota)))
        .command(Take(rota))
}

/// Says who is on call.
#[derive(Debug)]
struct OnCall(Arc<Rota>);

#[derive(Debug, clap::Args)]
struct OnCallArgs {
    /// One of the teams; all of them when left out
    team: Option<Team>,
}

impl Command for OnCall {
    type Args = OnCallArgs;

    fn spec(&self) -> Spec {
        Spec::new("oncall", "Say who is on call")
            .effect(Effect::Read)
            .pattern(r"who is on call( for (?<team>\w+))?")
            .example("oncall web", "who is on call for web")
    }

    async fn run(&self, args: OnCallArgs, invocation: Invocation) -> Result<Reply, CommandError> {
        let teams = match &args.team {
            Some(team) => std::slice::from_ref(team),
            None => Team::value_variants(),
        };
        let lines = teams.iter().map(|team| self.line(*team, invocation.now()));
        Ok(Reply::text(lines.collect::<Vec<_>>().join("\n")))
    }
}

impl OnCall {
    fn line(&self, team: Team, now: SystemTime) -> String {
        let name = team.name();
        match self.0.on_call(team, now) {
            Some(turn) => format!("{name}: {}, for {}", turn.person, left(turn.until, now)),
            None => format!("{name}: nobody"),
        }
    }
}

/// Gives whoever writes the next turn.
#[derive(Debug)]
struct Take(Arc<Rota>);

#[derive(Debug, clap::Args)]
struct TakeArgs {
    /// The team
    team: Team,
    /// For how long, as in 8h
    #[arg(long = "for", default_value = "8h", value_parser = values::duration)]
    time: Duration,
}

impl Command for Take {
    type Args = TakeArgs;

    fn spec(&self) -> Spec {
        Spec::new("oncall take", "Be on call yourself")
            .effect(Effect::Write)
            .example("oncall take web --for 2h", "puts you on call for two hours")
    }

    async fn check(&self, args: &TakeArgs, _: &Invocation) -> Result<(), CommandError> {
        if args.time > LONGEST {
            return Err(CommandError::told(
                "Nobody is on call for more than 24h at a time.",
            ));
        }
        Ok(())
    }

    async fn run(&self, args: TakeArgs, invocation: Invocation) -> Result<Reply, CommandError> {
        let (now, person) = (invocation.now(), invocation.sender().name());
        let before = self.0.take(args.team, person, now, args.time);
        let thanks = before.map_or_else(String::new, |it| format!(" Thanks, {}.", it.person));
        Ok(Reply::text(format!(
            "{}: {person}, for {}.{thanks}",
            args.team.name(),
            left(now + args.time, now)
        )))
    }
}

/// Says how much time is left, to the nearest minute.
fn left(until: SystemTime, now: SystemTime) -> String {
    let left = until.duration_since(now).unwrap_or_default();
    let minutes = (left.as_secs() + 30) / 60;
    format!("{} h {:02} min", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use hailer::DefaultPermission;
    use hailer::testing::TestBot;

    use super::*;

    fn bot() -> TestBot {
        TestBot::new().module(module())
    }

    #[tokio::test]
    async fn a_turn_begins_and_ends() {
        let bot = bot();
        bot.say("oncall")
            .await
            .assert_text("data: nobody\nweb: nobody");

        bot.as_user("Jo")
            .say("oncall take web --for 2h")
            .await
            .assert_text("web: Jo, for 2 h 00 min.");

        bot.advance(Duration::from_secs(30 * 60));
        bot.say("oncall web")
            .await
            .assert_text("web: Jo, for 1 h 30 min");
        bot.advance(Duration::from_secs(90 * 60));
        bot.say("oncall web").await.assert_text("web: nobody");
    }

    #[tokio::test]
    async fn whoever_was_on_call_is_thanked() {
        let bot = bot();
        bot.as_user("Jo").say("oncall take data").await.assert_ok();

        bot.as_user("Sam")
            .say("oncall take data for=1h30m")
            .await
            .assert_text("data: Sam, for 1 h 30 min. Thanks, Jo.");
    }

    #[tokio::test]
    async fn a_free_phrase_asks_too() {
        let bot = bot();

        bot.say("Who is on call for web?")
            .await
            .assert_text("web: nobody");
        bot.say("who is on call")
            .await
            .assert_contains("data: nobody");
    }

    #[tokio::test]
    async fn mistakes_are_told_in_words() {
        let bot = bot();

        bot.say("oncall take wbe").await.assert_suggests("web");
        bot.say("oncall take web --for 2")
            .await
            .assert_usage("a duration needs a unit, as in 90s, 5m or 1h30m");
        bot.say("oncall take web --for 2d")
            .await
            .assert_failed("Nobody is on call for more than 24h at a time.");
    }

    #[tokio::test]
    async fn taking_a_turn_needs_a_permission() {
        let bot = bot().with_permissions(DefaultPermission::Read);

        bot.say("oncall take web").await.assert_refused();
    }
}
