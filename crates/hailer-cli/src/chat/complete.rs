//! What may come next in a line: words of a command's path, its options, the choices of its arguments.

use hailer::{Argument, ArgumentKind, Catalog, Entry};

use crate::chat::input::ORDERS;

/// Completes what is typed from what the bot can do.
#[derive(Debug, Clone, Copy)]
pub(super) struct Completer<'b> {
    pub(super) catalog: &'b Catalog,
    /// The bot's name, which people may put in front as in Teams.
    pub(super) mention: &'b str,
}

/// A line in words: those before the cursor, and the one that is being typed.
struct Line<'l> {
    words: Vec<&'l str>,
    begun: &'l str,
}

impl Completer<'_> {
    /// Returns where the last word of the line begins, and the words that may stand there; each brings the space
    /// behind it.
    pub(super) fn complete(&self, line: &str) -> (usize, Vec<String>) {
        let Line { words, begun } = split(line);
        let words = self.without_mention(&words);
        let mut found = Vec::new();
        if line.trim_start().starts_with('/') {
            found.extend(order(words, begun));
        } else {
            found.extend(self.paths(words, begun));
            if let Some((entry, arguments)) = self.command(words) {
                found.extend(self.topics(entry, arguments, begun));
                found.extend(Given::read(entry, arguments).complete(begun));
            }
        }
        let mut once: Vec<String> = Vec::with_capacity(found.len());
        for word in found {
            if !once.contains(&word) {
                once.push(word);
            }
        }
        (line.len() - begun.len(), once)
    }

    /// Returns what a command still wants when nothing but its path has been typed.
    pub(super) fn hint(&self, line: &str) -> Option<String> {
        let Line { words, begun } = split(line);
        let (entry, arguments) = self.command(self.without_mention(&words))?;
        let wanted: Vec<String> = entry.arguments().iter().map(Argument::usage).collect();
        (begun.is_empty() && arguments.is_empty() && !wanted.is_empty()).then(|| wanted.join(" "))
    }

    fn without_mention<'w, 'l>(&self, words: &'w [&'l str]) -> &'w [&'l str] {
        match words.split_first() {
            Some((first, rest)) if is_mention(first, self.mention) => rest,
            _ => words,
        }
    }

    /// Completes the next word of paths, and of other names once they have been begun: on an empty line they are noise.
    fn paths(&self, words: &[&str], begun: &str) -> Vec<String> {
        let visible = self.catalog.iter().filter(|it| !it.is_hidden());
        let names = visible.flat_map(|entry| {
            let aliases = entry.aliases().iter().filter(|_| !begun.is_empty());
            std::iter::once(entry.path()).chain(aliases.map(String::as_str))
        });
        names
            .filter_map(|name| next_word(name, words))
            .filter(|word| begins(word, begun))
            .map(|word| format!("{word} "))
            .collect()
    }

    /// Completes what help can be asked about: other commands.
    fn topics(&self, entry: &Entry, arguments: &[&str], begun: &str) -> Vec<String> {
        if entry.path() == "help" {
            self.paths(arguments, begun)
        } else {
            Vec::new()
        }
    }

    /// Finds the command that the words begin with, the one with the longest path, and the words behind it.
    fn command<'w, 'l>(&self, words: &'w [&'l str]) -> Option<(&Entry, &'w [&'l str])> {
        let names = self.catalog.iter().flat_map(|entry| {
            let aliases = entry.aliases().iter().map(String::as_str);
            std::iter::once(entry.path())
                .chain(aliases)
                .map(move |name| (entry, name))
        });
        names
            .filter_map(|(entry, name)| Some((entry, behind(name, words)?)))
            .min_by_key(|(_, arguments)| arguments.len())
    }
}

/// Says whether a word is the bot's name: `@ops`.
pub(super) fn is_mention(word: &str, mention: &str) -> bool {
    word.strip_prefix('@')
        .is_some_and(|name| name.to_lowercase() == mention.to_lowercase())
}

/// Splits at spaces outside of quotes.
fn split(line: &str) -> Line<'_> {
    let mut is_quoted = false;
    let mut words: Vec<&str> = line
        .split(|character: char| {
            is_quoted ^= character == '"';
            character.is_whitespace() && !is_quoted
        })
        .collect();
    let begun = words.pop().unwrap_or_default();
    words.retain(|word| !word.is_empty());
    Line { words, begun }
}

