//! Which characters of a foreign text may be shown at all.
//!
//! Decision: what steers a screen or hides text goes, what writing needs stays. Joiners and
//! left-to-right marks stay (emoji, Persian, Hebrew); the price is the tag characters, without which
//! the flags of England, Scotland and Wales become a plain black flag.

use std::borrow::Cow;

/// Removes what could steer a screen, hide text or turn its direction.
///
/// Every line end becomes `\n`; tabs stay. This is what a reader gets back from a
/// [`Reply::text`](crate::Reply::text).
///
/// ```
/// assert_eq!(hailer_reply::sanitise("a\x1b[31mred\r\nb\u{202e}"), "a[31mred\nb");
/// ```
pub fn sanitise(text: &str) -> Cow<'_, str> {
    if text.chars().all(|character| fate(character) == Fate::Stays) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(clean(text).collect())
}

/// Yields the characters of the sanitised text one by one.
pub(crate) fn clean(text: &str) -> impl Iterator<Item = char> {
    let mut after_return = false;
    text.chars().filter_map(move |character| {
        let ends_return = after_return && character == '\n';
        after_return = character == '\r';
        match fate(character) {
            Fate::Stays if ends_return => None,
            Fate::Stays => Some(character),
            Fate::BreaksLine => Some('\n'),
            Fate::Goes => None,
        }
    })
}

/// Says whether nothing of a text would be seen.
pub(crate) fn is_blank(text: &str) -> bool {
    clean(text).all(|character| character.is_whitespace() || is_invisible(character))
}

#[derive(PartialEq)]
enum Fate {
    Stays,
    BreaksLine,
    Goes,
}

fn fate(character: char) -> Fate {
    match character {
        ' '..='~' | '\n' | '\t' => Fate::Stays,
        '\r' | '\u{2028}' | '\u{2029}' => Fate::BreaksLine,
        _ if character.is_control() => Fate::Goes,
        // Zero-width space, word joiner and the byte order mark.
        '\u{200b}' | '\u{2060}' | '\u{feff}' => Fate::Goes,
        // Bidirectional embeddings, overrides and isolates; the deprecated shaping controls.
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{206f}' => Fate::Goes,
        // Invisible operators, annotation anchors, and the vowel separator that is no longer a space.
        '\u{2061}'..='\u{2065}' | '\u{fff9}'..='\u{fffb}' | '\u{180e}' => Fate::Goes,
        // Tags: a second, invisible ASCII.
        '\u{e0000}'..='\u{e007f}' => Fate::Goes,
        _ => Fate::Stays,
    }
}

/// Says whether a character that stays draws nothing by itself.
fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{00ad}'
            | '\u{034f}'
            | '\u{061c}'
            | '\u{115f}'
            | '\u{1160}'
            | '\u{17b4}'
            | '\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200c}'..='\u{200f}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{ffa0}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0100}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_text_is_not_copied() {
        assert!(matches!(
            sanitise("naïve café, 日本 👍\tx\n"),
            Cow::Borrowed(_)
        ));
    }

    #[test]
    fn every_line_end_becomes_one_newline() {
        assert_eq!(
            sanitise("a\r\nb\rc\n\nd\u{2028}e\r\r\nf"),
            "a\nb\nc\n\nd\ne\n\nf"
        );
    }

    #[test]
    fn what_steers_or_hides_goes() {
        let hostile = "\0\x07\x08\x0b\x0c\x1b\x7f\u{80}\u{85}\u{9b}\u{200b}\u{2060}\u{feff}\u{202a}\
                       \u{202e}\u{2066}\u{2069}\u{206f}\u{2063}\u{fff9}\u{180e}\u{e0001}\u{e0041}";

        assert_eq!(sanitise(&format!("a{hostile}b")), "ab");
    }

    #[test]
    fn what_writing_needs_stays() {
        for needed in [
            "👩\u{200d}🚀",
            "می\u{200c}خواهم",
            "a\u{200e}b\u{200f}",
            "❤\u{fe0f}",
            "\u{a0}x",
        ] {
            assert_eq!(sanitise(needed), needed);
        }
    }

    #[test]
    fn text_that_draws_nothing_is_blank() {
        for blank in [
            "",
            " \t\r\n",
            "\u{a0}\u{3000}",
            "\0\x1b",
            "\u{200d}\u{200e}",
            "\u{3164}\u{2800}",
        ] {
            assert!(is_blank(blank), "{blank:?}");
        }
        assert!(!is_blank(" ."));
    }
}
