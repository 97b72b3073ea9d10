//! Signatures in the form of Standard Webhooks, so that those on the other side have a library for them already.
//!
//! Source: [the specification](https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md).

use std::fmt;

use base64::prelude::{BASE64_STANDARD, Engine};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// What a secret begins with.
const PREFIX: &str = "whsec_";

/// How long a secret may be, decoded.
const LENGTHS: std::ops::RangeInclusive<usize> = 24..=64;

/// HMAC-SHA256 gives 32 bytes.
const MAC_LENGTH: usize = 32;

/// So many signatures of one message are looked at: a few stand there while a secret is exchanged.
const MOST_SIGNATURES: usize = 8;

/// A secret that the bot and a service share.
///
/// `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningSecret(Vec<u8>);

/// Says why a text is no secret. No variant quotes it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SecretError {
    /// It does not begin as such secrets do.
    #[error("does not begin with whsec_; make one: echo whsec_$(openssl rand -base64 32)")]
    NoPrefix,
    /// It is no base64.
    #[error(
        "is not base64 behind whsec_; copy it again, or make one: echo whsec_$(openssl rand -base64 32)"
    )]
    NoBase64,
    /// It is too short or too long.
    #[error("decodes to {0} bytes; 24 to 64 are needed: echo whsec_$(openssl rand -base64 32)")]
    Length(usize),
}

impl SigningSecret {
    /// Reads a secret as it is written: `whsec_` and base64.
    ///
    /// # Errors
    ///
    /// A [`SecretError`].
    pub fn parse(text: &str) -> Result<Self, SecretError> {
        let encoded = text
            .trim()
            .strip_prefix(PREFIX)
            .ok_or(SecretError::NoPrefix)?;
        let secret = BASE64_STANDARD
            .decode(encoded)
            .map_err(|_| SecretError::NoBase64)?;
        if !LENGTHS.contains(&secret.len()) {
            return Err(SecretError::Length(secret.len()));
        }
        Ok(Self(secret))
    }

    /// Signs a body, and returns what stands in the header `webhook-signature`.
    ///
    /// # Examples
    ///
    /// ```
    /// use hailer_activity::SigningSecret;
    ///
    /// let secret = SigningSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
    /// let (id, body) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", br#"{"test": 2432232314}"#);
    /// let signature = secret.sign(id, 1614265330, body);
    ///
    /// assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    /// assert!(secret.verifies(id, 1614265330, body, &signature));
    /// ```
    pub fn sign(&self, id: &str, timestamp: u64, body: &[u8]) -> String {
        let mac = self.mac(id, timestamp, body);
        format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()))
    }

    /// Says whether one of the signatures in a header `webhook-signature` is right. They are compared in constant time, and
    /// a body costs the same whether one is right or not.
    pub fn verifies(&self, id: &str, timestamp: u64, body: &[u8], header: &str) -> bool {
        let mac = self.mac(id, timestamp, body);
        let given = header.split_ascii_whitespace().take(MOST_SIGNATURES);
        let given = given.filter_map(|it| BASE64_STANDARD.decode(it.strip_prefix("v1,")?).ok());
        let mut macs = given.filter(|it| it.len() == MAC_LENGTH);
        macs.any(|it| mac.clone().verify_slice(&it).is_ok())
    }

    #[expect(clippy::expect_used, reason = "HMAC accepts a key of any length")]
    fn mac(&self, id: &str, timestamp: u64, body: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::new_from_slice(&self.0).expect("HMAC accepts a key of any length");
        Mac::update(&mut mac, format!("{id}.{timestamp}.").as_bytes());
        Mac::update(&mut mac, body);
        mac
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SigningSecret(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_secret_is_refused_without_a_quote() {
        for (text, part) in [
            (
                "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                "does not begin with whsec_",
            ),
            ("whsec_!!!", "is not base64"),
            ("whsec_c2hvcnQ=", "decodes to 5 bytes"),
        ] {
            let error = SigningSecret::parse(text).unwrap_err().to_string();
            assert!(error.contains(part) && !error.contains("c2hv"), "{error}");
        }
        let secret = SigningSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        assert_eq!(format!("{secret:?}"), "SigningSecret(***)");
    }

    #[test]
    fn everything_that_is_signed_counts() {
        let secret = SigningSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let other = SigningSecret::parse("whsec_NfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();

        let signature = secret.sign("a", 1, b"x");

        assert_ne!(signature, secret.sign("b", 1, b"x"));
        assert_ne!(signature, secret.sign("a", 2, b"x"));
        assert_ne!(signature, secret.sign("a", 1, b"y"));
        assert_ne!(signature, other.sign("a", 1, b"x"));
    }

    #[test]
    fn one_right_signature_of_several_is_enough_and_nothing_else_is() {
        let secret = SigningSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let other = SigningSecret::parse("whsec_NfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let (right, wrong) = (secret.sign("a", 1, b"x"), other.sign("a", 1, b"x"));
        let verifies = |header: &str| secret.verifies("a", 1, b"x", header);

        assert!(verifies(&right));
        assert!(verifies(&format!("{wrong} v1a,zzzz {right}")));
        for header in [
            "",
            " ",
            "v1,",
            "v1,!!!",
            "v1,AAAA",
            &wrong,
            &right[..right.len() - 4],
            &right.replace("v1,", "v2,"),
            &right.replace("v1,", ""),
            &vec![wrong.clone(); 8]
                .into_iter()
                .chain([right.clone()])
                .collect::<Vec<_>>()
                .join(" "),
        ] {
            assert!(!verifies(header), "{header}");
        }
        assert!(!secret.verifies("b", 1, b"x", &right));
        assert!(!secret.verifies("a", 2, b"x", &right));
        assert!(!secret.verifies("a", 1, b"y", &right));
    }
}