fn order(words: &[&str], begun: &str) -> Vec<String> {
    let found: Vec<&str> = match words {
        [] => ORDERS.iter().map(|(name, _, _)| *name).collect(),
        [name] => {
            let choices = ORDERS.iter().filter(|(known, _, _)| known == name);
            choices
                .filter(|(_, argument, _)| argument.contains('|'))
                .flat_map(|(_, argument, _)| argument.split('|'))
                .collect()
        }
        _ => Vec::new(),
    };
    found
        .into_iter()
        .filter(|word| begins(word, begun))
        .map(|word| format!("{word} "))
        .collect()
}

/// Returns the word of a path that follows these words.
fn next_word<'p>(path: &'p str, words: &[&str]) -> Option<&'p str> {
    let mut path = path.split(' ');
    for word in words {
        path.next()
            .filter(|it| it.to_lowercase() == word.to_lowercase())?;
    }
    path.next()
}

/// Returns the words behind a path that they begin with.
fn behind<'w, 'l>(path: &str, words: &'w [&'l str]) -> Option<&'w [&'l str]> {
    let length = path.split(' ').count();
    let (begin, arguments) = words.split_at_checked(length)?;
    let is_path = path
        .split(' ')
        .zip(begin)
        .all(|(one, word)| one.to_lowercase() == word.to_lowercase());
    is_path.then_some(arguments)
}

/// Says whether a word continues what has been begun, whatever its case.
fn begins(word: &str, begun: &str) -> bool {
    word.to_lowercase().starts_with(&begun.to_lowercase())
}

/// The arguments that a line has already.
struct Given<'c> {
    entry: &'c Entry,
    /// Names of options and flags.
    named: Vec<&'c str>,
    by_place: usize,
    /// The option whose value comes next.
    awaits: Option<&'c Argument>,
}

impl<'c> Given<'c> {
    fn read(entry: &'c Entry, words: &[&str]) -> Self {
        let mut given = Self {
            entry,
            named: Vec::new(),
            by_place: 0,
            awaits: None,
        };
        for word in words {
            given.take(word);
        }
        given
    }

    fn take(&mut self, word: &str) {
        if self.awaits.take().is_some() {
            return;
        }
        let (name, has_value) = match word.split_once('=') {
            Some((name, _)) => (name, true),
            None => (word, false),
        };
        let is_named = has_value || name.starts_with("--");
        match self
            .argument(name.trim_start_matches('-'))
            .filter(|_| is_named)
        {
            Some(argument) => {
                self.named.push(&argument.name);
                let waits = argument.kind == ArgumentKind::Option && !has_value;
                self.awaits = waits.then_some(argument);
            }
            None => self.by_place += 1,
        }
    }

    /// Finds an option or a flag.
    fn argument(&self, name: &str) -> Option<&'c Argument> {
        let mut named = self.entry.arguments().iter();
        named.find(|it| it.kind != ArgumentKind::Positional && it.name == name)
    }

    fn complete(&self, begun: &str) -> Vec<String> {
        if let Some(option) = self.awaits {
            return choices(option, "", begun);
        }
        if let Some((name, value)) = begun.split_once('=') {
            let argument = self.argument(name.trim_start_matches('-'));
            return argument.map_or_else(Vec::new, |it| choices(it, &format!("{name}="), value));
        }
        let mut found = self
            .place()
            .map_or_else(Vec::new, |it| choices(it, "", begun));
        if begun.is_empty() || begun.starts_with('-') {
            found.extend(self.options(begun));
        }
        found
    }

    /// Returns the argument whose place comes next; one that is repeated takes all that follow.
    fn place(&self) -> Option<&'c Argument> {
        let places = || {
            let all = self.entry.arguments().iter();
            all.filter(|it| it.kind == ArgumentKind::Positional)
        };
        let repeated = || places().next_back().filter(|it| it.is_repeated);
        places().nth(self.by_place).or_else(repeated)
    }

    fn options(&self, begun: &str) -> Vec<String> {
        let all = self.entry.arguments().iter();
        all.filter(|it| it.kind != ArgumentKind::Positional)
            .filter(|it| it.is_repeated || !self.named.contains(&it.name.as_str()))
            .map(|it| format!("--{} ", it.name))
            .filter(|word| begins(word, begun))
            .collect()
    }
}

fn choices(argument: &Argument, before: &str, begun: &str) -> Vec<String> {
    let choices = argument.choices.iter();
    choices
        .filter(|choice| begins(choice, begun.trim_start_matches('"')))
        .map(|choice| {
            if choice.contains(' ') {
                format!("{before}\"{choice}\" ")
            } else {
                format!("{before}{choice} ")
            }
        })
        .collect()
}

#[cfg(test)]
mod tests;
