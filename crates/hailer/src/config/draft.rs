//! A configuration that is being read: its tree, what was asked for, and what is wrong so far.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::code;
use super::environment::Environment;
use super::problem::{Location, Problem, Problems};
use super::reading::Reading;
use super::section::Section;
use super::source::Source;
use super::source_files::SourceFiles;
use super::tree::{self, Clash, Origin, Table};

/// The folder beside a configuration whose files add to it.
const DROP_INS: &str = "conf.d";

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
    /// Reads a file, and then every `conf.d/*.toml` beside it, in the order of their names. Together they say each key
    /// once; relative paths in them start at the folder of the first.
    ///
    /// # Errors
    ///
    /// The file itself cannot be read or is not text: one problem, which says why. That one in `conf.d` cannot, or
    /// that text is not TOML, is told by [`Draft::finish`], together with everything else.
    pub fn load(path: &Path, environment: &Environment) -> Result<Self, Problems> {
        Self::load_noting(path, environment, &SourceFiles::default())
    }

    /// As [`Draft::load`], and adds to `files` what it is made of, also when it is wrong.
    ///
    /// # Errors
    ///
    /// As [`Draft::load`].
    pub fn load_noting(
        path: &Path,
        environment: &Environment,
        files: &SourceFiles,
    ) -> Result<Self, Problems> {
        let directory = path.parent().unwrap_or(Path::new(""));
        files.add(path);
        files.add(&directory.join(DROP_INS));
        let text = read_text(path)?;
        let mut drop_ins = Vec::new();
        for path in drop_ins_of(directory) {
            files.add(&path);
            drop_ins.push((path.display().to_string(), read_text(&path)));
        }
        let source = Source::new(&path.display().to_string(), &text, directory);
        Ok(Self::assemble(
            source,
            &text,
            drop_ins,
            (environment, files),
        ))
    }

    /// Parses a text; relative paths in it start at the given folder.
    pub fn parse(name: &str, text: &str, directory: &Path, environment: &Environment) -> Self {
        let source = Source::new(name, text, directory);
        let files = SourceFiles::default();
        Self::assemble(source, text, Vec::new(), (environment, &files))
    }

    fn assemble(
        mut source: Source,
        text: &str,
        drop_ins: Vec<(String, Result<String, Problems>)>,
        (environment, files): (&Environment, &SourceFiles),
    ) -> Self {
        let (mut root, mut errors) = tree::parse(text);
        let (mut clashes, mut unreadable) = (Vec::new(), Vec::new());
        for (name, text) in drop_ins {
            let (text, problems) = match text {
                Ok(text) => (text, None),
                Err(problems) => (String::new(), Some(problems)),
            };
            let start = source.append(&name, &text);
            unreadable.extend(problems.map(|it| (start, it)));
            let (mut table, more) = tree::parse(&text);
            table.shift(start);
            errors.extend(more.into_iter().map(|error| error.shifted(start)));
            root.merge(table, &mut Vec::new(), &mut clashes);
        }
        let mut reading = Reading::new(source, environment, files);
        for error in errors {
            let problem = not_toml(&error.message);
            reading.note_syntax(&Origin::Span(error.span), problem);
        }
        for (start, problems) in unreadable {
            reading.note_unreadable(start, problems);
        }
        for clash in clashes {
            note_clash(&reading, &clash);
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

fn read_text(path: &Path) -> Result<String, Problems> {
    let name = path.display().to_string();
    let bytes = fs::read(path).map_err(|error| unreadable(&name, &error))?;
    String::from_utf8(bytes).map_err(|error| not_text(&name, &error))
}

/// Lists the files that add to a configuration; what begins with a dot is an editor's.
fn drop_ins_of(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory.join(DROP_INS));
    let paths = entries.into_iter().flatten().flatten().map(|it| it.path());
    let is_ours = |path: &PathBuf| {
        let name = path.file_name().map(|it| it.to_string_lossy().into_owned());
        name.is_some_and(|it| it.ends_with(".toml") && !it.starts_with('.'))
    };
    let mut paths: Vec<PathBuf> = paths.filter(is_ours).collect();
    paths.sort();
    paths
}

fn note_clash(reading: &Reading, clash: &Clash) {
    let Origin::Span(span) = &clash.first else {
        return;
    };
    let place = match reading.source().locate(span) {
        Location::Line { path, line, .. } => format!("{path}:{line}"),
        Location::File { path } | Location::Variable { name: path } => path,
    };
    let text = format!("`{}` is also in {place}", clash.path.join("."));
    let problem = Problem::error(code::IN_TWO_FILES, text);
    reading.note(&clash.second, problem.with_help("fix: keep one of the two"));
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
