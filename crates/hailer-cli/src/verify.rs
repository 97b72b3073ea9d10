//! `hailer verify`: whether a signature belongs to a body, and if not, what happened on the way.

use base64::prelude::{BASE64_STANDARD, Engine};
use hailer::{Environment, HmacKey, SignatureError, verify};

use crate::arguments::VerifyOptions;
use crate::diagnosis::{matches, rewritten};
use crate::exit::{Exit, Failure};
use crate::sign::read_body;
use crate::token::TokenKey;
use crate::{output, token};

/// Checks the signature of standard input.
pub(crate) fn run(options: &VerifyOptions, environment: &Environment) -> Result<Exit, Failure> {
    let token = &options.token;
    let token = token::read(
        token.token_file.as_deref(),
        token.token_env.as_deref(),
        environment,
    )?;
    let body = read_body()?;
    let header = header(&options.signature);
    match verify(
        std::slice::from_ref(&token.key),
        Some(header.as_bytes()),
        body.clone().into(),
    ) {
        Ok(_) => {
            output::print("the signature belongs to this body and this token")?;
            Ok(Exit::Fine)
        }
        Err(error) => {
            output::print(&explain(error, &token, &header, &body))?;
            Ok(Exit::No)
        }
    }
}

/// Takes the header's value, or the signature alone.
fn header(signature: &str) -> String {
    let signature = signature.trim();
    if signature.contains(' ') {
        signature.to_owned()
    } else {
        format!("HMAC {signature}")
    }
}

fn explain(error: SignatureError, token: &TokenKey, header: &str, body: &[u8]) -> String {
    let cause = match error {
        SignatureError::Mismatch => mismatch(token, header, body),
        SignatureError::WrongScheme => Some(
            "the value must begin with `HMAC `; `Bearer` comes from a Bot Framework bot, not from an outgoing webhook",
        ),
        SignatureError::Malformed => Some(
            "it must be 44 characters of base64, the last one `=`; a hex digest is something else",
        ),
        _ => None,
    };
    match cause {
        Some(cause) => format!("{error}\n  {cause}"),
        None => format!(
            "{error}\n  another token, or a body that was changed on the way ({} bytes came in)",
            body.len()
        ),
    }
}

/// Looks for what usually goes wrong. Nothing found here is ever accepted.
fn mismatch(token: &TokenKey, header: &str, body: &[u8]) -> Option<&'static str> {
    let undecoded = HmacKey::from_base64(&BASE64_STANDARD.encode(token.text.trim())).ok();
    if undecoded.is_some_and(|key| matches(&key, header, body)) {
        return Some("it was made with the token as text; decode the token from base64 first");
    }
    rewritten(&token.key, header, body)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "WCXQE0U6B4wUvuoQv0HiM4FNZKazjXrgCS5TCHfipWI=";

    fn diagnose(signed: &[u8], received: &[u8]) -> String {
        let key = HmacKey::from_base64(TOKEN).unwrap();
        let header = key.sign(signed);
        explain(
            SignatureError::Mismatch,
            &TokenKey {
                text: TOKEN.to_owned(),
                key,
            },
            &header,
            received,
        )
    }

    #[test]
    fn what_was_changed_on_the_way_is_named() {
        let body = br#"{"a":"b c","d":"\"x\" "}"#;
        for (received, part) in [
            (
                b"{\"a\":\"b c\",\"d\":\"\\\"x\\\" \"}\n".as_slice(),
                "no newline at its end",
            ),
            (
                b"{ \"a\": \"b c\",\n \"d\": \"\\\"x\\\" \" }",
                "rewrites the JSON",
            ),
            (
                b"\xEF\xBB\xBF{\"a\":\"b c\",\"d\":\"\\\"x\\\" \"}",
                "byte order mark",
            ),
            (b"{\"a\":\"something else\"}", "another token"),
        ] {
            let said = diagnose(body, received);
            assert!(said.contains(part), "{part}: {said}");
        }
    }

    #[test]
    fn a_token_that_was_not_decoded_is_named() {
        let undecoded = HmacKey::from_base64(&BASE64_STANDARD.encode(TOKEN)).unwrap();
        let key = HmacKey::from_base64(TOKEN).unwrap();
        let token = TokenKey {
            text: TOKEN.to_owned(),
            key,
        };

        let said = explain(
            SignatureError::Mismatch,
            &token,
            &undecoded.sign(b"{}"),
            b"{}",
        );

        assert!(said.contains("token as text"), "{said}");
    }
}
