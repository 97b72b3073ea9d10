//! Numbers as people read them: four digits, and a unit.

/// What a number counts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Unit {
    /// Nothing said.
    #[default]
    Plain,
    /// Bytes: `1.5 GiB`.
    Bytes,
    /// Seconds: `250 ms`.
    Seconds,
    /// A part of one: `7.3 %`.
    Ratio,
    /// Whatever stands behind the number.
    Named(String),
}

impl Unit {
    /// Reads a unit as the configuration names it.
    pub fn read(text: &str) -> Self {
        match text.trim() {
            "" => Self::Plain,
            "bytes" | "B" => Self::Bytes,
            "seconds" | "s" => Self::Seconds,
            "ratio" => Self::Ratio,
            other => Self::Named(other.to_owned()),
        }
    }

    /// Writes a number with it.
    pub(crate) fn show(&self, value: f64) -> String {
        if !value.is_finite() {
            return if value.is_nan() {
                "–".to_owned()
            } else if value > 0.0 {
                "∞".to_owned()
            } else {
                "-∞".to_owned()
            };
        }
        match self {
            Self::Plain => scaled(value, 1_000.0, 10_000.0, &["", "k", "M", "G", "T"]),
            Self::Bytes => scaled(value, 1_024.0, 1_024.0, &["B", "KiB", "MiB", "GiB", "TiB"]),
            Self::Seconds => seconds(value),
            Self::Ratio => format!("{} %", digits(value * 100.0)),
            Self::Named(unit) => {
                let number = scaled(value, 1_000.0, 10_000.0, &["", "k", "M", "G", "T"]);
                format!("{number} {unit}")
            }
        }
    }
}

fn seconds(value: f64) -> String {
    let size = value.abs();
    match size {
        _ if size == 0.0 => "0 s".to_owned(),
        _ if size < 0.001 => format!("{} µs", digits(value * 1e6)),
        _ if size < 1.0 => format!("{} ms", digits(value * 1e3)),
        _ if size < 120.0 => format!("{} s", digits(value)),
        _ if size < 7_200.0 => format!("{} min", digits(value / 60.0)),
        _ if size < 172_800.0 => format!("{} h", digits(value / 3_600.0)),
        _ => format!("{} d", digits(value / 86_400.0)),
    }
}

/// Divides by the step as often as there are names, from where numbers become long.
fn scaled(value: f64, step: f64, from: f64, names: &[&str]) -> String {
    let mut value = value;
    let mut names = names.iter();
    let mut name = names.next().copied().unwrap_or_default();
    while value.abs() >= from {
        let Some(next) = names.next() else { break };
        name = next;
        value /= step;
    }
    match name {
        "" => digits(value),
        name => format!("{} {name}", digits(value)),
    }
}

/// Writes four digits that count, and all of a whole number.
fn digits(value: f64) -> String {
    let size = value.abs();
    if size >= 1e9 || (size > 0.0 && size < 1e-4) {
        return format!("{value:.3e}");
    }
    let places = match size {
        _ if size >= 1_000.0 => 0,
        _ if size >= 100.0 => 1,
        _ if size >= 10.0 => 2,
        _ if size >= 1.0 => 3,
        _ => 5,
    };
    let text = format!("{value:.places$}");
    if !text.contains('.') {
        return text;
    }
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0" } else { text }.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_four_digits_and_its_unit() {
        for (unit, value, shown) in [
            ("", 0.0, "0"),
            ("", 1.0, "1"),
            ("", 9_999.0, "9999"),
            ("", 12_345.0, "12.35 k"),
            ("", 1.234_567e7, "12.35 M"),
            ("", 0.123_456, "0.12346"),
            ("", -3.5, "-3.5"),
            ("", 1e-7, "1.000e-7"),
            ("req/s", 12.0, "12 req/s"),
            ("bytes", 1_536.0, "1.5 KiB"),
            ("bytes", 2_147_483_648.0, "2 GiB"),
            ("seconds", 0.25, "250 ms"),
            ("seconds", 90.0, "90 s"),
            ("seconds", 1_209_600.0, "14 d"),
            ("ratio", 0.0734, "7.34 %"),
        ] {
            assert_eq!(Unit::read(unit).show(value), shown, "{unit} {value}");
        }
        assert_eq!(Unit::Plain.show(f64::NAN), "–");
        assert_eq!(Unit::Ratio.show(f64::INFINITY), "∞");
    }
}
