//! What phones make of what people type.

/// Types a text as the keyboard of a phone does: curly quotes, and a dash for `--`.
pub(super) fn retype(text: &str) -> String {
    let mut typed = String::with_capacity(text.len());
    let mut before = ' ';
    for character in text.replace("--", "\u{2014}").chars() {
        let opens = before.is_whitespace() || matches!(before, '=' | '(');
        typed.push(match character {
            '"' if opens => '\u{201C}',
            '"' => '\u{201D}',
            '\'' if opens => '\u{2018}',
            '\'' => '\u{2019}',
            other => other,
        });
        before = character;
    }
    typed
}

#[cfg(test)]
mod tests {
    use super::retype;

    #[test]
    fn quotes_curl_and_dashes_join() {
        assert_eq!(
            retype("say \"a b\" --to='x y' don't"),
            "say \u{201C}a b\u{201D} \u{2014}to=\u{2018}x y\u{2019} don\u{2019}t"
        );
    }
}
