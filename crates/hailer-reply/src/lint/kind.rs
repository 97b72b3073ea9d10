//! Every kind of finding: its code, what is wrong, why it matters and the way out.
//!
//! Codes are contracts: a number is never given to another kind. `docs/reference/card-findings.md` is this
//! table as a page.

mod element;
mod look;
mod message;

use super::finding::Severity;

pub(super) use element::{
    BOT_DATA, DUPLICATE_ID, FORBIDDEN_ACTION, INPUT, MANY_ACTIONS, MEDIA, MISPLACED,
    MISSING_PROPERTY, NEVER_VISIBLE, NEW_ELEMENT, NO_TARGET, NO_TITLE, NO_TYPE, NO_URL,
    NOT_AN_OBJECT, TOGGLE_OR_SHOW, UNKNOWN_ACTION, UNKNOWN_ELEMENT, UNKNOWN_PROPERTY,
    UNKNOWN_VALUE, WRONG_TYPE,
};
pub(super) use look::{
    BELOW_THE_FOLD, BLANK_TEXT, BLOCKED_SCHEME, COLOR_ONLY, DATA_IMAGE, FIXED_WIDTH, HTML,
    IMAGE_FIRST, IMAGE_FORMAT, IMAGE_SIZE, INSECURE_IMAGE, INSECURE_LINK, MANY_COLUMNS, MARKDOWN,
    MENTION, NESTING, NO_ALT_TEXT, NO_WRAP, WRAP_OFF,
};
pub(super) use message::{
    ATTACHMENTS_TYPE, BAD_VERSION, BARE_CARD, CARD_TYPE, CAROUSEL, CONTENT_STRING, ELEMENT_VERSION,
    EMPTY_CARD, EMPTY_MESSAGE, EXPERIMENTAL_CONTENT, MESSAGE_TYPE, NEARLY_TOO_LARGE, NO_CONTENT,
    NO_CONTENT_TYPE, NO_FALLBACK_TEXT, NO_SPEAK, NO_SUMMARY, NO_VERSION, NOT_A_MESSAGE, NOT_JSON,
    ONLY_ACTIONS, REFRESH, TABLE_VERSION, TEMPLATE_KEY, TEXT_TYPE, TOO_DEEP, UNKNOWN_CONTENT_TYPE,
    VERSION_1_5, VERSION_TOO_NEW,
};
pub(crate) use message::{PLACEHOLDER, TEMPLATE, TOO_LARGE};

/// A kind of finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct FindingKind {
    /// The stable code, such as `HC101`.
    pub code: &'static str,
    /// Whether Teams refuses or hides what has it.
    pub severity: Severity,
    /// What is wrong, in one line.
    pub title: &'static str,
    /// Why it matters.
    pub why: &'static str,
    /// What to do about it.
    pub fix: &'static str,
}

/// Every kind of finding, by code.
pub const FINDING_KINDS: &[FindingKind] = &[
    NOT_JSON,
    BARE_CARD,
    EMPTY_MESSAGE,
    TEXT_TYPE,
    NOT_A_MESSAGE,
    MESSAGE_TYPE,
    ATTACHMENTS_TYPE,
    NO_CONTENT_TYPE,
    UNKNOWN_CONTENT_TYPE,
    CONTENT_STRING,
    NO_CONTENT,
    EXPERIMENTAL_CONTENT,
    NO_SUMMARY,
    TOO_LARGE,
    NEARLY_TOO_LARGE,
    TOO_DEEP,
    CAROUSEL,
    CARD_TYPE,
    NO_VERSION,
    BAD_VERSION,
    VERSION_TOO_NEW,
    VERSION_1_5,
    TABLE_VERSION,
    ELEMENT_VERSION,
    EMPTY_CARD,
    ONLY_ACTIONS,
    REFRESH,
    NO_FALLBACK_TEXT,
    NO_SPEAK,
    TEMPLATE_KEY,
    PLACEHOLDER,
    TEMPLATE,
    NOT_AN_OBJECT,
    NO_TYPE,
    UNKNOWN_ELEMENT,
    NEW_ELEMENT,
    MISPLACED,
    MISSING_PROPERTY,
    WRONG_TYPE,
    UNKNOWN_VALUE,
    UNKNOWN_PROPERTY,
    MEDIA,
    INPUT,
    DUPLICATE_ID,
    NEVER_VISIBLE,
    FORBIDDEN_ACTION,
    UNKNOWN_ACTION,
    BOT_DATA,
    NO_URL,
    TOGGLE_OR_SHOW,
    NO_TARGET,
    MANY_ACTIONS,
    NO_TITLE,
    BLOCKED_SCHEME,
    INSECURE_LINK,
    DATA_IMAGE,
    INSECURE_IMAGE,
    IMAGE_SIZE,
    IMAGE_FORMAT,
    NO_ALT_TEXT,
    MARKDOWN,
    HTML,
    NO_WRAP,
    WRAP_OFF,
    COLOR_ONLY,
    BLANK_TEXT,
    MENTION,
    BELOW_THE_FOLD,
    IMAGE_FIRST,
    FIXED_WIDTH,
    MANY_COLUMNS,
    NESTING,
];

const fn error(
    code: &'static str,
    title: &'static str,
    why: &'static str,
    fix: &'static str,
) -> FindingKind {
    FindingKind {
        code,
        severity: Severity::Error,
        title,
        why,
        fix,
    }
}

const fn warning(
    code: &'static str,
    title: &'static str,
    why: &'static str,
    fix: &'static str,
) -> FindingKind {
    FindingKind {
        severity: Severity::Warning,
        ..error(code, title, why, fix)
    }
}
