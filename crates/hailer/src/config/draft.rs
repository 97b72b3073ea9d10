//! A configuration that is being read: its tree, what was asked for, and what is wrong so far.

use std::fs;
use std::io;
use std::path::Path;

use super::code;
use super::environment::Environment;
use super::problem::{Location, Problem, Problems};
use super::reading::Reading;
use super::section::Section;
use super::source::Source;
use super::tree::{self, Origin, Table};

/// A configuration file, parsed but not yet understood.
///
/// A command module reads its own table with [`Draft::section`]; then [`Draft::finish`] reads the tables
/// of the framework and returns the configuration or all that is wrong. A table that nobody read is an
/// unknown key.
pub struct Draft {
    pub(super) reading: Reading,
    pub(super) root: Table,
}

impl Draft {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// The file cannot be read or is not text: one problem, which says why. Text that is not TOML is
    /// told by [`Draft::finish`], together with everything else.
    pub fn load(path: &Path, environment: &Environment) -> Result<Self, Problems> {
        let name = path.display().to_string();
        let bytes = fs::read(path).map_err(|error| unreadable(&name, &error))?;
        let text = String::from_utf8(bytes).map_err(|error| not_text(&name, &error))?;
        let directory = path.parent().unwrap_or(Path::new(""));
        Ok(Self::parse(&name, &text, directory, environment))
    }

    /// Parses a text; relative paths in it start at the given folder.
    pub fn parse(name: &str, text: &str, directory: &Path, environment: &Environment) -> Self {
        let (root, errors) = tree::parse(text);
        let mut reading = Reading::new(Source::new(name, text, directory), environment);
        for error in errors {
            let problem = not_toml(&error.message);
            reading.note_syntax(&Origin::Span(error.span), problem);
        }
        let mut draft = Self { reading, root };
        draft.apply(environment);
        draft
    }

    /// Returns a top-level table; it is empty when it is left out.
    pub fn section(&self, name: &str) -> Section<'_> {
        self.top().section(name)
    }

    /// Returns all tables of a top-level table whose keys are names that the user chose, as in
    /// `[webhook.NAME]`, in the order of the file.
    pub fn sections(&self, name: &str) -> Vec<Section<'_>> {
        self.top().sections(name)
    }

    pub(super) fn top(&self) -> Section<'_> {
        Section::new(&self.reading, Vec::new(), Some(&self.root), None)
    }

    fn apply(&mut self, environment: &Environment) {
        for setting in environment.overrides() {
            let outcome = self
                .root
                .set(&setting.path, setting.variable, setting.value);
            if let Err(error) = outcome {
                let text = format!(
                    "unknown key `{}`: `{}` is {} and has no keys",
                    setting.path.join("."),
                    error.path.join("."),
                    error.found
                );
                let problem = Problem::error(code::UNKNOWN_KEY, text);
                self.reading
                    .note(&Origin::Variable(setting.variable.to_owned()), problem);
            }
        }
    }
}

/// The text may hold secrets: only the names of tables are shown.
impl std::fmt::Debug for Draft {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let tables = self.root.entries.iter().map(|entry| &entry.key);
        formatter.debug_set().entries(tables).finish()
    }
}

/// What the parser says of a missing value puzzles whoever did not mean a string.
fn not_toml(message: &str) -> Problem {
    if message.starts_with("string values must be quoted") {
        return Problem::error(code::SYNTAX, "this is not a value")
            .with_help("put text in quotes: \"…\"");
    }
    let problem = Problem::error(code::SYNTAX, message);
    match message {
        "duplicate key" => problem.with_help("fix: keep one of the two"),
        _ => problem,
    }
}

fn unreadable(name: &str, error: &io::Error) -> Problems {
    let kind = error.kind();
    let (text, help) = match kind {
        io::ErrorKind::NotFound => (
            "the configuration file does not exist".to_owned(),
            "fix: name another one with --config FILE",
        ),
        io::ErrorKind::PermissionDenied => (
            "the configuration file cannot be read: permission denied".to_owned(),
            "fix: let the user that runs the bot read it",
        ),
        io::ErrorKind::IsADirectory => (
            "the configuration file is a folder".to_owned(),
            "fix: name the file in it",
        ),
        _ => (
            format!("the configuration file cannot be read: {error}"),
            "",
        ),
    };
    let path = name.to_owned();
    let problem = Problem::error(code::FILE_UNREADABLE, text)
        .at(Location::File { path })
        .with_help(help);
    Problems::unreadable(problem, kind)
}

fn not_text(name: &str, error: &std::string::FromUtf8Error) -> Problems {
    let valid = error.utf8_error().valid_up_to();
    let before = error.as_bytes().get(..valid).unwrap_or_default();
    let text = String::from_utf8_lossy(before);
    let line_start = text.rfind('\n').map_or(0, |newline| newline + 1);
    let column = text.get(line_start..).unwrap_or_default().chars().count() + 1;
    let problem = Problem::error(code::SYNTAX, "the configuration file is not UTF-8")
        .at(Location::Line {
            path: name.to_owned(),
            line: text.matches('\n').count() + 1,
            column,
            length: 1,
            text: None,
        })
        .with_help("fix: save it as UTF-8");
    Problems::new(vec![problem])
}
