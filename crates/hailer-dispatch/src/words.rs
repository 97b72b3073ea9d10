//! Splitting a message into words as a person means them: any quotes group, phones' dashes count.

use std::borrow::Cow;
use std::ops::Range;

use crate::text::{MessageText, SpanKind};

/// One word of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word<'a> {
    /// What it says, without its quotes.
    pub(crate) text: Cow<'a, str>,
    /// Where it stands in the raw form, quotes included.
    pub(crate) range: Range<usize>,
    /// How it is written.
    pub(crate) kind: WordKind,
}

/// How a word is written: that says whether it can be an option.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WordKind {
    /// Bare, or bare up to a quoted value (`key="a b"`).
    Bare,
    /// In quotes from its first character on.
    Quoted,
    /// Code: verbatim.
    Code,
    /// A mention of somebody.
    Mention,
}

/// A quote that is never closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UnclosedQuote {
    /// What stands from the quote on.
    pub(crate) from: String,
}

/// Splits the raw form of a message.
pub(crate) fn split(text: &MessageText) -> Result<Vec<Word<'_>>, UnclosedQuote> {
    let mut splitter = Splitter {
        text,
        at: 0,
        never_closed: Vec::new(),
    };
    let mut words = Vec::with_capacity(8);
    while let Some(word) = splitter.next_word()? {
        words.push(word);
    }
    Ok(words)
}

/// The characters that close what a quote opens; the last ones only when no better one follows.
fn closers(opener: char) -> Option<(&'static [char], &'static [char])> {
    const ANY_DOUBLE: &[char] = &['"', '\u{201C}', '\u{201D}', '\u{201E}'];
    match opener {
        '"' => Some((&['"'], ANY_DOUBLE)),
        '\u{201C}' | '\u{201D}' => Some((&['\u{201D}'], ANY_DOUBLE)),
        '\u{201E}' => Some((&['\u{201C}', '\u{201D}'], ANY_DOUBLE)),
        '\u{AB}' => Some((&['\u{BB}'], &['\u{BB}'])),
        '\u{BB}' => Some((&['\u{AB}'], &['\u{AB}'])),
        '\'' => Some((&['\''], &['\u{2019}'])),
        '\u{2018}' => Some((&['\u{2019}'], &['\''])),
        '\u{201A}' => Some((&['\u{2018}', '\u{2019}'], &['\''])),
        _ => None,
    }
}

/// An apostrophe closes nothing in the middle of a word.
fn is_apostrophe(closer: char) -> bool {
    matches!(closer, '\'' | '\u{2018}' | '\u{2019}')
}

struct Splitter<'a> {
    text: &'a MessageText,
    at: usize,
    /// Quotes whose own closing form stands nowhere in the rest: looking again for each would take quadratic time.
    never_closed: Vec<char>,
}

