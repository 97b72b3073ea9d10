//! `whoami`: the ids that an admin needs, and the line to paste.

use hailer::{
    Card, Column, ColumnSet, ColumnWidth, Command, CommandError, Container, ContainerStyle, Effect,
    Invocation, NoArgs, Reply, RichTextBlock, Spacing, Spec, TextBlock, TextRun,
};

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
        let card = Card::titled(format!(
            "You are {}; you can run {runs} {commands} here.",
            sender.name()
        ))
        .with(ids(&invocation));
        let card = match sender.id() {
            Some(id) => card
                .with("For the configuration, as a member of a group:")
                .with(to_paste(format!(
                    "{{ id = {}, name = {} }},",
                    quoted(id.as_str()),
                    quoted(sender.name())
                ))),
            None => card.with(
                "Teams sends no Entra ID for you, as for guests in some teams, so no rule can name you.",
            ),
        };
        Ok(Reply::card(card))
    }
}

/// Draws the ids so that phones, too, have room for them, and that they are copied as they stand.
fn ids(invocation: &Invocation) -> Container {
    let missing = || "(not sent)".to_owned();
    let sender = invocation.sender();
    let person = sender.id().map_or_else(missing, ToString::to_string);
    let tenant = invocation
        .tenant()
        .map_or_else(missing, ToString::to_string);
    let team = invocation.team().map_or_else(missing, ToString::to_string);
    let channel = invocation
        .channel()
        .map_or_else(missing, |it| it.to_string());
    let rows = [
        ("person", person),
        ("tenant", tenant),
        ("team", team),
        ("channel", channel),
        ("webhook", invocation.webhook().to_owned()),
    ];
    rows.into_iter().fold(Container::new(), |list, (name, id)| {
        let name = TextBlock::new(name).subtle();
        let id = TextBlock::new(id).monospace();
        list.with(
            ColumnSet::new()
                .with_spacing(Spacing::Small)
                .with(Column::of_width(ColumnWidth::Weight(2)).with(name))
                .with(Column::of_width(ColumnWidth::Weight(5)).with(id)),
        )
    })
}

/// Draws a line that is copied as it stands: a run of text has no Markdown, and so no escapes.
fn to_paste(line: String) -> Container {
    Container::new()
        .with_style(ContainerStyle::Emphasis)
        .with(RichTextBlock::new().with(TextRun::new(line).monospace()))
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
