//! Numbers with units, as answers have them, and texts with numbers in them.

use std::cmp::Ordering;

/// Units and how many of the smallest they are; what is of different kinds is not told apart.
const UNITS: [(&str, f64); 18] = [
    ("µs", 1e-6),
    ("ms", 1e-3),
    ("s", 1.0),
    ("min", 60.0),
    ("h", 3_600.0),
    ("d", 86_400.0),
    ("b", 1.0),
    ("kib", 1_024.0),
    ("mib", 1_048_576.0),
    ("gib", 1_073_741_824.0),
    ("tib", 1_099_511_627_776.0),
    ("kb", 1e3),
    ("mb", 1e6),
    ("gb", 1e9),
    ("k", 1e3),
    ("m", 1e6),
    ("g", 1e9),
    ("t", 1e12),
];

/// Reads the number that a text begins with, in the smallest of its units: `1.5 s`, `3 d 4 h`, `40 %`.
pub(super) fn quantity(text: &str) -> Option<f64> {
    let mut words = text.split_whitespace().peekable();
    let first = words.next()?;
    let end = first
        .find(|it: char| !it.is_ascii_digit() && !matches!(it, '.' | '-' | '−' | '+'))
        .unwrap_or(first.len());
    let (number, unit) = first.split_at(end);
    let mut total = scaled(
        number,
        if unit.is_empty() {
            words.peek()
        } else {
            Some(&unit)
        },
    )?;
    if unit.is_empty() {
        words.next();
    }
    // `3 d 4 h` is one time.
    while let (Some(number), Some(unit)) = (words.next(), words.peek()) {
        let Some(more) = scaled(number, Some(unit)).filter(|_| factor(unit).is_some()) else {
            break;
        };
        total += more;
        words.next();
    }
    Some(total)
}

fn scaled(number: &str, unit: Option<&&str>) -> Option<f64> {
    let number: f64 = number.replace('−', "-").parse().ok()?;
    let factor = unit.and_then(|it| factor(it)).unwrap_or(1.0);
    number.is_finite().then_some(number * factor)
}

fn factor(unit: &str) -> Option<f64> {
    let unit = unit.to_lowercase();
    let found = UNITS.iter().find(|(name, _)| *name == unit);
    found.map(|(_, factor)| *factor)
}

/// Orders cells: numbers by their size, texts by their letters and the numbers in them.
pub(super) fn compare(one: &str, other: &str) -> Ordering {
    match (quantity(one), quantity(other)) {
        (Some(one), Some(other)) => one.total_cmp(&other),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => parts(one).cmp(&parts(other)),
    }
}

/// A number within a text, or the letters between two.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Number(u64),
    Letters(String),
}

fn parts(text: &str) -> Vec<Part> {
    let text = text.to_lowercase();
    let mut parts = Vec::new();
    let mut rest = text.as_str();
    while let Some(first) = rest.chars().next() {
        let is_number = first.is_ascii_digit();
        let end = rest
            .find(|it: char| it.is_ascii_digit() != is_number)
            .unwrap_or(rest.len());
        let (part, behind) = rest.split_at(end);
        parts.push(match part.parse() {
            Ok(number) if is_number => Part::Number(number),
            Ok(_) | Err(_) => Part::Letters(part.to_owned()),
        });
        rest = behind;
    }
    parts
}
