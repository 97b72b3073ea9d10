//! Identifiers that the store makes: of jobs, of kept texts, of one opening of a store.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// Crockford's base 32: no I, L, O and U, which people misread.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The length of a new job's id: a million jobs fit before the ids grow.
const SHORTEST: usize = 4;

/// More than any store makes; longer input is no id.
const LONGEST: usize = 16;

/// The short id of a job, as people type it: `K7Q2`.
///
/// Reading ignores case and takes `O` for `0`, `I` and `L` for `1`.
///
/// # Examples
///
/// ```
/// use hailer_store::JobId;
///
/// let id: JobId = "k7ol".parse()?;
/// assert_eq!(id.to_string(), "K701");
/// # Ok::<(), hailer_store::InvalidId>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(String);

/// The short id of a text that was kept for `more ID`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TextId(String);

/// The id of one opening of a store: never used again, and so never that of an earlier process.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BootId(String);

/// Says why a text is not the id of a job or of a kept text.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{text}` is not an id; ids have 4 to 16 letters and digits, without U")]
#[non_exhaustive]
pub struct InvalidId {
    /// What was read, cut to 40 characters.
    pub text: String,
}

impl JobId {
    /// Returns a random id for the `tries`-th attempt to find a free one: it grows with every second attempt.
    pub(crate) fn random(tries: usize) -> Result<Self, getrandom::Error> {
        random_text((SHORTEST + tries / 2).min(LONGEST)).map(Self)
    }

    /// Takes an id that the store itself has written.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }

    /// Returns the id as it is shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TextId {
    /// Returns a random id for the `tries`-th attempt to find a free one.
    pub(crate) fn random(tries: usize) -> Result<Self, getrandom::Error> {
        random_text((SHORTEST + tries / 2).min(LONGEST)).map(Self)
    }

    /// Returns the id as it is shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl BootId {
    /// Returns an id of 128 random bits.
    pub(crate) fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes)?;
        Ok(Self(hex(&bytes)))
    }

    /// Takes an id that the store itself has written.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }

    /// Returns the id as it is stored: 32 hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Writes bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use fmt::Write;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            let _infallible = write!(text, "{byte:02x}");
            text
        })
}

fn random_text(length: usize) -> Result<String, getrandom::Error> {
    let mut bytes = vec![0; length];
    getrandom::fill(&mut bytes)?;
    Ok(bytes
        .iter()
        .filter_map(|byte| ALPHABET.get(usize::from(byte % 32)))
        .map(|letter| char::from(*letter))
        .collect())
}

fn parse(text: &str) -> Result<String, InvalidId> {
    let invalid = || InvalidId {
        text: text.chars().take(40).collect(),
    };
    let letters: Option<String> = text.trim().chars().map(canonical).collect();
    let id = letters.ok_or_else(invalid)?;
    if (SHORTEST..=LONGEST).contains(&id.len()) {
        Ok(id)
    } else {
        Err(invalid())
    }
}

fn canonical(letter: char) -> Option<char> {
    let upper = match letter.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    ALPHABET
        .iter()
        .map(|known| char::from(*known))
        .find(|known| *known == upper)
}

impl FromStr for JobId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        parse(text).map(Self)
    }
}

impl FromStr for TextId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        parse(text).map(Self)
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for JobId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "JobId({})", self.0)
    }
}

impl fmt::Display for TextId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for TextId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "TextId({})", self.0)
    }
}

impl fmt::Display for BootId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for BootId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "BootId({})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn look_alikes_are_read_as_what_was_meant() {
        let id: JobId = " oIlu1".replace('u', "v").parse().expect("an id");

        assert_eq!(id.as_str(), "011V1");
    }

    #[test]
    fn what_is_no_id_is_refused() {
        for text in [
            "",
            "K7Q",
            "K7QU",
            "K7 Q2",
            "K7Q2-",
            "ÄÄÄÄ",
            "00000000000000000",
        ] {
            assert!(text.parse::<JobId>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_new_id_has_four_letters_until_those_are_taken() {
        assert_eq!(JobId::random(0).expect("random").as_str().len(), 4);
        assert_eq!(JobId::random(4).expect("random").as_str().len(), 6);
        assert_eq!(JobId::random(1000).expect("random").as_str().len(), 16);
    }

    #[test]
    fn two_boots_differ() {
        assert_ne!(
            BootId::random().expect("random"),
            BootId::random().expect("random")
        );
    }

    proptest! {
        #[test]
        fn every_new_id_reads_as_itself(tries in 0_usize..40) {
            let id = JobId::random(tries).expect("random");

            prop_assert_eq!(id.to_string().to_lowercase().parse::<JobId>(), Ok(id));
        }

        #[test]
        fn reading_never_panics(text in ".*") {
            let _result = text.parse::<JobId>();
        }
    }
}
