//! A version, as people name releases.

use std::fmt;
use std::str::FromStr;

use super::ValueError;

/// A version: one to three numbers, and what may follow them. `2.42` is `2.42.0`.
///
/// It keeps what was typed, for whoever must find a tag by it, and has no order: how releases follow each other is
/// for the project to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    typed: String,
    numbers: [u64; 3],
    suffix: String,
}

/// Reads a version: `2.42.0`, `v2.42`, `2.42.0-rc.1`.
///
/// # Errors
///
/// A [`ValueError`] that says how to write one.
///
/// # Examples
///
/// ```
/// let version = hailer::values::version("v2.42").unwrap();
/// assert_eq!((version.major(), version.minor(), version.patch()), (2, 42, 0));
/// assert_eq!(version.to_string(), "2.42.0");
/// assert_eq!(version.as_typed(), "v2.42");
/// ```
pub fn version(typed: &str) -> Result<Version, ValueError> {
    let typed = typed.trim();
    let text = typed.strip_prefix(['v', 'V']).unwrap_or(typed);
    let end = text.find(['-', '+']).unwrap_or(text.len());
    let (numbers, suffix) = text.split_at(end);
    let is_suffix = suffix.is_empty()
        || (suffix.len() > 1
            && suffix
                .chars()
                .all(|it| it.is_ascii_alphanumeric() || matches!(it, '.' | '-' | '+')));
    if !is_suffix {
        return Err(ValueError::NoVersion);
    }
    let mut parts = numbers.split('.').map(number);
    let major = parts.next().ok_or(ValueError::NoVersion)??;
    let minor = parts.next().transpose()?.unwrap_or_default();
    let patch = parts.next().transpose()?.unwrap_or_default();
    if parts.next().is_some() {
        return Err(ValueError::NoVersion);
    }
    Ok(Version {
        typed: typed.to_owned(),
        numbers: [major, minor, patch],
        suffix: suffix.to_owned(),
    })
}

fn number(text: &str) -> Result<u64, ValueError> {
    // A sign, which `parse` would take, is none of a version.
    if !text.chars().all(|it| it.is_ascii_digit()) {
        return Err(ValueError::NoVersion);
    }
    text.parse().map_err(|_| ValueError::NoVersion)
}

impl Version {
    /// Returns the first number.
    pub fn major(&self) -> u64 {
        let [major, _, _] = self.numbers;
        major
    }

    /// Returns the second number; 0 when it was left out.
    pub fn minor(&self) -> u64 {
        let [_, minor, _] = self.numbers;
        minor
    }

    /// Returns the third number; 0 when it was left out.
    pub fn patch(&self) -> u64 {
        let [_, _, patch] = self.numbers;
        patch
    }

    /// Says whether it comes before the release of its numbers: `2.42.0-rc.1`.
    pub fn is_prerelease(&self) -> bool {
        self.suffix.starts_with('-')
    }

    /// Returns what was typed, a leading `v` included.
    pub fn as_typed(&self) -> &str {
        &self.typed
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch] = self.numbers;
        write!(formatter, "{major}.{minor}.{patch}{}", self.suffix)
    }
}

impl FromStr for Version {
    type Err = ValueError;

    fn from_str(typed: &str) -> Result<Self, ValueError> {
        version(typed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_people_write_them() {
        for (typed, shown) in [
            ("2.42.0", "2.42.0"),
            ("v2.42", "2.42.0"),
            ("V7", "7.0.0"),
            ("2.42.0-rc.1", "2.42.0-rc.1"),
            ("1.0.0+build-5", "1.0.0+build-5"),
        ] {
            assert_eq!(version(typed).unwrap().to_string(), shown, "{typed}");
        }
        assert!(version("2.42.0-rc.1").unwrap().is_prerelease());
        assert!(!version("1.0.0+build-5").unwrap().is_prerelease());
    }

    #[test]
    fn what_is_no_version_is_refused() {
        for typed in [
            "",
            "v",
            "latest",
            "1.",
            ".1",
            "1..2",
            "1.2.3.4",
            "+1.2",
            "1.2.3-",
            "1.2.3-a b",
            "1.x",
            "99999999999999999999",
        ] {
            assert_eq!(version(typed), Err(ValueError::NoVersion), "{typed}");
        }
    }
}
