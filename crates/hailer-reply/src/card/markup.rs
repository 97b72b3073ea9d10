//! Foreign text within a card, where Markdown is read and HTML is not.
//!
//! Two readers have to be served. Teams on a computer reads CommonMark. Teams on a phone reads a smaller
//! Markdown of its own, which shows some backslashes and forms a link even from escaped brackets. So a
//! zero-width space parts what would mean something together (`](`, `<at`, `&lt;`, a marker at the start
//! of a line), which both readers show as the text was; only `*`, `_` and backticks, which it cannot
//! part, get a backslash, and only where they could mean something. Line breaks are paragraphs, because a
//! single one is swallowed; spaces that would be swallowed are no-break spaces, tabs are em spaces.

use std::borrow::Cow;

use crate::sanitise::{clean, sanitise};

/// Parts characters, draws nothing, and goes when the text is read back.
pub(crate) const PART: char = '\u{200b}';

/// A blank line, which Markdown would drop.
const BLANK_LINE: &str = "\u{a0}";

/// Writes foreign text so that a card draws it literally, also inside a [`TextBlock::markdown`].
///
/// Cards need another escape than the text of a reply, for which [`escape`](crate::escape) is: HTML is
/// not read in a card, and Markdown only in part.
///
/// ```
/// use hailer_reply::{TextBlock, escape_card};
///
/// assert_eq!(escape_card("a < b && snake_case [x] y"), "a < b && snake_case [x] y");
/// assert_eq!(escape_card("*all*"), r"\*all\*");
/// assert_eq!(escape_card("[a](b)"), "[a]\u{200b}(b)");
/// ```
///
/// [`TextBlock::markdown`]: crate::TextBlock::markdown
pub fn escape_card(text: &str) -> Cow<'_, str> {
    if is_plain(text) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(escape_closely(text))
    }
}

fn escape_closely(text: &str) -> String {
    let clean = sanitise(text);
    let mut wire = String::with_capacity(clean.len() + clean.len() / 8 + 16);
    for (at, line) in clean.split('\n').enumerate() {
        if at > 0 {
            wire.push_str("\n\n");
        }
        if line.is_empty() && clean.contains('\n') {
            wire.push_str(BLANK_LINE);
        }
        write_line(line, &mut wire);
    }
    // An author's Markdown may follow.
    if wire.ends_with('\\') && !wire.ends_with("\\\\") {
        wire.push(PART);
    }
    wire
}

/// Breaks what could be a mention in text that is otherwise taken as it is.
pub(crate) fn defuse(text: &str) -> Cow<'_, str> {
    if !text.contains('<') {
        return Cow::Borrowed(text);
    }
    let mut wire = String::with_capacity(text.len() + 8);
    for (at, part) in text.split('<').enumerate() {
        if at > 0 {
            wire.push('<');
            if begins_mention(part) {
                wire.push(PART);
            }
        }
        wire.push_str(part);
    }
    Cow::Owned(wire)
}

/// Says whether what follows a `<` would begin or end a mention.
fn begins_mention(rest: &str) -> bool {
    let name = rest.strip_prefix('/').unwrap_or(rest).get(..2);
    name.is_some_and(|name| name.eq_ignore_ascii_case("at"))
}

/// Removes what steers or hides from text that was written before, and keeps what parts it.
pub(crate) fn sanitise_wire(text: &str) -> Cow<'_, str> {
    if !text.contains(PART) {
        return sanitise(text);
    }
    let mut wire = String::with_capacity(text.len());
    for (at, part) in text.split(PART).enumerate() {
        if at > 0 {
            wire.push(PART);
        }
        wire.extend(clean(part));
    }
    Cow::Owned(wire)
}

/// Recognises the common short text without looking at it closely.
fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    let starts_well = bytes.first().is_some_and(|first| {
        first.is_ascii_alphabetic() || (first.is_ascii_digit() && !begins_block(text))
    });
    let ends_well = bytes.last().is_some_and(|&last| last != b' ');
    let mut before = b' ';
    starts_well
        && ends_well
        && bytes.iter().all(|&byte| {
            let spaced = byte == b' ' && before == b' ';
            before = byte;
            !spaced && is_plain_byte(byte)
        })
}

