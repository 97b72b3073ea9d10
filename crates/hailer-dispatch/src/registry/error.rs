//! What can be wrong with the commands that are registered.

use std::fmt;

use crate::lines::write_lines;

/// What is wrong with a command. Each names the Rust type that the command is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RegistryError {
    /// Two commands have the same path or alias.
    #[error(
        "`{path}` is taken twice: by `{first_path}` ({first}) and by `{second_path}` ({second}); give one of them another path or alias"
    )]
    DuplicatePath {
        /// The path or alias.
        path: String,
        /// The path of the command registered first.
        first_path: String,
        /// Its type.
        first: &'static str,
        /// The path of the other command.
        second_path: String,
        /// Its type.
        second: &'static str,
    },
    /// A path is blank, or has characters that nobody can type as a command.
    #[error(
        "{type_name} has the path or alias `{path}`; write words of letters, digits, `-`, `_`, `.` and `?`, separated by one space"
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
    #[error(
        "`{path}` ({type_name}): the example `{example}` does not work: {why}; the command is `{usage}`"
    )]
    BadExample {
        /// The path.
        path: String,
        /// The type.
        type_name: &'static str,
        /// The example.
        example: String,
        /// What the bot would do instead.
        why: String,
        /// How to call the command.
        usage: String,
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
    #[error(
        "`{path}` ({type_name}): {whose} names the argument `{argument}`, which does not exist; {known}"
    )]
    NoSuchArgument {
        /// The path.
        path: String,
        /// The type.
        type_name: &'static str,
        /// What names it.
        whose: String,
        /// The name.
        argument: String,
        /// What there is instead.
        known: String,
    },
    /// The rest of the message goes to one argument, so that nothing is left for another.
    #[error(
        "`{path}` ({type_name}): `{argument}` can never be given, because `{rest}` takes the rest of the message; let it stand before, without a name, or drop `rest_of_message`"
    )]
    NeverGiven {
        /// The path.
        path: String,
        /// The type.
        type_name: &'static str,
        /// The argument that cannot be given.
        argument: String,
        /// The argument that takes everything.
        rest: String,
    },
    /// A deprecated command names one to use instead that does not exist.
    #[error(
        "`{path}` ({type_name}) is deprecated in favour of `{replacement}`, which does not exist; name the path of a command that is registered"
    )]
    NoSuchCommand {
        /// The path.
        path: String,
        /// The type.
        type_name: &'static str,
        /// The path that does not exist.
        replacement: String,
    },
    /// What a command says of its jobs cannot be kept.
    #[error("`{path}` ({type_name}): {why}")]
    BadJob {
        /// The path.
        path: String,
        /// The type.
        type_name: &'static str,
        /// What, and the way out.
        why: String,
    },
    /// All patterns together are too much.
    #[error("the patterns of all commands cannot be combined: {why}; use fewer or shorter ones")]
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
        write_lines(formatter, &self.errors)
    }
}

impl std::error::Error for RegistryErrors {}
