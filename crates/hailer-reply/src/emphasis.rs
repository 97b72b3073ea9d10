//! Bold and italic: which runs of `*` and `_` belong together.

use std::borrow::Cow;

use crate::inline::{Piece, taken};

/// Emphasis that begins or ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Switch {
    BoldOn,
    BoldOff,
    ItalicOn,
    ItalicOff,
}

impl Switch {
    /// Returns the ANSI escape sequence.
    pub(crate) fn ansi(self) -> &'static str {
        match self {
            Self::BoldOn => "\x1b[1m",
            Self::BoldOff => "\x1b[22m",
            Self::ItalicOn => "\x1b[3m",
            Self::ItalicOff => "\x1b[23m",
        }
    }
}

/// A run of one mark, with what its neighbours let it do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run<'a> {
    mark: char,
    text: &'a str,
    can_open: bool,
    can_close: bool,
    /// What follows the run.
    pub(crate) after: &'a str,
}

impl<'a> Run<'a> {
    /// Splits the run from the front of a text, by CommonMark's rules of flanking.
    pub(crate) fn split(mark: char, before: Option<char>, text: &'a str) -> Self {
        let after = text.trim_start_matches(mark);
        let next = after.chars().next();
        let is_space = |side: Option<char>| side.is_none_or(char::is_whitespace);
        let is_punctuation = |side: Option<char>| {
            side.is_some_and(|each| !each.is_alphanumeric() && !each.is_whitespace())
        };
        let left = !is_space(next)
            && (!is_punctuation(next) || is_space(before) || is_punctuation(before));
        let right = !is_space(before)
            && (!is_punctuation(before) || is_space(next) || is_punctuation(next));
        let within_word = mark == '_' && left && right;
        Self {
            mark,
            text: taken(text, after),
            can_open: left && (!within_word || is_punctuation(before)),
            can_close: right && (!within_word || is_punctuation(next)),
            after,
        }
    }
}

/// Marks that stay open cost time at each later one; nobody nests as deep as this.
const DEEPEST: usize = 32;

/// Emphasis that is open in a paragraph.
#[derive(Debug, Default)]
pub(crate) struct Emphasis {
    open: Vec<Open>,
}

#[derive(Debug)]
struct Open {
    mark: char,
    weight: Weight,
    /// Where its piece is, a literal until the end is found.
    at: usize,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Weight {
    Bold,
    Italic,
}

impl Weight {
    fn length(self) -> usize {
        match self {
            Self::Bold => 2,
            Self::Italic => 1,
        }
    }

    fn on(self) -> Switch {
        match self {
            Self::Bold => Switch::BoldOn,
            Self::Italic => Switch::ItalicOn,
        }
    }

    fn off(self) -> Switch {
        match self {
            Self::Bold => Switch::BoldOff,
            Self::Italic => Switch::ItalicOff,
        }
    }
}

impl Emphasis {
    /// Takes a run: it ends what is open, or opens, or stays what it is.
    pub(crate) fn read<'a>(&mut self, run: Run<'a>, pieces: &mut Vec<Piece<'a>>) {
        let mut left = if run.can_close {
            self.close(run, pieces)
        } else {
            run.text
        };
        if run.can_open && left.len() <= 3 && self.open.len() < DEEPEST {
            for weight in [Weight::Bold, Weight::Italic] {
                if let Some((text, rest)) = left.split_at_checked(weight.length()) {
                    self.open.push(Open {
                        mark: run.mark,
                        weight,
                        at: pieces.len(),
                    });
                    pieces.push(Piece::Literal(Cow::Borrowed(text)));
                    left = rest;
                }
            }
        }
        if !left.is_empty() {
            pieces.push(Piece::Literal(Cow::Borrowed(left)));
        }
    }

    /// Ends what the run can end, from the innermost outwards, and returns what is left of the run.
    fn close<'a>(&mut self, run: Run<'a>, pieces: &mut Vec<Piece<'a>>) -> &'a str {
        let mut left = run.text;
        while let Some(depth) = self
            .open
            .iter()
            .rposition(|open| open.mark == run.mark && open.weight.length() <= left.len())
        {
            // What is open within stays literal.
            let Some(open) = self.open.drain(depth..).next() else {
                break;
            };
            if let Some(piece) = pieces.get_mut(open.at) {
                *piece = Piece::Switch(open.weight.on());
            }
            pieces.push(Piece::Switch(open.weight.off()));
            left = left.get(open.weight.length()..).unwrap_or_default();
        }
        left
    }
}
