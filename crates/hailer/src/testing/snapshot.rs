//! Comparing a reply with a file that somebody has read.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::config::Environment;

/// Compares pretty JSON with a file; with `UPDATE` set, writes it instead.
pub(super) fn compare(path: &str, json: &str) -> Result<(), String> {
    let environment = Environment::from_process();
    let root = environment.get("CARGO_MANIFEST_DIR").unwrap_or(".");
    let file = PathBuf::from(root).join(path);
    let value: Value =
        serde_json::from_str(json).map_err(|error| format!("which is no JSON: {error}"))?;
    let actual = format!("{value:#}\n");
    if environment
        .get("UPDATE")
        .is_some_and(|it| !it.is_empty() && it != "0")
    {
        return write(&file, &actual);
    }
    match fs::read_to_string(&file) {
        Ok(expected) if expected == actual => Ok(()),
        Ok(expected) => Err(format!(
            "which is not what {path} holds; UPDATE=1 writes it anew\n{}",
            difference(&expected, &actual)
        )),
        Err(error) => Err(format!(
            "and {path} cannot be read ({error}); UPDATE=1 writes it"
        )),
    }
}

fn write(file: &PathBuf, text: &str) -> Result<(), String> {
    let folder = file.parent().map_or(Ok(()), fs::create_dir_all);
    folder
        .and_then(|()| fs::write(file, text))
        .map_err(|error| format!("and {} cannot be written: {error}", file.display()))
}

/// Shows the lines from the first to the last that differs.
fn difference(expected: &str, actual: &str) -> String {
    let (expected, actual): (Vec<&str>, Vec<&str>) =
        (expected.lines().collect(), actual.lines().collect());
    let same = expected
        .iter()
        .zip(&actual)
        .take_while(|(left, right)| left == right)
        .count();
    let tail = expected
        .iter()
        .rev()
        .zip(actual.iter().rev())
        .take_while(|(left, right)| left == right)
        .count();
    let tail = tail.min(expected.len() - same).min(actual.len() - same);
    let shown = |lines: &[&str], sign: &str| {
        let part = lines.get(same..lines.len() - tail).unwrap_or_default();
        part.iter()
            .map(|line| format!("  {sign} {line}\n"))
            .collect::<String>()
    };
    format!(
        "  from line {}:\n{}{}",
        same + 1,
        shown(&expected, "-"),
        shown(&actual, "+")
    )
}

#[cfg(test)]
mod tests {
    use super::difference;

    #[test]
    fn only_what_differs_is_shown() {
        assert_eq!(
            difference("a\nb\nc\n", "a\nx\ny\nc\n"),
            "  from line 2:\n  - b\n  + x\n  + y\n"
        );
        assert_eq!(difference("a\n", "a\na\n"), "  from line 2:\n  + a\n");
    }
}