impl<'a> Splitter<'a> {
    fn rest(&self) -> &'a str {
        self.text.raw().get(self.at..).unwrap_or_default()
    }

    fn next_word(&mut self) -> Result<Option<Word<'a>>, UnclosedQuote> {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
        let rest = self.rest();
        if rest.is_empty() {
            return Ok(None);
        }
        let start = self.at;
        if let Some(word) = self.span_word().or_else(|| self.fence_word()) {
            return Ok(Some(word));
        }
        let is_quoted = rest.chars().next().is_some_and(|it| closers(it).is_some());
        let text = self.bare_word()?;
        let kind = if is_quoted {
            WordKind::Quoted
        } else {
            WordKind::Bare
        };
        let text = if is_quoted {
            text
        } else {
            straighten_dash(text)
        };
        Ok(Some(Word {
            text,
            range: start..self.at,
            kind,
        }))
    }

    /// Takes code or a mention that begins here.
    fn span_word(&mut self) -> Option<Word<'a>> {
        let spans = self.text.spans();
        let index = spans
            .binary_search_by_key(&self.at, |span| span.range.start)
            .ok()?;
        let span = spans.get(index)?;
        let text = self.text.raw().get(span.range.clone())?;
        self.at = span.range.end;
        let kind = match span.kind {
            SpanKind::Code => WordKind::Code,
            SpanKind::Mention => WordKind::Mention,
        };
        Some(Word {
            text: Cow::Borrowed(text),
            range: span.range.clone(),
            kind,
        })
    }

    /// Takes a typed fence of three backticks; the language on its first line is dropped.
    fn fence_word(&mut self) -> Option<Word<'a>> {
        const FENCE: &str = "```";
        let inner = self.rest().strip_prefix(FENCE)?;
        let (code, _) = inner.split_once(FENCE)?;
        let start = self.at;
        self.at += code.len() + 2 * FENCE.len();
        let code = match code.split_once('\n') {
            Some((language, body)) if !language.trim().contains(char::is_whitespace) => body,
            Some(_) | None => code,
        };
        let text = Cow::Borrowed(code.trim_end_matches('\n'));
        Some(Word {
            text,
            range: start..self.at,
            kind: WordKind::Code,
        })
    }

    /// Takes everything up to the next space outside quotes. Quotes count at the start and after `=`.
    fn bare_word(&mut self) -> Result<Cow<'a, str>, UnclosedQuote> {
        let start = self.at;
        let mut changed: Option<String> = None;
        let mut may_open = true;
        while let Some(character) = self.rest().chars().next() {
            if character.is_whitespace() || (self.at > start && self.is_at_span()) {
                break;
            }
            if let Some(quote) = closers(character).filter(|_| may_open) {
                let before = self.text.raw().get(start..self.at).unwrap_or_default();
                let inner = self.quoted(character, quote)?;
                changed
                    .get_or_insert_with(|| before.to_owned())
                    .push_str(inner);
                may_open = false;
                continue;
            }
            if let Some(changed) = changed.as_mut() {
                changed.push(character);
            }
            may_open = character == '=';
            self.at += character.len_utf8();
        }
        let plain = self.text.raw().get(start..self.at).unwrap_or_default();
        Ok(changed.map_or(Cow::Borrowed(plain), Cow::Owned))
    }

    fn is_at_span(&self) -> bool {
        self.text
            .spans()
            .binary_search_by_key(&self.at, |span| span.range.start)
            .is_ok()
    }

    /// Takes what stands in quotes, the cursor being on the opening one.
    fn quoted(
        &mut self,
        opener: char,
        quote: (&[char], &[char]),
    ) -> Result<&'a str, UnclosedQuote> {
        let rest = self.rest();
        let inner = rest.get(opener.len_utf8()..).unwrap_or_default();
        let (best, other) = quote;
        let own = if self.never_closed.contains(&opener) {
            None
        } else {
            find_closer(inner, best)
        };
        if own.is_none() {
            self.never_closed.push(opener);
        }
        let Some((end, closer)) = own.or_else(|| find_closer(inner, other)) else {
            return Err(UnclosedQuote {
                from: rest.chars().take(30).collect(),
            });
        };
        self.at += opener.len_utf8() + end + closer.len_utf8();
        Ok(inner.get(..end).unwrap_or_default())
    }
}

fn find_closer(inner: &str, closers: &[char]) -> Option<(usize, char)> {
    inner.char_indices().find(|&(index, character)| {
        let behind = inner
            .get(index + character.len_utf8()..)
            .and_then(|it| it.chars().next());
        let ends_word = behind.is_none_or(char::is_whitespace);
        closers.contains(&character) && (ends_word || !is_apostrophe(character))
    })
}

