//! What is checked when commands are registered, so that mistakes show at start and not in a channel.

use std::fmt;
use std::sync::Arc;

use crate::argument::ArgumentKind;
use crate::arguments::is_same_name;
use crate::catalog::Entry;
use crate::command::Registration;
use crate::policy::Policy;
use crate::registry::{Registered, Registry};
use crate::spec::Spec;
use crate::text::MessageText;

/// What is wrong with a command. Each names the Rust type that the command is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RegistryError {
    /// Two commands have the same path or alias.
    #[error("`{path}` is taken twice: by {first} and by {second}; give one of them another path")]
    DuplicatePath {
        /// The path or alias.
        path: String,
        /// The type registered first.
        first: &'static str,
        /// The other type.
        second: &'static str,
    },
    /// A path is blank, or has characters that nobody can type as a command.
    #[error(
        "{type_name} has the path `{path}`; a path is words of letters, digits, `-`, `_`, `.` and `?`, separated by one space"
    )]
    BadPath {
        /// The path or alias.
        path: String,
        /// The type.
        type_name: &'static str,
    },
    /// There is no summary, so help could not say what the command does.
    #[error("`{path}` ({type_name}) has no summary; say in a line what it does")]
    MissingSummary {
        /// The path.
        path: String,
        /// The type.
        type_name: &'static str,
    },
    /// An argument has no help.
    #[error(
        "`{path}` ({type_name}): the argument `{argument}` has no help; write a /// line above it"
    )]
    MissingHelp {
        /// The path.
        path: String,
        /// The type.
        type_name: &'static str,
        /// The argument.
        argument: String,
    },
    /// An example would not be understood, or is another command's.
    #[error("`{path}` ({type_name}): the example `{example}` does not work: {why}")]
    BadExample {
        /// The path.
        path: String,
        /// The type.
        type_name: &'static str,
        /// The example.
        example: String,
        /// What the bot would answer.
        why: String,
    },
    /// A pattern cannot be used.
    #[error("`{path}` ({type_name}): the pattern `{pattern}` cannot be used: {why}")]
    BadPattern {
        /// The path.
        path: String,
        /// The type.
        type_name: &'static str,
        /// The pattern.
        pattern: String,
        /// Why.
        why: String,
    },
    /// The command names an argument that it does not have.
    #[error("`{path}` ({type_name}): there is no argument `{argument}`; {whose} names one")]
    NoSuchArgument {
        /// The path.
        path: String,
        /// The type.
        type_name: &'static str,
        /// The name.
        argument: String,
        /// What names it.
        whose: &'static str,
    },
    /// A deprecated command names one to use instead that does not exist.
    #[error(
        "`{path}` ({type_name}) is deprecated in favour of `{replacement}`, which does not exist"
    )]
    NoSuchCommand {
        /// The path.
        path: String,
        /// The type.
        type_name: &'static str,
        /// The path that does not exist.
        replacement: String,
    },
    /// All patterns together are too much.
    #[error("the patterns of all commands cannot be combined: {why}")]
    Patterns {
        /// Why.
        why: String,
    },
}

/// Everything that is wrong with the commands of a bot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistryErrors {
    pub(super) errors: Vec<RegistryError>,
}

impl RegistryErrors {
    /// Returns the errors in the order of registration.
    pub fn iter(&self) -> impl Iterator<Item = &RegistryError> {
        self.errors.iter()
    }
}

