//! From a message to a command of the registry and its arguments.

use std::sync::Arc;

use crate::arguments;
use crate::catalog::Entry;
use crate::misunderstanding::{Misunderstanding, UsageProblem};
use crate::registry::{Desk, Registered, Registry};
use crate::suggest::nearest;
use crate::text::MessageText;
use crate::tree::Found;
use crate::words::{Word, WordKind, split};

/// Which command a message means, and what clap read of its arguments.
type Understood = Result<(usize, clap::ArgMatches), Misunderstanding>;

impl Registry {
    pub(super) fn understand(&self, text: &MessageText, desk: &Desk<'_>) -> Understood {
        if text.is_too_complex() {
            return Err(Misunderstanding::TooComplex);
        }
        let words = split(text);
        let words = match &words {
            Ok(words) => words.as_slice(),
            Err(_) => return self.understand_rest(text, desk),
        };
        match words {
            [] => self
                .understand_words(&[word("help")], "", text, desk)
                .map_err(|_| Misunderstanding::Empty),
            [only] if only.kind == WordKind::Code => {
                let (words, raw) = open_code(only, text.raw());
                self.understand_words(&words, raw, text, desk)
            }
            words => self.understand_words(words, text.raw(), text, desk),
        }
    }

    /// Understands words that stand in `raw`.
    fn understand_words(
        &self,
        words: &[Word<'_>],
        raw: &str,
        text: &MessageText,
        desk: &Desk<'_>,
    ) -> Understood {
        match self.tree.find(words.iter().map(|word| word.text.as_ref())) {
            Found::Command { index, length } => {
                let registered = self.permitted(index, desk)?;
                let behind = words.get(length..).unwrap_or_default();
                if asks_for_help(behind, &registered.entry) {
                    return self.help_on(&registered.entry, desk);
                }
                let matches = arguments::parse(&registered.reader, &registered.entry, behind, raw)
                    .map_err(|problem| misused(registered, problem))?;
                Ok((index, matches))
            }
            Found::Nothing { known } => match self.patterns.find(text.command_text()) {
                Some(phrase) => {
                    let registered = self.permitted(phrase.command, desk)?;
                    let matches = arguments::parse_named(
                        &registered.reader,
                        &registered.entry,
                        &phrase.values,
                    )
                    .map_err(|problem| misused(registered, problem))?;
                    Ok((phrase.command, matches))
                }
                None => match without_full_stop(words) {
                    Some(words) => self.understand_words(&words, raw, text, desk),
                    None => Err(self.unknown(words, raw, known, desk)),
                },
            },
        }
    }

    /// A message with an unclosed quote still reaches a command that takes the rest as written.
    fn understand_rest(&self, text: &MessageText, desk: &Desk<'_>) -> Understood {
        let words = bare_words(text.raw());
        if let Found::Command { index, .. } =
            self.tree.find(words.iter().map(|word| word.text.as_ref()))
            && self
                .commands
                .get(index)
                .is_some_and(|it| it.entry.spec().rest.is_some())
        {
            return self.understand_words(&words, text.raw(), text, desk);
        }
        let from = split(text)
            .err()
            .map(|quote| quote.from)
            .unwrap_or_default();
        Err(Misunderstanding::UnclosedQuote { from })
    }

    /// Understands `deploy run --help` as `help deploy run`.
    fn help_on(&self, entry: &Entry, desk: &Desk<'_>) -> Understood {
        let Found::Command { index, .. } = self.tree.find(std::iter::once("help")) else {
            return Err(Misunderstanding::Empty);
        };
        let help = self.permitted(index, desk)?;
        let topic = help
            .entry
            .arguments()
            .first()
            .map(|argument| argument.name.clone());
        let values: Vec<_> = topic
            .map(|topic| (topic, entry.path().to_owned()))
            .into_iter()
            .collect();
        let matches = arguments::parse_named(&help.reader, &help.entry, &values)
            .map_err(|problem| misused(help, problem))?;
        Ok((index, matches))
    }

    fn unknown(
        &self,
        words: &[Word<'_>],
        raw: &str,
        known: usize,
        desk: &Desk<'_>,
    ) -> Misunderstanding {
        let visible = || {
            let entries = self.catalog.iter().enumerate();
            entries
                .filter(|(index, entry)| !entry.is_hidden() && desk.may_run(*index))
                .map(|(_, entry)| entry)
        };
        let joined = |length: usize| {
            let texts: Vec<&str> = words
                .iter()
                .take(length)
                .map(|word| word.text.as_ref())
                .collect();
            texts.join(" ")
        };
        if known > 0 && known == words.len() {
            let said = joined(known);
            let begins = format!("{} ", said.to_lowercase());
            let continuations: Vec<String> = visible()
                .map(|it| it.path().to_owned())
                .filter(|it| it.to_lowercase().starts_with(&begins))
                .collect();
            if !continuations.is_empty() {
                return Misunderstanding::Incomplete {
                    said,
                    continuations,
                };
            }
        }
        let mut best: Option<(usize, Vec<&str>)> = None;
        for length in (1..=words.len().min(3)).rev() {
            let typed = joined(length);
            let names = visible().flat_map(|it| {
                std::iter::once(it.path()).chain(it.aliases().iter().map(String::as_str))
            });
            let near = nearest(
                &typed,
                names.filter(|name| name.split_whitespace().count() == length),
            );
            if !near.is_empty() {
                best = Some((length, near));
                break;
            }
        }
        let (length, suggestions) = best.unwrap_or((known + 1, Vec::new()));
        let rest = words
            .get(length)
            .filter(|_| !visible().any(|it| it.has_secrets() && is_one_of(it, &suggestions)))
            .and_then(|word| raw.get(word.range.start..));
        Misunderstanding::Unknown {
            said: joined(length),
            suggestions: suggestions.into_iter().map(str::to_owned).collect(),
            rest: rest.unwrap_or_default().to_owned(),
        }
    }
}

fn is_one_of(entry: &Entry, names: &[&str]) -> bool {
    let mut own = std::iter::once(entry.path()).chain(entry.aliases().iter().map(String::as_str));
    own.any(|it| names.contains(&it))
}

pub(super) fn misused(registered: &Registered, problem: UsageProblem) -> Misunderstanding {
    Misunderstanding::Usage {
        entry: Arc::clone(&registered.entry),
        problem,
    }
}

fn asks_for_help(words: &[Word<'_>], entry: &Entry) -> bool {
    let is_bare = |word: &&Word<'_>| word.kind == WordKind::Bare;
    let options = words
        .iter()
        .filter(is_bare)
        .take_while(|word| word.text != "--");
    let defines_it = entry
        .arguments()
        .iter()
        .any(|argument| argument.name == "help");
    entry.spec().rest.is_none()
        && !defines_it
        && options
            .into_iter()
            .any(|word| matches!(word.text.as_ref(), "--help" | "-h"))
}

/// Drops the `.`, `!` or `?` that people, or a phone after two spaces, put behind a command.
fn without_full_stop<'a>(words: &[Word<'a>]) -> Option<Vec<Word<'a>>> {
    let (last, before) = words.split_last()?;
    let text = last.text.trim_end_matches(['.', '!', '?']);
    if last.kind != WordKind::Bare || text.is_empty() || text.len() == last.text.len() {
        return None;
    }
    let last = Word {
        text: text.to_owned().into(),
        ..last.clone()
    };
    Some(before.iter().cloned().chain([last]).collect())
}

/// A whole message in code style is a command that somebody copied: its words count, as they are, up to the end
/// of the code.
fn open_code<'a>(code: &'a Word<'_>, raw: &'a str) -> (Vec<Word<'a>>, &'a str) {
    let offset = raw
        .get(code.range.clone())
        .and_then(|it| it.find(code.text.as_ref()))
        .unwrap_or_default();
    let start = code.range.start + offset;
    let mut words = bare_words(&code.text);
    for word in &mut words {
        word.range.start += start;
        word.range.end += start;
    }
    (words, raw.get(..start + code.text.len()).unwrap_or(raw))
}

fn bare_words(text: &str) -> Vec<Word<'_>> {
    let start_of = |word: &str| word.as_ptr().addr() - text.as_ptr().addr();
    text.split_whitespace()
        .map(|it| Word {
            text: it.into(),
            range: start_of(it)..start_of(it) + it.len(),
            kind: WordKind::Bare,
        })
        .collect()
}

fn word(text: &str) -> Word<'_> {
    Word {
        text: text.into(),
        range: 0..0,
        kind: WordKind::Bare,
    }
}
