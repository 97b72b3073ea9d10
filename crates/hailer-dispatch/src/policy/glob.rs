//! Patterns with `*` for any text: over the paths of commands and over the values of arguments.

/// A pattern in which each `*` stands for any text, also for none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Glob {
    parts: Vec<String>,
    ignores_case: bool,
}

impl Glob {
    /// Takes a pattern that matches exactly what is written.
    pub(crate) fn exact(pattern: &str) -> Self {
        Self {
            parts: pattern.split('*').map(str::to_owned).collect(),
            ignores_case: false,
        }
    }

    /// Takes a pattern for which capitals do not matter.
    pub(crate) fn ignoring_case(pattern: &str) -> Self {
        Self {
            ignores_case: true,
            ..Self::exact(&pattern.to_lowercase())
        }
    }

    /// Says whether the whole text matches.
    pub(crate) fn matches(&self, text: &str) -> bool {
        if self.ignores_case {
            self.matches_folded(&text.to_lowercase())
        } else {
            self.matches_folded(text)
        }
    }

    /// The first place where a part fits leaves most to the parts behind it, so nothing is ever tried twice.
    fn matches_folded(&self, text: &str) -> bool {
        let Some((first, others)) = self.parts.split_first() else {
            return text.is_empty();
        };
        let Some((last, between)) = others.split_last() else {
            return text == first;
        };
        let Some(mut rest) = text.strip_prefix(first.as_str()) else {
            return false;
        };
        for part in between {
            let Some((_, behind)) = rest.split_once(part.as_str()) else {
                return false;
            };
            rest = behind;
        }
        rest.ends_with(last.as_str())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        Glob::exact(pattern).matches(text)
    }

    /// Tries every text that a star may stand for.
    fn by_trying(pattern: &[char], text: &[char]) -> bool {
        match (pattern, text) {
            ([], text) => text.is_empty(),
            (['*', rest @ ..], text) => (0..=text.len()).any(|skip| by_trying(rest, &text[skip..])),
            ([letter, rest @ ..], [first, behind @ ..]) => {
                letter == first && by_trying(rest, behind)
            }
            (_, []) => false,
        }
    }

    #[test]
    fn a_star_stands_for_any_text() {
        assert!(matches("deploy *", "deploy run"));
        assert!(matches("deploy *", "deploy run now"));
        assert!(matches("*", ""));
        assert!(matches("a*b*c", "a-b-b-c"));
        assert!(matches("prod-*-eu", "prod--eu"));
        assert!(!matches("deploy *", "deploy"));
        assert!(!matches("deploy", "deploy run"));
        assert!(!matches("a*a", "a"));
        assert!(!matches("a*b", "ba"));
    }

    #[test]
    fn capitals_matter_only_where_they_should() {
        assert!(!matches("Prod", "prod"));
        assert!(Glob::ignoring_case("PrÖd*").matches("prödUCTION"));
    }

    proptest! {
        #[test]
        fn the_answer_is_that_of_trying_everything(pattern in "[ab*]{0,7}", text in "[ab]{0,9}") {
            let letters = |it: &str| it.chars().collect::<Vec<_>>();
            prop_assert_eq!(matches(&pattern, &text), by_trying(&letters(&pattern), &letters(&text)));
        }

        #[test]
        fn a_text_without_a_star_matches_itself_alone(text in "[^*]{0,12}", other in "[^*]{0,12}") {
            prop_assert!(matches(&text, &text));
            prop_assert_eq!(matches(&text, &other), text == other);
        }
    }
}
