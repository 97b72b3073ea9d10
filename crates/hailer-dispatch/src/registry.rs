//! The commands of a bot: checked at start, found for each message.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use hailer_reply::{Reply, escape};

use crate::arguments;
use crate::catalog::{Catalog, Entry};
use crate::command::{AnyCommand, Bound, CommandResult, Registration};
use crate::cooldown::Cooldowns;
use crate::hook::AnyHook;
use crate::invocation::{Inquiry, Invocation};
use crate::misunderstanding::{Misunderstanding, UsageProblem};
use crate::pattern::Patterns;
use crate::policy::Policy;
use crate::suggest::nearest;
use crate::text::MessageText;
use crate::tree::{Found, Tree};
use crate::words::{Word, WordKind, split};

mod check;

pub use check::{RegistryError, RegistryErrors};

/// A command as the registry keeps it.
struct Registered {
    entry: Arc<Entry>,
    clap: clap::Command,
    command: Arc<dyn AnyCommand>,
    type_name: &'static str,
    hooks: Arc<[Arc<dyn AnyHook>]>,
}

/// The commands of a bot.
#[derive(Default)]
pub struct Registry {
    commands: Vec<Registered>,
    tree: Tree,
    patterns: Patterns,
    catalog: Arc<Catalog>,
    cooldowns: Cooldowns,
}

/// Which command a message means, and what clap read of its arguments.
type Understood = Result<(usize, clap::ArgMatches), Misunderstanding>;

/// A command that was found, allowed and understood; it only needs to be run.
pub struct Call {
    entry: Arc<Entry>,
    bound: Bound,
    invocation: Invocation,
    hooks: Arc<[Arc<dyn AnyHook>]>,
}

impl Registry {
    /// Registers commands, in the order in which help lists them.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with any of them, at once: see [`RegistryError`].
    pub fn build(
        registrations: impl IntoIterator<Item = Registration>,
    ) -> Result<Self, RegistryErrors> {
        let mut registry = Self::default();
        let mut errors = Vec::new();
        let mut literals = Vec::new();
        for registration in registrations {
            registry.add(registration, &mut literals, &mut errors);
        }
        if let Err(error) = registry.patterns.finish(&literals) {
            errors.push(RegistryError::Patterns {
                why: error.to_string(),
            });
        }
        registry.check_replacements(&mut errors);
        registry.check_examples(&mut errors);
        if errors.is_empty() {
            Ok(registry)
        } else {
            Err(RegistryErrors { errors })
        }
    }

    /// Returns what is registered, for help and reference.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// Finds the command that a message asks for, checks who may run it and reads its arguments.
    ///
    /// # Errors
    ///
    /// A [`Misunderstanding`], which words its own answer.
    pub fn dispatch(
        &self,
        inquiry: &Arc<Inquiry>,
        policy: Policy,
    ) -> Result<Call, Misunderstanding> {
        let (index, mut matches) = self.understand(&inquiry.text, policy)?;
        let registered = self.registered(index)?;
        let entry = &registered.entry;
        if let Some(cooldown) = entry.spec().cooldown {
            self.cooldowns
                .begin(index, cooldown, inquiry)
                .map_err(|wait| Misunderstanding::TooSoon {
                    entry: Arc::clone(entry),
                    wait,
                })?;
        }
        let bound = Arc::clone(&registered.command)
            .bind(&mut matches)
            .map_err(|error| misused(registered, UsageProblem::Other(error.kind().to_string())))?;
        Ok(Call {
            entry: Arc::clone(entry),
            bound,
            invocation: Invocation::new(
                Arc::clone(inquiry),
                Arc::clone(entry),
                Arc::clone(&self.catalog),
                policy,
            ),
            hooks: Arc::clone(&registered.hooks),
        })
    }

    fn understand(&self, text: &MessageText, policy: Policy) -> Understood {
        if text.is_too_complex() {
            return Err(Misunderstanding::TooComplex);
        }
        let words = split(text);
        let words = match &words {
            Ok(words) => words.as_slice(),
            Err(_) => return self.understand_rest(text, policy),
        };
        let opened;
        let words = match words {
            [only] if only.kind == WordKind::Code => {
                opened = open_code(only, text.raw());
                opened.as_slice()
            }
            words => words,
        };
        if words.is_empty() {
            return self
                .understand_words(&[word("help")], text, policy)
                .map_err(|_| Misunderstanding::Empty);
        }
        self.understand_words(words, text, policy)
    }

