//! What evaluates expressions: as little of a template engine as is needed, with bounds.

use std::sync::LazyLock;

use minijinja::filters;
use minijinja::tests;
use minijinja::{Environment, Error, ErrorKind, Expression, UndefinedBehavior, Value};

use super::date;

/// What one evaluation may cost: about a step for each instruction, item and byte. A message has fewer bytes.
const FUEL: u64 = 200_000;

/// Every filter, by name.
pub(super) const FILTERS: &[&str] = &[
    "date",
    "default",
    "first",
    "join",
    "last",
    "length",
    "lower",
    "markdown",
    "round",
    "trim",
    "upper",
    "urlencode",
];

/// Every test, by name.
pub(super) const TESTS: &[&str] = &["defined", "none", "undefined"];

static ENGINE: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut engine = Environment::empty();
    engine.set_undefined_behavior(UndefinedBehavior::Strict);
    engine.set_fuel(Some(FUEL));
    engine.add_filter("date", date::date);
    engine.add_filter("default", default);
    engine.add_filter("first", filters::first);
    engine.add_filter("join", filters::join);
    engine.add_filter("last", filters::last);
    engine.add_filter("length", length);
    engine.add_filter("lower", filters::lower);
    engine.add_filter("markdown", markdown);
    engine.add_filter("round", round);
    engine.add_filter("trim", filters::trim);
    engine.add_filter("upper", filters::upper);
    engine.add_filter("urlencode", urlencode);
    engine.add_test("defined", tests::is_defined);
    engine.add_test("none", tests::is_none);
    engine.add_test("undefined", tests::is_undefined);
    engine
});

/// Compiles an expression that is in the engine's own words.
pub(super) fn compile(expression: String) -> Result<Expression<'static, 'static>, Error> {
    ENGINE.compile_expression_owned(expression)
}

fn default(value: Value, otherwise: Value) -> Value {
    if value.is_undefined() || value.is_none() {
        otherwise
    } else {
        value
    }
}

fn length(value: &Value) -> Result<usize, Error> {
    match value.len() {
        Some(length) => Ok(length),
        None => Err(invalid("`length` takes a text, a list or an object")),
    }
}

/// Marks a text as the author's Markdown.
fn markdown(value: &Value) -> Result<Value, Error> {
    match value.as_str() {
        Some(text) => Ok(Value::from_safe_string(text.to_owned())),
        None => Err(invalid("`markdown` takes a text")),
    }
}

/// Rounds to so many places, without any to a whole number.
fn round(value: Value, places: Option<u32>) -> Result<Value, Error> {
    if value.is_integer() {
        return Ok(value);
    }
    let number = f64::try_from(value).map_err(|_| invalid("`round` takes a number"))?;
    let places = usize::try_from(places.unwrap_or(0))
        .unwrap_or(usize::MAX)
        .min(15);
    let written = format!("{number:.places$}");
    let whole = (places == 0).then(|| written.parse::<i64>().ok()).flatten();
    Ok(match whole {
        Some(whole) => Value::from(whole),
        None => Value::from(written.parse().unwrap_or(number)),
    })
}

/// Writes a text so that it can stand anywhere in an address.
fn urlencode(value: &Value) -> Result<String, Error> {
    let written = super::write::scalar(value)
        .ok_or_else(|| invalid("`urlencode` takes a text or a number"))?;
    let mut encoded = String::with_capacity(written.len());
    for byte in written.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            super::write::percent(byte, &mut encoded);
        }
    }
    Ok(encoded)
}

pub(super) fn invalid(problem: &'static str) -> Error {
    Error::new(ErrorKind::InvalidOperation, problem)
}
