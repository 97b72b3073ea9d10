//! The filter `date`: a moment as people read it.

use minijinja::{Error, Value};

use super::engine::invalid;

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// The last second of the year 9999.
const LATEST: i64 = 253_402_300_799;

/// A moment, in the zone in which it was written.
struct Moment {
    year: u32,
    month: u32,
    day: u32,
    hour: u32,
    minute: u32,
    zone: String,
}

/// Writes `24 Nov 2026, 10:52 UTC`; of it only `"day"` or `"time"` when asked.
pub(super) fn date(value: &Value, part: Option<&str>) -> Result<String, Error> {
    let moment = match value.as_str() {
        Some(text) => read(text),
        None => seconds(value).map(of_seconds),
    };
    let Some(moment) = moment else {
        return Err(invalid(
            "`date` takes a time such as 2026-11-24T10:52:00Z, or seconds since 1970",
        ));
    };
    match part {
        None => Ok(format!("{}, {}", moment.date(), moment.time())),
        Some("day") => Ok(moment.date()),
        Some("time") => Ok(moment.time()),
        Some(_) => Err(invalid("`date` knows the parts \"day\" and \"time\"")),
    }
}

impl Moment {
    fn date(&self) -> String {
        let month = usize::try_from(self.month).unwrap_or_default();
        let month = MONTHS.get(month.saturating_sub(1)).unwrap_or(&"");
        format!("{} {month} {}", self.day, self.year)
    }

    fn time(&self) -> String {
        format!("{:02}:{:02} {}", self.hour, self.minute, self.zone)
    }
}

/// Reads the form that every library writes: `2026-11-24T10:52:00.5+02:00`.
fn read(text: &str) -> Option<Moment> {
    let (date, time) = text.split_once(['T', 't', ' '])?;
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let zone_at = time.find(['Z', 'z', '+', '-'])?;
    let (time, zone) = time.split_at_checked(zone_at)?;
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let [hour, minute, second] = numbers(time, ':', [2, 2, 2])?;
    let zone = match zone {
        "Z" | "z" | "+00:00" | "-00:00" => "UTC".to_owned(),
        _ => {
            let [hours, minutes] = numbers(zone.get(1..)?, ':', [2, 2])?;
            (hours < 24 && minutes < 60).then(|| zone.to_owned())?
        }
    };
    let is_real = (1..=12).contains(&month)
        && (1..=days_of(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second <= 60
        && fraction.bytes().all(|digit| digit.is_ascii_digit());
    is_real.then_some(Moment {
        year,
        month,
        day,
        hour,
        minute,
        zone,
    })
}

/// Reads numbers of so many digits each.
fn numbers<const N: usize>(text: &str, between: char, lengths: [usize; N]) -> Option<[u32; N]> {
    let mut parts = text.split(between);
    let mut numbers = [0; N];
    for (number, length) in numbers.iter_mut().zip(lengths) {
        let part = parts.next()?;
        let is_number = part.len() == length && part.bytes().all(|digit| digit.is_ascii_digit());
        *number = is_number.then(|| part.parse().ok()).flatten()?;
    }
    parts.next().is_none().then_some(numbers)
}

fn seconds(value: &Value) -> Option<i64> {
    let seconds = f64::try_from(value.clone()).ok()?.floor();
    #[expect(clippy::cast_precision_loss, reason = "the year 9999 is exact")]
    let is_near = (0.0..=LATEST as f64).contains(&seconds);
    #[expect(clippy::cast_possible_truncation, reason = "it was just compared")]
    is_near.then_some(seconds as i64)
}

fn of_seconds(seconds: i64) -> Moment {
    let mut days = seconds / 86_400;
    let within = u32::try_from(seconds % 86_400).unwrap_or_default();
    let mut year = 1970;
    while days >= i64::from(days_of_year(year)) {
        days -= i64::from(days_of_year(year));
        year += 1;
    }
    let mut day = u32::try_from(days).unwrap_or_default();
    let mut month = 1;
    while day >= days_of(year, month) {
        day -= days_of(year, month);
        month += 1;
    }
    Moment {
        year,
        month,
        day: day + 1,
        hour: within / 3_600,
        minute: within / 60 % 60,
        zone: "UTC".to_owned(),
    }
}

fn days_of_year(year: u32) -> u32 {
    365 + u32::from(is_leap(year))
}

fn days_of(year: u32, month: u32) -> u32 {
    match month {
        2 => 28 + u32::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn is_leap(year: u32) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_as_people_read_them() {
        let table = [
            (
                Value::from("2026-11-24T10:52:00Z"),
                "24 Nov 2026, 10:52 UTC",
            ),
            (
                Value::from("2026-02-01 00:00:59.123+02:00"),
                "1 Feb 2026, 00:00 +02:00",
            ),
            (Value::from(0), "1 Jan 1970, 00:00 UTC"),
            (Value::from(951_782_400), "29 Feb 2000, 00:00 UTC"),
            (Value::from(LATEST), "31 Dec 9999, 23:59 UTC"),
        ];
        for (value, written) in table {
            assert_eq!(date(&value, None).unwrap(), written);
        }
        let moment = Value::from("2026-11-24T10:52:00Z");
        assert_eq!(date(&moment, Some("day")).unwrap(), "24 Nov 2026");
        assert_eq!(date(&moment, Some("time")).unwrap(), "10:52 UTC");
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for text in [
            "",
            "today",
            "2026-11-24",
            "2026-02-30T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-11-24T24:00:00Z",
            "2026-11-24T10:52:00",
            "2026-11-24T10:52:00+2",
            "+026-11-24T10:52:00Z",
        ] {
            assert!(date(&Value::from(text), None).is_err(), "{text}");
        }
        for number in [-1_i64, LATEST + 1, i64::MAX] {
            assert!(date(&Value::from(number), None).is_err(), "{number}");
        }
        assert!(date(&Value::from(f64::NAN), None).is_err());
        assert!(date(&Value::from(0), Some("year")).is_err());
    }
}
