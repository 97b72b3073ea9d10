//! `help`: what the bot can do, for this person.

mod page;
mod search;

use hailer::{Command, CommandError, Effect, Entry, Invocation, Reply, Spec, clap};

/// What `help` takes.
#[derive(Debug, clap::Args)]
pub struct HelpArgs {
    /// A command, a group, a word to look for, or the number of a page.
    topic: Option<String>,
}

/// Says what the bot can do.
#[derive(Debug, Clone, Copy)]
pub struct Help;

impl Command for Help {
    type Args = HelpArgs;

    fn spec(&self) -> Spec {
        Spec::new("help", "what I can do; help COMMAND says more")
            .effect(Effect::Read)
            .immediate()
            .alias("?")
            .alias("hilfe")
            .alias("aide")
            .rest_of_message("topic")
            .example("help", "lists the commands")
            .example("help whoami", "explains one command")
            .example("help 2", "shows the second page")
    }

    async fn run(&self, args: HelpArgs, invocation: Invocation) -> Result<Reply, CommandError> {
        let commands: Vec<&Entry> = invocation.permitted().collect();
        let listed: Vec<&Entry> = commands
            .iter()
            .copied()
            .filter(|command| !command.is_hidden())
            .collect();
        let context = page::Context {
            bot: invocation.bot(),
            person: invocation.sender().name(),
            withheld: invocation.withheld(),
        };
        Ok(
            match topic(
                args.topic.as_deref().unwrap_or_default(),
                &commands,
                &listed,
            ) {
                Topic::Everything { page } => page::everything(&context, &listed, page),
                Topic::Command { command, beside } => {
                    let asked = invocation.asked_for(command.path());
                    page::command(&context, command, &asked, &beside)
                }
                Topic::Group { commands, page } => page::group(&context, &commands, page),
                Topic::Word(word) => search::reply(&context, &word, &listed),
            },
        )
    }
}

/// What somebody wants to know.
enum Topic<'c> {
    Everything {
        page: usize,
    },
    Command {
        command: &'c Entry,
        /// The others of the group that has the same name.
        beside: Vec<&'c Entry>,
    },
    Group {
        commands: Vec<&'c Entry>,
        page: usize,
    },
    Word(String),
}

fn topic<'c>(asked: &str, commands: &[&'c Entry], listed: &[&'c Entry]) -> Topic<'c> {
    let asked = asked
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase();
    if let Some(command) = commands.iter().find(|command| is_called(command, &asked)) {
        let is_beside =
            |it: &&Entry| it.group().to_lowercase() == asked && it.path() != command.path();
        let beside = listed.iter().copied().filter(is_beside).collect();
        return Topic::Command { command, beside };
    }
    let (words, page) = split_page(&asked);
    if words.is_empty() {
        return Topic::Everything { page };
    }
    let within = |words: &str| -> Vec<&'c Entry> {
        let belongs = |it: &&Entry| it.group().to_lowercase() == words || begins(it.path(), words);
        listed.iter().copied().filter(belongs).collect()
    };
    match (within(&asked), within(words)) {
        (group, _) if !group.is_empty() => Topic::Group {
            commands: group,
            page: 1,
        },
        (_, group) if !group.is_empty() => Topic::Group {
            commands: group,
            page,
        },
        _ => Topic::Word(asked),
    }
}

/// Takes a page's number from the end.
fn split_page(asked: &str) -> (&str, usize) {
    let (words, last) = asked.rsplit_once(' ').unwrap_or(("", asked));
    match last.parse::<usize>() {
        Ok(page) => (words, page.max(1)),
        Err(_) => (asked, 1),
    }
}

fn is_called(command: &Entry, name: &str) -> bool {
    command.path().to_lowercase() == name
        || command
            .aliases()
            .iter()
            .any(|alias| alias.to_lowercase() == name)
}

/// Says whether a path begins with these words and goes on.
fn begins(path: &str, words: &str) -> bool {
    path.to_lowercase()
        .strip_prefix(words)
        .is_some_and(|rest| rest.starts_with(' '))
}

#[cfg(test)]
mod tests;
