//! The texts between `${` and `}`: finding them, and saying them in the engine's own words.
//!
//! The templates of designers have `$root`, `&&` and functions; the engine has none of them. What means the same
//! is translated, everything else is refused with what to write instead, so that it never reaches a channel.

use std::iter::Peekable;
use std::str::CharIndices;

use super::engine::{FILTERS, TESTS};
use crate::lint::nearest;

/// What the engine calls `$data`.
pub(super) const DATA: &str = "__data";
/// What the engine calls `$index`.
pub(super) const INDEX: &str = "__index";
/// What the engine calls `$root`.
pub(super) const ROOT: &str = "__root";

const KEYWORDS: &[&str] = &[
    "and", "else", "false", "if", "in", "is", "none", "not", "or", "true",
];

/// Functions of other template languages, and what does the same here.
const FUNCTIONS: &[(&str, &str)] = &[
    ("count", "write `list | length`"),
    ("empty", "write `list | length == 0`"),
    ("equals", "write `a == b`"),
    ("exists", "write `x is defined`"),
    ("formatDateTime", "write `x | date`"),
    ("formatEpoch", "write `x | date`"),
    ("formatNumber", "write `x | round(2)`"),
    ("if", "write `A if CONDITION else B`"),
    ("join", "write `list | join(\", \")`"),
    ("length", "write `x | length`"),
    ("string", "leave it out: numbers in texts become text"),
    ("toLower", "write `x | lower`"),
    ("toUpper", "write `x | upper`"),
];

/// What is wrong with an expression, and what to write instead.
#[derive(Debug, PartialEq)]
pub(super) struct Mistake {
    pub(super) problem: String,
    pub(super) fix: String,
}

impl Mistake {
    pub(super) fn new(problem: impl Into<String>, fix: impl Into<String>) -> Self {
        Self {
            problem: problem.into(),
            fix: fix.into(),
        }
    }
}

/// A piece of a text with placeholders.
#[derive(Debug, PartialEq)]
pub(super) enum Piece {
    Literal(String),
    /// What stands between `${` and `}`.
    Expression(String),
}

/// Takes a text apart; neighbours are never both literal.
pub(super) fn pieces(text: &str) -> Result<Vec<Piece>, Mistake> {
    let mut pieces = Vec::new();
    let mut literal = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let (before, after) = rest.split_at_checked(at).unwrap_or((rest, ""));
        let after = after.get("${".len()..).unwrap_or_default();
        if let Some(before) = before.strip_suffix('\\') {
            literal.push_str(before);
            literal.push_str("${");
            rest = after;
            continue;
        }
        literal.push_str(before);
        let end = end_of(after).ok_or_else(|| {
            Mistake::new(
                "a `${` is not closed",
                "add the `}`, or write `\\${` for a text that has it",
            )
        })?;
        let (expression, after) = after.split_at_checked(end).unwrap_or((after, ""));
        if !literal.is_empty() {
            pieces.push(Piece::Literal(std::mem::take(&mut literal)));
        }
        pieces.push(Piece::Expression(expression.trim().to_owned()));
        rest = after.strip_prefix('}').unwrap_or(after);
    }
    literal.push_str(rest);
    if !literal.is_empty() {
        pieces.push(Piece::Literal(literal));
    }
    Ok(pieces)
}

/// Finds the brace that closes an expression, past those within texts and maps.
fn end_of(expression: &str) -> Option<usize> {
    let mut quote = None;
    let mut depth = 0_usize;
    let mut characters = expression.char_indices();
    while let Some((at, character)) = characters.next() {
        match (quote, character) {
            (Some(_), '\\') => {
                characters.next();
            }
            (Some(open), _) if character == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(character),
            (None, '{') => depth += 1,
            (None, '}') if depth == 0 => return Some(at),
            (None, '}') => depth -= 1,
            (None, _) => {}
        }
    }
    None
}

