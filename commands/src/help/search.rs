//! Looking for a word in everything that commands say of themselves.

use hailer::{Card, Container, Entry, Reply, TextBlock, escape, nearest};

use crate::help::page::{Context, count, entries};

/// Matches that are shown; more say that the word is too common.
const MOST_SHOWN: usize = 12;

/// Shows the commands that have to do with a word, or what it may have meant.
pub(super) fn reply(context: &Context<'_>, word: &str, commands: &[&Entry]) -> Reply {
    let found: Vec<&Entry> = commands
        .iter()
        .copied()
        .filter(|command| mentions(command, word))
        .collect();
    if found.is_empty() {
        return nothing(context, word, commands);
    }
    let card = Card::titled(format!(
        "{} for {word}",
        count(found.len(), "match").replace("matchs", "matches")
    ));
    let shown: Vec<&Entry> = found.iter().copied().take(MOST_SHOWN).collect();
    let card = card.with(entries(Container::new(), context.bot, &shown));
    Reply::card(match found.len() - shown.len() {
        0 => card,
        more => card
            .with(TextBlock::new(format!("{more} more; add a word to narrow it down.")).subtle()),
    })
}

/// Says whether each word begins a word of the command's names, help, examples or choices.
fn mentions(command: &Entry, asked: &str) -> bool {
    let arguments = command.arguments().iter();
    let texts = [command.path(), command.summary(), command.group()]
        .into_iter()
        .chain(command.aliases().iter().map(String::as_str))
        .chain(
            command
                .examples()
                .iter()
                .flat_map(|it| [it.text.as_str(), it.note.as_str()]),
        )
        .chain(arguments.flat_map(|it| {
            [it.name.as_str(), it.help.as_str()]
                .into_iter()
                .chain(it.choices.iter().map(String::as_str))
        }));
    let words: Vec<String> = texts.flat_map(words_of).collect();
    asked
        .split_whitespace()
        .all(|part| words.iter().any(|word| word.starts_with(part)))
}

fn words_of(text: &str) -> impl Iterator<Item = String> {
    text.split(|it: char| !it.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
}

fn nothing(context: &Context<'_>, word: &str, commands: &[&Entry]) -> Reply {
    let names: Vec<String> = commands
        .iter()
        .flat_map(|command| {
            std::iter::once(command.path().to_owned()).chain(words_of(command.path()))
        })
        .collect();
    let near = nearest(word, names.iter().map(String::as_str));
    let meant = near.first().map_or_else(String::new, |name| {
        format!(" Did you mean **{}**?", escape(name))
    });
    Reply::markdown(format!(
        "Nothing about *{}*.{meant} **@{} help** lists {}.",
        escape(word),
        escape(context.bot),
        if commands.len() == 1 {
            "the one command".to_owned()
        } else {
            format!("all {}", commands.len())
        },
    ))
}
