//! The short way for the messages that nearly all are: a leading mention, then text without markup.

use std::borrow::Cow;

use crate::text::{mention, space};

/// Normalises a message without the HTML parser; `None` when it needs that.
pub(super) fn normalise(source: &str, bot: &str) -> Option<String> {
    let rest = skip_mention(source, bot)?;
    if rest.contains('<') {
        return None;
    }
    let decoded = decode(rest)?;
    let mut raw = String::with_capacity(decoded.len());
    space::push_text(&mut raw, &decoded);
    let trimmed = raw.trim();
    if trimmed.len() == raw.len() {
        return Some(raw);
    }
    Some(trimmed.to_owned())
}

/// Skips a leading mention of the bot and the `,` or `:` behind it.
fn skip_mention<'a>(source: &'a str, bot: &str) -> Option<&'a str> {
    let start = source.trim_ascii_start();
    let Some(inner) = start.strip_prefix("<at>") else {
        return Some(source);
    };
    let (name, rest) = inner.split_once("</at>")?;
    if name.contains(['<', '&']) || !mention::is_bot(name, bot) {
        return None;
    }
    Some(rest.strip_prefix([',', ':']).unwrap_or(rest))
}

/// Decodes the entities that Teams writes; `None` when there is another one.
fn decode(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains('&') {
        return Some(Cow::Borrowed(text));
    }
    let mut decoded = String::with_capacity(text.len());
    let mut parts = text.split('&');
    decoded.push_str(parts.next()?);
    for part in parts {
        let (entity, rest) = part.split_once(';')?;
        decoded.push(match entity {
            "nbsp" => ' ',
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" | "#39" => '\'',
            _ => return None,
        });
        decoded.push_str(rest);
    }
    Some(Cow::Owned(decoded))
}
