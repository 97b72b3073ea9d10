//! What every reader of a configuration shares: the text, the environment, and notes of what was asked
//! for and of what is wrong so far.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::io;
use std::path::Path;
use std::sync::Arc;

use super::code;
use super::environment::Environment;
use super::outline::{Consulted, Content, Outline};
use super::problem::{Location, Problem, Problems};
use super::source::Source;
use super::source_files::SourceFiles;
use super::tree::{Origin, Table};

/// The notes of one reading.
pub(super) struct Reading {
    source: Arc<Source>,
    environment: Environment,
    is_broken: bool,
    /// Why a file could not be read, when one could not.
    io_error: Option<io::ErrorKind>,
    found: RefCell<Vec<Found>>,
    /// What was read besides the configuration's own files.
    consulted: RefCell<Vec<Consulted>>,
    files: SourceFiles,
    /// The keys that were asked for in each table that was opened: looked up for each key, so by hash.
    known: RefCell<HashMap<Vec<String>, BTreeSet<String>>>,
}

/// A problem, and where the configuration has to do with it.
pub(super) struct Found {
    pub(super) origin: Origin,
    pub(super) problem: Problem,
}

impl Found {
    fn line(&self) -> Option<(String, usize)> {
        match &self.problem.location {
            Some(Location::Line { path, line, .. }) => Some((path.clone(), *line)),
            Some(Location::File { .. } | Location::Variable { .. }) | None => None,
        }
    }
}

impl Reading {
    pub(super) fn new(source: Source, environment: &Environment, files: &SourceFiles) -> Self {
        Self {
            source: Arc::new(source),
            environment: environment.clone(),
            is_broken: false,
            io_error: None,
            found: RefCell::default(),
            consulted: RefCell::default(),
            files: files.clone(),
            known: RefCell::default(),
        }
    }

    /// Returns all problems, sorted by place. Of a line that is not TOML only that is said: what was read
    /// of it is a guess.
    pub(super) fn into_problems(self) -> Problems {
        self.into_parted_problems(|_, _| true).0
    }

    /// As [`Reading::into_problems`], with those that are not chosen apart from the others.
    pub(super) fn into_parted_problems(
        self,
        is_chosen: impl Fn(&Self, &Found) -> bool,
    ) -> (Problems, Problems) {
        let mut found = self.found.take();
        let is_syntax = |found: &Found| found.problem.code == code::SYNTAX;
        let broken: Vec<_> = found.iter().filter(|it| is_syntax(it)).collect();
        let broken: BTreeSet<_> = broken.iter().filter_map(|it| it.line()).collect();
        found.retain(|it| is_syntax(it) || it.line().is_none_or(|line| !broken.contains(&line)));
        // Whoever reads a table twice finds everything twice.
        let mut told = HashSet::new();
        found.retain(|it| told.insert((it.origin.order(), it.problem.to_string())));
        found.sort_by_key(|found| found.origin.order());
        let (here, elsewhere): (Vec<_>, Vec<_>) =
            found.into_iter().partition(|it| is_chosen(&self, it));
        let list = |found: Vec<Found>| found.into_iter().map(|it| it.problem).collect();
        (
            Problems::new(list(here)).because(self.io_error),
            Problems::new(list(elsewhere)),
        )
    }

    /// Notes that the text is not TOML.
    pub(super) fn note_syntax(&mut self, origin: &Origin, problem: Problem) {
        self.is_broken = true;
        self.note(origin, problem);
    }

    /// Notes that the file that begins there cannot be read, so that parts of the configuration are lost.
    pub(super) fn note_unreadable(&mut self, start: usize, problems: Problems) {
        self.is_broken = true;
        self.io_error = self.io_error.or(problems.io_error_kind());
        for problem in problems {
            self.note_elsewhere(&Origin::Span(start..start), problem);
        }
    }

    pub(super) fn shared_source(&self) -> &Arc<Source> {
        &self.source
    }

    pub(super) fn source(&self) -> &Source {
        &self.source
    }

    pub(super) fn environment(&self) -> &Environment {
        &self.environment
    }

    /// Tells whether the file is not TOML, so that parts of it may be lost.
    pub(super) fn is_broken(&self) -> bool {
        self.is_broken
    }

    /// Notes a file that a key names, whether it is there or not.
    pub(super) fn note_file(&self, path: &Path) {
        self.files.add(path);
    }

    /// Notes what was read at a place that a key names.
    pub(super) fn consult(&self, path: &[String], found: Content) {
        self.consulted.borrow_mut().push(Consulted {
            path: path.to_vec(),
            found,
        });
    }

    /// Writes down what the configuration says, for whoever compares it with another.
    pub(super) fn outline(&self, root: &Table) -> Outline {
        Outline::of(root, &self.source, &self.consulted.borrow())
    }

    /// Notes a problem at its place.
    pub(super) fn note(&self, origin: &Origin, problem: Problem) {
        self.note_elsewhere(origin, problem.at(origin.locate(&self.source)));
    }

    /// Notes a problem that has a place of its own, sorted in where the configuration refers to it.
    pub(super) fn note_elsewhere(&self, origin: &Origin, problem: Problem) {
        let origin = origin.clone();
        self.found.borrow_mut().push(Found { origin, problem });
    }

    /// Notes a problem of the whole file.
    pub(super) fn note_anywhere(&self, problem: Problem) {
        let problem = problem.at(self.source.whole());
        self.note_elsewhere(&Origin::Span(0..0), problem);
    }

    pub(super) fn open(&self, path: &[String]) {
        self.known.borrow_mut().entry(path.to_vec()).or_default();
    }

    pub(super) fn know(&self, path: &[String], key: &str) {
        let mut known = self.known.borrow_mut();
        if let Some(keys) = known.get_mut(path)
            && !keys.contains(key)
        {
            keys.insert(key.to_owned());
        }
    }

    /// Returns the keys that were asked for in a table; nothing when it was never opened.
    pub(super) fn known(&self, path: &[String]) -> Option<BTreeSet<String>> {
        self.known.borrow().get(path).cloned()
    }

    #[cfg(test)]
    pub(super) fn all_known(&self) -> std::collections::BTreeMap<Vec<String>, BTreeSet<String>> {
        let known = self.known.borrow();
        let known = known.iter();
        known
            .map(|(path, keys)| (path.clone(), keys.clone()))
            .collect()
    }
}
