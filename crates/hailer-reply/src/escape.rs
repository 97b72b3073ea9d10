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

#[cfg(test)]
mod tests {
    use super::*;

    /// Texts that must not change at all.
    const UNTOUCHED: [&str; 24] = [
        "hello world",
        "Deployed api to production!",
        "snake_case_name",
        "path/to/my_file.tar.gz",
        r"C:\Users\mira",
        "a-b",
        "--dry-run",
        "-1",
        "+49 170 1234567",
        "https://ci.example/run/812?step=2#log",
        "mira@contoso.example",
        "v2.41.0",
        "1.5 s",
        "3)4",
        "a = b == c",
        "x|y",
        "50 % of $5 ^ {}",
        "quotes: \"a\" 'b'",
        "(brackets) stay; so do these: . , : ! ?",
        "issue #12",
        "größer_als, 日本_語",
        "a\u{a0}b",
        "👩\u{200d}🚀 می\u{200c}خواهم",
        "",
    ];

    const ESCAPED: [(&str, &str); 47] = [
        // HTML
        ("a < b && b > c", "a &lt; b &amp;&amp; b &gt; c"),
        ("&lt;", "&amp;lt;"),
        ("<at>Dana</at>", "&lt;at&gt;Dana&lt;/at&gt;"),
        ("<https://x.example>", "&lt;https://x.example&gt;"),
        ("<script>", "&lt;script&gt;"),
        (
            "https://x.example/?a=1&b=2",
            "https://x.example/?a=1&amp;b=2",
        ),
        // Markdown within a line
        ("**bold**", r"\*\*bold\*\*"),
        ("2 * 3", r"2 \* 3"),
        ("_it_", r"\_it\_"),
        ("__init__.py", r"\_\_init\_\_.py"),
        ("a_ _b", r"a\_ \_b"),
        ("~~gone~~ ~/x", r"\~\~gone\~\~ \~/x"),
        ("`code`", r"\`code\`"),
        ("[a](https://b)", r"\[a\](https://b)"),
        ("![a](b)", r"!\[a\](b)"),
        ("[a]: /b", r"\[a\]: /b"),
        (r"\*", r"\\\*"),
        (r"a\", r"a\\"),
        (r"\\host\share", r"\\\host\share"),
        (r"\<", r"\\&lt;"),
        // Markdown at the start of a line
        ("# title", r"\# title"),
        ("#12", r"\#12"),
        ("- item", r"\- item"),
        ("+ item", r"\+ item"),
        ("-", r"\-"),
        ("---", r"\---"),
        ("- - -", r"\- - -"),
        ("===", r"\==="),
        ("1. one", r"1\. one"),
        ("12) two", r"12\) two"),
        ("7.", r"7\."),
        ("> quote", "&gt; quote"),
        ("```sh", r"\`\`\`sh"),
        ("a\n# b\n- c", r"a<br>\# b<br>\- c"),
        // White space
        ("a\nb", "a<br>b"),
        ("a\r\nb\rc", "a<br>b<br>c"),
        ("a\n\n\nb", "a<br><br><br>b"),
        ("a\n", "a<br>"),
        ("a\\\nb", r"a\\<br>b"),
        ("a  b   c", "a&nbsp; b&nbsp;&nbsp; c"),
        (" a", "&nbsp;a"),
        ("    a", "&nbsp;&nbsp;&nbsp; a"),
        ("a ", "a&nbsp;"),
        ("a\tb", "a&emsp;b"),
        // Characters that steer or hide
        ("\x1b[31mred\x1b[0m", r"\[31mred\[0m"),
        ("a\u{200b}\u{202e}\0b", "ab"),
        ("_\u{200b}a", r"\_a"),
    ];

    #[test]
    fn ordinary_text_stays_untouched() {
        for text in UNTOUCHED {
            assert_eq!(escape(text), text);
        }
    }

    #[test]
    fn what_could_mean_something_is_escaped() {
        for (text, wire) in ESCAPED {
            assert_eq!(escape(text), wire, "{text:?}");
        }
    }

    #[test]
    fn a_common_reply_is_not_copied() {
        for text in [
            "hello world",
            "Deployed api (v2.41.0) to production: 12/12 healthy",
        ] {
            assert!(matches!(escape(text), Cow::Borrowed(_)), "{text:?}");
        }
    }

    #[test]
    fn the_short_way_writes_what_the_long_way_writes() {
        let alphabet: Vec<char> = ('\0'..='\u{ff}').collect();
        for &second in &alphabet {
            for &third in &alphabet {
                for text in [
                    format!("a{second}{third}"),
                    format!("{second}{third}a"),
                    format!("{second}{third}"),
                ] {
                    let mut wire = String::new();
                    write_lines(&sanitise(&text), &mut wire);

                    assert_eq!(escape(&text), wire, "{text:?}");
                }
            }
        }
    }
}
