//! Foreign text, written so that Teams draws exactly that text.
//!
//! Teams reads a reply's text as Markdown with HTML in it. Two kinds of writing therefore need care:
//! HTML special characters become entities, always; Markdown punctuation gets a backslash, but only
//! where it could mean something, because a path, a version or a `snake_case` name should travel as it
//! is. Line breaks are `<br>`: they survive in Teams, keep blank lines, and keep the whole text one
//! paragraph, so that nothing after its first character can start a heading, a list or a table.
//! Spaces that HTML would swallow are `&nbsp;`, tabs are `&emsp;`.

use std::borrow::Cow;

use crate::sanitise::sanitise;

/// Writes foreign text so that it is drawn literally, also inside a [`Reply::markdown`].
///
/// No mention, link, image or markup can form from it. Characters that steer or hide go, as
/// [`sanitise`] says.
///
/// ```
/// use hailer_reply::escape;
///
/// assert_eq!(escape("hello world"), "hello world");
/// assert_eq!(escape("<at>*all*</at>"), r"&lt;at&gt;\*all\*&lt;/at&gt;");
/// ```
///
/// [`Reply::markdown`]: crate::Reply::markdown
pub fn escape(text: &str) -> Cow<'_, str> {
    if is_plain(text) {
        return Cow::Borrowed(text);
    }
    let clean = sanitise(text);
    let mut wire = String::with_capacity(clean.len() + clean.len() / 8 + 16);
    write_lines(&clean, &mut wire);
    Cow::Owned(wire)
}

/// Writes text with HTML special characters as entities and everything else as it is.
pub(crate) fn escape_html(text: &str, wire: &mut String) {
    for character in text.chars() {
        match html_entity(character) {
            Some(entity) => wire.push_str(entity),
            None => wire.push(character),
        }
    }
}

/// Returns the entity of an HTML special character. Quotes matter only in attributes, which we never write.
pub(crate) fn html_entity(character: char) -> Option<&'static str> {
    match character {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        _ => None,
    }
}

/// Recognises the common short reply, which can travel as it is, without looking at it closely.
///
/// A `false` for harmless text costs a copy, nothing else.
fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    let starts_well = bytes.first().is_some_and(u8::is_ascii_alphabetic);
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
        | b':' | b';' | b'=' | b'?' | b'@' | b'^' | b'{' | b'|' | b'}')
}

fn write_lines(clean: &str, wire: &mut String) {
    let mut lines = clean.split('\n').peekable();
    while let Some(line) = lines.next() {
        let ends_text = lines.peek().is_none();
        write_line(line, wire);
        if ends_text {
            keep_last_space(wire);
        } else {
            wire.push_str("<br>");
        }
    }
}

/// Keeps a space at the very end of the text, where Markdown would strip it.
fn keep_last_space(wire: &mut String) {
    if wire.ends_with(' ') {
        wire.pop();
        wire.push_str("&nbsp;");
    }
}

fn write_line(line: &str, wire: &mut String) {
    let marker = block_marker(line);
    let mut before = None;
    let mut characters = line.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let after = characters.peek().map(|&(_, next)| next);
        match character {
            ' ' if before.is_none() || after == Some(' ') => wire.push_str("&nbsp;"),
            '\t' => wire.push_str("&emsp;"),
            _ if marker == Some(at) || needs_backslash(character, before, after) => {
                wire.push('\\');
                wire.push(character);
            }
            _ => match html_entity(character) {
                Some(entity) => wire.push_str(entity),
                None => wire.push(character),
            },
        }
        before = Some(character);
    }
}

/// Says whether a character could be Markdown where it stands, wherever the line stands.
fn needs_backslash(character: char, before: Option<char>, after: Option<char>) -> bool {
    match character {
        '`' | '*' | '~' | '[' | ']' => true,
        '_' => {
            let is_word = |side: Option<char>| side.is_some_and(char::is_alphanumeric);
            !(is_word(before) && is_word(after))
        }
        // What follows may itself be written as an entity, a backslash or a tag, so only what surely
        // stays a letter lets a backslash be; at the end an author's Markdown may follow.
        '\\' => !after.is_some_and(|next| next.is_ascii_alphanumeric() || !next.is_ascii()),
        _ => false,
    }
}

/// Finds the character that would make a line a heading, a list item or a rule.
fn block_marker(line: &str) -> Option<usize> {
    let first = line.chars().next()?;
    let is_marker = match first {
        '#' => true,
        '+' => line.strip_prefix('+').is_some_and(ends_marker),
        '-' => line.strip_prefix('-').is_some_and(ends_marker) || is_rule(line, '-'),
        '=' => is_rule(line, '='),
        _ => return ordered_marker(line),
    };
    is_marker.then_some(0)
}

/// Says whether what follows a list marker makes it one.
fn ends_marker(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with([' ', '\t'])
}

fn is_rule(line: &str, stroke: char) -> bool {
    line.chars()
        .all(|each| each == stroke || each == ' ' || each == '\t')
}

/// Finds the `.` or `)` of a line that begins as an item of a numbered list.
fn ordered_marker(line: &str) -> Option<usize> {
    let rest = line.trim_start_matches(|each: char| each.is_ascii_digit());
    let at = line.len() - rest.len();
    let after = rest.strip_prefix(['.', ')'])?;
    (at > 0 && ends_marker(after)).then_some(at)
}
