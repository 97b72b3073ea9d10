//! How large and how deep a value is.

use std::io::{self, Write};

use serde_json::Value;

use super::kind::{NEARLY_TOO_LARGE, TOO_LARGE};
use super::report::Report;
use super::subject::Subject;
use crate::MESSAGE_LIMIT;

/// JSON parsers give up below this; the walk may therefore call itself.
const DEEPEST: usize = 128;

/// From this size on a message comes near the limit: a tenth is left.
const NEAR_LIMIT: usize = MESSAGE_LIMIT / 10 * 9;

const WRAPPED_CARD: usize = r#"{"type":"message","attachments":[{"contentType":"application/vnd.microsoft.card.adaptive","content":}]}"#.len();
const WRAPPED_ATTACHMENT: usize = r#"{"type":"message","attachments":[]}"#.len();
const WRAPPED_ELEMENTS: usize =
    WRAPPED_CARD + r#"{"type":"AdaptiveCard","version":"1.4","body":}"#.len();

/// Returns the bytes that a value takes in a message, or as the message that it is.
pub fn message_size(value: &Value) -> usize {
    let mut counter = Counter(0);
    if is_too_deep(value) || serde_json::to_writer(&mut counter, value).is_err() {
        return usize::MAX;
    }
    let around = match Subject::of(value) {
        Subject::Message => 0,
        Subject::Attachment => WRAPPED_ATTACHMENT,
        Subject::Card => WRAPPED_CARD,
        Subject::Elements => WRAPPED_ELEMENTS,
    };
    counter.0 + around
}

pub(super) fn check(value: &Value, report: &mut Report<'_>) {
    let size = message_size(value);
    if size > MESSAGE_LIMIT {
        report.say(
            &TOO_LARGE,
            format!("the message takes {size} bytes; Teams takes {MESSAGE_LIMIT}"),
        );
    } else if size > NEAR_LIMIT {
        report.say(
            &NEARLY_TOO_LARGE,
            format!("the message takes {size} of {MESSAGE_LIMIT} bytes"),
        );
    }
}

/// Tells whether a value is nested deeper than a parser would read; takes no stack.
pub(super) fn is_too_deep(value: &Value) -> bool {
    let mut open = vec![(value, 1)];
    while let Some((value, depth)) = open.pop() {
        if depth > DEEPEST {
            return true;
        }
        match value {
            Value::Array(items) => open.extend(items.iter().map(|item| (item, depth + 1))),
            Value::Object(object) => open.extend(object.values().map(|item| (item, depth + 1))),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    false
}

struct Counter(usize);

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
