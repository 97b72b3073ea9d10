//! Free phrases that reach commands.
//!
//! Ten thousand patterns must cost what one costs, which a `RegexSet` does not give: its automaton grows until
//! a match takes milliseconds. So the fixed words that each pattern begins with go into one Aho-Corasick
//! automaton, and only the patterns that it finds are matched, each compiled when first needed. The price: a
//! pattern that begins with no fixed word is tried on every message, so there may be few of those.

use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, Input, MatchKind};
use regex::{Regex, RegexBuilder};
use regex_syntax::hir::Hir;
use regex_syntax::hir::literal::{ExtractKind, Extractor};

/// A pattern compiles to at most this many bytes.
const SIZE_LIMIT: usize = 1 << 20;

/// Patterns that begin with no fixed word are tried one by one, so there may be no more than this.
pub(crate) const MOST_WITHOUT_WORD: usize = 50;

/// The patterns of all commands.
#[derive(Debug, Default)]
pub(crate) struct Patterns {
    patterns: Vec<Pattern>,
    /// Which pattern each literal of the automaton belongs to.
    owners: Vec<usize>,
    automaton: Option<AhoCorasick>,
    /// The length of the longest literal: no more of a message needs to be searched.
    longest: usize,
    without_word: Vec<usize>,
}

#[derive(Debug)]
struct Pattern {
    command: usize,
    source: String,
    regex: OnceLock<Option<Regex>>,
}

/// Why a pattern cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PatternError {
    #[error("{0}")]
    Syntax(String),
    #[error("it matches an empty message; let it need a word")]
    MatchesNothing,
    #[error(
        "more than {MOST_WITHOUT_WORD} patterns begin with no fixed word; begin it with a word"
    )]
    TooManyWithoutWord,
}

/// A phrase that a pattern matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Phrase {
    pub(crate) command: usize,
    /// The named groups that matched, in order.
    pub(crate) values: Vec<(String, String)>,
}

impl Patterns {
    /// Adds a pattern; returns the names of its groups.
    pub(crate) fn add(
        &mut self,
        command: usize,
        source: &str,
        words: &mut Vec<String>,
    ) -> Result<Vec<String>, PatternError> {
        let hir =
            regex_syntax::parse(source).map_err(|error| PatternError::Syntax(error.to_string()))?;
        if hir
            .properties()
            .minimum_len()
            .is_none_or(|length| length == 0)
        {
            return Err(PatternError::MatchesNothing);
        }
        // As it is used: an unclosed `(?x)` comment shows only there.
        regex_syntax::parse(&whole(source))
            .map_err(|error| PatternError::Syntax(error.to_string()))?;
        let prefixes = fixed_beginnings(&hir);
        let index = self.patterns.len();
        if prefixes.is_empty() {
            if self.without_word.len() == MOST_WITHOUT_WORD {
                return Err(PatternError::TooManyWithoutWord);
            }
            self.without_word.push(index);
        }
        self.owners.extend(prefixes.iter().map(|_| index));
        words.extend(prefixes);
        self.patterns.push(Pattern {
            command,
            source: source.to_owned(),
            regex: OnceLock::new(),
        });
        Ok(group_names(&hir))
    }

    /// Builds the automaton from the words that [`Patterns::add`] collected.
    pub(crate) fn finish(&mut self, words: &[String]) -> Result<(), aho_corasick::BuildError> {
        if words.is_empty() {
            return Ok(());
        }
        let mut builder = AhoCorasick::builder();
        builder
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard);
        self.longest = words.iter().map(String::len).max().unwrap_or_default();
        self.automaton = Some(builder.build(words)?);
        Ok(())
    }

    /// Returns the first pattern, in the order of registration, that matches the whole text.
    pub(crate) fn find(&self, text: &str) -> Option<Phrase> {
        if self.patterns.is_empty() {
            return None;
        }
        let mut candidates = self.without_word.clone();
        if let Some(automaton) = &self.automaton {
            let beginning = Input::new(text).range(..text.len().min(self.longest));
            let hits = automaton
                .find_overlapping_iter(beginning)
                .filter(|hit| hit.start() == 0);
            candidates.extend(hits.filter_map(|hit| self.owners.get(hit.pattern().as_usize())));
        }
        candidates.sort_unstable();
        candidates.dedup();
        candidates
            .into_iter()
            .find_map(|index| self.patterns.get(index)?.matches(text))
    }
}

