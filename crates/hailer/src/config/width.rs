//! How wide a character is in a terminal, and what is shown for one that would do harm there.
//!
//! A short table instead of a dependency: it only has to put carets below the right letters.

/// Four columns, as most editors show a tab in a configuration file.
const TAB: &str = "    ";

/// Ranges of characters that take two columns: East Asian scripts and emoji.
const WIDE: [(u32, u32); 14] = [
    (0x1100, 0x115F),
    (0x2E80, 0x303E),
    (0x3041, 0x4DBF),
    (0x4E00, 0xA4CF),
    (0xA960, 0xA97C),
    (0xAC00, 0xD7A3),
    (0xF900, 0xFAFF),
    (0xFE30, 0xFE6F),
    (0xFF00, 0xFF60),
    (0xFFE0, 0xFFE6),
    (0x1F300, 0x1F64F),
    (0x1F680, 0x1F6FF),
    (0x1F900, 0x1FAFF),
    (0x20000, 0x3FFFD),
];

/// Ranges of characters that take no column: combining marks, joiners, variation selectors.
const NARROW: [(u32, u32); 7] = [
    (0x0300, 0x036F),
    (0x0591, 0x05BD),
    (0x1AB0, 0x1AFF),
    (0x200C, 0x200D),
    (0x20D0, 0x20FF),
    (0xFE00, 0xFE0F),
    (0xE0100, 0xE01EF),
];

/// Returns a line as it can be printed: tabs become spaces; what cannot be seen, or would steer the
/// terminal, becomes `�`.
pub(super) fn printable(line: &str) -> String {
    let mut printed = String::with_capacity(line.len());
    for letter in line.chars() {
        match letter {
            '\t' => printed.push_str(TAB),
            hidden if is_hidden(hidden) => printed.push('\u{FFFD}'),
            other => printed.push(other),
        }
    }
    printed
}

/// Returns how many columns a text takes once it went through [`printable`].
pub(super) fn columns(text: &str) -> usize {
    text.chars().map(columns_of).sum()
}

/// Tells whether a character is invisible or steers the terminal: controls, direction marks, byte
/// order marks, zero-width spaces.
pub(super) fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{061C}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}'
                | '\u{2060}'..='\u{2069}' | '\u{FEFF}'
        )
}

fn columns_of(letter: char) -> usize {
    let point = u32::from(letter);
    let is_in = |ranges: &[(u32, u32)]| ranges.iter().any(|(a, z)| (*a..=*z).contains(&point));
    if letter == '\t' {
        TAB.len()
    } else if is_hidden(letter) {
        1
    } else if is_in(&NARROW) {
        0
    } else if is_in(&WIDE) {
        2
    } else {
        1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_those_of_a_terminal() {
        assert_eq!(columns("abc"), 3);
        assert_eq!(columns("äöü"), 3);
        assert_eq!(columns("a\u{0308}"), 1);
        assert_eq!(columns("東京"), 4);
        assert_eq!(columns("🚀"), 2);
        assert_eq!(columns("\tx"), 5);
    }

    #[test]
    fn nothing_steers_the_terminal() {
        let printed = printable("a\u{1b}[31m\tb\u{202e}c\u{feff}");

        assert_eq!(printed, "a\u{FFFD}[31m    b\u{FFFD}c\u{FFFD}");
    }
}
