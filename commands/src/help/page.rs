//! The pages of help: everything, a group, one command.

use std::fmt::Write as _;

use hailer::{
    Argument, AskedFor, Card, Container, Entry, FactSet, Reply, RichTextBlock, Spacing, TextBlock,
    TextRun, TextWeight,
};

/// Up to this many commands are listed at once; beyond, groups are.
const MOST_LISTED: usize = 12;

/// Commands on a page of a group.
const PAGE: usize = 20;

/// Groups on a page.
const GROUP_PAGE: usize = 20;

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
    let card = Card::titled(format!(
        "What I can do for you, {person} ({})",
        count(commands.len(), "command")
    ));
    let groups = groups(commands);
    let (card, pages) = if commands.len() <= MOST_LISTED {
        let card = groups.iter().fold(card, |card, (title, of)| {
            card.with(entries(part(title), bot, of))
        });
        (card, 1)
    } else {
        let pages = groups.len().div_ceil(GROUP_PAGE);
        let shown = groups_page(bot, &groups, page.min(pages));
        (card.with(shown), pages)
    };
    let mut tail = format!(
        "<must give> [may give] · more: @{bot} help {}",
        example_topic(commands)
    );
    push_paging(&mut tail, bot, "", page, pages);
    if *withheld > 0 {
        let _ = write!(tail, "\n{} more rights.", count_needing(*withheld));
    }
    Reply::card(card.with(foot(tail)))
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
    let card = Card::titled(format!("{title}: {}", count(commands.len(), "command")));
    let mut tail = format!("more: @{} help {}", context.bot, example_topic(commands));
    push_paging(&mut tail, context.bot, &title.to_lowercase(), page, pages);
    let list = entries(Container::new(), context.bot, &shown);
    Reply::card(card.with(list).with(foot(tail)))
}

/// Explains one command.
pub(super) fn command(
    context: &Context<'_>,
    command: &Entry,
    asked: &[AskedFor],
    beside: &[&Entry],
) -> Reply {
    let bot = context.bot;
    let mut card = Card::titled(format!("{}: {}", command.path(), command.summary()))
        .with(typed(&format!("@{bot} {}", command.usage())));
    if !command.arguments().is_empty() {
        let arguments = command.arguments().iter().fold(FactSet::new(), |set, it| {
            set.with(argument_name(it), explanation(it))
        });
        card = card.with(arguments);
    }
    if !command.examples().is_empty() {
        let examples = command.examples().iter();
        card = card.with(examples.fold(part("Examples"), |part, example| {
            part.with(entry(&format!("@{bot} {}", example.text), &example.note))
        }));
    }
    let mut notes = Vec::new();
    if !command.aliases().is_empty() {
        notes.push(format!("Also: {}", command.aliases().join(", ")));
    }
    if command.effect() != hailer::Effect::Read {
        notes.push(format!("Effect: {}", command.effect().as_str()));
    }
    notes.extend(asked.iter().map(asks));
    if !beside.is_empty() {
        let paths: Vec<&str> = beside.iter().map(|it| it.path()).collect();
        notes.push(format!("In this group, too: {}", paths.join(", ")));
    }
    if !notes.is_empty() {
        card = card.with(foot(notes.join("\n")));
    }
    Reply::card(card)
}

/// Says what a command asks for before it runs.
fn asks(asked: &AskedFor) -> String {
    match asked {
        AskedFor::Approval { with, need } if with.is_empty() => {
            format!("Asks for a second person: {need}")
        }
        AskedFor::Approval { with, need } => {
            format!("With {with} it asks for a second person: {need}")
        }
        _ => "Asks you again before it runs".to_owned(),
    }
}

/// Adds what to type and what it does, an entry for each command.
pub(super) fn entries(list: Container, bot: &str, commands: &[&Entry]) -> Container {
    commands.iter().fold(list, |list, command| {
        let call = format!("@{bot} {}", command.usage());
        list.with(entry(&call, command.summary()))
    })
}

/// Draws what to type, and below it what it does: phones have no room for both side by side.
fn entry(call: &str, note: &str) -> Container {
    Container::new()
        .with_spacing(Spacing::Small)
        .with(typed(call))
        .with(TextBlock::new(note).subtle().with_spacing(Spacing::None))
}

/// Draws what to type so that it is copied as it stands: a run of text has no Markdown, and so no escapes.
fn typed(call: &str) -> RichTextBlock {
    RichTextBlock::new().with(TextRun::new(call).monospace())
}

/// Begins a part of the card, with a line above it.
fn part(title: &str) -> Container {
    Container::new()
        .with_separator()
        .with(TextBlock::new(title).with_weight(TextWeight::Bolder))
}

/// Draws what else there is to know.
fn foot(text: String) -> Container {
    Container::new()
        .with_separator()
        .with(TextBlock::new(text).subtle())
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

fn groups_page(bot: &str, groups: &[(&str, Vec<&Entry>)], page: usize) -> Container {
    let shown = groups.iter().skip((page - 1) * GROUP_PAGE).take(GROUP_PAGE);
    shown.fold(Container::new(), |list, (title, of)| {
        let example = of
            .first()
            .map_or_else(String::new, |it| format!(", e.g. {}", example(it)));
        let call = format!("@{bot} help {}", title.to_lowercase());
        let note = format!("{title} · {}{example}", count(of.len(), "command"));
        list.with(entry(&call, &note))
    })
}

/// Returns what somebody could type, without the mention.
fn example(command: &Entry) -> String {
    let example = command.examples().first();
    example.map_or_else(|| command.usage().to_owned(), |it| it.text.clone())
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
    if argument.is_secret {
        text.push_str(" (a secret: I neither keep nor repeat it)");
    }
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
