//! Draws problems for a terminal: code, place, the line with carets, the way out.

use std::fmt;

use super::problem::{Location, Problem, Problems, Severity};
use super::width::{columns, is_hidden, printable};

/// Longer words from a file are cut: a message has to fit on a line.
const WORD_LIMIT: usize = 60;

/// Line numbers below 100 stand in the same column, so that short files look even.
const GUTTER: usize = 2;

/// The carets end here, so that one long value does not fill the screen.
const CARET_LIMIT: usize = 80;

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        draw(self, formatter)
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        draw_all(self, formatter)
    }
}

fn draw_all(problems: &Problems, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (index, problem) in problems.iter().enumerate() {
        if index > 0 {
            formatter.write_str("\n\n")?;
        }
        draw(problem, formatter)?;
    }
    let summary = summary(problems.error_count(), problems.warning_count());
    if !problems.is_empty() {
        formatter.write_str("\n")?;
    }
    formatter.write_str(&summary)
}

fn draw(problem: &Problem, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    let severity = match problem.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    write!(formatter, "{severity}[{}]: {}", problem.code, problem.text)?;
    let help = problem.help.as_deref().unwrap_or_default();
    let place = match &problem.location {
        None => return draw_aside("\n ", help, formatter),
        Some(Location::File { path }) => format!("\n  --> {}", printable(path)),
        Some(Location::Variable { name }) => {
            format!("\n  --> environment variable {}", printable(name))
        }
        Some(Location::Line {
            path,
            line,
            column,
            length,
            text,
        }) => {
            let width = GUTTER.max(line.to_string().len());
            let place = format!("\n{:width$}--> {}:{line}:{column}", "", printable(path));
            if let Some(text) = text {
                formatter.write_str(&place)?;
                let marked = Marked {
                    line: *line,
                    width,
                    text,
                    before: column.saturating_sub(1),
                    length: *length,
                };
                return marked.draw(help, formatter);
            }
            place
        }
    };
    formatter.write_str(&place)?;
    draw_aside("  ", help, formatter)
}

/// A line of a file with the part that is meant.
struct Marked<'a> {
    line: usize,
    width: usize,
    text: &'a str,
    before: usize,
    length: usize,
}

impl Marked<'_> {
    fn draw(&self, help: &str, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let before: String = self.text.chars().take(self.before).collect();
        let meant: String = self
            .text
            .chars()
            .skip(self.before)
            .take(self.length)
            .collect();
        let indent = " ".repeat(columns(&before));
        let carets = "^".repeat(columns(&meant).clamp(1, CARET_LIMIT));
        let width = self.width;
        let line = self.line;
        let text = printable(self.text);
        let text = text.trim_end();
        write!(formatter, "\n{:width$} |", "")?;
        write!(formatter, "\n{line:>width$} | {text}")?;
        write!(formatter, "\n{:width$} | {indent}{carets}", "")?;
        draw_aside("", help, formatter)
    }
}

fn draw_aside(lead: &str, help: &str, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    if help.is_empty() {
        return Ok(());
    }
    write!(formatter, "{lead} {help}")
}

fn summary(errors: usize, warnings: usize) -> String {
    let count = |number: usize, word: &str| match number {
        1 => format!("1 {word}"),
        _ => format!("{number} {word}s"),
    };
    match (errors, warnings) {
        (0, 0) => "no problems".to_owned(),
        (_, 0) => format!("{}.", count(errors, "error")),
        (0, _) => format!("{}.", count(warnings, "warning")),
        (_, _) => format!(
            "{}, {}.",
            count(errors, "error"),
            count(warnings, "warning")
        ),
    }
}

/// Returns a word from a file as a message may repeat it: short, on one line, without controls.
pub(super) fn shown(word: &str) -> String {
    let mut shown = String::new();
    for (index, letter) in word.chars().enumerate() {
        if index == WORD_LIMIT {
            shown.push('…');
            break;
        }
        if is_hidden(letter) {
            shown.extend(letter.escape_unicode());
        } else {
            shown.push(letter);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(line: usize, column: usize, length: usize, text: Option<&str>) -> Location {
        Location::Line {
            path: "hailer.toml".to_owned(),
            line,
            column,
            length,
            text: text.map(str::to_owned),
        }
    }

    fn unknown() -> Problem {
        Problem::error("HL201", "unknown key `lissten`").with_help("did you mean `listen`?")
    }

    #[test]
    fn a_problem_in_a_line_is_drawn_with_carets() {
        let problem = unknown().at(at(9, 1, 7, Some("lissten = \"127.0.0.1:3978\"")));

        assert_eq!(
            problem.to_string(),
            "\
error[HL201]: unknown key `lissten`
  --> hailer.toml:9:1
   |
 9 | lissten = \"127.0.0.1:3978\"
   | ^^^^^^^ did you mean `listen`?"
        );
    }

    #[test]
    fn the_gutter_grows_with_the_line_number() {
        let problem = unknown().at(at(1234, 3, 7, Some("  lissten = 1")));

        assert_eq!(
            problem.to_string(),
            "\
error[HL201]: unknown key `lissten`
    --> hailer.toml:1234:3
     |
1234 |   lissten = 1
     |   ^^^^^^^ did you mean `listen`?"
        );
    }

    #[test]
    fn tabs_and_wide_characters_do_not_move_the_carets() {
        let problem = unknown().at(at(3, 16, 2, Some("\tname = \"東京🚀\", é東 = 1")));

        assert_eq!(
            problem.to_string(),
            "\
error[HL201]: unknown key `lissten`
  --> hailer.toml:3:16
   |
 3 |     name = \"東京🚀\", é東 = 1
   |                      ^^^ did you mean `listen`?"
        );
    }

    #[test]
    fn without_a_line_the_help_follows_the_place() {
        let hidden = unknown().at(at(26, 18, 4, None));
        let variable = unknown().at(Location::Variable {
            name: "HAILER_SERVER__LISSTEN".to_owned(),
        });
        let file = unknown().at(Location::File {
            path: "hailer.toml".to_owned(),
        });

        assert_eq!(
            hidden.to_string(),
            "error[HL201]: unknown key `lissten`\n  --> hailer.toml:26:18   did you mean `listen`?"
        );
        assert_eq!(
            variable.to_string(),
            "error[HL201]: unknown key `lissten`\n  --> environment variable HAILER_SERVER__LISSTEN   did you mean `listen`?"
        );
        assert_eq!(
            file.to_string(),
            "error[HL201]: unknown key `lissten`\n  --> hailer.toml   did you mean `listen`?"
        );
        assert_eq!(
            unknown().to_string(),
            "error[HL201]: unknown key `lissten`\n  did you mean `listen`?"
        );
    }

    #[test]
    fn the_last_line_counts() {
        let warning = Problem::warning("HL222", "nothing is kept");
        let all = |list: &[&Problem]| {
            let list: Vec<_> = list.iter().map(|it| (*it).clone()).collect();
            Problems::new(list).to_string()
        };

        assert!(all(&[&unknown()]).ends_with("\n1 error."));
        assert!(all(&[&unknown(), &unknown(), &warning]).ends_with("\n2 errors, 1 warning."));
        assert!(all(&[&warning, &warning]).ends_with("\n2 warnings."));
        assert_eq!(all(&[]), "no problems");
    }

    #[test]
    fn words_are_short_and_harmless() {
        assert_eq!(shown("a\u{1b}[31m\nb"), "a\\u{1b}[31m\\u{a}b");
        assert_eq!(shown(&"x".repeat(200)), format!("{}…", "x".repeat(60)));
    }
}
