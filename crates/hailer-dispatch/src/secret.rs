//! Values that must neither be kept nor shown: a password, a token.
//!
//! Decision: what is kept of a call with a secret in it is written anew from its arguments, with `***` for the
//! secrets, and is never the message with something cut out: what was quoted, escaped or folded there cannot slip
//! through.

use std::fmt;
use std::sync::Arc;

use clap::ArgMatches;
use clap::parser::ValueSource;

use crate::argument::{Argument, ArgumentKind};
use crate::arguments::is_same_name;
use crate::catalog::Entry;

/// What stands for a secret.
pub(crate) const MASK: &str = "***";

/// A shorter secret could stand in any text.
const SHORTEST: usize = 4;

/// An argument that must neither be kept nor shown. As the type of an argument it marks that as secret, and its
/// `Debug` form is `***`.
///
/// # Examples
///
/// ```
/// use hailer_dispatch::SecretText;
///
/// #[derive(Debug, clap::Args)]
/// struct LoginArgs {
///     /// The token
///     token: SecretText,
/// }
///
/// let args = LoginArgs { token: SecretText::from("hunter22".to_owned()) };
/// assert_eq!(format!("{args:?}"), "LoginArgs { token: *** }");
/// assert_eq!(args.token.expose(), "hunter22");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct SecretText(String);

impl SecretText {
    /// Returns what it is; whoever has it keeps it from logs, errors and command lines.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for SecretText {
    fn from(value: String) -> Self {
        Self(value)
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(MASK)
    }
}

/// The secrets among the arguments of one call.
#[derive(Clone, Default)]
pub struct Secrets {
    values: Arc<[String]>,
}

impl Secrets {
    /// Takes them out of what clap read.
    pub(crate) fn of(entry: &Entry, declared: &clap::Command, matches: &ArgMatches) -> Self {
        let secret = entry.arguments().iter().filter(|it| it.is_secret);
        let values = secret.flat_map(|argument| typed(declared, matches, argument));
        Self {
            values: values.collect(),
        }
    }

    /// Says whether the call has none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Returns the values; whoever has them keeps them from logs, errors and command lines.
    pub fn expose(&self) -> &[String] {
        &self.values
    }

    /// Returns a text with `***` for each secret of four bytes or more.
    pub fn mask(&self, text: &str) -> String {
        let long = self.values.iter().filter(|it| it.len() >= SHORTEST);
        long.fold(text.to_owned(), |text, secret| {
            text.replace(secret.as_str(), MASK)
        })
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Secrets({})", self.values.len())
    }
}

/// Writes a call anew, so that it is understood as the same, but for its secrets.
pub(crate) fn retold(entry: &Entry, declared: &clap::Command, matches: &ArgMatches) -> String {
    let mut text = entry.path().to_owned();
    for argument in entry.arguments() {
        let is_rest = entry
            .spec()
            .rest
            .as_ref()
            .is_some_and(|it| is_same_name(it, &argument.name));
        for value in typed(declared, matches, argument) {
            let value = match (argument.is_secret, is_rest) {
                (true, _) => MASK.to_owned(),
                (false, true) => value,
                (false, false) => quoted(&value),
            };
            text.push_str(&match argument.kind {
                ArgumentKind::Positional => format!(" {value}"),
                ArgumentKind::Option => format!(" --{} {value}", argument.name),
                ArgumentKind::Flag => format!(" --{}", argument.name),
            });
        }
    }
    text
}

/// Returns what was typed for an argument, and not what holds by default.
fn typed(declared: &clap::Command, matches: &ArgMatches, argument: &Argument) -> Vec<String> {
    let declared = declared.get_arguments().find(|it| argument.is_of(it));
    let Some(id) = declared.map(|it| it.get_id().as_str()) else {
        return Vec::new();
    };
    if matches.value_source(id) != Some(ValueSource::CommandLine) {
        return Vec::new();
    }
    let values = matches.try_get_raw(id).ok().flatten();
    let values = values
        .into_iter()
        .flatten()
        .map(|it| it.to_string_lossy().into_owned());
    match argument.kind {
        ArgumentKind::Flag => values.take(1).collect(),
        ArgumentKind::Positional | ArgumentKind::Option => values.collect(),
    }
}

/// Puts a value in quotes that would be split or taken for an option without.
fn quoted(value: &str) -> String {
    let is_plain = |it: char| it.is_alphanumeric() || "._/:@+-".contains(it);
    if !value.is_empty() && !value.starts_with('-') && value.chars().all(is_plain) {
        return value.to_owned();
    }
    let quote = if value.contains('"') { '\'' } else { '"' };
    format!("{quote}{value}{quote}")
}

#[cfg(test)]
mod tests {
    use clap::{Arg, ArgAction, Command};

    use super::*;
    use crate::spec::Spec;

    fn declared() -> Command {
        Command::new("login")
            .no_binary_name(true)
            .arg(Arg::new("who"))
            .arg(Arg::new("token").long("token").action(ArgAction::Append))
            .arg(Arg::new("note").long("note").default_value("none"))
            .arg(
                Arg::new("dry_run")
                    .long("dry-run")
                    .action(ArgAction::SetTrue),
            )
    }

    fn read(words: &[&str]) -> (Entry, Command, ArgMatches) {
        let declared = declared();
        let entry = Entry::new(Spec::new("login", "logs in").secret("token"), &declared);
        let matches = declared.clone().get_matches_from(words);
        (entry, declared, matches)
    }

    #[test]
    fn a_call_is_told_anew_without_its_secrets() {
        let words = [
            "--token",
            "a b",
            "--token",
            "\"c\"",
            "--note",
            "it's \"x\"",
            "--dry-run",
            "jo lind",
        ];
        let (entry, declared, matches) = read(&words);

        let told = retold(&entry, &declared, &matches);

        assert_eq!(
            told,
            "login \"jo lind\" --token *** --token *** --note 'it's \"x\"' --dry-run"
        );
        assert_eq!(
            Secrets::of(&entry, &declared, &matches).expose(),
            ["a b", "\"c\""]
        );
    }

    #[test]
    fn what_was_not_given_is_not_told() {
        let (entry, declared, matches) = read(&["jo"]);

        assert_eq!(retold(&entry, &declared, &matches), "login jo");
        assert!(Secrets::of(&entry, &declared, &matches).is_empty());
    }

    #[test]
    fn a_text_loses_the_secrets_that_are_long_enough() {
        let secrets = Secrets {
            values: ["hunter22", "abc"].map(str::to_owned).into(),
        };

        assert_eq!(secrets.mask("hunter22 and abc"), "*** and abc");
        assert_eq!(format!("{secrets:?}"), "Secrets(2)");
    }
}
