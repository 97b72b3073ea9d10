//! A message between HTML and text: pieces in order, put together once the bot's mention is gone.

use crate::text::space;
use crate::text::{MentionInText, Span, SpanKind};

/// One piece of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// Text, with plain spaces and `\n`.
    Text(String),
    /// The edge of a block: a line break, unless there is one already.
    Edge,
    /// Code, verbatim.
    Code(String),
    /// Somebody's name, or the bot's.
    Mention(String),
    /// Where the bot's mention stood.
    Gap,
}

/// A message put together.
#[derive(Debug, Default)]
pub(super) struct Assembled {
    pub(super) raw: String,
    pub(super) spans: Vec<Span>,
    pub(super) mentions: Vec<MentionInText>,
}

/// Puts the pieces together; the result is trimmed.
pub(super) fn assemble(tokens: Vec<Token>) -> Assembled {
    let mut out = Assembled::default();
    let mut after_edge = true;
    let mut after_gap = false;
    for token in tokens {
        match token {
            Token::Text(text) => {
                let text = if after_edge {
                    text.strip_prefix('\n').unwrap_or(&text)
                } else {
                    &text
                };
                let text = if after_gap {
                    text.trim_start_matches(' ')
                } else {
                    text
                };
                push_separated(&mut out.raw, text);
                after_gap &= text.is_empty();
                after_edge = false;
            }
            Token::Edge => {
                after_edge = true;
                end_line(&mut out);
            }
            Token::Gap => {
                if !out.raw.is_empty() && !out.raw.ends_with(char::is_whitespace) {
                    out.raw.push(' ');
                }
                after_gap = true;
                after_edge = false;
            }
            Token::Code(code) => {
                push_span(&mut out, &code, SpanKind::Code);
                (after_edge, after_gap) = (false, false);
            }
            Token::Mention(name) => {
                push_span(&mut out, &format!("@{name}"), SpanKind::Mention);
                out.mentions.push(MentionInText { name, id: None });
                (after_edge, after_gap) = (false, false);
            }
        }
    }
    trim(&mut out);
    out
}

/// Ends the line, unless it has not begun; spaces at its end go.
fn end_line(out: &mut Assembled) {
    if out.raw.is_empty() || out.raw.ends_with('\n') {
        return;
    }
    let kept = out.spans.last().map_or(0, |span| span.range.end);
    let end = out.raw.trim_end_matches(' ').len().max(kept);
    out.raw.truncate(end);
    out.raw.push('\n');
}

/// Appends text, but never so that pieces round a dropped tag join to something that reads as a mention.
pub(super) fn push_separated(raw: &mut String, text: &str) {
    let opens_tag = ["<", "</", "<a", "</a", "<at", "</at"]
        .iter()
        .any(|it| raw.ends_with(it));
    if opens_tag && !text.is_empty() {
        raw.push(' ');
    }
    raw.push_str(text);
}

fn push_span(out: &mut Assembled, text: &str, kind: SpanKind) {
    push_separated(&mut out.raw, text);
    let end = out.raw.len();
    out.spans.push(Span {
        range: end - text.len()..end,
        kind,
    });
}

/// Trims white space; code keeps its own, so that its span stays what it was.
fn trim(out: &mut Assembled) {
    let first = out
        .spans
        .first()
        .map_or(usize::MAX, |span| span.range.start);
    let last = out.spans.last().map_or(0, |span| span.range.end);
    let end = out.raw.trim_end().len().max(last);
    out.raw.truncate(end);
    let leading = (out.raw.len() - out.raw.trim_start().len()).min(first);
    out.raw.drain(..leading);
    for span in &mut out.spans {
        span.range.start -= leading;
        span.range.end -= leading;
    }
}

/// Makes a text token of decoded text.
pub(super) fn text(decoded: &str) -> Token {
    let mut plain = String::with_capacity(decoded.len());
    space::push_text(&mut plain, decoded);
    Token::Text(plain)
}
