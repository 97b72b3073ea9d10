//! What is wrong in a configuration, where, and what to do about it.

use std::io;

/// One thing that is wrong, or that looks wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// Whether the configuration can be used in spite of it.
    pub severity: Severity,
    /// The stable code, such as `HL201`.
    pub code: &'static str,
    /// What is wrong, in one line; never with the value of a secret.
    pub text: String,
    /// Where it is; nothing when it is nowhere in particular.
    pub location: Option<Location>,
    /// What to do about it.
    pub help: Option<String>,
}

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The configuration cannot be used.
    Error,
    /// The configuration can be used; somebody should look at it.
    Warning,
}

/// Where a problem is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Location {
    /// Somewhere in a file, or the file itself.
    File {
        /// The file, as the user named it.
        path: String,
    },
    /// In one line of a file.
    Line {
        /// The file, as the user named it.
        path: String,
        /// The line, counted from 1.
        line: usize,
        /// The first character, counted from 1.
        column: usize,
        /// How many characters of this line are meant; at least one.
        length: usize,
        /// The line; nothing when it may hold a secret.
        text: Option<String>,
    },
    /// In an environment variable.
    Variable {
        /// The name of the variable.
        name: String,
    },
}

/// All problems of one configuration, in the order of the file.
///
/// `Display` draws them for a terminal, with a caret below each place and a count at the end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems {
    list: Vec<Problem>,
    io_error: Option<io::ErrorKind>,
}

impl Problem {
    pub(super) fn error(code: &'static str, text: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            code,
            text: text.into(),
            location: None,
            help: None,
        }
    }

    pub(super) fn warning(code: &'static str, text: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(code, text)
        }
    }

    pub(super) fn at(mut self, location: Location) -> Self {
        self.location = Some(location);
        self
    }

    pub(super) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl Problems {
    pub(crate) fn new(list: Vec<Problem>) -> Self {
        Self {
            list,
            io_error: None,
        }
    }

    pub(super) fn unreadable(problem: Problem, kind: io::ErrorKind) -> Self {
        Self {
            list: vec![problem],
            io_error: Some(kind),
        }
    }

    /// Says why a file could not be read.
    pub(super) fn because(self, io_error: Option<io::ErrorKind>) -> Self {
        Self { io_error, ..self }
    }

    /// Adds other problems of the same configuration behind these.
    #[must_use]
    pub fn with(mut self, others: Self) -> Self {
        self.list.extend(others.list);
        self
    }

    /// Returns the problems one by one.
    pub fn iter(&self) -> std::slice::Iter<'_, Problem> {
        self.list.iter()
    }

    /// Tells whether there is none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Tells whether the configuration cannot be used.
    pub fn has_errors(&self) -> bool {
        self.error_count() > 0
    }

    /// Returns how many errors there are.
    pub fn error_count(&self) -> usize {
        self.count(Severity::Error)
    }

    /// Returns how many warnings there are.
    pub fn warning_count(&self) -> usize {
        self.count(Severity::Warning)
    }

    /// Returns why the configuration file could not be read, when it is that.
    ///
    /// A file that cannot be read has another exit code than one that is wrong.
    pub fn io_error_kind(&self) -> Option<io::ErrorKind> {
        self.io_error
    }

    fn count(&self, severity: Severity) -> usize {
        let of_this_kind = |problem: &&Problem| problem.severity == severity;
        self.list.iter().filter(of_this_kind).count()
    }
}

impl IntoIterator for Problems {
    type Item = Problem;
    type IntoIter = std::vec::IntoIter<Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.into_iter()
    }
}

impl<'a> IntoIterator for &'a Problems {
    type Item = &'a Problem;
    type IntoIter = std::slice::Iter<'a, Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.iter()
    }
}

impl std::error::Error for Problem {}

impl std::error::Error for Problems {}
