//! The pages of help: everything, a group, one command.

use std::fmt::Write as _;

use hailer::{Argument, Entry, Reply, escape};

/// Up to this many commands are listed at once; beyond, groups are.
const MOST_LISTED: usize = 12;

/// Commands on a page of a group.
const PAGE: usize = 20;

/// Groups on a page.
const GROUP_PAGE: usize = 20;

/// What to type and what it does stand side by side up to this width; phones show no more.
const COLUMN: usize = 44;

/// Who asks, and whom they mention.
pub(super) struct Context<'a> {
    pub(super) bot: &'a str,
    pub(super) person: &'a str,
    pub(super) withheld: usize,
}

/// Lists everything, by group; only the groups when there are many commands.
pub(super) fn everything(context: &Context<'_>, commands: &[&Entry], page: usize) -> Reply {
    let Context {
        bot,
        person,
        withheld,
    } = context;
    let heading = format!(
        "What I can do for you, **{}** ({})",
        escape(person),
        count(commands.len(), "command")
    );
    let groups = groups(commands);
    let (body, pages) = if commands.len() <= MOST_LISTED {
        let listed: Vec<String> = groups
            .iter()
            .map(|(title, of)| format!("{title}\n{}", lines(bot, of)))
            .collect();
        (listed.join("\n\n"), 1)
    } else {
        let pages = groups.len().div_ceil(GROUP_PAGE);
        (groups_page(bot, &groups, page.min(pages)), pages)
    };
    let mut tail = format!(
        "<must give> [may give] · more: @{bot} help {}",
        example_topic(commands)
    );
    push_paging(&mut tail, bot, "", page, pages);
    if *withheld > 0 {
        let _ = write!(tail, "\n{} more rights.", count_needing(*withheld));
    }
    Reply::markdown(heading).then_code(body).then_text(tail)
}

/// Lists one group.
pub(super) fn group(context: &Context<'_>, commands: &[&Entry], page: usize) -> Reply {
    let title = commands.first().map_or("", |command| command.group());
    let pages = commands.len().div_ceil(PAGE);
    let page = page.min(pages);
    let shown: Vec<&Entry> = commands
        .iter()
        .copied()
        .skip((page - 1) * PAGE)
        .take(PAGE)
        .collect();
    let heading = format!(
        "**{}**: {}",
        escape(title),
        count(commands.len(), "command")
    );
    let mut tail = format!("more: @{} help {}", context.bot, example_topic(commands));
    push_paging(&mut tail, context.bot, &title.to_lowercase(), page, pages);
    Reply::markdown(heading)
        .then_code(lines(context.bot, &shown))
        .then_text(tail)
}

/// Explains one command.
pub(super) fn command(context: &Context<'_>, command: &Entry) -> Reply {
    let bot = context.bot;
    let mut body = format!("@{bot} {}", command.usage());
    for argument in command.arguments() {
        let _ = write!(
            body,
            "\n  {:<10} {}",
            argument_name(argument),
            explanation(argument)
        );
    }
    for (index, example) in command.examples().iter().enumerate() {
        let title = if index == 0 { "\n\nExamples" } else { "\n" };
        let _ = write!(
            body,
            "{title}\n  @{bot} {}\n      {}",
            example.text, example.note
        );
    }
    let mut notes = Vec::new();
    if !command.aliases().is_empty() {
        notes.push(format!("Also: {}", command.aliases().join(", ")));
    }
    if command.effect() != hailer::Effect::Read {
        notes.push(format!("Effect: {}", command.effect().as_str()));
    }
    let heading = format!(
        "**{}**: {}",
        escape(command.path()),
        escape(command.summary())
    );
    let reply = Reply::markdown(heading).then_code(body);
    if notes.is_empty() {
        reply
    } else {
        reply.then_text(notes.join("\n"))
    }
}

/// Returns what to type and what it does, a command a line.
pub(super) fn lines(bot: &str, commands: &[&Entry]) -> String {
    let calls: Vec<String> = commands
        .iter()
        .map(|command| format!("@{bot} {}", command.usage()))
        .collect();
    let widths = calls.iter().map(|call| call.chars().count());
    let width = widths
        .filter(|width| *width <= COLUMN)
        .max()
        .unwrap_or_default();
    let listed = calls.iter().zip(commands).map(|(call, command)| {
        let gap = if call.chars().count() > width {
            format!("\n{:6}", "")
        } else {
            "  ".to_owned()
        };
        format!("  {call:<width$}{gap}{}", command.summary())
    });
    listed.collect::<Vec<_>>().join("\n")
}

fn groups<'c>(commands: &[&'c Entry]) -> Vec<(&'c str, Vec<&'c Entry>)> {
    let mut groups: Vec<(&str, Vec<&Entry>)> = Vec::new();
    for command in commands {
        let title = if command.group().is_empty() {
            "Commands"
        } else {
            command.group()
        };
        match groups.iter_mut().find(|(known, _)| *known == title) {
            Some((_, of)) => of.push(command),
            None => groups.push((title, vec![command])),
        }
    }
    groups
}

fn groups_page(bot: &str, groups: &[(&str, Vec<&Entry>)], page: usize) -> String {
    let shown = groups.iter().skip((page - 1) * GROUP_PAGE).take(GROUP_PAGE);
    let listed = shown.map(|(title, of)| {
        let example = of
            .first()
            .map_or_else(String::new, |it| format!("e.g. @{bot} {}", it.usage()));
        format!(
            "{title} · {} · @{bot} help {}\n  {example}",
            of.len(),
            title.to_lowercase()
        )
    });
    listed.collect::<Vec<_>>().join("\n")
}

fn push_paging(tail: &mut String, bot: &str, topic: &str, page: usize, pages: usize) {
    if pages < 2 {
        return;
    }
    let page = page.min(pages);
    let topic = if topic.is_empty() {
        String::new()
    } else {
        format!("{topic} ")
    };
    let _ = write!(tail, "\npage {page} of {pages}");
    if page < pages {
        let _ = write!(tail, " · @{bot} help {topic}{}", page + 1);
    }
}

/// Names a command worth asking about: the first with arguments.
fn example_topic(commands: &[&Entry]) -> String {
    let with_arguments = commands
        .iter()
        .find(|it| !it.arguments().is_empty() && it.path() != "help");
    with_arguments
        .or(commands.first())
        .map_or("COMMAND", |it| it.path())
        .to_owned()
}

fn argument_name(argument: &Argument) -> String {
    match argument.kind {
        hailer::ArgumentKind::Positional => argument.name.clone(),
        hailer::ArgumentKind::Option | hailer::ArgumentKind::Flag => format!("--{}", argument.name),
    }
}

fn explanation(argument: &Argument) -> String {
    let mut text = argument.help.clone();
    if !argument.choices.is_empty() {
        let _ = write!(text, " ({})", argument.choices.join(", "));
    }
    if let Some(default) = &argument.default {
        let _ = write!(text, " (usually {default})");
    }
    text
}

pub(super) fn count(number: usize, noun: &str) -> String {
    if number == 1 {
        format!("1 {noun}")
    } else {
        format!("{number} {noun}s")
    }
}

fn count_needing(number: usize) -> String {
    if number == 1 {
        "1 other command needs".to_owned()
    } else {
        format!("{number} other commands need")
    }
}
