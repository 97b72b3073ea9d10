//! What `new` is about to write: checked first, then written or shown.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::exit::{Exit, Failure};
use crate::output;

/// Files to write below a folder, in the order in which they are told.
#[derive(Debug)]
pub(super) struct Files {
    /// The folder as it is told; nothing is said of the one we are in.
    folder: PathBuf,
    planned: Vec<PlannedFile>,
}

#[derive(Debug)]
struct PlannedFile {
    verb: Verb,
    path: PathBuf,
    text: String,
    what: String,
}

/// What becomes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    Added,
    Injected,
}

impl Verb {
    fn told(self, is_dry_run: bool) -> &'static str {
        match (self, is_dry_run) {
            (Self::Added, false) => "added:",
            (Self::Injected, false) => "injected:",
            (Self::Added, true) => "would add:",
            (Self::Injected, true) => "would inject:",
        }
    }
}

impl Files {
    pub(super) fn below(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            planned: Vec::new(),
        }
    }

    /// Plans a new file; `what` says what it is for.
    pub(super) fn add(&mut self, path: impl Into<PathBuf>, text: String, what: impl Into<String>) {
        self.plan(Verb::Added, path.into(), text, what.into());
    }

    /// Plans a change of a file; `text` is all of it.
    pub(super) fn inject(&mut self, path: impl Into<PathBuf>, text: String, what: &str) {
        self.plan(Verb::Injected, path.into(), text, what.to_owned());
    }

    fn plan(&mut self, verb: Verb, path: PathBuf, text: String, what: String) {
        self.planned.push(PlannedFile {
            verb,
            path,
            text,
            what,
        });
    }

    /// Refuses to overwrite a file of the author's.
    pub(super) fn check_absent(&self) -> Result<(), Failure> {
        let mut added = self.planned.iter().filter(|it| it.verb == Verb::Added);
        let Some(taken) = added.find(|it| self.folder.join(&it.path).exists()) else {
            return Ok(());
        };
        let place = self.folder.join(&taken.path);
        Err(Failure::new(
            Exit::No,
            format!(
                "error: {} exists already\n  fix: take another name, or overwrite it with --force",
                place.display()
            ),
        ))
    }

    /// Writes everything.
    pub(super) fn write(&self) -> Result<(), Failure> {
        for file in &self.planned {
            let path = self.folder.join(&file.path);
            let folder = path.parent().unwrap_or(Path::new("."));
            fs::create_dir_all(folder)
                .with_context(|| format!("cannot make the folder {}", folder.display()))?;
            fs::write(&path, &file.text)
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(())
    }

    /// Tells what was written, or would be, and what to do next.
    pub(super) fn tell(&self, next: &str, is_dry_run: bool) -> Result<(), Failure> {
        let verbs = || self.planned.iter().map(|it| it.verb.told(is_dry_run));
        let verb_width = verbs().map(str::len).max().unwrap_or_default();
        let paths: Vec<String> = self
            .planned
            .iter()
            .map(|it| self.folder.join(&it.path).display().to_string())
            .collect();
        let width = paths
            .iter()
            .map(|it| it.chars().count())
            .max()
            .unwrap_or_default();
        let mut lines: Vec<String> = verbs()
            .zip(&paths)
            .zip(&self.planned)
            .map(|((verb, path), file)| {
                format!("{verb:<verb_width$} {path:<width$}  {}", file.what)
            })
            .collect();
        if !is_dry_run {
            lines.push(format!("{:<verb_width$} {next}", "next:"));
        }
        output::print(&lines.join("\n"))?;
        Ok(())
    }
}
