//! Numbers as people read them.

/// Numbers from here on are written with an exponent.
const LARGE: f64 = 1e15;

/// Numbers below are written with an exponent.
const SMALL: f64 = 1e-4;

/// Writes a number with four significant digits, or all that a whole number has.
pub(crate) fn number(value: f64) -> String {
    let size = value.abs();
    if value.is_nan() {
        return "–".to_owned();
    }
    let digits = if size.is_infinite() {
        "∞".to_owned()
    } else if size >= LARGE || (size > 0.0 && size < SMALL) {
        format!("{size:.3e}")
    } else if size.fract() == 0.0 || size >= 1_000.0 {
        format!("{size:.0}")
    } else {
        let decimals = [100.0, 10.0, 1.0, 0.1, 0.01, 0.001];
        let decimals = decimals.iter().take_while(|&&least| size < least).count() + 1;
        let digits = format!("{size:.decimals$}");
        digits
            .trim_end_matches('0')
            .trim_end_matches('.')
            .to_owned()
    };
    if value < 0.0 {
        format!("−{digits}")
    } else {
        digits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (42.0, "42"),
            (1_234_567.0, "1234567"),
            (1_234.56, "1235"),
            (0.1 + 0.2, "0.3"),
            (99.95, "99.95"),
            (12.345, "12.35"),
            (123.45, "123.5"),
            (-1.5, "−1.5"),
            (0.000_25, "0.00025"),
            (0.000_012, "1.200e-5"),
            (f64::MAX, "1.798e308"),
            (f64::MIN_POSITIVE, "2.225e-308"),
            (f64::NAN, "–"),
            (f64::INFINITY, "∞"),
            (f64::NEG_INFINITY, "−∞"),
        ] {
            assert_eq!(number(value), text, "{value:e}");
        }
    }
}