fn is_plain_byte(byte: u8) -> bool {
    matches!(byte,
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b' '
        | b'!' | b'"' | b'#' | b'$' | b'%' | b'\'' | b'(' | b')' | b'+' | b',' | b'-' | b'.' | b'/'
        | b':' | b';' | b'=' | b'>' | b'?' | b'@' | b'[' | b'^' | b'{' | b'|' | b'}')
}

fn write_line(line: &str, wire: &mut String) {
    if begins_block(line) {
        wire.push(PART);
    }
    let mut before = None;
    let mut rest = line;
    while let Some(character) = rest.chars().next() {
        rest = rest.strip_prefix(character).unwrap_or_default();
        let after = rest.chars().next();
        match character {
            ' ' if before.is_none() || matches!(after, None | Some(' ')) => wire.push('\u{a0}'),
            '\t' => wire.push('\u{2003}'),
            _ => {
                if needs_backslash(character, before, after) {
                    wire.push('\\');
                }
                wire.push(character);
                if needs_part(character, rest) {
                    wire.push(PART);
                }
            }
        }
        before = Some(character);
    }
}

/// Says whether a character could begin or end emphasis or code where it stands.
fn needs_backslash(character: char, before: Option<char>, after: Option<char>) -> bool {
    let is = |side: Option<char>, what: fn(char) -> bool| side.is_some_and(what);
    match character {
        '`' => true,
        '*' => !(is(before, char::is_whitespace) && is(after, char::is_whitespace)),
        // The phone's reader knows only ASCII letters.
        '_' => {
            let is_word = |side: char| side.is_ascii_alphanumeric();
            let is_inside = is(before, is_word) && is(after, is_word);
            let is_alone = is(before, char::is_whitespace) && is(after, char::is_whitespace);
            !(is_inside || is_alone)
        }
        _ => false,
    }
}

/// Says whether a character would mean something together with what follows it.
fn needs_part(character: char, rest: &str) -> bool {
    let after = rest.chars().next();
    match character {
        ']' => rest.is_empty() || matches!(after, Some('(' | '[' | ':')),
        '<' => after.is_none_or(begins_tag),
        '&' => begins_entity(rest),
        '~' => matches!(after, None | Some('~')),
        '\\' => after.is_some_and(|next| next.is_ascii_punctuation()),
        _ => false,
    }
}

fn begins_tag(next: char) -> bool {
    next.is_ascii_alphabetic() || matches!(next, '/' | '!' | '?')
}

/// Says whether what follows an `&` makes an entity of it, as far as this text tells.
fn begins_entity(rest: &str) -> bool {
    let name = rest.trim_start_matches(|each: char| each.is_ascii_alphanumeric() || each == '#');
    let length = rest.len() - name.len();
    name.is_empty() || (length > 0 && name.starts_with(';'))
}

/// Says whether a line would be a heading, a list item, a quote or a rule.
fn begins_block(line: &str) -> bool {
    let line = line.trim_start_matches([' ', '\t']);
    let Some(first) = line.chars().next() else {
        return false;
    };
    match first {
        '#' => ends_marker(line.trim_start_matches('#')),
        '>' => true,
        '-' | '+' | '=' => {
            let rest = line.trim_start_matches(first);
            ends_marker(rest) || is_rule(line, first)
        }
        // The phone's reader begins a list at every line that starts so.
        '0'..='9' => {
            let rest = line.trim_start_matches(|each: char| each.is_ascii_digit());
            rest.strip_prefix(['.', ')']).is_some_and(ends_marker)
        }
        _ => false,
    }
}

fn ends_marker(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with([' ', '\t'])
}

fn is_rule(line: &str, stroke: char) -> bool {
    line.chars()
        .all(|each| each == stroke || each == ' ' || each == '\t')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_way_writes_what_the_long_way_writes() {
        let alphabet: Vec<char> = ('\0'..='\u{ff}').collect();
        for &second in &alphabet {
            for &third in &alphabet {
                for text in [
                    format!("a{second}{third}"),
                    format!("1{second}{third}"),
                    format!("{second}{third}a"),
                ] {
                    let long = escape_closely(&text);

                    assert_eq!(escape_card(&text), long, "{text:?}");
                }
            }
        }
    }
}
