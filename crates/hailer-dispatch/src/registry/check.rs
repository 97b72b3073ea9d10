//! What is checked when commands are registered, so that mistakes show at start and not in a channel.

use std::sync::Arc;

use crate::argument::{Argument, ArgumentKind};
use crate::arguments::is_same_name;
use crate::catalog::Entry;
use crate::command::Registration;
use crate::lock;
use crate::reader::Reader;
use crate::registry::{Desk, Registered, Registry, RegistryError};
use crate::spec::Spec;
use crate::text::MessageText;

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
                    first_path: other.entry.path().to_owned(),
                    first: other.type_name,
                    second_path: spec.path().to_owned(),
                    second: type_name,
                });
            }
        }
        self.add_patterns(index, &entry, type_name, literals, errors);
        Arc::make_mut(&mut self.catalog).push(Arc::clone(&entry));
        self.commands.push(Registered {
            entry,
            reader: Reader::new(clap),
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
                            whose: format!("the pattern `{pattern}`"),
                            argument,
                            known: known(entry, |_| true),
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
                let (text, _) = self.separate(MessageText::from_typed(&example.text));
                let why = match self.understand(&text, &Desk::Open) {
                    Ok((found, _)) if found == index => continue,
                    Ok((found, _)) => format!("it runs `{}`", self.path_of(found)),
                    Err(misunderstanding) => {
                        let reply = misunderstanding.reply("bot", "you", None).to_plain();
                        let said = reply.lines().next().unwrap_or_default();
                        format!("the bot would say \"{said}\"")
                    }
                };
                errors.push(RegistryError::BadExample {
                    path: registered.entry.path().to_owned(),
                    type_name: registered.type_name,
                    example: example.text.clone(),
                    why,
                    usage: registered.entry.usage().to_owned(),
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
        check_rest(entry, rest, type_name, errors);
    }
    check_secrets(entry, type_name, errors);
    check_job(entry, type_name, errors);
}

/// Looks for secrets that do not exist, and for one that would be in the name of a lock.
fn check_secrets(entry: &Entry, type_name: &'static str, errors: &mut Vec<RegistryError>) {
    let is_unknown = |name: &&String| {
        let mut arguments = entry.arguments().iter();
        !arguments.any(|it| is_same_name(&it.name, name))
    };
    let unknown = entry.spec().secrets.iter().filter(is_unknown);
    errors.extend(unknown.map(|argument| RegistryError::NoSuchArgument {
        path: entry.path().to_owned(),
        type_name,
        whose: "`secret`".to_owned(),
        argument: argument.clone(),
        known: known(entry, |_| true),
    }));
    let in_lock = entry.lock().and_then(lock::placeholders);
    for name in in_lock.unwrap_or_default() {
        let mut secrets = entry.arguments().iter().filter(|it| it.is_secret);
        if secrets.any(|it| is_same_name(&it.name, name)) {
            errors.push(RegistryError::BadJob {
                path: entry.path().to_owned(),
                type_name,
                why: format!("its lock has the secret `{name}` in its name, which everybody sees; name another argument"),
            });
        }
    }
}

/// Looks for limits that nothing could keep, and for arguments in a lock that do not exist.
fn check_job(entry: &Entry, type_name: &'static str, errors: &mut Vec<RegistryError>) {
    let mut bad = |why: &str| {
        errors.push(RegistryError::BadJob {
            path: entry.path().to_owned(),
            type_name,
            why: why.to_owned(),
        });
    };
    if entry.time_limit().is_some_and(|limit| limit.is_zero()) {
        bad("its time limit is nothing; give it some time");
    }
    match entry.at_once() {
        Some(0) => bad("none of its jobs may run at once; let one run"),
        Some(_) if !entry.is_job() => bad("`at_once` holds for jobs only; add `.job()`"),
        Some(_) | None => {}
    }
    let Some(lock) = entry.lock() else {
        return;
    };
    let Some(names) = lock::placeholders(lock) else {
        bad(&format!(
            "the lock `{lock}` is blank or has a brace without its other half; write it like `deploy/{{env}}`"
        ));
        return;
    };
    let unknown = names.into_iter().filter(|name| {
        !entry
            .arguments()
            .iter()
            .any(|it| is_same_name(&it.name, name))
    });
    errors.extend(unknown.map(|argument| RegistryError::NoSuchArgument {
        path: entry.path().to_owned(),
        type_name,
        whose: format!("the lock `{lock}`"),
        argument: argument.to_owned(),
        known: known(entry, |_| true),
    }));
}

/// Looks for the argument that takes the rest of the message, and for those that it leaves nothing for.
fn check_rest(entry: &Entry, rest: &str, type_name: &'static str, errors: &mut Vec<RegistryError>) {
    let is_positional = |it: &Argument| it.kind == ArgumentKind::Positional;
    let is_rest = |it: &&Argument| is_positional(it) && is_same_name(&it.name, rest);
    let path = entry.path().to_owned();
    if !entry.arguments().iter().any(|it| is_rest(&it)) {
        errors.push(RegistryError::NoSuchArgument {
            path,
            type_name,
            whose: "`rest_of_message`".to_owned(),
            argument: rest.to_owned(),
            known: known(entry, is_positional),
        });
        return;
    }
    // Positional ones come first, so everything behind it is out of reach.
    let behind = entry
        .arguments()
        .iter()
        .skip_while(|it| !is_rest(it))
        .skip(1);
    errors.extend(behind.map(|argument| RegistryError::NeverGiven {
        path: path.clone(),
        type_name,
        argument: argument.name.clone(),
        rest: rest.to_owned(),
    }));
}

/// Lists the arguments that could have been meant.
fn known(entry: &Entry, could_be: fn(&Argument) -> bool) -> String {
    let names: Vec<String> = entry
        .arguments()
        .iter()
        .filter(|it| could_be(it))
        .map(|it| format!("`{}`", it.name))
        .collect();
    match names.as_slice() {
        [] => "the command takes none".to_owned(),
        [only] => format!("there is only {only}"),
        several => format!("there are {}", several.join(", ")),
    }
}
