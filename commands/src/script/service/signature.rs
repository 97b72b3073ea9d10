//! Signatures in the form of Standard Webhooks, so that services check them with a library that is there already.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// What a secret begins with.
const PREFIX: &str = "whsec_";

/// How long a secret may be, decoded.
const LENGTHS: std::ops::RangeInclusive<usize> = 24..=64;

/// A secret that the bot and a service share.
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
        let secret = STANDARD
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
    /// use hailer_commands::script::SigningSecret;
    ///
    /// let secret = SigningSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
    /// let signature = secret.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, br#"{"test": 2432232314}"#);
    /// assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    /// ```
    pub fn sign(&self, id: &str, timestamp: u64, body: &[u8]) -> String {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else {
            // HMAC takes keys of every length.
            return String::new();
        };
        mac.update(format!("{id}.{timestamp}.").as_bytes());
        mac.update(body);
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
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
}
