//! What must not be torn when text on the wire is cut.

use crate::block::Kind;

/// One drawn character: itself, its entity or its escape; or a line break.
pub(crate) struct Token<'a> {
    pub(crate) text: &'a str,
    pub(crate) is_break: bool,
}

/// Splits text on the wire into its tokens.
pub(crate) fn tokens(kind: Kind, wire: &str) -> impl Iterator<Item = Token<'_>> {
    let mut rest = wire;
    std::iter::from_fn(move || {
        let (length, is_break) = match kind {
            Kind::Text | Kind::Markdown => measure_inline(rest)?,
            Kind::Code => measure_code(rest)?,
        };
        let (text, after) = rest.split_at_checked(length)?;
        rest = after;
        Some(Token { text, is_break })
    })
}

fn measure_inline(rest: &str) -> Option<(usize, bool)> {
    if let Some(line_break) = ["<br>", "\n\n"]
        .iter()
        .find(|line_break| rest.starts_with(**line_break))
    {
        return Some((line_break.len(), true));
    }
    let first = rest.chars().next()?;
    let escaped = rest
        .as_bytes()
        .get(1)
        .filter(|next| next.is_ascii_punctuation());
    let length = match (first, escaped) {
        ('\\', Some(_)) => 2,
        ('&', _) => entity_length(rest),
        _ => first.len_utf8(),
    };
    Some((length, false))
}

fn measure_code(rest: &str) -> Option<(usize, bool)> {
    let first = rest.chars().next()?;
    let length = if first == '&' {
        entity_length(rest)
    } else {
        first.len_utf8()
    };
    Some((length, first == '\n'))
}

/// Measures one of the entities that we write, the longest of which is `&nbsp;`.
fn entity_length(rest: &str) -> usize {
    rest.bytes()
        .take("&nbsp;".len())
        .position(|byte| byte == b';')
        .map_or(1, |end| end + 1)
}
