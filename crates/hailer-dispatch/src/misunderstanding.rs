//! What the bot answers when it does not understand, worded for a channel.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use hailer_reply::{Reply, escape};

use crate::catalog::Entry;
use crate::policy::Refusal;
use crate::secret::MASK;

mod refused;

/// Why a message leads to no command that can run.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Misunderstanding {
    /// The message holds nothing but the mention, and there is no help command.
    Empty,
    /// The message has more markup than is read.
    TooComplex,
    /// A quote is opened and never closed.
    UnclosedQuote {
        /// What stands from the quote on.
        from: String,
    },
    /// No command has this name.
    Unknown {
        /// The words taken for a name.
        said: String,
        /// Near names, the best first.
        suggestions: Vec<String>,
        /// What stood behind the words.
        rest: String,
    },
    /// The words begin the names of several commands.
    Incomplete {
        /// The words.
        said: String,
        /// The commands that begin so.
        continuations: Vec<String>,
    },
    /// The person may not run this command here.
    NotPermitted {
        /// The command; none when nothing at all is done for the person.
        entry: Option<Arc<Entry>>,
        /// Why not.
        refusal: Refusal,
    },
    /// The command ran a moment ago, and wants a pause.
    TooSoon {
        /// The command.
        entry: Arc<Entry>,
        /// How long the pause still is.
        wait: Duration,
    },
    /// The person, or everybody in the team or at the webhook together, asked more than is let pass in a time.
    TooMany {
        /// After which time it is let pass.
        wait: Duration,
    },
    /// The command is known, its arguments are not right.
    Usage {
        /// The command.
        entry: Arc<Entry>,
        /// What is not right.
        problem: UsageProblem,
    },
}

/// What is not right about the arguments of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum UsageProblem {
    /// Values that must be given are missing.
    Missing(Vec<String>),
    /// A value is none of the choices.
    BadChoice {
        /// The value.
        value: String,
        /// The argument.
        argument: String,
        /// The choices.
        choices: Vec<String>,
        /// The nearest choice.
        suggestion: Option<String>,
    },
    /// A value cannot be read.
    BadValue {
        /// The value.
        value: String,
        /// The argument.
        argument: String,
        /// Why.
        why: String,
    },
    /// An option needs a value, and none follows.
    NoValue(String),
    /// An option is given twice.
    Twice(String),
    /// Something stands at the end that the command does not take.
    Leftover(String),
    /// The command has no such option.
    UnknownOption {
        /// The option as typed.
        option: String,
        /// The nearest option.
        suggestion: Option<String>,
    },
    /// Something else.
    Other(String),
}

impl Misunderstanding {
    /// Returns the label for metrics and log.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Empty | Self::Unknown { .. } | Self::Incomplete { .. } => "unknown",
            Self::TooComplex | Self::UnclosedQuote { .. } | Self::Usage { .. } => "usage",
            Self::NotPermitted { .. } | Self::TooSoon { .. } | Self::TooMany { .. } => "refused",
        }
    }

    /// Returns the command that was meant, as far as it is known.
    pub fn command(&self) -> Option<&Entry> {
        match self {
            Self::NotPermitted { entry, .. } => entry.as_deref(),
            Self::TooSoon { entry, .. } | Self::Usage { entry, .. } => Some(entry),
            Self::Empty
            | Self::TooComplex
            | Self::TooMany { .. }
            | Self::UnclosedQuote { .. }
            | Self::Unknown { .. }
            | Self::Incomplete { .. } => None,
        }
    }

    /// Words the answer. `bot` is the name that people mention, `sender` the person's name, `contact` whom
    /// to ask about permissions.
    pub fn reply(&self, bot: &str, sender: &str, contact: Option<&str>) -> Reply {
        Reply::markdown(match self {
            Self::Empty => format!(
                "Hi {}. Type {} to see what I can do.",
                escape(sender),
                call(bot, "help")
            ),
            Self::TooComplex => {
                "This message has too much formatting for a command. Paste it as plain text."
                    .to_owned()
            }
            Self::UnclosedQuote { from } => format!(
                "A quote is opened here and never closed: {}. Close it, or leave it out.",
                escape(from)
            ),
            Self::Unknown {
                said,
                suggestions,
                rest,
            } => unknown(bot, said, suggestions, rest),
            Self::Incomplete {
                said,
                continuations,
            } => format!(
                "{} needs one more word: {}.",
                bold(said),
                or_list(continuations)
            ),
            Self::NotPermitted { entry, refusal } => {
                let path = entry.as_ref().map_or("", |entry| entry.path());
                refused::word(refusal, path, sender, contact)
            }
            Self::TooSoon { entry, wait } => format!(
                "{} ran a moment ago, {}. Try again in {}.",
                bold(entry.path()),
                escape(sender),
                in_words(*wait)
            ),
            Self::TooMany { wait } => format!(
                "That was a lot at once, {}. Try again in {}.",
                escape(sender),
                in_words(*wait)
            ),
            Self::Usage { entry, problem } => usage(bot, entry, problem),
        })
    }
}

/// Rounds up, so that trying again then works.
fn in_words(wait: Duration) -> String {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    match seconds {
        0..=99 => format!("{seconds} s"),
        _ => format!("{} min", seconds.div_ceil(60)),
    }
}