    fn understand_words(
        &self,
        words: &[Word<'_>],
        text: &MessageText,
        policy: Policy,
    ) -> Understood {
        match self.tree.find(words.iter().map(|word| word.text.as_ref())) {
            Found::Command { index, length } => {
                let registered = self.permitted(index, policy)?;
                let behind = words.get(length..).unwrap_or_default();
                if asks_for_help(behind, &registered.entry) {
                    return self.help_on(&registered.entry, policy);
                }
                let matches =
                    arguments::parse(&registered.clap, &registered.entry, behind, text.raw())
                        .map_err(|problem| misused(registered, problem))?;
                Ok((index, matches))
            }
            Found::Nothing { known } => match self.patterns.find(text.command_text()) {
                Some(phrase) => {
                    let registered = self.permitted(phrase.command, policy)?;
                    let matches =
                        arguments::parse_named(&registered.clap, &registered.entry, &phrase.values)
                            .map_err(|problem| misused(registered, problem))?;
                    Ok((phrase.command, matches))
                }
                None => Err(self.unknown(words, known, policy)),
            },
        }
    }

    /// A message with an unclosed quote still reaches a command that takes the rest as written.
    fn understand_rest(&self, text: &MessageText, policy: Policy) -> Understood {
        let words = bare_words(text.raw());
        if let Found::Command { index, .. } =
            self.tree.find(words.iter().map(|word| word.text.as_ref()))
            && self
                .commands
                .get(index)
                .is_some_and(|it| it.entry.spec().rest.is_some())
        {
            return self.understand_words(&words, text, policy);
        }
        let from = split(text)
            .err()
            .map(|quote| quote.from)
            .unwrap_or_default();
        Err(Misunderstanding::UnclosedQuote { from })
    }

    /// Understands `deploy run --help` as `help deploy run`.
    fn help_on(&self, entry: &Entry, policy: Policy) -> Understood {
        let Found::Command { index, .. } = self.tree.find(std::iter::once("help")) else {
            return Err(Misunderstanding::Empty);
        };
        let help = self.permitted(index, policy)?;
        let topic = help
            .entry
            .arguments()
            .first()
            .map(|argument| argument.name.clone());
        let values: Vec<_> = topic
            .map(|topic| (topic, entry.path().to_owned()))
            .into_iter()
            .collect();
        let matches = arguments::parse_named(&help.clap, &help.entry, &values)
            .map_err(|problem| misused(help, problem))?;
        Ok((index, matches))
    }

    fn permitted(&self, index: usize, policy: Policy) -> Result<&Registered, Misunderstanding> {
        let registered = self.registered(index)?;
        if policy.permits(&registered.entry) {
            return Ok(registered);
        }
        Err(Misunderstanding::NotPermitted {
            entry: Arc::clone(&registered.entry),
        })
    }

    /// The tree and the patterns give only indices of commands that exist.
    fn registered(&self, index: usize) -> Result<&Registered, Misunderstanding> {
        self.commands.get(index).ok_or(Misunderstanding::Empty)
    }

    fn unknown(&self, words: &[Word<'_>], known: usize, policy: Policy) -> Misunderstanding {
        let visible = || {
            self.catalog
                .iter()
                .filter(move |entry| !entry.is_hidden() && policy.permits(entry))
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
        let rest: Vec<&str> = words
            .iter()
            .skip(length)
            .map(|word| word.text.as_ref())
            .collect();
        Misunderstanding::Unknown {
            said: joined(length),
            suggestions: suggestions.into_iter().map(str::to_owned).collect(),
            rest: rest.join(" "),
        }
    }
}

impl std::fmt::Debug for Registry {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let paths: Vec<&str> = self.commands.iter().map(|it| it.entry.path()).collect();
        formatter
            .debug_struct("Registry")
            .field("commands", &paths)
            .finish_non_exhaustive()
    }
}

impl Call {
    /// Returns the description of the command.
    pub fn entry(&self) -> &Arc<Entry> {
        &self.entry
    }

    /// Returns the time after which "still working" is answered, when the command wants less than configured.
    pub fn deadline(&self) -> Option<std::time::Duration> {
        self.entry.spec().deadline
    }

    /// Runs the command, with the hooks round it.
    pub fn run(self) -> BoxFuture<'static, CommandResult> {
        let Self {
            entry,
            bound,
            invocation,
            hooks,
        } = self;
        if hooks.is_empty() && entry.replacement().is_none() {
            return bound(invocation);
        }
        Box::pin(async move {
            let result = run_with_hooks(&hooks, bound, invocation.clone()).await;
            match entry.replacement() {
                Some(replacement) => result.map(|reply| with_note(reply, &invocation, replacement)),
                None => result,
            }
        })
    }
}

/// Runs the hooks in order, the command, and in reverse order the hooks that let it pass.
async fn run_with_hooks(
    hooks: &[Arc<dyn AnyHook>],
    bound: Bound,
    invocation: Invocation,
) -> CommandResult {
    let mut passed = Vec::with_capacity(hooks.len());
    let mut result = Ok(());
    for hook in hooks {
        result = hook.before(&invocation).await;
        if result.is_err() {
            break;
        }
        passed.push(hook);
    }
    let result = match result {
        Ok(()) => bound(invocation.clone()).await,
        Err(refusal) => Err(refusal),
    };
    for hook in passed.into_iter().rev() {
        hook.after(&invocation, &result).await;
    }
    result
}

/// Says on a reply that its command is old.
fn with_note(reply: Reply, invocation: &Invocation, replacement: &str) -> Reply {
    reply.then_markdown(format!(
        "{} is old; use **@{} {}** instead.",
        escape(invocation.command().path()),
        escape(invocation.bot()),
        escape(replacement)
    ))
}

fn misused(registered: &Registered, problem: UsageProblem) -> Misunderstanding {
    Misunderstanding::Usage {
        entry: Arc::clone(&registered.entry),
        problem,
    }
}

impl std::fmt::Debug for Call {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Call")
            .field("command", &self.entry.path())
            .finish_non_exhaustive()
    }
}

fn asks_for_help(words: &[Word<'_>], entry: &Entry) -> bool {
    let is_help = |word: &Word<'_>| {
        word.kind == WordKind::Bare && matches!(word.text.as_ref(), "--help" | "-h")
    };
    let defines_it = entry
        .arguments()
        .iter()
        .any(|argument| argument.name == "help");
    entry.spec().rest.is_none() && !defines_it && words.iter().any(is_help)
}

/// A whole message in code style is a command that somebody copied: its words count, as they are.
fn open_code<'a>(code: &'a Word<'_>, raw: &str) -> Vec<Word<'a>> {
    let offset = raw
        .get(code.range.clone())
        .and_then(|it| it.find(code.text.as_ref()))
        .unwrap_or_default();
    let mut words = bare_words(&code.text);
    for word in &mut words {
        word.range.start += code.range.start + offset;
        word.range.end += code.range.start + offset;
    }
    words
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

#[cfg(test)]
mod tests;
