//! Lines by which a script says how far it is.

use hailer::Invocation;
use regex::Regex;

/// What a line of progress begins with, whatever the configuration says.
pub(super) const PREFIX: &str = "::progress ";

/// How the lines of progress of a script look that was there before the bot.
#[derive(Debug, Clone)]
pub struct ProgressLine {
    regex: Regex,
    groups: usize,
}

/// What is heard of a script while it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told<'t> {
    /// How far it is.
    Progress {
        /// Steps done.
        done: u64,
        /// Steps in all.
        total: u64,
        /// What it does now.
        text: &'t str,
    },
    /// A line of its output, without secrets.
    Line(&'t str),
}

impl Told<'_> {
    /// Passes it on to the job that the script works for.
    pub(crate) fn note(self, invocation: &Invocation) {
        match self {
            Self::Progress { done, total, text } => invocation.progress(done, total, text),
            Self::Line(line) => invocation.log(line),
        }
    }
}

/// Why an expression finds no lines of progress.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProgressLineError {
    /// It is no regular expression.
    #[error("it is no regular expression")]
    NoRegex,
    /// It says nothing of how far the script is.
    #[error(
        "it has {0} groups; one is the percentage, two are steps done and steps in all, a third is a text"
    )]
    Groups(usize),
}

impl ProgressLine {
    /// Compiles an expression. Its groups are steps done, steps in all and a text, or one that is the percentage.
    ///
    /// # Errors
    ///
    /// It is none, or has other groups.
    ///
    /// # Examples
    ///
    /// ```
    /// use hailer_commands::script::ProgressLine;
    ///
    /// let line = ProgressLine::new(r"^PROGRESS (\d+)/(\d+) (.*)$").unwrap();
    /// assert_eq!(line.read("PROGRESS 3/10 packing"), Some((3, 10, "packing")));
    /// assert_eq!(line.read("packing"), None);
    /// ```
    pub fn new(pattern: &str) -> Result<Self, ProgressLineError> {
        let regex = Regex::new(pattern).map_err(|_| ProgressLineError::NoRegex)?;
        match regex.captures_len() - 1 {
            groups @ 1..=3 => Ok(Self { regex, groups }),
            groups => Err(ProgressLineError::Groups(groups)),
        }
    }

    /// Reads a line: steps done, steps in all, and a text.
    pub fn read<'l>(&self, line: &'l str) -> Option<(u64, u64, &'l str)> {
        let found = self.regex.captures(line)?;
        let number = |group: usize| found.get(group)?.as_str().parse::<u64>().ok();
        if self.groups == 1 {
            return Some((number(1)?, 100, ""));
        }
        let text = found.get(3).map_or("", |it| it.as_str().trim());
        Some((number(1)?, number(2)?, text))
    }
}

/// Reads `::progress 3/10 message`.
pub(super) fn read_usual(line: &str) -> Option<(u64, u64, &str)> {
    let rest = line.strip_prefix(PREFIX)?.trim();
    let (steps, text) = rest.split_once(' ').unwrap_or((rest, ""));
    let (done, total) = steps.split_once('/')?;
    Some((done.parse().ok()?, total.parse().ok()?, text.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_steps_and_a_text() {
        assert_eq!(
            read_usual("::progress 3/10 half way"),
            Some((3, 10, "half way"))
        );
        assert_eq!(read_usual("::progress 3/10"), Some((3, 10, "")));
        for line in [
            "::progress",
            "::progress x/10 y",
            "::progress 3",
            "::progress -1/2",
        ] {
            assert_eq!(read_usual(line), None, "{line}");
        }
    }

    #[test]
    fn an_expression_has_one_to_three_groups() {
        let percent = ProgressLine::new(r"(\d+)% done").unwrap();
        assert_eq!(percent.read("  42% done"), Some((42, 100, "")));
        let steps = ProgressLine::new(r"step (\d+) of (\d+)").unwrap();
        assert_eq!(steps.read("step 2 of 3: x"), Some((2, 3, "")));
        assert_eq!(steps.read("step 99999999999999999999 of 3"), None);
        assert_eq!(
            ProgressLine::new("(").unwrap_err(),
            ProgressLineError::NoRegex
        );
        for (pattern, groups) in [("x", 0), ("(a)(b)(c)(d)", 4)] {
            let error = ProgressLine::new(pattern).unwrap_err();
            assert_eq!(error, ProgressLineError::Groups(groups));
        }
    }
}
