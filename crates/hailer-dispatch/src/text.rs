//! The text of a message as a person meant it: mention gone, tags gone, entities decoded.
//!
//! Two forms come out. [`MessageText::command_text`] is one line, for finding the command and for people to
//! read; [`MessageText::raw`] keeps line breaks, for arguments that are taken as written. Most messages hold
//! nothing but a leading mention, so they never reach the HTML parser: that path costs a fortieth.

mod fast;
mod html;
mod mention;
mod space;
mod token;

use std::ops::Range;

use hailer_activity::Activity;

use token::{Assembled, Token};

/// The text of one message, normalised.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MessageText {
    command_text: String,
    raw: String,
    spans: Vec<Span>,
    mentions: Vec<MentionInText>,
    links: Vec<Link>,
    is_too_complex: bool,
}

/// A part of the raw form that is one word, whatever it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) range: Range<usize>,
    pub(crate) kind: SpanKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SpanKind {
    Code,
    Mention,
}

/// Somebody other than the bot who is mentioned in a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MentionInText {
    /// The display name, without the `@`.
    pub name: String,
    /// The account within Teams, when an entity of the activity tells it. Outgoing webhooks were never
    /// seen to send such entities.
    pub id: Option<String>,
}

/// A link in a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// What the message shows; it stands in the text.
    pub label: String,
    /// Where it leads.
    pub target: String,
}

impl MessageText {
    /// Normalises the text of an activity; `bot` is the name that people mention.
    ///
    /// # Examples
    ///
    /// ```
    /// use hailer_dispatch::MessageText;
    ///
    /// let text = MessageText::from_html("<at>ops</at>&nbsp;deploy <b>api</b>\n", "ops");
    /// assert_eq!(text.command_text(), "deploy api");
    /// ```
    pub fn from_activity(activity: &Activity, bot: &str) -> Self {
        let source = match activity.text.as_deref() {
            Some(text) if !is_blank(text) => text,
            Some(_) | None => activity.html().unwrap_or_default(),
        };
        let mut text = Self::from_html(source, bot);
        for mention in &mut text.mentions {
            let entity = activity.mentions().find(|it| it.name == mention.name);
            mention.id = entity.and_then(|it| it.id).map(str::to_owned);
        }
        text
    }

    /// Normalises a fragment of HTML, as it stands in an activity's `text`.
    pub fn from_html(source: &str, bot: &str) -> Self {
        match fast::normalise(source, bot) {
            Some(raw) => Self::from_plain(raw),
            None if html::is_too_complex(source) => Self {
                is_too_complex: true,
                ..Self::default()
            },
            None => Self::from_markup(source, bot),
        }
    }

    /// Takes what somebody typed who is not in Teams: no character of it is markup.
    pub(crate) fn from_typed(text: &str) -> Self {
        let written = text.replace('&', "&amp;").replace('<', "&lt;");
        Self::from_html(&written, "")
    }

    /// Returns the message in one line: words separated by single spaces.
    pub fn command_text(&self) -> &str {
        &self.command_text
    }

    /// Returns the message with its line breaks, trimmed.
    pub fn raw(&self) -> &str {
        &self.raw
    }

    /// Returns who else is mentioned, in the order of the text. The text shows them as `@Display Name`.
    pub fn mentions(&self) -> &[MentionInText] {
        &self.mentions
    }

    /// Returns the links, in the order of the text.
    pub fn links(&self) -> &[Link] {
        &self.links
    }

    /// Returns the code in the message, verbatim.
    pub fn code_blocks(&self) -> impl Iterator<Item = &str> {
        let code = self.spans.iter().filter(|span| span.kind == SpanKind::Code);
        code.filter_map(|span| self.raw.get(span.range.clone()))
    }

    /// Says whether the message had so much markup that it was not read; it is empty then.
    pub fn is_too_complex(&self) -> bool {
        self.is_too_complex
    }

    pub(crate) fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// Returns what stands before this place of the raw form.
    pub(crate) fn before(&self, end: usize) -> Self {
        let raw = self.raw.get(..end).unwrap_or(&self.raw).trim_end();
        let is_within = |span: &&Span| span.range.end <= raw.len();
        Self {
            command_text: space::one_line(raw),
            raw: raw.to_owned(),
            spans: self.spans.iter().filter(is_within).cloned().collect(),
            ..self.clone()
        }
    }

    fn from_plain(raw: String) -> Self {
        Self {
            command_text: space::one_line(&raw),
            raw,
            ..Self::default()
        }
    }

    fn from_markup(source: &str, bot: &str) -> Self {
        let html::Parsed { tokens, links } = html::parse(source);
        let tokens: Vec<Token> = mention::without_bot(&tokens, bot);
        let Assembled {
            raw,
            spans,
            mentions,
        } = token::assemble(tokens);
        Self {
            command_text: space::one_line(&raw),
            raw,
            spans,
            mentions,
            links,
            is_too_complex: false,
        }
    }
}

fn is_blank(text: &str) -> bool {
    text.chars()
        .all(|it| space::is_space(it) || space::is_deleted(it))
}

#[cfg(test)]
mod tests;
