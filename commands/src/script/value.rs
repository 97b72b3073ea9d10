//! Reading what somebody typed as the type that an argument declares.

use std::net::Ipv6Addr;

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use hailer::values;

use crate::script::argument::{ArgumentType, ScriptArgument};

/// Longer values are refused: no program needs them on its command line.
const LONGEST: usize = 4096;

/// The value of an argument, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// It was left out.
    Absent,
    /// A flag that was given, or not.
    Flag(bool),
    /// One value.
    One(String),
    /// Several values.
    Many(Vec<String>),
}

/// Why a text is not the value that is wanted. The texts end a sentence, as those of `hailer::values` do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ValueRefusal {
    /// It is blank.
    #[error("it is empty")]
    Empty,
    /// It is too long.
    #[error("it is longer than {LONGEST} bytes")]
    TooLong,
    /// It holds characters that nobody sees.
    #[error("it holds a line break or another character that cannot be seen")]
    Invisible,
    /// A program would take it for an option.
    #[error("it must not begin with -")]
    Dash,
    /// It is no whole number.
    #[error("it has to be a whole number, as in 5")]
    NoInteger,
    /// It is no number.
    #[error("it has to be a number, as in 2.5")]
    NoNumber,
    /// A number is too small or too large.
    #[error("it has to be {0}")]
    OutOfRange(String),
    /// It is no point in time.
    #[error("it has to be a date, or a date and a time, as in 2026-11-24 or 2026-11-24T15:30:00Z")]
    NoDateTime,
    /// It is no name of a host.
    #[error("it has to be the name or the address of a host, as in db1.example.com or 192.0.2.7")]
    NoHost,
    /// It is no path below the root.
    #[error(
        "it has to be a path in the folder that an admin chose, as in logs/app.log; .. and / at the beginning are refused"
    )]
    NoPath,
    /// It does not match the pattern.
    #[error("it has to match {0}")]
    NoMatch(String),
    /// It is of a type that `hailer::values` reads.
    #[error("{0}")]
    Other(#[from] values::ValueError),
}

/// Reads a value; returns it as the program gets it.
///
/// # Errors
///
/// A [`ValueRefusal`], which the channel reads.
pub(super) fn read(argument: &ScriptArgument, typed: &str) -> Result<String, ValueRefusal> {
    let is_multiline = argument.kind == ArgumentType::Text { lines: true };
    check_characters(typed, is_multiline)?;
    let value = match &argument.kind {
        ArgumentType::Text { .. } | ArgumentType::Secret | ArgumentType::Person => typed.to_owned(),
        ArgumentType::Choice { .. } | ArgumentType::ChoiceFrom { .. } | ArgumentType::Flag => {
            typed.to_owned()
        }
        ArgumentType::Integer { least, most } => integer(typed, *least, *most)?.to_string(),
        ArgumentType::Number { least, most } => number(typed, *least, *most)?,
        ArgumentType::Duration => values::duration(typed).map(|_| typed.trim().to_owned())?,
        ArgumentType::DateTime => date_time(typed)?,
        ArgumentType::Version => values::version(typed).map(|it| it.to_string())?,
        ArgumentType::Url => values::url(typed).map(|it| it.to_string())?,
        ArgumentType::Host => host(typed)?,
        ArgumentType::Path { .. } => path(typed)?,
        ArgumentType::Pattern(pattern) if pattern.is_match(typed) => typed.to_owned(),
        ArgumentType::Pattern(pattern) => {
            return Err(ValueRefusal::NoMatch(pattern.shown().to_owned()));
        }
    };
    if value.starts_with('-') && !argument.may_begin_with_dash() {
        return Err(ValueRefusal::Dash);
    }
    Ok(value)
}

