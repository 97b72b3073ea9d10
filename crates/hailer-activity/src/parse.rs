//! Reading an activity from a verified body.

use serde::de::IgnoredAny;
use serde_json::error::Category;

use crate::activity::Activity;
use crate::signature::VerifiedBody;

/// Why a verified body is not an activity.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ParseError {
    /// The body is no JSON: broken, not UTF-8, or nested deeper than 128 levels.
    #[error("the body is not JSON: {source}")]
    NotJson {
        /// Where the JSON breaks.
        source: serde_json::Error,
    },
    /// The body is JSON, but no object.
    #[error("the body is JSON, but not an object")]
    NotAnObject,
    /// A known field has a type that an activity's cannot have, or stands twice.
    #[error("the body is not an activity: {source}")]
    WrongShape {
        /// Which field, and what it holds instead.
        source: serde_json::Error,
    },
}

impl Activity {
    /// Reads the activity from a body whose signature was verified.
    ///
    /// # Errors
    ///
    /// A [`ParseError`]; only [`ParseError::WrongShape`] can come from a caller that means to speak
    /// this protocol.
    pub fn parse(body: &VerifiedBody) -> Result<Self, ParseError> {
        let bytes = body.as_bytes();
        if !bytes.trim_ascii_start().starts_with(b"{") {
            return Err(match serde_json::from_slice::<IgnoredAny>(bytes) {
                Ok(IgnoredAny) => ParseError::NotAnObject,
                Err(source) => ParseError::NotJson { source },
            });
        }
        serde_json::from_slice(bytes).map_err(|source| match source.classify() {
            Category::Data => ParseError::WrongShape { source },
            Category::Io | Category::Syntax | Category::Eof => ParseError::NotJson { source },
        })
    }
}