/// Phones turn `--force` into `—force`.
fn straighten_dash(word: Cow<'_, str>) -> Cow<'_, str> {
    let Some(option) = word.strip_prefix(['\u{2014}', '\u{2013}']) else {
        return word;
    };
    if option.starts_with(|it: char| it.is_alphabetic()) {
        return Cow::Owned(format!("--{option}"));
    }
    word
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

    use super::*;

    fn words(message: &str) -> Vec<String> {
        let text = MessageText::from_html(message, "ops");
        split(&text)
            .unwrap()
            .into_iter()
            .map(|it| it.text.into_owned())
            .collect()
    }

    #[test]
    fn quotes_of_every_kind_group_words() {
        for message in [
            "say \"a b\" c",
            "say 'a b' c",
            "say \u{201C}a b\u{201D} c",
            "say \u{2018}a b\u{2019} c",
            "say \u{AB}a b\u{BB} c",
            "say \u{201E}a b\u{201C} c",
            "say \u{201C}a b\" c",
        ] {
            assert_eq!(words(message), ["say", "a b", "c"], "{message}");
        }
    }

    #[test]
    fn apostrophes_are_no_quotes() {
        assert_eq!(
            words("say don't 'it's fine' 5\" rock'n'roll"),
            ["say", "don't", "it's fine", "5\"", "rock'n'roll"]
        );
    }

    #[test]
    fn quotes_may_stand_within_quotes_of_another_kind() {
        assert_eq!(words("say \u{201C}a \"b\" c\u{201D}"), ["say", "a \"b\" c"]);
    }

    #[test]
    fn a_value_behind_an_equals_sign_may_be_quoted() {
        assert_eq!(
            words("run reason=\u{201C}a b\u{201D} x"),
            ["run", "reason=a b", "x"]
        );
    }

    #[test]
    fn dashes_of_phones_begin_options() {
        assert_eq!(
            words("x \u{2014}dry-run \u{2013}force \u{2014} \u{2013}5 a\u{2014}b \"\u{2014}q\""),
            [
                "x",
                "--dry-run",
                "--force",
                "\u{2014}",
                "\u{2013}5",
                "a\u{2014}b",
                "\u{2014}q"
            ]
        );
    }

    #[test]
    fn an_empty_value_can_be_given() {
        assert_eq!(words("set name \"\""), ["set", "name", ""]);
    }

    #[test]
    fn code_is_one_word_and_stays_as_it_is() {
        assert_eq!(
            words(
                "apply <codeblock><code>a: \u{201C}x\u{201D}<br>\u{2014}b</code></codeblock> now"
            ),
            ["apply", "a: \u{201C}x\u{201D}\n\u{2014}b", "now"]
        );
        assert_eq!(
            words("run <code>get pods -n web</code>"),
            ["run", "get pods -n web"]
        );
        assert_eq!(
            words("apply ```yaml\na: 'x\n\n b\n``` now"),
            ["apply", "a: 'x\n\n b", "now"]
        );
    }

    #[test]
    fn a_mention_is_one_word() {
        assert_eq!(
            words("page <at>Dana Osei</at> now"),
            ["page", "@Dana Osei", "now"]
        );
    }

    #[test]
    fn many_quotes_of_mixed_kinds_are_read_in_one_pass() {
        let message = "'a\u{2019} ".repeat(20_000);

        assert_eq!(words(&message).len(), 20_000);
    }

    #[test]
    fn an_unclosed_quote_says_where() {
        let text = MessageText::from_html("say hello \u{201C}dear friend", "ops");

        assert_eq!(
            split(&text),
            Err(UnclosedQuote {
                from: "\u{201C}dear friend".to_owned()
            })
        );
    }

    proptest! {
        #[test]
        fn words_cover_the_text(message in any::<String>()) {
            let text = MessageText::from_html(&message, "ops");
            if let Ok(words) = split(&text) {
                let mut end = 0;
                for word in words {
                    let between = text.raw().get(end..word.range.start);
                    prop_assert!(between.is_some_and(|it| it.trim().is_empty()), "{between:?}");
                    end = word.range.end;
                }
                prop_assert_eq!(text.raw().get(end..).map(str::trim), Some(""));
            }
        }

        #[test]
        fn plain_words_stay_what_they_are(list in proptest::collection::vec("[a-z0-9./:@-]{1,8}", 0..6)) {
            let message = list.join(" ");
            prop_assert_eq!(words(&message), list);
        }
    }
}
