//! Secrets in an output, masked before anything of it is kept.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use aho_corasick::{AhoCorasick, MatchKind};

use crate::secret_forms::forms;

/// What stands where a secret stood.
const MASK: &[u8] = b"***";

/// Finds secrets, as they are and as programs encode them, in bytes that arrive piece by piece.
///
/// Secrets of fewer than four bytes are not looked for.
///
/// # Examples
///
/// ```
/// use hailer_process::Masker;
///
/// let masker = Masker::new(["hunter22"]);
/// assert_eq!(masker.mask_text("password=hunter22, base64 aHVudGVyMjI="), "password=***, base64 ***=");
/// ```
#[derive(Clone, Default)]
pub struct Masker {
    patterns: Arc<Vec<Vec<u8>>>,
    automaton: Option<Arc<AhoCorasick>>,
    longest: usize,
}

impl Masker {
    /// Prepares to look for these secrets.
    pub fn new<S: AsRef<str>>(secrets: impl IntoIterator<Item = S>) -> Self {
        let mut patterns = BTreeSet::new();
        for secret in secrets {
            patterns.extend(forms(secret.as_ref()));
        }
        let patterns: Vec<Vec<u8>> = patterns.into_iter().collect();
        if patterns.is_empty() {
            return Self::default();
        }
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(&patterns);
        Self {
            longest: patterns.iter().map(Vec::len).max().unwrap_or_default(),
            patterns: Arc::new(patterns),
            // Fails only beyond gigabytes of secrets, which a configuration cannot hold.
            automaton: automaton.ok().map(Arc::new),
        }
    }

    /// Returns a text without the secrets.
    pub fn mask_text(&self, text: &str) -> String {
        let mut masked = Vec::new();
        let mut stream = self.stream();
        stream.feed(text.as_bytes(), |it| masked.extend_from_slice(it));
        stream.finish(|it| masked.extend_from_slice(it));
        String::from_utf8_lossy(&masked).into_owned()
    }

    pub(crate) fn stream(&self) -> MaskStream {
        MaskStream {
            masker: self.clone(),
            held: Vec::new(),
        }
    }

    /// Returns how many bytes at the end could be the beginning of a secret.
    fn possible_beginning(&self, bytes: &[u8]) -> usize {
        let most = self.longest.saturating_sub(1).min(bytes.len());
        let is_beginning = |length: &usize| {
            let end = bytes.get(bytes.len() - length..).unwrap_or_default();
            self.patterns.iter().any(|it| it.starts_with(end))
        };
        (1..=most).rev().find(is_beginning).unwrap_or_default()
    }
}

/// The secrets must not be shown.
impl fmt::Debug for Masker {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Masker({} forms)", self.patterns.len())
    }
}

/// One output on its way through.
#[derive(Debug)]
pub(crate) struct MaskStream {
    masker: Masker,
    /// What could be the beginning of a secret; shorter than the longest of them.
    held: Vec<u8>,
}

impl MaskStream {
    /// Passes on what is certain.
    pub(crate) fn feed(&mut self, bytes: &[u8], mut pass: impl FnMut(&[u8])) {
        let Some(automaton) = self.masker.automaton.clone() else {
            pass(bytes);
            return;
        };
        self.held.extend_from_slice(bytes);
        let certain = self.held.len() - self.masker.possible_beginning(&self.held);
        let mut done = 0;
        for found in automaton.find_iter(&self.held) {
            // A longer secret may begin where this one does, and end in what is still to come.
            if found.start() >= certain {
                break;
            }
            pass(self.held.get(done..found.start()).unwrap_or_default());
            pass(MASK);
            done = found.end();
        }
        let end = certain.max(done);
        pass(self.held.get(done..end).unwrap_or_default());
        self.held.drain(..end);
    }

