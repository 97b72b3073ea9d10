//! What is wrong in a card, where, and what to do about it.

use std::fmt;

use super::kind::{self, FindingKind};

/// One thing that is wrong, or that looks wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// Whether Teams refuses or hides what has it.
    pub severity: Severity,
    /// The stable code, such as `HC101`.
    pub code: &'static str,
    /// Where it is, such as `$.attachments[0].content.body[2]`.
    pub path: String,
    /// What is wrong, in one line.
    pub text: String,
    /// What to do about it.
    pub fix: String,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Teams refuses it, shows nothing or shows something broken.
    Error,
    /// Teams draws it; somebody should look at it.
    Warning,
}

impl Finding {
    pub(crate) fn new(kind: &FindingKind, path: String, text: String, fix: String) -> Self {
        Self {
            severity: kind.severity,
            code: kind.code,
            path,
            text,
            fix,
        }
    }

    /// Makes the finding for a text that is no JSON at all.
    pub fn not_json(error: &serde_json::Error) -> Self {
        let kind = kind::NOT_JSON;
        Self::new(
            &kind,
            "$".to_owned(),
            format!("no JSON: {error}"),
            kind.fix.to_owned(),
        )
    }

    /// Tells whether Teams refuses or hides what has it.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            severity,
            code,
            path,
            text,
            fix,
        } = self;
        write!(
            formatter,
            "{severity}[{code}]: {text}\n  --> {path}\n  fix: {fix}"
        )
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
        })
    }
}
