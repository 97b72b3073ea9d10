//! Which characters separate words, and which are not part of a text at all.

/// Says whether a character separates words: every space that Unicode knows, tab and line breaks.
pub(super) fn is_space(character: char) -> bool {
    character.is_whitespace()
}

/// Says whether a character is deleted: what is neither seen nor separates, and control characters.
///
/// The joiners U+200C and U+200D stay: emoji and Persian are written with them.
pub(super) fn is_deleted(character: char) -> bool {
    matches!(character, '\u{200B}' | '\u{2060}' | '\u{FEFF}')
        || (character.is_control() && !character.is_whitespace())
}

/// Appends text with its spaces made plain; line breaks stay as `\n`.
pub(super) fn push_text(out: &mut String, text: &str) {
    let mut previous = '\0';
    for character in text.chars() {
        match character {
            '\n' if previous == '\r' => {}
            '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => out.push('\n'),
            _ if is_space(character) => out.push(' '),
            _ if is_deleted(character) => {}
            _ => out.push(character),
        }
        previous = character;
    }
}

/// Appends code: its tabs stay, and Teams writes its indentation with no-break spaces.
pub(super) fn push_code(out: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '\t' | '\n' => out.push(character),
            '\u{A0}' => out.push(' '),
            _ if is_deleted(character) || character.is_control() => {}
            _ => out.push(character),
        }
    }
}

/// Returns the words separated by single spaces.
pub(super) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}
