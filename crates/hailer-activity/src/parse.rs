//! Reading an activity from a verified body.

use serde::de::IgnoredAny;
use serde_json::Value;
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
        Self::read(body.as_bytes())
    }

    /// Reads an activity back that was verified and kept. For nothing that comes from a network.
    ///
    /// # Errors
    ///
    /// As [`Activity::parse`].
    pub fn parse_kept(body: &str) -> Result<Self, ParseError> {
        Self::read(body.as_bytes())
    }

    fn read(bytes: &[u8]) -> Result<Self, ParseError> {
        if !bytes.trim_ascii_start().starts_with(b"{") {
            return Err(match serde_json::from_slice::<IgnoredAny>(bytes) {
                Ok(IgnoredAny) => ParseError::NotAnObject,
                Err(source) => ParseError::NotJson { source },
            });
        }
        serde_json::from_slice(bytes).map_err(|source| match source.classify() {
            Category::Data => ParseError::WrongShape { source },
            // Where an object is wanted, serde takes a list for its fields in order, and calls one that is
            // too long broken syntax.
            Category::Syntax if is_json(bytes) => ParseError::WrongShape { source },
            Category::Io | Category::Syntax | Category::Eof => ParseError::NotJson { source },
        })
    }
}

fn is_json(bytes: &[u8]) -> bool {
    serde_json::from_slice::<Value>(bytes).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::{HmacKey, verify};

    fn parse(body: impl AsRef<[u8]>) -> Result<Activity, ParseError> {
        let key = HmacKey::from_base64("WCXQE0U6B4wUvuoQv0HiM4FNZKazjXrgCS5TCHfipWI=").unwrap();
        let body = body.as_ref();
        let header = key.sign(body);
        let verified = verify(&[key], Some(header.as_bytes()), body.to_vec().into()).unwrap();
        Activity::parse(&verified)
    }

    #[test]
    fn what_is_no_json_is_told_apart_from_what_is_no_object() {
        for body in [
            &b""[..],
            b" ",
            b"{",
            b"[1,",
            b"{\"a\":1}x",
            b"\xff",
            b"{\"text\":\"\xff\"}",
            b"\xef\xbb\xbf{}",
        ] {
            let error = parse(body).unwrap_err();
            assert!(
                matches!(error, ParseError::NotJson { .. }),
                "{body:?}: {error}"
            );
        }
        for body in ["null", "[]", "5", "\"text\"", " true "] {
            let error = parse(body).unwrap_err();
            assert!(matches!(error, ParseError::NotAnObject), "{body}: {error}");
        }
    }

    #[test]
    fn nesting_is_bounded() {
        let deep = format!(
            r#"{{"entities":{}{}}}"#,
            "[".repeat(10_000),
            "]".repeat(10_000)
        );
        assert!(matches!(parse(deep), Err(ParseError::NotJson { .. })));
        assert!(matches!(
            parse("[".repeat(10_000)),
            Err(ParseError::NotJson { .. })
        ));
    }

    #[test]
    fn a_known_field_of_another_type_or_given_twice_is_the_wrong_shape() {
        for body in [
            r#"{"text":5}"#,
            r#"{"from":"x"}"#,
            r#"{"conversation":{"isGroup":"yes"}}"#,
            r#"{"attachments":{}}"#,
            r#"{"channelData":{"team":[null,1,[]]}}"#,
            r#"{"from":["a","b","c","d"]}"#,
            r#"{"text":"a","text":"b"}"#,
        ] {
            let error = parse(body).unwrap_err();
            assert!(
                matches!(error, ParseError::WrongShape { .. }),
                "{body}: {error}"
            );
        }
    }

    #[test]
    fn everything_may_be_null_missing_or_new() {
        let empty = Activity::default();

        assert_eq!(parse("{}").unwrap(), empty);
        assert_eq!(parse(" \n{\"future\":{\"x\":[1,{}]}}").unwrap(), empty);
        let nulls = r#"{"type":null,"id":null,"from":null,"conversation":null,"text":null,"attachments":null,"entities":[null],"channelData":null}"#;
        assert_eq!(parse(nulls).unwrap(), empty);
    }
}