/// Says an expression in the engine's own words.
pub(super) fn translate(expression: &str) -> Result<String, Mistake> {
    if expression.is_empty() {
        return Err(Mistake::new("`${}` is empty", "name what to show"));
    }
    let mut translator = Translator {
        source: expression,
        rest: expression.char_indices().peekable(),
        written: String::with_capacity(expression.len() + 8),
        before: Before::Start,
    };
    translator.run()?;
    Ok(translator.written)
}

/// What stands before a word.
#[derive(Clone, Copy, PartialEq)]
enum Before {
    /// Nothing, or what an expression begins after.
    Start,
    Value,
    Pipe,
    Dot,
    Is,
}

struct Translator<'a> {
    source: &'a str,
    rest: Peekable<CharIndices<'a>>,
    written: String,
    before: Before,
}

impl<'a> Translator<'a> {
    fn run(&mut self) -> Result<(), Mistake> {
        while let Some((at, character)) = self.rest.next() {
            match character {
                '\'' | '"' => self.quoted(character),
                '$' => self.special(at)?,
                '&' if self.take('&') => self.operator(" and "),
                '|' if self.take('|') => self.operator(" or "),
                '!' if self.peek() != Some('=') => {
                    return Err(Mistake::new("`!` is not known", "write `not x`"));
                }
                '|' => {
                    self.written.push('|');
                    self.before = Before::Pipe;
                }
                '.' => {
                    self.written.push('.');
                    self.before = Before::Dot;
                }
                _ if character.is_ascii_alphabetic() || character == '_' => self.word(at)?,
                _ => self.sign(character),
            }
        }
        Ok(())
    }

    fn peek(&mut self) -> Option<char> {
        self.rest.peek().map(|(_, character)| *character)
    }

    fn take(&mut self, wanted: char) -> bool {
        self.rest
            .next_if(|(_, character)| *character == wanted)
            .is_some()
    }

    fn operator(&mut self, word: &str) {
        self.written.push_str(word);
        self.before = Before::Start;
    }

    fn sign(&mut self, character: char) {
        self.written.push(character);
        if character.is_whitespace() {
            return;
        }
        let begins = "([{,:=<>+-*/%~".contains(character);
        self.before = if begins { Before::Start } else { Before::Value };
    }

    fn quoted(&mut self, quote: char) {
        self.written.push(quote);
        while let Some((_, character)) = self.rest.next() {
            self.written.push(character);
            if character == '\\' {
                self.written.extend(self.rest.next().map(|(_, next)| next));
            } else if character == quote {
                break;
            }
        }
        self.before = Before::Value;
    }

    /// Reads the rest of a word that begins here.
    fn word_at(&mut self, at: usize) -> &'a str {
        let is_part = |character: char| character.is_ascii_alphanumeric() || character == '_';
        while self.rest.next_if(|(_, next)| is_part(*next)).is_some() {}
        let end = self.rest.peek().map_or(self.source.len(), |(end, _)| *end);
        self.source.get(at..end).unwrap_or_default()
    }

    fn special(&mut self, at: usize) -> Result<(), Mistake> {
        let word = self.word_at(at);
        self.written.push_str(match word {
            "$data" => DATA,
            "$index" => INDEX,
            "$root" => ROOT,
            _ => {
                return Err(Mistake::new(
                    format!("`{word}` is not known"),
                    "known: $data, $index, $root",
                ));
            }
        });
        self.before = Before::Value;
        Ok(())
    }

    fn word(&mut self, at: usize) -> Result<(), Mistake> {
        let word = self.word_at(at);
        let is_called = self
            .source
            .get(at + word.len()..)
            .is_some_and(|rest| rest.trim_start().starts_with('('));
        match self.before {
            Before::Pipe => known("filter", word, FILTERS)?,
            Before::Is if word == "not" => {
                self.written.push_str(word);
                return Ok(());
            }
            Before::Is => known("test", word, TESTS)?,
            Before::Start | Before::Value | Before::Dot if is_called && !self.may_precede(word) => {
                return Err(function(word));
            }
            Before::Start | Before::Value if word.starts_with("__") => {
                return Err(Mistake::new(
                    format!("`{word}` is not known"),
                    format!("names that begin so are read as `$data['{word}']`"),
                ));
            }
            Before::Start | Before::Value | Before::Dot => {}
        }
        let is_name = self.before == Before::Dot || !KEYWORDS.contains(&word);
        self.written.push_str(match word {
            "null" if self.before != Before::Dot => "none",
            _ => word,
        });
        self.before = match word {
            "is" if !is_name => Before::Is,
            "and" | "or" | "not" | "in" | "if" | "else" if !is_name => Before::Start,
            _ => Before::Value,
        };
        Ok(())
    }

    /// Tells whether a parenthesis may follow a word without calling it.
    fn may_precede(&self, word: &str) -> bool {
        let begins = self.before == Before::Start;
        match word {
            "not" => true,
            "if" | "and" | "or" => !begins,
            "else" | "in" | "is" => true,
            _ => false,
        }
    }
}