    /// Passes on what was held.
    pub(crate) fn finish(&mut self, mut pass: impl FnMut(&[u8])) {
        let held = std::mem::take(&mut self.held);
        let Some(automaton) = &self.masker.automaton else {
            return;
        };
        let mut done = 0;
        for found in automaton.find_iter(&held) {
            pass(held.get(done..found.start()).unwrap_or_default());
            pass(MASK);
            done = found.end();
        }
        pass(held.get(done..).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use proptest::prelude::*;

    use super::*;

    const SECRET: &str = "p/a ss\"wörd-42";

    fn in_pieces(text: &[u8], size: usize) -> String {
        let mut masked = Vec::new();
        let mut stream = Masker::new([SECRET]).stream();
        for piece in text.chunks(size) {
            stream.feed(piece, |it| masked.extend_from_slice(it));
        }
        stream.finish(|it| masked.extend_from_slice(it));
        String::from_utf8(masked).unwrap()
    }

    #[test]
    fn every_form_is_masked_wherever_it_is_split() {
        let forms = [
            SECRET.to_owned(),
            serde_json::Value::from(SECRET)
                .to_string()
                .trim_matches('"')
                .to_owned(),
            "p\\/a ss\\\"wörd-42".to_owned(),
            "p/a ss\\\"w\\u00f6rd-42".to_owned(),
            "p%2Fa%20ss%22w%C3%B6rd-42".to_owned(),
            "p%2fa%20ss%22w%c3%b6rd-42".to_owned(),
            "p%2Fa+ss%22w%C3%B6rd-42".to_owned(),
            "702f612073732277c3b672642d3432".to_owned(),
        ];
        for form in forms {
            for size in 1..40 {
                let text = format!("before {form} after {form}");
                assert_eq!(
                    in_pieces(text.as_bytes(), size),
                    "before *** after ***",
                    "{form} by {size}"
                );
            }
        }
    }

    #[test]
    fn base64_of_a_longer_text_hides_the_secret_in_it() {
        for before in ["", "u", "us", "use"] {
            for after in ["", "x", "xy"] {
                let encoded = STANDARD.encode(format!("{before}{SECRET}{after}"));
                for size in [1, 5, 100] {
                    let masked = in_pieces(encoded.as_bytes(), size);
                    assert!(masked.contains("***"), "{before}|{after}: {masked}");
                    assert!(masked.len() <= 12, "{before}|{after}: {masked}");
                }
            }
        }
    }

    #[test]
    fn lines_are_not_held_up_by_what_cannot_be_a_secret() {
        let mut passed = Vec::new();
        let mut stream = Masker::new([SECRET]).stream();

        stream.feed(b"a line\n", |it| passed.extend_from_slice(it));

        assert_eq!(passed, b"a line\n");
    }

    #[test]
    fn each_line_of_a_key_is_masked() {
        let key = "-----BEGIN-----\nMIIabcdefgh\nQUVERS0tLS1\n-----END-----";

        let masked = Masker::new([key]).mask_text("  MIIabcdefgh\n  QUVERS0tLS1\n");

        assert_eq!(masked, "  ***\n  ***\n");
    }

    #[test]
    fn what_is_too_short_is_left_alone() {
        assert_eq!(Masker::new(["1", "", "abc"]).mask_text("1 abc"), "1 abc");
        assert!(!format!("{:?}", Masker::new(["hunter22"])).contains("hunter"));
    }

    proptest! {
        #[test]
        fn no_split_shows_a_secret(noise in "[ab*]{0,30}", cuts in 1_usize..20) {
            let masker = Masker::new(["abab", "ababab*"]);
            let mut masked = Vec::new();
            let mut stream = masker.stream();
            for piece in noise.as_bytes().chunks(cuts) {
                stream.feed(piece, |it| masked.extend_from_slice(it));
            }
            stream.finish(|it| masked.extend_from_slice(it));

            prop_assert_eq!(String::from_utf8(masked).unwrap(), masker.mask_text(&noise));
        }
    }
}
