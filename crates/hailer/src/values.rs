//! Value parsers for arguments that are more than text; what is wrong is worded for a channel.
//!
//! # Examples
//!
//! ```
//! use std::time::Duration;
//!
//! use hailer::{clap, values};
//!
//! #[derive(Debug, clap::Args)]
//! struct SilenceArgs {
//!     /// How long, as in 30m
//!     #[arg(value_parser = values::duration)]
//!     time: Duration,
//!     /// Whom to tell
//!     #[arg(long, value_parser = values::person)]
//!     tell: Option<values::Person>,
//! }
//! ```

mod person;
mod version;

use std::time::Duration;

pub use url::Url;

pub use person::{Person, person};
pub use version::{Version, version};

/// Why a text is not the value that is wanted. The texts end a sentence: `"5" can't be the time of silence: …`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ValueError {
    /// A duration has a number without a unit.
    #[error("a duration needs a unit, as in 90s, 5m or 1h30m")]
    NoUnit,
    /// A duration cannot be read.
    #[error("a duration is numbers with units, as in 90s, 5m or 1h30m")]
    NoDuration,
    /// A version cannot be read.
    #[error("a version is one to three numbers with dots, as in 2.42.0 or 2.42.0-rc.1")]
    NoVersion,
    /// An address has no scheme that is used on the web.
    #[error("an address begins with https:// or http://, as in https://example.com/health")]
    NoScheme,
    /// An address cannot be read.
    #[error("this is no address; one is written as in https://example.com/health")]
    NoAddress,
    /// An address has a password or a name for signing in, which a channel should not see.
    #[error("an address with a name or a password in it is not taken")]
    Credentials,
    /// A person is not mentioned.
    #[error("a person is mentioned with @, as in @Mira")]
    NoMention,
}

/// Reads a time span: `90s`, `5m`, `1h30m`, `"2 hours"`.
///
/// # Errors
///
/// A [`ValueError`] that says how to write one.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// assert_eq!(hailer::values::duration("1h30m"), Ok(Duration::from_secs(5400)));
/// assert!(hailer::values::duration("5").unwrap_err().to_string().contains("needs a unit"));
/// ```
pub fn duration(typed: &str) -> Result<Duration, ValueError> {
    let typed = typed.trim();
    // humantime takes a bare 0; with other numbers that would teach people a habit that fails.
    if !typed.is_empty() && typed.chars().all(|it| it.is_ascii_digit() || it == '.') {
        return Err(ValueError::NoUnit);
    }
    humantime::parse_duration(typed).map_err(|_| ValueError::NoDuration)
}

/// Reads a web address, `http` or `https`, with a host and without a password.
///
/// # Errors
///
/// A [`ValueError`] that says how to write one.
///
/// # Examples
///
/// ```
/// let address = hailer::values::url("https://example.com/health").unwrap();
/// assert_eq!(address.host_str(), Some("example.com"));
/// ```
pub fn url(typed: &str) -> Result<Url, ValueError> {
    let typed = typed.trim();
    let has_scheme = ["http://", "https://"].iter().any(|scheme| {
        let start = typed.get(..scheme.len());
        start.is_some_and(|it| it.eq_ignore_ascii_case(scheme))
    });
    if !has_scheme {
        return Err(ValueError::NoScheme);
    }
    let url = Url::parse(typed).map_err(|_| ValueError::NoAddress)?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(ValueError::Credentials);
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_people_write_them() {
        for (typed, seconds) in [
            ("90s", 90),
            ("5m", 300),
            ("5min", 300),
            ("1h30m", 5400),
            ("2 hours", 7200),
            (" 1d ", 86400),
            ("0s", 0),
        ] {
            assert_eq!(duration(typed), Ok(Duration::from_secs(seconds)), "{typed}");
        }
    }

    #[test]
    fn a_duration_without_a_unit_is_told_from_what_is_none() {
        for typed in ["5", "0", "1.5"] {
            assert_eq!(duration(typed), Err(ValueError::NoUnit), "{typed}");
        }
        for typed in ["", "soon", "-5m", "5 bananas", "99999999999999999999h"] {
            assert_eq!(duration(typed), Err(ValueError::NoDuration), "{typed}");
        }
    }

    #[test]
    fn an_address_is_one_of_the_web() {
        for typed in ["https://example.com", "HTTP://[::1]:8080/a?b#c"] {
            assert!(url(typed).is_ok(), "{typed}");
        }
        for (typed, error) in [
            ("example.com", ValueError::NoScheme),
            ("ftp://example.com", ValueError::NoScheme),
            ("javascript:alert(1)", ValueError::NoScheme),
            ("", ValueError::NoScheme),
            ("https://", ValueError::NoAddress),
            ("https://exa mple.com", ValueError::NoAddress),
            ("https://mira:secret@example.com", ValueError::Credentials),
        ] {
            assert_eq!(url(typed), Err(error), "{typed}");
        }
    }

    #[test]
    fn texts_end_a_sentence() {
        for error in [
            ValueError::NoUnit,
            ValueError::NoDuration,
            ValueError::NoVersion,
            ValueError::NoScheme,
            ValueError::NoAddress,
            ValueError::Credentials,
            ValueError::NoMention,
        ] {
            let text = error.to_string();
            assert!(
                text.starts_with(char::is_lowercase) && !text.ends_with('.'),
                "{text}"
            );
        }
    }
}
