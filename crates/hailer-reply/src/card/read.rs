//! The Markdown of a card, drawn for eyes that have no Teams.

use std::borrow::Cow;

use crate::inline::{Dialect, Piece, pieces_of};
use crate::sanitise::clean;

/// Reads Markdown of a card: no markers, links as `label (target)`, a line for each paragraph.
pub(crate) fn read_markup(wire: &str) -> Cow<'_, str> {
    if wire.bytes().all(is_plain_byte) {
        return Cow::Borrowed(wire);
    }
    let mut text = String::with_capacity(wire.len());
    for (at, paragraph) in wire.split("\n\n").enumerate() {
        if at > 0 {
            text.push('\n');
        }
        read_paragraph(paragraph.trim_matches('\n'), &mut text);
    }
    Cow::Owned(text)
}

/// Says whether a byte surely stands for itself, so that the usual text need not be looked at closely.
fn is_plain_byte(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && !matches!(byte, b'\\' | b'*' | b'_' | b'[')
}

fn read_paragraph(paragraph: &str, text: &mut String) {
    // A blank line of a literal text, which Markdown would have dropped.
    if paragraph == "\u{a0}" {
        return;
    }
    let mut lines = Vec::new();
    let mut start = 0;
    for (at, _) in paragraph.match_indices('\n') {
        let next = paragraph.get(at + 1..).unwrap_or_default();
        if begins_item(next) {
            lines.push(paragraph.get(start..at).unwrap_or_default());
            start = at + 1;
        }
    }
    lines.push(paragraph.get(start..).unwrap_or_default());
    for (at, line) in lines.into_iter().enumerate() {
        if at > 0 {
            text.push('\n');
        }
        read_line(line, text);
    }
}

/// Says whether a line is an item of a list, which stays on a line of its own.
fn begins_item(line: &str) -> bool {
    let line = line.trim_start_matches(' ');
    let rest = line.trim_start_matches(|each: char| each.is_ascii_digit());
    let marker = if rest.len() < line.len() {
        rest.strip_prefix(['.', ')'])
    } else {
        line.strip_prefix(['-', '*', '+'])
    };
    marker.is_some_and(|rest| rest.starts_with(' '))
}

fn read_line(line: &str, text: &mut String) {
    let mut label_start = text.len();
    for piece in pieces_of(line, Dialect::Card) {
        match piece {
            Piece::Literal(part) => text.extend(clean(&part).map(|each| match each {
                '\u{a0}' => ' ',
                '\u{2003}' => '\t',
                _ => each,
            })),
            Piece::Break => text.push('\n'),
            Piece::Switch(_) => {}
            Piece::LabelStart => label_start = text.len(),
            Piece::LabelEnd(target) => {
                let label = text.get(label_start..).unwrap_or_default();
                if !label.trim().is_empty() && label != target {
                    text.push_str(" (");
                    text.extend(clean(&target));
                    text.push(')');
                }
            }
        }
    }
}
