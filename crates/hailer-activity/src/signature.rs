//! The signature: base64 of HMAC-SHA256 over the raw body, in `Authorization: HMAC …`.
//!
//! Source: [Outgoing webhooks](https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-outgoing-webhook).
//! A pure function without web types, so that it can be tested to the last bit.

use std::fmt;

use base64::prelude::{BASE64_STANDARD, Engine};
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// HMAC-SHA256 gives 32 bytes.
const MAC_LENGTH: usize = 32;

/// 32 bytes in padded base64.
const MAC_BASE64_LENGTH: usize = 44;

/// The length of a token that Teams makes, decoded.
const TEAMS_KEY_LENGTH: usize = 32;

/// The key of an outgoing webhook: its security token, decoded.
///
/// `Debug` shows nothing of it.
#[derive(Clone)]
pub struct HmacKey {
    keyed: Hmac<Sha256>,
    length: usize,
}

/// Why a security token cannot be a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The token is blank, as when a variable is set to nothing.
    #[error("the security token is empty")]
    Empty,
    /// The token holds something that base64 does not have.
    #[error("the security token is not base64: character {position} cannot be part of it")]
    NotBase64 {
        /// Which character, counted from 1.
        position: usize,
    },
    /// The token has a length that base64 cannot have: something was lost when copying.
    #[error(
        "the security token has {length} characters, which base64 cannot have; a token of Teams has 44 and ends in `=`"
    )]
    WrongLength {
        /// How many characters it has.
        length: usize,
    },
    /// The token decodes to so little that it could be guessed.
    #[error(
        "the security token decodes to {length} bytes; at least {} are needed, and tokens of Teams have 32",
        HmacKey::MINIMUM_LENGTH
    )]
    TooShort {
        /// How many bytes it decodes to.
        length: usize,
    },
}

impl HmacKey {
    /// Fewer decoded bytes than this are refused, as too easy to guess.
    pub const MINIMUM_LENGTH: usize = 24;

    /// Decodes a security token as Teams shows it. White space round it is ignored, because files and
    /// pastes end in newlines.
    ///
    /// # Errors
    ///
    /// A [`KeyError`] that never repeats the token.
    pub fn from_base64(token: &str) -> Result<Self, KeyError> {
        let token = token.trim();
        if token.is_empty() {
            return Err(KeyError::Empty);
        }
        let bytes = BASE64_STANDARD
            .decode(token)
            .map_err(|error| explain(token, &error))?;
        if bytes.len() < Self::MINIMUM_LENGTH {
            return Err(KeyError::TooShort {
                length: bytes.len(),
            });
        }
        Ok(Self::from_bytes(&bytes))
    }

    /// Says whether the key is as long as those that Teams makes (32 bytes).
    pub fn has_teams_length(&self) -> bool {
        self.length == TEAMS_KEY_LENGTH
    }

    /// Returns the decoded length in bytes.
    pub fn length(&self) -> usize {
        self.length
    }

    /// Signs a body: returns the value of the `Authorization` header.
    pub fn sign(&self, body: &[u8]) -> String {
        let mut mac = self.keyed.clone();
        mac.update(body);
        format!(
            "HMAC {}",
            BASE64_STANDARD.encode(mac.finalize().into_bytes())
        )
    }

    /// Compares in constant time.
    fn matches(&self, body: &[u8], mac: &[u8; MAC_LENGTH]) -> bool {
        let mut keyed = self.keyed.clone();
        keyed.update(body);
        keyed.verify_slice(mac).is_ok()
    }

    #[expect(clippy::expect_used, reason = "HMAC accepts a key of any length")]
    fn from_bytes(bytes: &[u8]) -> Self {
        let keyed = Hmac::new_from_slice(bytes).expect("HMAC accepts a key of any length");
        Self {
            keyed,
            length: bytes.len(),
        }
    }
}

impl fmt::Debug for HmacKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("HmacKey(***)")
    }
}

fn explain(token: &str, error: &base64::DecodeError) -> KeyError {
    let foreign = token
        .chars()
        .position(|it| !(it.is_ascii_alphanumeric() || matches!(it, '+' | '/' | '=')));
    match (foreign, error) {
        (Some(index), _) => KeyError::NotBase64 {
            position: index + 1,
        },
        (None, base64::DecodeError::InvalidByte(index, _)) => KeyError::NotBase64 {
            position: index + 1,
        },
        (None, _) => KeyError::WrongLength {
            length: token.chars().count(),
        },
    }
}

/// Why a request was not signed by the webhook it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// There is no `Authorization` header: a proxy strips it, or the caller is not Teams.
    #[error("no authorization header")]
    MissingHeader,
    /// The header has another scheme: `Bearer` comes from a Bot Framework bot.
    #[error("the authorization scheme is not HMAC")]
    WrongScheme,
    /// What follows the scheme is not the base64 of 32 bytes.
    #[error("the signature is not the base64 of 32 bytes")]
    Malformed,
    /// The signature belongs to other bytes or to another token.
    #[error("signature does not match the body")]
    Mismatch,
}

/// A body whose signature matched: the only thing an activity is parsed from.
///
/// It cannot be made in any other way than by [`verify`].
#[derive(Debug, Clone)]
pub struct VerifiedBody {
    bytes: Bytes,
    key_index: usize,
}

impl VerifiedBody {
    /// Returns the bytes that were signed.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the bytes to keep: they are shared, not copied.
    pub fn to_bytes(&self) -> Bytes {
        self.bytes.clone()
    }

    /// Returns which of the keys matched, counted from 0.
    pub fn key_index(&self) -> usize {
        self.key_index
    }
}

/// Checks the value of the `Authorization` header against the raw body, in constant time for each key.
///
/// The scheme's case does not matter; everything else is taken to the letter: one space, the standard
/// alphabet, padding, 44 characters.
///
/// # Errors
///
/// A [`SignatureError`] that says which part is wrong. Callers must answer all of them alike.
pub fn verify(
    keys: &[HmacKey],
    header: Option<&[u8]>,
    body: Bytes,
) -> Result<VerifiedBody, SignatureError> {
    let mac = parse_header(header)?;
    let matching = keys.iter().position(|key| key.matches(&body, &mac));
    let key_index = matching.ok_or(SignatureError::Mismatch)?;
    Ok(VerifiedBody {
        bytes: body,
        key_index,
    })
}

fn parse_header(header: Option<&[u8]>) -> Result<[u8; MAC_LENGTH], SignatureError> {
    let header = header.ok_or(SignatureError::MissingHeader)?;
    let Some((scheme, encoded)) = header.split_at_checked(5) else {
        return Err(SignatureError::WrongScheme);
    };
    if !scheme.eq_ignore_ascii_case(b"HMAC ") {
        return Err(SignatureError::WrongScheme);
    }
    if encoded.len() != MAC_BASE64_LENGTH {
        return Err(SignatureError::Malformed);
    }
    let decoded = BASE64_STANDARD
        .decode(encoded)
        .map_err(|_| SignatureError::Malformed)?;
    decoded.try_into().map_err(|_| SignatureError::Malformed)
}

#[cfg(test)]
mod tests;
