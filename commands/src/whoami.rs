//! `whoami`: the ids that an admin needs, and the line to paste.

use hailer::{Command, CommandError, Effect, Invocation, NoArgs, Reply, Spec, escape};

/// Shows who the sender is, and where.
#[derive(Debug, Clone, Copy)]
pub struct Whoami;

impl Command for Whoami {
    type Args = NoArgs;

    fn spec(&self) -> Spec {
        Spec::new("whoami", "your ids and where you are, for the admin")
            .effect(Effect::Read)
            .immediate()
            .alias("who am i")
            .example(
                "whoami",
                "shows your ids and the line for the configuration",
            )
    }

    async fn run(&self, _: NoArgs, invocation: Invocation) -> Result<Reply, CommandError> {
        let sender = invocation.sender();
        let runs = invocation
            .permitted()
            .filter(|command| !command.is_hidden())
            .count();
        let commands = if runs == 1 { "command" } else { "commands" };
        let heading = format!(
            "You are **{}**; you can run {runs} {commands} here.",
            escape(sender.name())
        );
        let reply = Reply::markdown(heading).then_code(ids(&invocation));
        Ok(match sender.id() {
            Some(id) => reply
                .then_text("For the configuration, as a member of a group:")
                .then_code(format!("{{ id = {}, name = {} }},", quoted(id.as_str()), quoted(sender.name()))),
            None => reply.then_text(
                "Teams sends no Entra ID for you, as for guests in some teams, so no rule can name you.",
            ),
        })
    }
}

fn ids(invocation: &Invocation) -> String {
    let missing = || "(not sent)".to_owned();
    let sender = invocation.sender();
    let rows = [
        (
            "person",
            sender.id().map_or_else(missing, ToString::to_string),
        ),
        (
            "tenant",
            invocation
                .tenant()
                .map_or_else(missing, ToString::to_string),
        ),
        (
            "team",
            invocation.team().map_or_else(missing, ToString::to_string),
        ),
        (
            "channel",
            invocation
                .channel()
                .map_or_else(missing, |it| it.to_string()),
        ),
        ("webhook", invocation.webhook().to_owned()),
    ];
    rows.map(|(name, id)| format!("{name:<8} {id}")).join("\n")
}

/// Writes a TOML string: names can hold anything.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            _ if character.is_control() => quoted.push(' '),
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use hailer::TeamsMessage;
    use hailer::testing::TestBot;

    use super::*;

    #[tokio::test]
    async fn the_line_for_the_configuration_can_be_pasted() {
        let id = TeamsMessage::new("ops", "")
            .from_person("Ann \"The\" <b>\\")
            .person_id();

        let bot = TestBot::new().command(Whoami);
        let reply = bot.as_user("Ann \"The\" <b>\\").say("whoami").await;

        reply
            .assert_contains("You are Ann \"The\" <b>\\; you can run 1 command here.")
            .assert_contains(&format!(
                "{{ id = \"{id}\", name = \"Ann \\\"The\\\" <b>\\\\\" }},"
            ))
            .assert_contains("tenant   00000000-0000-4000-8000-00000000d001");
    }

    #[tokio::test]
    async fn the_phrase_works_as_well() {
        TestBot::new()
            .command(Whoami)
            .say("Who am I")
            .await
            .assert_contains("You are Mira Novak");
    }
}
