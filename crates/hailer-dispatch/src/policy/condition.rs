//! What a rule asks of the values of one argument.

use std::fmt;

use crate::argument::{Argument, ValueKind};
use crate::arguments::is_same_name;
use crate::policy::glob::Glob;
use crate::policy::source::{Condition, Verdict};
use crate::policy::values::Values;

/// A condition, ready to be held against values.
#[derive(Debug, Clone)]
pub(super) struct Test {
    argument: String,
    matchers: Vec<Matcher>,
    written: Vec<String>,
    verdict: Verdict,
}

#[derive(Debug, Clone)]
enum Matcher {
    Text(Glob),
    /// A text whose spelling does not matter: capitals, and space round it.
    Spelled(Glob),
    /// A number, or all between two; both ends are in it.
    Number(Option<Number>, Option<Number>),
}

/// A number that keeps what 64 bits of a fraction would lose.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Number {
    Whole(i128),
    Fraction(f64),
}

/// Why a value can never be that of an argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BadValue {
    pub(super) value: String,
    pub(super) why: String,
}

impl Test {
    /// Reads a condition on an argument.
    ///
    /// A rule that denies takes every spelling of a text, one that allows only the one written: where they could
    /// differ, the answer is no.
    pub(super) fn new(
        condition: &Condition,
        argument: &Argument,
        verdict: Verdict,
    ) -> Result<Self, BadValue> {
        let matcher = |value: &String| Matcher::new(value, argument, verdict);
        Ok(Self {
            argument: argument.name.clone(),
            matchers: condition
                .values
                .iter()
                .map(matcher)
                .collect::<Result<_, _>>()?,
            written: condition.values.clone(),
            verdict,
        })
    }

    pub(super) fn argument(&self) -> &str {
        &self.argument
    }

    /// Says whether the values match. Of several values a rule that allows wants all to match, and one that denies
    /// wants one.
    pub(super) fn holds(&self, values: &Values) -> bool {
        let Some(values) = values.get(&self.argument) else {
            return false;
        };
        let matches = |value: &String| self.matchers.iter().any(|it| it.matches(value));
        match self.verdict {
            Verdict::Allow => !values.is_empty() && values.iter().all(matches),
            Verdict::Deny => values.iter().any(matches),
        }
    }
}

impl Matcher {
    fn new(value: &str, argument: &Argument, verdict: Verdict) -> Result<Self, BadValue> {
        let bad = |why: String| BadValue {
            value: value.to_owned(),
            why,
        };
        match argument.value {
            ValueKind::Integer | ValueKind::Number if value != "*" => range(value)
                .ok_or_else(|| bad("it is a number: write one, or a range as in 1..10".to_owned())),
            ValueKind::Boolean if !matches!(value, "true" | "false" | "*") => {
                Err(bad("it is true or false".to_owned()))
            }
            ValueKind::Text if !argument.choices.is_empty() => {
                let glob = Glob::exact(value);
                if argument.choices.iter().any(|choice| glob.matches(choice)) {
                    Ok(Self::Text(glob))
                } else {
                    Err(bad(format!("it is one of {}", argument.choices.join(", "))))
                }
            }
            ValueKind::Text | ValueKind::Integer | ValueKind::Number | ValueKind::Boolean => {
                Ok(match verdict {
                    Verdict::Allow => Self::Text(Glob::exact(value)),
                    Verdict::Deny => Self::Spelled(Glob::ignoring_case(value.trim())),
                })
            }
        }
    }

    fn matches(&self, value: &str) -> bool {
        match self {
            Self::Text(glob) => glob.matches(value),
            Self::Spelled(glob) => glob.matches(value.trim()),
            Self::Number(from, to) => number(value).is_some_and(|it| {
                from.is_none_or(|from| !it.is_below(from)) && to.is_none_or(|to| !to.is_below(it))
            }),
        }
    }
}

/// Reads a number or a range that may be open at one end.
fn range(text: &str) -> Option<Matcher> {
    let Some((from, to)) = text.split_once("..") else {
        let number = number(text)?;
        return Some(Matcher::Number(Some(number), Some(number)));
    };
    let end = |text: &str| match text.trim() {
        "" => Some(None),
        text => number(text).map(Some),
    };
    let (from, to) = (end(from)?, end(to)?);
    let is_empty = matches!((from, to), (Some(from), Some(to)) if to.is_below(from));
    let is_open = from.is_none() && to.is_none();
    (!is_empty && !is_open).then_some(Matcher::Number(from, to))
}

fn number(text: &str) -> Option<Number> {
    let text = text.trim();
    if let Ok(whole) = text.parse() {
        return Some(Number::Whole(whole));
    }
    let fraction = text.parse::<f64>().ok()?;
    (!fraction.is_nan()).then_some(Number::Fraction(fraction))
}

impl Number {
    fn is_below(self, other: Self) -> bool {
        match (self, other) {
            (Self::Whole(left), Self::Whole(right)) => left < right,
            (left, right) => left.as_fraction() < right.as_fraction(),
        }
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "only compared with what is a fraction itself"
    )]
    fn as_fraction(self) -> f64 {
        match self {
            Self::Whole(whole) => whole as f64,
            Self::Fraction(fraction) => fraction,
        }
    }
}

impl fmt::Display for Test {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.argument, self.written.join(" or "))
    }
}

/// Finds the argument that a condition names.
pub(super) fn find<'a>(arguments: &'a [Argument], name: &str) -> Option<&'a Argument> {
    arguments.iter().find(|it| is_same_name(&it.name, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_in(range_text: &str, value: &str) -> bool {
        range(range_text).unwrap().matches(value)
    }

    #[test]
    fn a_range_has_both_its_ends() {
        for value in ["1", "7", "10"] {
            assert!(is_in("1..10", value), "{value}");
        }
        for value in ["0", "11", "-1", "x", ""] {
            assert!(!is_in("1..10", value), "{value}");
        }
        assert!(is_in("..5", "-300") && !is_in("..5", "6"));
        assert!(is_in("5..", "5") && !is_in("5..", "4.9"));
        assert!(is_in("0.5..1", "0.75") && !is_in("0.5..1", "1.01"));
        assert!(is_in("3", "3") && !is_in("3", "4"));
    }

    #[test]
    fn large_numbers_are_told_apart() {
        let large = "18446744073709551615";
        assert!(is_in(large, large));
        assert!(!is_in(large, "18446744073709551614"));
    }

    #[test]
    fn what_is_no_range_is_refused() {
        for text in ["", "..", "10..1", "a..b", "1..x", "prod", "NaN"] {
            assert!(range(text).is_none(), "{text}");
        }
    }
}
