//! What a script printed, as a reply. It is data: nothing in it is a mention, a link, markup or a card, unless the
//! configuration says that it is a card.

use hailer::{Card, Reply, lint};

use crate::script::config::OutputKind;
use crate::script::table;

/// So many of the last lines tell why something failed.
const LAST_LINES: usize = 20;

/// What begins an escape sequence.
const ESCAPE: char = '\u{1b}';

/// Why an output cannot be shown as the configuration wants it. The texts end a sentence.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unusable {
    /// A card is wanted, and there is no JSON.
    #[error("it is no JSON")]
    NoJson,
    /// Teams would not show the card.
    #[error("its card would not be shown ({0})")]
    Finding(&'static str),
    /// It is JSON, and no card.
    #[error("it is no card")]
    NoCard(#[source] hailer::CardError),
}

/// Returns an output as the configuration wants it shown.
pub(super) fn reply(kind: OutputKind, text: &str) -> Result<Reply, Unusable> {
    Ok(match kind {
        OutputKind::Text => Reply::text(clean(text).trim_end()),
        OutputKind::Code => Reply::code(clean(text).trim_end()),
        OutputKind::Table => table::reply(&clean(text)),
        OutputKind::Card => card(text)?,
    })
}

fn card(text: &str) -> Result<Reply, Unusable> {
    let json = serde_json::from_str(text).map_err(|_| Unusable::NoJson)?;
    let mut findings = lint(&json).into_iter().filter(hailer::Finding::is_error);
    if let Some(finding) = findings.next() {
        return Err(Unusable::Finding(finding.code));
    }
    Card::from_json(text)
        .map(Reply::card)
        .map_err(Unusable::NoCard)
}

/// Removes escape sequences whole; what else cannot be seen is removed where the reply is written.
pub(crate) fn clean(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            ESCAPE => match letters.next() {
                Some('[') => {
                    // Parameters, then one letter that ends them.
                    for next in letters.by_ref() {
                        if ('@'..='~').contains(&next) {
                            break;
                        }
                    }
                }
                Some(']' | 'P' | '_' | '^') => {
                    while let Some(next) = letters.next() {
                        if next == '\u{7}' {
                            break;
                        }
                        if next == ESCAPE {
                            letters.next_if_eq(&'\\');
                            break;
                        }
                    }
                }
                Some(_) | None => {}
            },
            _ => clean.push(letter),
        }
    }
    clean
}

/// Returns the last lines of the errors, or of the output when there are none.
pub(crate) fn last_lines(errors: &str, output: &str) -> Option<String> {
    let errors = clean(errors);
    let chosen = if errors.trim().is_empty() {
        clean(output)
    } else {
        errors
    };
    let lines: Vec<&str> = chosen.trim_end().lines().collect();
    let last = lines.get(lines.len().saturating_sub(LAST_LINES)..)?;
    (!last.is_empty()).then(|| last.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_go_whole() {
        let text = "a\u{1b}[1;31mred\u{1b}[0m\u{1b}]0;title\u{7}b\u{1b}]8;;http://x\u{1b}\\link\u{1b}(Bc\u{1b}";

        assert_eq!(clean(text), "aredblinkBc");
    }

    #[test]
    fn the_last_lines_are_those_of_the_errors() {
        let many: String = (1..=30).map(|it| format!("{it}\n")).collect();

        assert_eq!(last_lines("", ""), None);
        assert_eq!(last_lines("why\n", "out"), Some("why".to_owned()));
        assert_eq!(last_lines(" \n", "out\n"), Some("out".to_owned()));
        assert!(last_lines(&many, "").unwrap().starts_with("11\n"));
    }
}
