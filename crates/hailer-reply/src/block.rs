//! One block of a reply: a kind and its content.

use std::borrow::Cow;

use crate::escape::{escape, escape_html};
use crate::markdown;
use crate::plain;
use crate::sanitise::{is_blank, sanitise};

/// A part of a reply that Teams draws as a paragraph of its own; never blank.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Block {
    pub(crate) kind: Kind,
    pub(crate) content: Cow<'static, str>,
}

/// How the content of a block is meant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    /// Literal text.
    Text,
    /// Markdown of a command's author.
    Markdown,
    /// Preformatted text.
    Code,
}

impl Block {
    /// Makes a block, unless nothing of it would be seen.
    pub(crate) fn new(kind: Kind, content: String) -> Option<Self> {
        let is_blank = match kind {
            Kind::Text | Kind::Code => is_blank(&content),
            Kind::Markdown => !begins_visibly(&content) && is_blank(&plain::of_markdown(&content)),
        };
        (!is_blank).then_some(Self {
            kind,
            content: Cow::Owned(content),
        })
    }

    /// Writes the block as a terminal or a log shows it.
    pub(crate) fn to_plain(&self) -> Cow<'_, str> {
        match self.kind {
            Kind::Text => sanitise(&self.content),
            Kind::Markdown => Cow::Owned(plain::of_markdown(&self.content)),
            Kind::Code => match sanitise(&self.content) {
                Cow::Borrowed(code) => Cow::Borrowed(code.trim_end_matches('\n')),
                Cow::Owned(code) => Cow::Owned(code.trim_end_matches('\n').to_owned()),
            },
        }
    }
}

impl Kind {
    /// Returns the tags round content of this kind. HTML drops a newline right after `<pre>`, so
    /// there is one to drop where the content begins with one.
    pub(crate) fn tags(self, content: &str) -> (&'static str, &'static str) {
        match self {
            Self::Text | Self::Markdown => ("", ""),
            Self::Code if content.starts_with('\n') => ("<pre>\n", "</pre>"),
            Self::Code => ("<pre>", "</pre>"),
        }
    }

    /// Writes content of this kind as it travels.
    pub(crate) fn to_wire(self, content: &str) -> Cow<'_, str> {
        match self {
            Self::Text => escape(content),
            Self::Markdown => Cow::Owned(markdown::to_wire(content)),
            Self::Code => Cow::Owned(code_to_wire(content)),
        }
    }
}

/// Says that Markdown is surely not blank, so that the usual one need not be drawn to know.
fn begins_visibly(markdown: &str) -> bool {
    markdown
        .trim_start_matches(['*', '_', '`', '\n', ' '])
        .starts_with(|first: char| first.is_ascii_alphanumeric())
}

/// Writes a preformatted block.
///
/// Markdown ends an HTML block that starts with `<pre>` at the line with `</pre>` and nowhere before,
/// blank lines included, and reads nothing in it. As every `<` of the content is an entity, the content
/// cannot end the block.
fn code_to_wire(content: &str) -> String {
    let clean = sanitise(content);
    let code = clean.trim_end_matches('\n');
    let (open, close) = Kind::Code.tags(code);
    let mut wire = String::with_capacity(code.len() + code.len() / 8 + 16);
    wire.push_str(open);
    escape_html(code, &mut wire);
    wire.push_str(close);
    wire
}
