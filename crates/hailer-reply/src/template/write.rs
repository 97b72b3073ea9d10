//! Values on their way into a card.

use minijinja::Value as Data;
use minijinja::value::ValueKind;

use super::error::TemplateError;
use super::node::Formula;
use crate::card::https_url::{HttpsUrl, UrlError};

/// Writes what can stand within a text: a text, a number, true or false.
pub(super) fn scalar(value: &Data) -> Option<String> {
    match value.kind() {
        ValueKind::String | ValueKind::Number => Some(value.to_string()),
        // The engine would write `True`.
        ValueKind::Bool => Some(value.is_true().to_string()),
        _ => None,
    }
}

/// Reads an address that was made with data.
pub(super) fn address(formula: &Formula, text: &str) -> Result<HttpsUrl, TemplateError> {
    HttpsUrl::new(text).map_err(|error| {
        let fix = match error {
            UrlError::ForbiddenCharacter => "write `x | urlencode` for what goes into the address",
            UrlError::NotHttps => "give the whole address, beginning `https://`",
            UrlError::NoHost | UrlError::Credentials | UrlError::TooLong => {
                "give an address that a browser opens"
            }
        };
        formula.unfit(&error.to_string(), fix)
    })
}

/// Writes a part of the target of a Markdown link, which it cannot end.
pub(super) fn target_part(text: &str) -> String {
    let mut target = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-.~/?#&=%:@+,;$!'".contains(&byte) {
            target.push(char::from(byte));
        } else {
            percent(byte, &mut target);
        }
    }
    target
}

/// Writes a byte as `%2F`.
pub(super) fn percent(byte: u8, text: &mut String) {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or_default();
    text.push('%');
    text.push(digit(byte >> 4).to_ascii_uppercase());
    text.push(digit(byte & 15).to_ascii_uppercase());
}
