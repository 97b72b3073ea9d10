//! A command author's Markdown, written so that it travels safely.
//!
//! HTML is shown, not read, except the few pieces that [`escape`](crate::escape) itself writes. Line
//! breaks are `<br>`, blank lines make paragraphs. Headings, lists and tables are left as they are:
//! Teams does not draw them reliably.

use crate::escape::html_entity;
use crate::sanitise::sanitise;

/// What `escape` writes and an author's Markdown may therefore contain.
const ESCAPED: [&str; 6] = ["&amp;", "&lt;", "&gt;", "&nbsp;", "&emsp;", "<br>"];

/// Writes an author's Markdown as it travels.
pub(crate) fn to_wire(markdown: &str) -> String {
    let clean = sanitise(markdown);
    let mut wire = String::with_capacity(clean.len() + clean.len() / 8 + 16);
    let mut separator = "";
    for line in clean.split('\n').map(|line| line.trim_matches([' ', '\t'])) {
        if line.is_empty() {
            separator = if wire.is_empty() { "" } else { "\n\n" };
        } else {
            wire.push_str(separator);
            write_line(line, &mut wire);
            separator = "<br>";
        }
    }
    wire
}

fn write_line(line: &str, wire: &mut String) {
    let mut spans = CodeSpans::default();
    let mut rest = line;
    while let Some(at) = rest.find(['`', '\\', '&', '<', '>', '\t']) {
        let (before, special) = rest.split_at_checked(at).unwrap_or((rest, ""));
        wire.push_str(before);
        rest = match special.chars().next() {
            Some('`') => write_backticks(special, &mut spans, wire),
            Some('\\') => write_backslash(special, wire),
            Some(character) => write_character(character, special, wire),
            None => "",
        };
    }
    wire.push_str(rest);
}

fn write_backticks<'a>(rest: &'a str, spans: &mut CodeSpans, wire: &mut String) -> &'a str {
    if let Some((fence, code, after)) = spans.split(rest) {
        write_code(fence, code, wire);
        return after;
    }
    let after = rest.trim_start_matches('`');
    wire.extend(std::iter::repeat_n('`', rest.len() - after.len()));
    after
}

/// Writes one character, or the whole piece that `escape` made of one.
fn write_character<'a>(character: char, rest: &'a str, wire: &mut String) -> &'a str {
    if let Some(after) = ESCAPED.iter().find_map(|piece| {
        let after = rest.strip_prefix(piece)?;
        wire.push_str(piece);
        Some(after)
    }) {
        return after;
    }
    match html_entity(character) {
        Some(entity) => wire.push_str(entity),
        None if character == '\t' => wire.push(' '),
        None => wire.push(character),
    }
    skip(rest, character)
}

/// Keeps an escape together; a backslash that would spoil what follows it is escaped itself.
fn write_backslash<'a>(rest: &'a str, wire: &mut String) -> &'a str {
    let after = skip(rest, '\\');
    match after.chars().next() {
        Some(next) if html_entity(next).is_none() && next.is_ascii_punctuation() => {
            wire.push('\\');
            wire.push(next);
            skip(after, next)
        }
        Some(next) if html_entity(next).is_none() => {
            wire.push('\\');
            after
        }
        Some(_) | None => {
            wire.push_str("\\\\");
            after
        }
    }
}

/// Writes inline code.
///
/// Markdown reads no entities in it, so only what could become a tag or an entity is written as one.
fn write_code(fence: &str, code: &str, wire: &mut String) {
    wire.push_str(fence);
    let mut characters = code.chars().peekable();
    while let Some(character) = characters.next() {
        let starts_entity = |next: &char| next.is_alphanumeric() || *next == '#';
        match character {
            '<' => wire.push_str("&lt;"),
            '&' if characters.peek().is_some_and(starts_entity) => wire.push_str("&amp;"),
            '\t' => wire.push(' '),
            _ => wire.push(character),
        }
    }
    wire.push_str(fence);
}

/// Returns what follows the first character.
fn skip(rest: &str, first: char) -> &str {
    rest.strip_prefix(first).unwrap_or_default()
}

/// Finds the inline code of one line.
///
/// A fence is up to three backticks. A failed search is remembered, so that a line of stray backticks
/// is searched three times at most.
#[derive(Debug, Default)]
pub(crate) struct CodeSpans {
    unclosed: [bool; 3],
}

impl CodeSpans {
    /// Splits text that starts with a backtick into fence, code and what follows.
    pub(crate) fn split<'a>(&mut self, text: &'a str) -> Option<(&'a str, &'a str, &'a str)> {
        let length = text.len() - text.trim_start_matches('`').len();
        let unclosed = self.unclosed.get_mut(length.checked_sub(1)?)?;
        if *unclosed {
            return None;
        }
        let (fence, body) = text.split_at_checked(length)?;
        let Some(end) = closing_fence(body, length) else {
            *unclosed = true;
            return None;
        };
        let (code, after) = body.split_at_checked(end)?;
        Some((fence, code, after.strip_prefix(fence)?))
    }
}

/// Finds the next run of exactly `length` backticks.
fn closing_fence(body: &str, length: usize) -> Option<usize> {
    let mut from = 0;
    loop {
        let rest = body.get(from..)?;
        let start = from + rest.find('`')?;
        let run = body.get(start..)?;
        let run = run.len() - run.trim_start_matches('`').len();
        if run == length {
            return Some(start);
        }
        from = start + run;
    }
}