fn unknown(bot: &str, said: &str, suggestions: &[String], rest: &str) -> String {
    let said = escape(said);
    match suggestions {
        [] => format!(
            "I don't know \"{said}\". {} lists what I can do.",
            call(bot, "help")
        ),
        [only] => {
            let retry = if rest.is_empty() {
                only.clone()
            } else {
                format!("{only} {rest}")
            };
            format!(
                "I don't know \"{said}\". Did you mean {}? Type: {}",
                bold(only),
                call(bot, &retry)
            )
        }
        several => format!(
            "I don't know \"{said}\". Did you mean {}?",
            or_list(several)
        ),
    }
}

fn usage(bot: &str, entry: &Entry, problem: &UsageProblem) -> String {
    let mut text = what_is_wrong(entry, problem);
    if matches!(problem, UsageProblem::BadChoice { .. }) {
        return text;
    }
    let _ = write!(text, "\n{}", call(bot, entry.usage()));
    if let Some(example) = entry.examples().first() {
        let _ = write!(text, "\nFor example: {}", call(bot, &example.text));
    }
    text
}

fn what_is_wrong(entry: &Entry, problem: &UsageProblem) -> String {
    let path = bold(entry.path());
    match problem {
        UsageProblem::Missing(names) => format!("{path} needs {}.", and_list(names)),
        UsageProblem::BadChoice {
            value,
            argument,
            choices,
            suggestion,
        } => format!(
            "I don't know the {} \"{}\".{} ({})",
            escape(argument),
            escape(shown(entry, argument, value)),
            did_you_mean(suggestion.as_deref()),
            escape(&choices.join(", "))
        ),
        UsageProblem::BadValue {
            value,
            argument,
            why,
        } => format!(
            "\"{}\" can't be the {} of {path}: {}.",
            escape(shown(entry, argument, value)),
            escape(argument),
            escape(&why.replace(value, shown(entry, argument, value)))
        ),
        UsageProblem::NoValue(option) => {
            format!("{} of {path} needs a value behind it.", escape(option))
        }
        UsageProblem::Twice(option) => {
            format!("{} of {path} can be given only once.", escape(option))
        }
        // It may be a part of a secret that lacks its quotes.
        UsageProblem::Leftover(_) | UsageProblem::UnknownOption { .. } if entry.has_secrets() => {
            format!(
                "I didn't understand all of that. {path} takes {}; put a secret in quotes.",
                takes(entry)
            )
        }
        UsageProblem::Leftover(word) if word.starts_with('|') => {
            "Behind | can stand where, sort, head, columns and count.".to_owned()
        }
        UsageProblem::Leftover(word) => format!(
            "I didn't understand \"{}\" at the end. {path} takes {}.",
            escape(word),
            takes(entry)
        ),
        UsageProblem::UnknownOption { option, suggestion } => format!(
            "{path} has no option {}.{}",
            escape(option),
            did_you_mean(suggestion.as_deref())
        ),
        UsageProblem::Other(why) => format!(
            "I didn't understand the arguments of {path}: {}.",
            escape(why)
        ),
    }
}

/// A secret is not repeated, however wrong it is.
fn shown<'v>(entry: &Entry, argument: &str, value: &'v str) -> &'v str {
    let name = argument.trim_start_matches('-');
    let mut secrets = entry.arguments().iter().filter(|it| it.is_secret);
    if secrets.any(|it| it.name == name) {
        MASK
    } else {
        value
    }
}

fn did_you_mean(suggestion: Option<&str>) -> String {
    suggestion.map_or_else(String::new, |it| format!(" Did you mean {}?", bold(it)))
}

/// Says what a command takes: "a service and a version".
fn takes(entry: &Entry) -> String {
    let names: Vec<String> = entry
        .arguments()
        .iter()
        .filter(|argument| argument.kind == crate::argument::ArgumentKind::Positional)
        .map(|argument| argument.name.clone())
        .collect();
    if names.is_empty() {
        "nothing behind its name".to_owned()
    } else {
        and_list(&names)
    }
}

fn call(bot: &str, what: &str) -> String {
    format!("**@{} {}**", escape(bot), escape(what))
}

fn bold(text: &str) -> String {
    format!("**{}**", escape(text))
}

fn or_list(names: &[String]) -> String {
    join(names.iter().map(|name| bold(name)).collect(), "or")
}

/// Joins names with their articles: "a service and an environment".
fn and_list(names: &[String]) -> String {
    join(names.iter().map(|name| with_article(name)).collect(), "and")
}

fn with_article(name: &str) -> String {
    let article = if name.starts_with(['a', 'e', 'i', 'o', 'u']) {
        "an"
    } else {
        "a"
    };
    // An option has none, and nor have several: "needs days".
    let has_none = name.starts_with('-') || name.ends_with('s') && !name.ends_with("ss");
    if has_none {
        escape(name).into_owned()
    } else {
        format!("{article} {}", escape(name))
    }
}

/// Joins words that are markup already.
pub(crate) fn join(mut parts: Vec<String>, word: &str) -> String {
    match parts.pop() {
        None => String::new(),
        Some(last) if parts.is_empty() => last,
        Some(last) => format!("{} {word} {last}", parts.join(", ")),
    }
}
