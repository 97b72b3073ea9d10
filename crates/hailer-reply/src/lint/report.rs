//! Collects findings while a value is walked, each with the path that leads there.

use std::fmt::Write;

use super::finding::Finding;
use super::kind::FindingKind;

/// Longer words from a card are cut: a finding has to fit on a line.
const WORD_LIMIT: usize = 60;

/// One step of a path.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

/// The findings so far, and where the walk stands.
#[derive(Debug, Default)]
pub(super) struct Report<'a> {
    findings: Vec<Finding>,
    path: Vec<Step<'a>>,
}

impl<'a> Report<'a> {
    pub(super) fn enter(&mut self, key: &'a str) {
        self.path.push(Step::Key(key));
    }

    pub(super) fn enter_item(&mut self, index: usize) {
        self.path.push(Step::Index(index));
    }

    pub(super) fn leave(&mut self) {
        self.path.pop();
    }

    /// Notes a finding here, in the words of its kind.
    pub(super) fn note(&mut self, kind: &FindingKind) {
        self.say(kind, kind.title);
    }

    /// Notes a finding here, in words of its own.
    pub(super) fn say(&mut self, kind: &FindingKind, text: impl Into<String>) {
        self.advise(kind, text, kind.fix);
    }

    /// Notes a finding here, with words and a way out of its own.
    pub(super) fn advise(
        &mut self,
        kind: &FindingKind,
        text: impl Into<String>,
        fix: impl Into<String>,
    ) {
        let path = self.here();
        self.advise_at(path, kind, text, fix);
    }

    /// Notes a finding at a property of this object.
    pub(super) fn say_at(&mut self, key: &'a str, kind: &FindingKind, text: impl Into<String>) {
        self.enter(key);
        self.say(kind, text);
        self.leave();
    }

    /// Notes a finding where the walk was before.
    pub(super) fn advise_at(
        &mut self,
        path: String,
        kind: &FindingKind,
        text: impl Into<String>,
        fix: impl Into<String>,
    ) {
        self.findings
            .push(Finding::new(kind, path, text.into(), fix.into()));
    }

    /// Writes the path to where the walk stands.
    pub(super) fn here(&self) -> String {
        let mut path = "$".to_owned();
        for step in &self.path {
            push_step(*step, &mut path);
        }
        path
    }

    pub(super) fn into_findings(self) -> Vec<Finding> {
        self.findings
    }
}

fn push_step(step: Step<'_>, path: &mut String) {
    match step {
        Step::Index(index) => push_index(index, path),
        Step::Key(key) => push_key(key, path),
    }
}

/// Adds an item to a path.
pub(crate) fn push_index(index: usize, path: &mut String) {
    // Writing to a `String` cannot go wrong.
    let _ = write!(path, "[{index}]");
}

/// Adds a property to a path.
pub(crate) fn push_key(key: &str, path: &mut String) {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "_$@".contains(character);
    // Writing to a `String` cannot go wrong.
    let _ = if !key.is_empty() && key.len() <= WORD_LIMIT && key.chars().all(is_plain) {
        write!(path, ".{key}")
    } else {
        write!(path, "[{}]", serde_json::Value::from(shown(key)))
    };
}

/// Returns a word from a card as a finding may repeat it: short, on one line, without controls.
pub(super) fn shown(word: &str) -> String {
    let mut shown: String = crate::sanitise(
        word.get(..word.floor_char_boundary(4 * WORD_LIMIT))
            .unwrap_or(word),
    )
    .chars()
    .take(WORD_LIMIT)
    .map(|character| {
        if character.is_whitespace() {
            ' '
        } else {
            character
        }
    })
    .collect();
    if shown.len() < word.len() && shown.chars().count() == WORD_LIMIT {
        shown.push('…');
    }
    shown
}

/// Returns the known word that a word was probably meant to be.
pub(crate) fn nearest<'k>(word: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    /// Nobody mistypes a longer name into a shorter one.
    const LONGEST: usize = 40;
    /// Below this, words have little in common but letters.
    const ALIKE: f64 = 0.84;
    if word.len() > LONGEST {
        return None;
    }
    let word = word.to_lowercase();
    known
        .map(|known| (strsim::jaro_winkler(&word, &known.to_lowercase()), known))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, known)| known)
}

/// Writes the way out of an unknown word.
pub(super) fn did_you_mean(near: Option<&str>, otherwise: &str) -> String {
    near.map_or_else(
        || otherwise.to_owned(),
        |near| format!("did you mean `{near}`?"),
    )
}
