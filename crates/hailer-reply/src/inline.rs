//! The pieces of one paragraph on the wire: literal text, breaks, emphasis, links.
//!
//! Reads what our own replies write and the simple cases of other bots' Markdown, in linear time.

use std::borrow::Cow;

use crate::emphasis::{Emphasis, Run, Switch};
use crate::entity;
use crate::markdown::CodeSpans;

/// A piece of a paragraph.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Piece<'a> {
    /// Text as it is.
    Literal(Cow<'a, str>),
    /// A line break.
    Break,
    /// Emphasis that begins or ends.
    Switch(Switch),
    /// The beginning of a link's label.
    LabelStart,
    /// The end of a link's label, with where it leads.
    LabelEnd(Cow<'a, str>),
}

/// Which Markdown is read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Dialect {
    /// That of a message's text: with HTML entities, `<br>` and inline code.
    Message,
    /// That of cards: without.
    Card,
}

/// Splits a paragraph of a message into its pieces.
pub(crate) fn pieces(paragraph: &str) -> Vec<Piece<'_>> {
    pieces_of(paragraph, Dialect::Message)
}

/// Splits a paragraph into its pieces.
pub(crate) fn pieces_of(paragraph: &str, dialect: Dialect) -> Vec<Piece<'_>> {
    let mut reader = Reader {
        dialect,
        pieces: Vec::new(),
        emphasis: Emphasis::default(),
        label: None,
        code: CodeSpans::default(),
    };
    let mut before = None;
    let mut rest = paragraph;
    while !rest.is_empty() {
        let after = reader.read(before, rest);
        before = taken(rest, after).chars().next_back();
        rest = after;
    }
    reader.pieces
}

/// Returns what was taken from the front of a text, of which `after` is left.
pub(crate) fn taken<'a>(text: &'a str, after: &str) -> &'a str {
    text.get(..text.len().saturating_sub(after.len()))
        .unwrap_or_default()
}

struct Reader<'a> {
    dialect: Dialect,
    pieces: Vec<Piece<'a>>,
    emphasis: Emphasis,
    /// Where the last `[` is, as long as it may begin a label.
    label: Option<usize>,
    code: CodeSpans,
}

impl<'a> Reader<'a> {
    /// Takes one piece from the front and returns what follows it.
    fn read(&mut self, before: Option<char>, rest: &'a str) -> &'a str {
        let special = rest
            .find(['\\', '&', '<', '*', '_', '`', '[', ']', '\n'])
            .unwrap_or(rest.len());
        if let Some((text, after)) = rest
            .split_at_checked(special)
            .filter(|(text, _)| !text.is_empty())
        {
            self.push(text);
            return after;
        }
        self.read_special(before, rest).unwrap_or_else(|| {
            let (text, after) = rest.split_at_checked(1).unwrap_or((rest, ""));
            self.push(text);
            after
        })
    }

    /// Takes a piece that begins with a special character, unless it means nothing here.
    fn read_special(&mut self, before: Option<char>, rest: &'a str) -> Option<&'a str> {
        match rest.chars().next()? {
            '\\' => self.read_escape(rest),
            '&' | '<' | '`' if self.dialect == Dialect::Card => None,
            '&' => {
                let (character, after) = entity::split(rest.strip_prefix('&')?)?;
                self.pieces.push(Piece::Literal(character));
                Some(after)
            }
            '<' => {
                let after = ["<br>", "<br/>", "<br />"]
                    .iter()
                    .find_map(|tag| rest.strip_prefix(tag))?;
                self.pieces.push(Piece::Break);
                Some(after)
            }
            '`' => self.read_backticks(rest),
            '[' => {
                self.label = Some(self.pieces.len());
                None
            }
            ']' => self.read_target(rest),
            '\n' => {
                self.push(" ");
                rest.strip_prefix('\n')
            }
            mark => {
                let run = Run::split(mark, before, rest);
                self.emphasis.read(run, &mut self.pieces);
                Some(run.after)
            }
        }
    }

    fn read_escape(&mut self, rest: &'a str) -> Option<&'a str> {
        let escaped = rest.strip_prefix('\\')?;
        if !escaped.starts_with(|next: char| next.is_ascii_punctuation()) {
            return None;
        }
        let (text, after) = escaped.split_at_checked(1)?;
        self.push(text);
        Some(after)
    }

    fn read_backticks(&mut self, rest: &'a str) -> Option<&'a str> {
        if let Some((_, code, after)) = self.code.split(rest) {
            self.push_code(code);
            return Some(after);
        }
        let after = rest.trim_start_matches('`');
        self.push(taken(rest, after));
        Some(after)
    }

    /// Takes inline code, in which entities are read because [`markdown`](crate::markdown) may write some.
    fn push_code(&mut self, code: &'a str) {
        let mut rest = code;
        while let Some((text, after)) = rest.split_once('&') {
            self.push(text);
            rest = match entity::split(after) {
                Some((character, after)) => {
                    self.pieces.push(Piece::Literal(character));
                    after
                }
                None => {
                    self.push("&");
                    after
                }
            };
        }
        self.push(rest);
    }

    fn read_target(&mut self, rest: &'a str) -> Option<&'a str> {
        let start = self.label.take()?;
        let target = rest.strip_prefix("](")?;
        // Stopping at the next label keeps the search linear.
        let end = target.find([')', ' ', '\n', '<', '['])?;
        let (target, after) = target.split_at_checked(end)?;
        let after = after.strip_prefix(')')?;
        *self.pieces.get_mut(start)? = Piece::LabelStart;
        self.pieces.push(Piece::LabelEnd(literal(target)));
        Some(after)
    }

    fn push(&mut self, text: &'a str) {
        self.pieces.push(Piece::Literal(Cow::Borrowed(text)));
    }
}

/// Reads text in which only escapes and entities mean something.
fn literal(text: &str) -> Cow<'_, str> {
    if !text.contains(['\\', '&']) {
        return Cow::Borrowed(text);
    }
    let mut read = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let after = rest.strip_prefix(first).unwrap_or_default();
        rest = match (first, entity::split(after), after.chars().next()) {
            ('&', Some((character, after)), _) => {
                read.push_str(&character);
                after
            }
            ('\\', _, Some(next)) if next.is_ascii_punctuation() => {
                read.push(next);
                after.strip_prefix(next).unwrap_or_default()
            }
            _ => {
                read.push(first);
                after
            }
        };
    }
    Cow::Owned(read)
}
