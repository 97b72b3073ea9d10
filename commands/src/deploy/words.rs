//! Times, versions and endings in words.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hailer::clap;

/// No tag, branch or digest of use is longer.
const LONGEST_VERSION: usize = 128;

/// Writes how long something took.
pub(super) fn took(time: Duration) -> String {
    let seconds = time.as_secs();
    match (seconds / 3_600, seconds / 60, seconds) {
        (0, 0, 0) => format!("{} ms", time.as_millis()),
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, _) if seconds.is_multiple_of(60) => format!("{minutes} min"),
        (0, minutes, _) => format!("{minutes} min {} s", seconds % 60),
        (hours, minutes, _) => format!("{hours} h {} min", minutes % 60),
    }
}

/// Writes how long ago something was, in one unit.
pub(super) fn ago(then_ms: i64, now_ms: i64) -> String {
    let since = now_ms.saturating_sub(then_ms).max(0) / 1_000;
    match (since / 86_400, since / 3_600, since / 60) {
        (0, 0, 0) => format!("{since} s"),
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, _) => format!("{hours} h"),
        (days, _, _) => format!("{days} d"),
    }
}

/// Returns a moment in milliseconds since 1970.
pub(super) fn millis(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Reads a version as people type it: a number, a tag, a branch, the beginning of a digest.
pub(super) fn version(typed: &str) -> Result<String, VersionError> {
    let is_letter = |it: char| it.is_ascii_alphanumeric() || "._-+/".contains(it);
    let is_fine = typed.starts_with(|it: char| it.is_ascii_alphanumeric())
        && typed.chars().all(is_letter)
        && !typed.contains("..")
        && typed.len() <= LONGEST_VERSION;
    if is_fine {
        Ok(typed.to_owned())
    } else {
        Err(VersionError)
    }
}

/// Why a text is no version. The text ends a sentence, as those of `hailer::values` do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a version is letters, digits, and . _ - + / between them, as in 2.42.0")]
pub(super) struct VersionError;

/// What `deploy` commands take that are about one service in one environment.
#[derive(Debug, clap::Args)]
pub(super) struct TargetArgs {
    /// Which service
    pub(super) service: String,
    /// Where
    #[arg(long)]
    pub(super) env: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_what_a_registry_or_git_would_take() {
        for typed in [
            "2.42.0",
            "v1.0-rc.1",
            "main",
            "release/2026-11",
            "3f2a9c1",
            "1.0+build",
        ] {
            assert_eq!(version(typed).as_deref(), Ok(typed));
        }
        for typed in [
            "",
            "-x",
            "a b",
            "../etc",
            "a..b",
            "1;rm",
            "$(id)",
            "{version}",
            "é",
        ] {
            assert_eq!(version(typed), Err(VersionError), "{typed}");
        }
        assert!(version(&"1".repeat(129)).is_err());
    }

    #[test]
    fn times_are_written_in_one_or_two_units() {
        for (seconds, text) in [
            (0, "0 ms"),
            (59, "59 s"),
            (60, "1 min"),
            (61, "1 min 1 s"),
            (3_700, "1 h 1 min"),
        ] {
            assert_eq!(took(Duration::from_secs(seconds)), text);
        }
        assert_eq!(ago(0, 59_999), "59 s");
        assert_eq!(ago(0, 3_600_000 * 25), "1 d");
        assert_eq!(ago(10, 0), "0 s");
    }
}