impl Pattern {
    fn matches(&self, text: &str) -> Option<Phrase> {
        let regex = self.regex.get_or_init(|| compile(&self.source)).as_ref()?;
        let captures = regex.captures(text)?;
        let values = regex
            .capture_names()
            .flatten()
            .filter_map(|name| Some((name.to_owned(), captures.name(name)?.as_str().to_owned())));
        Some(Phrase {
            command: self.command,
            values: values.collect(),
        })
    }
}

/// The whole message must match, but for its full stop.
fn whole(source: &str) -> String {
    format!(r"^(?:{source})[?!.]*$")
}

fn compile(source: &str) -> Option<Regex> {
    RegexBuilder::new(&whole(source))
        .case_insensitive(true)
        .size_limit(SIZE_LIMIT)
        .build()
        .ok()
}

/// Returns the literals of which a match begins with one; none when it can begin with anything, or with what
/// ASCII case folding does not cover.
fn fixed_beginnings(hir: &Hir) -> Vec<String> {
    let sequence = Extractor::new().kind(ExtractKind::Prefix).extract(hir);
    let literals = sequence.literals().unwrap_or_default();
    let texts: Vec<String> = literals
        .iter()
        .filter_map(|it| std::str::from_utf8(it.as_bytes()).ok())
        .filter(|it| it.is_ascii() && !it.is_empty())
        .map(str::to_owned)
        .collect();
    if texts.len() == literals.len() {
        texts
    } else {
        Vec::new()
    }
}

fn group_names(hir: &Hir) -> Vec<String> {
    use regex_syntax::hir::HirKind;

    let mut names = Vec::new();
    let mut open = vec![hir];
    while let Some(hir) = open.pop() {
        match hir.kind() {
            HirKind::Capture(capture) => {
                names.extend(capture.name.as_deref().map(str::to_owned));
                open.push(&capture.sub);
            }
            HirKind::Repetition(repetition) => open.push(&repetition.sub),
            HirKind::Concat(parts) | HirKind::Alternation(parts) => open.extend(parts),
            HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => {}
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patterns(sources: &[&str]) -> Patterns {
        let mut patterns = Patterns::default();
        let mut words = Vec::new();
        for (index, source) in sources.iter().enumerate() {
            patterns.add(index, source, &mut words).unwrap();
        }
        patterns.finish(&words).unwrap();
        patterns
    }

    #[test]
    fn a_phrase_reaches_its_command_with_its_values() {
        let patterns = patterns(&[r"who is on call", r"is (?<service>\w+) up"]);

        assert_eq!(
            patterns.find("Is API up?"),
            Some(Phrase {
                command: 1,
                values: vec![("service".to_owned(), "API".to_owned())]
            })
        );
        assert_eq!(
            patterns.find("WHO is on call"),
            Some(Phrase {
                command: 0,
                values: vec![]
            })
        );
    }

    #[test]
    fn the_whole_message_must_match() {
        let patterns = patterns(&[r"is (?<service>\w+) up"]);

        assert_eq!(patterns.find("is api up or down"), None);
        assert_eq!(patterns.find("tell me: is api up"), None);
    }

    #[test]
    fn alternatives_and_patterns_without_a_fixed_word_match() {
        let patterns = patterns(&[
            r"(?:restart|reboot) (?<service>\w+)",
            r"(?<service>\w+) is down",
            r"über (?<service>\w+)",
        ]);

        assert_eq!(patterns.find("reboot api").unwrap().command, 0);
        assert_eq!(patterns.find("api is down!").unwrap().command, 1);
        assert_eq!(patterns.find("ÜBER api").unwrap().command, 2);
    }

    #[test]
    fn of_two_that_match_the_first_registered_wins() {
        let patterns = patterns(&[r"is (?<service>\w+) up", r"is api up"]);

        assert_eq!(patterns.find("is api up").unwrap().command, 0);
    }

    #[test]
    fn useless_patterns_are_refused() {
        let mut words = Vec::new();
        let mut patterns = Patterns::default();

        assert!(matches!(
            patterns.add(0, "is (", &mut words),
            Err(PatternError::Syntax(_))
        ));
        assert_eq!(
            patterns.add(0, ".*", &mut words),
            Err(PatternError::MatchesNothing)
        );
    }
}