fn check_characters(typed: &str, is_multiline: bool) -> Result<(), ValueRefusal> {
    if typed.trim().is_empty() {
        return Err(ValueRefusal::Empty);
    }
    if typed.len() > LONGEST {
        return Err(ValueRefusal::TooLong);
    }
    // Besides controls: what turns the direction of a text, or breaks its line.
    let is_invisible = |it: char| {
        it.is_control()
            || matches!(it, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{206f}' | '\u{200b}' | '\u{feff}')
    };
    let is_allowed = |it: char| is_multiline && matches!(it, '\n' | '\t');
    if typed.chars().any(|it| is_invisible(it) && !is_allowed(it)) {
        return Err(ValueRefusal::Invisible);
    }
    Ok(())
}

pub(super) fn integer(
    typed: &str,
    least: Option<i64>,
    most: Option<i64>,
) -> Result<i64, ValueRefusal> {
    let number: i64 = typed.trim().parse().map_err(|_| ValueRefusal::NoInteger)?;
    let is_small = least.is_some_and(|least| number < least);
    let is_large = most.is_some_and(|most| number > most);
    if is_small || is_large {
        return Err(out_of_range(least, most));
    }
    Ok(number)
}

/// Keeps the digits as they were typed.
fn number(typed: &str, least: Option<i64>, most: Option<i64>) -> Result<String, ValueRefusal> {
    let typed = typed.trim();
    let is_plain = |it: char| it.is_ascii_digit() || matches!(it, '.' | '-');
    let number: f64 = typed.parse().map_err(|_| ValueRefusal::NoNumber)?;
    if !typed.chars().all(is_plain) || !number.is_finite() {
        return Err(ValueRefusal::NoNumber);
    }
    let is_beyond = |limit: i64, is: fn(f64, f64) -> bool| {
        // Limits are small numbers in a configuration; a few of the last digits do not matter.
        #[expect(clippy::cast_precision_loss, reason = "as above")]
        let limit = limit as f64;
        is(number, limit)
    };
    let is_small = least.is_some_and(|least| is_beyond(least, |one, two| one < two));
    let is_large = most.is_some_and(|most| is_beyond(most, |one, two| one > two));
    if is_small || is_large {
        return Err(out_of_range(least, most));
    }
    Ok(typed.to_owned())
}

fn out_of_range(least: Option<i64>, most: Option<i64>) -> ValueRefusal {
    ValueRefusal::OutOfRange(match (least, most) {
        (Some(least), Some(most)) => format!("from {least} to {most}"),
        (Some(least), None) => format!("{least} or more"),
        (None, Some(most)) => format!("{most} or less"),
        (None, None) => "any number".to_owned(),
    })
}

fn date_time(typed: &str) -> Result<String, ValueRefusal> {
    let typed = typed.trim();
    if let Ok(date) = NaiveDate::parse_from_str(typed, "%Y-%m-%d") {
        return Ok(date.to_string());
    }
    if let Ok(time) = DateTime::parse_from_rfc3339(typed) {
        return Ok(time.to_rfc3339());
    }
    let forms = ["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S"];
    let local = forms
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(typed, form).ok());
    let local = local.ok_or(ValueRefusal::NoDateTime)?;
    Ok(local.format("%Y-%m-%dT%H:%M:%S").to_string())
}

fn host(typed: &str) -> Result<String, ValueRefusal> {
    let typed = typed.trim();
    if typed.parse::<Ipv6Addr>().is_ok() {
        return Ok(typed.to_owned());
    }
    let name = typed.strip_suffix('.').unwrap_or(typed);
    let is_label = |label: &str| {
        let is_letter = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_');
        (1..=63).contains(&label.len())
            && label.bytes().all(is_letter)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if name.len() > 253 || !name.split('.').all(is_label) {
        return Err(ValueRefusal::NoHost);
    }
    Ok(typed.to_owned())
}

/// Looks at the text only; where it leads is seen when it is used.
fn path(typed: &str) -> Result<String, ValueRefusal> {
    let typed = typed.trim();
    let is_plain = |part: &str| !part.is_empty() && part != "." && part != "..";
    if typed.contains('\\') || !typed.split('/').all(is_plain) {
        return Err(ValueRefusal::NoPath);
    }
    Ok(typed.to_owned())
}
