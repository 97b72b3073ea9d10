//! What is done with a text, by the property that it stands in.

use crate::card::clean::Clean;

/// How Teams reads a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// It reads Markdown.
    Markdown,
    /// It shows the text as it is, in lines.
    Plain,
    /// It shows the text as it is, in one line.
    Label,
    /// An address.
    Address,
    /// Anything else: words of the schema, numbers, lists.
    Other,
}

impl Role {
    /// Finds the role of a property of an object, whose type may be unknown.
    pub(super) fn of(kind: &str, property: &str) -> Self {
        match property {
            "text" | "inlines" if kind == "TextRun" || kind == "RichTextBlock" => Self::Plain,
            "title" if kind.starts_with("Action.") => Self::Label,
            "text" | "title" | "value" | "fallbackText" => Self::Markdown,
            "speak" => Self::Plain,
            "altText" | "id" | "name" | "tooltip" => Self::Label,
            "url" | "iconUrl" | "backgroundImage" => Self::Address,
            _ => Self::Other,
        }
    }

    /// Tells whether the property holds a text, whatever the data is.
    pub(super) fn is_text(self) -> bool {
        match self {
            Self::Markdown | Self::Plain | Self::Label | Self::Address => true,
            Self::Other => false,
        }
    }

    /// Writes foreign text so that it is nothing but text.
    pub(super) fn literal(self, text: &str) -> String {
        let clean = match self {
            Self::Markdown => Clean::literal(text),
            Self::Label => Clean::label(text),
            Self::Plain | Self::Other => Clean::plain(text),
            // It is judged as a whole, or refused.
            Self::Address => return text.to_owned(),
        };
        clean.as_str().to_owned()
    }

    /// Does the same where more may follow, which the end must form nothing with.
    pub(super) fn literal_within(self, text: &str) -> String {
        match self {
            Self::Markdown => Clean::literal_within(text).as_str().to_owned(),
            Self::Plain | Self::Label | Self::Address | Self::Other => self.literal(text),
        }
    }
}