fn function(word: &str) -> Mistake {
    let known = FUNCTIONS.iter().find(|(name, _)| *name == word);
    let fix = match known {
        Some((_, fix)) => (*fix).to_owned(),
        None if FILTERS.contains(&word) => format!("write `x | {word}`"),
        None => format!(
            "there are no functions; filters after `|`: {}",
            FILTERS.join(", ")
        ),
    };
    Mistake::new(format!("`{word}(…)` is not known"), fix)
}

fn known(what: &str, word: &str, known: &'static [&'static str]) -> Result<(), Mistake> {
    if known.contains(&word) {
        return Ok(());
    }
    let near = nearest(word, known.iter().copied());
    let fix = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("known: {}", known.join(", ")),
    };
    Err(Mistake::new(format!("there is no {what} `{word}`"), fix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_taken_apart() {
        let literal = |text: &str| Piece::Literal(text.to_owned());
        let expression = |text: &str| Piece::Expression(text.to_owned());
        let table = [
            ("", vec![]),
            ("a $ {b} $b", vec![literal("a $ {b} $b")]),
            ("${a}", vec![expression("a")]),
            (
                "x${ a }${b}y",
                vec![literal("x"), expression("a"), expression("b"), literal("y")],
            ),
            (r"\${a} ${b}", vec![literal("${a} "), expression("b")]),
            ("${'}' ~ \"\\\"}\"}", vec![expression("'}' ~ \"\\\"}\"")]),
            (
                "${{'a': 1}.a}!",
                vec![expression("{'a': 1}.a"), literal("!")],
            ),
        ];
        for (text, expected) in table {
            assert_eq!(pieces(text).unwrap(), expected, "{text}");
        }
        for text in ["${", "a ${b", "${'}", "${{}"] {
            assert!(pieces(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_means_the_same_is_translated() {
        let table = [
            ("a.b", "a.b"),
            ("$root.x + $index", "__root.x + __index"),
            ("$data['a b']", "__data['a b']"),
            ("a && b || not (c)", "a  and  b  or  not (c)"),
            ("a == null", "a == none"),
            ("a.null", "a.null"),
            ("'$x && !y | z()'", "'$x && !y | z()'"),
            ("a | join(', ') | upper", "a | join(', ') | upper"),
            ("a is not defined", "a is not defined"),
            ("1 if (a != b) else 2", "1 if (a != b) else 2"),
        ];
        for (expression, expected) in table {
            assert_eq!(translate(expression).unwrap(), expected);
        }
    }

    #[test]
    fn what_is_not_known_comes_with_the_way_out() {
        let table = [
            ("", "name what to show"),
            ("!a", "write `not x`"),
            ("$host.x", "known: $data, $index, $root"),
            ("if(a, 1, 2)", "write `A if CONDITION else B`"),
            ("formatDateTime(a)", "write `x | date`"),
            ("a.upper()", "write `x | upper`"),
            ("a | uper", "did you mean `upper`?"),
            ("a is defind", "did you mean `defined`?"),
            (
                "__root",
                "names that begin so are read as `$data['__root']`",
            ),
        ];
        for (expression, fix) in table {
            assert_eq!(translate(expression).unwrap_err().fix, fix, "{expression}");
        }
    }
}