impl fmt::Display for RegistryErrors {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.errors.iter().enumerate() {
            if index > 0 {
                formatter.write_str("\n")?;
            }
            write!(formatter, "{error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for RegistryErrors {}

impl Registry {
    pub(super) fn add(
        &mut self,
        registration: Registration,
        literals: &mut Vec<String>,
        errors: &mut Vec<RegistryError>,
    ) {
        let Registration {
            spec,
            clap,
            command,
            type_name,
            hooks,
        } = registration;
        let index = self.commands.len();
        let entry = Arc::new(Entry::new(spec, &clap));
        let spec = entry.spec();
        check_words(spec, type_name, errors);
        check_arguments(&entry, type_name, errors);
        for path in std::iter::once(spec.path()).chain(spec.aliases.iter().map(String::as_str)) {
            let taken = self
                .tree
                .insert(path, index)
                .and_then(|other| self.commands.get(other));
            if let Some(other) = taken {
                errors.push(RegistryError::DuplicatePath {
                    path: path.to_owned(),
                    first: other.type_name,
                    second: type_name,
                });
            }
        }
        self.add_patterns(index, &entry, type_name, literals, errors);
        Arc::make_mut(&mut self.catalog).push(Arc::clone(&entry));
        self.commands.push(Registered {
            entry,
            clap,
            command,
            type_name,
            hooks: hooks.into(),
        });
    }

    fn add_patterns(
        &mut self,
        index: usize,
        entry: &Entry,
        type_name: &'static str,
        literals: &mut Vec<String>,
        errors: &mut Vec<RegistryError>,
    ) {
        let path = entry.path().to_owned();
        for pattern in entry.patterns() {
            match self.patterns.add(index, pattern, literals) {
                Ok(groups) => {
                    let unknown = |name: &String| {
                        !entry
                            .arguments()
                            .iter()
                            .any(|it| is_same_name(&it.name, name))
                    };
                    errors.extend(groups.into_iter().filter(unknown).map(|argument| {
                        RegistryError::NoSuchArgument {
                            path: path.clone(),
                            type_name,
                            argument,
                            whose: "a pattern",
                        }
                    }));
                }
                Err(error) => errors.push(RegistryError::BadPattern {
                    path: path.clone(),
                    type_name,
                    pattern: pattern.clone(),
                    why: error.to_string(),
                }),
            }
        }
    }

    fn path_of(&self, index: usize) -> &str {
        self.commands.get(index).map_or("", |it| it.entry.path())
    }

    /// Looks for the commands that deprecated ones name.
    pub(super) fn check_replacements(&self, errors: &mut Vec<RegistryError>) {
        for registered in &self.commands {
            let Some(replacement) = registered.entry.replacement() else {
                continue;
            };
            if !self
                .commands
                .iter()
                .any(|it| it.entry.path() == replacement)
            {
                errors.push(RegistryError::NoSuchCommand {
                    path: registered.entry.path().to_owned(),
                    type_name: registered.type_name,
                    replacement: replacement.to_owned(),
                });
            }
        }
    }

    /// Reads each example the way a message is read.
    pub(super) fn check_examples(&self, errors: &mut Vec<RegistryError>) {
        for (index, registered) in self.commands.iter().enumerate() {
            for example in registered.entry.examples() {
                let written = example.text.replace('&', "&amp;").replace('<', "&lt;");
                let text = MessageText::from_html(&written, "");
                let why = match self.understand(&text, Policy::Allow) {
                    Ok((found, _)) if found == index => continue,
                    Ok((found, _)) => format!("it runs `{}`", self.path_of(found)),
                    Err(misunderstanding) => misunderstanding.reply("bot", "you", None).to_plain(),
                };
                errors.push(RegistryError::BadExample {
                    path: registered.entry.path().to_owned(),
                    type_name: registered.type_name,
                    example: example.text.clone(),
                    why,
                });
            }
        }
    }
}

fn check_words(spec: &Spec, type_name: &'static str, errors: &mut Vec<RegistryError>) {
    for path in std::iter::once(spec.path()).chain(spec.aliases.iter().map(String::as_str)) {
        let is_word = |word: &str| {
            !word.is_empty()
                && word
                    .chars()
                    .all(|it| it.is_alphanumeric() || matches!(it, '-' | '_' | '.' | '?'))
        };
        if !path.split(' ').all(is_word) {
            errors.push(RegistryError::BadPath {
                path: path.to_owned(),
                type_name,
            });
        }
    }
    if spec.summary().trim().is_empty() {
        errors.push(RegistryError::MissingSummary {
            path: spec.path().to_owned(),
            type_name,
        });
    }
}

fn check_arguments(entry: &Entry, type_name: &'static str, errors: &mut Vec<RegistryError>) {
    let path = entry.path().to_owned();
    for argument in entry
        .arguments()
        .iter()
        .filter(|it| it.help.trim().is_empty())
    {
        errors.push(RegistryError::MissingHelp {
            path: path.clone(),
            type_name,
            argument: argument.name.clone(),
        });
    }
    if let Some(rest) = &entry.spec().rest {
        let positional = |it: &&crate::argument::Argument| it.kind == ArgumentKind::Positional;
        if !entry
            .arguments()
            .iter()
            .filter(positional)
            .any(|it| is_same_name(&it.name, rest))
        {
            errors.push(RegistryError::NoSuchArgument {
                path,
                type_name,
                argument: rest.clone(),
                whose: "`rest_of_message`",
            });
        }
    }
}
