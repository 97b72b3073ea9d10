//! Times of day on days: what `every weekday 9:00` and an expression of cron come to.

use chrono::{
    DateTime, Datelike, Days as DayCount, LocalResult, NaiveDate, NaiveTime, TimeZone, Utc,
};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::moment::resolve;

/// A 29 February that is a certain weekday comes every 28 years, and once in 40 at most.
const FARTHEST_DAYS: usize = 41 * 366;

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// Which minutes of which days; each set is bits, the lowest for 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Days {
    minutes: u64,
    hours: u64,
    days: u64,
    months: u64,
    weekdays: u64,
    /// A day of the month or of the week is enough, as cron has it where both are said.
    either: bool,
}

/// Bits for all numbers from one to another.
const fn from_to(first: u32, last: u32) -> u64 {
    ((1 << (last + 1)) - 1) & !((1 << first) - 1)
}

const EVERY_HOUR: u64 = from_to(0, 23);
const EVERY_DAY: u64 = from_to(1, 31);
const EVERY_MONTH: u64 = from_to(1, 12);
pub(super) const EVERY_WEEKDAY: u64 = from_to(0, 6);

impl Days {
    /// One time on these days of the week, bits from Sunday on.
    pub(super) fn at(hour: u32, minute: u32, weekdays: u64) -> Self {
        Self {
            minutes: 1 << minute,
            hours: 1 << hour,
            days: EVERY_DAY,
            months: EVERY_MONTH,
            weekdays,
            either: false,
        }
    }

    /// Reads the five fields of cron. The error is the field that is wrong.
    pub(super) fn cron(typed: &str) -> Result<Self, String> {
        let fields: Vec<&str> = typed.split_whitespace().collect();
        let [minutes, hours, days, months, weekdays] = fields.as_slice() else {
            return Err(typed.to_owned());
        };
        let read = |field: &&str, range: (u32, u32), names: &[&str]| {
            bits(field, range, names).ok_or_else(|| (*field).to_owned())
        };
        let of_week = read(weekdays, (0, 7), &WEEKDAYS)?;
        let read = Self {
            minutes: read(minutes, (0, 59), &[])?,
            hours: read(hours, (0, 23), &[])?,
            days: read(days, (1, 31), &[])?,
            months: read(months, (1, 12), &MONTHS)?,
            // Sunday is 0, and 7 too.
            weekdays: (of_week | of_week >> 7) & EVERY_WEEKDAY,
            either: !days.starts_with('*') && !weekdays.starts_with('*'),
        };
        let never = NaiveDate::from_ymd_opt(2000, 1, 1).is_some_and(|first| {
            !first
                .iter_days()
                .take(FARTHEST_DAYS)
                .any(|it| read.is_on(it))
        });
        if never {
            return Err(format!("{days} {months}"));
        }
        Ok(read)
    }

    /// Returns the first moment behind another. Where clocks skip the time it is the end of what they skip; where they
    /// show it twice it is the first, unless it is every hour anyway.
    pub(super) fn next(&self, after: DateTime<Utc>, zone: Tz) -> Option<DateTime<Utc>> {
        let local = after.with_timezone(&zone).date_naive();
        // What is skipped at the end of a day falls into the next.
        let first = local.checked_sub_days(DayCount::new(1)).unwrap_or(local);
        let mut dates = first.iter_days().take(FARTHEST_DAYS);
        dates.find_map(|date| {
            if !self.is_on(date) {
                return None;
            }
            let moments = self.times().flat_map(|time| self.moments(date, time, zone));
            moments.filter(|it| *it > after).min()
        })
    }

    fn is_on(&self, date: NaiveDate) -> bool {
        let of_month = has(self.days, date.day());
        let of_week = has(self.weekdays, date.weekday().num_days_from_sunday());
        let is_day = if self.either {
            of_month || of_week
        } else {
            of_month && of_week
        };
        is_day && has(self.months, date.month())
    }

    fn times(&self) -> impl Iterator<Item = NaiveTime> {
        let hours = (0..24).filter(|it| has(self.hours, *it));
        hours.flat_map(|hour| {
            let minutes = (0..60).filter(|it| has(self.minutes, *it));
            minutes.filter_map(move |minute| NaiveTime::from_hms_opt(hour, minute, 0))
        })
    }

    fn moments(&self, date: NaiveDate, time: NaiveTime, zone: Tz) -> Vec<DateTime<Utc>> {
        let local = date.and_time(time);
        let is_hourly = self.hours == EVERY_HOUR;
        let found = match zone.from_local_datetime(&local) {
            LocalResult::Single(moment) => vec![moment],
            LocalResult::Ambiguous(first, second) if is_hourly => vec![first, second],
            LocalResult::Ambiguous(first, _) => vec![first],
            LocalResult::None if is_hourly => Vec::new(),
            LocalResult::None => vec![resolve(local, zone)],
        };
        found.iter().map(DateTime::to_utc).collect()
    }
}

fn has(bits: u64, number: u32) -> bool {
    bits >> number & 1 == 1
}

/// Reads a field: `*`, `5`, `1-5`, `*/15`, `10-40/10`, `mon,wed`.
fn bits(field: &str, (least, most): (u32, u32), names: &[&str]) -> Option<u64> {
    let number = |text: &str| {
        let named = names.iter().position(|it| text.eq_ignore_ascii_case(it));
        let is_number = !text.is_empty() && text.chars().all(|it| it.is_ascii_digit());
        let number = match named {
            // Weekdays begin at 0 and months at 1, as their numbers do.
            Some(at) => u32::try_from(at).ok()? + least,
            None => is_number.then(|| text.parse().ok()).flatten()?,
        };
        (least..=most).contains(&number).then_some(number)
    };
    let mut all = 0;
    for part in field.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, step.parse().ok().filter(|it| *it > 0)?),
            None => (part, 1),
        };
        let (first, last) = match range.split_once('-') {
            _ if range == "*" => (least, most),
            Some((first, last)) => (number(first)?, number(last)?),
            None if step > 1 || part.contains('/') => (number(range)?, most),
            None => (number(range)?, number(range)?),
        };
        if first > last {
            return None;
        }
        let steps = (first..=last).step_by(usize::try_from(step).ok()?);
        all |= steps.fold(0, |bits, number| bits | 1 << number);
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use chrono::{TimeDelta, Timelike};
    use proptest::prelude::*;

    use super::*;

    const ZONES: [Tz; 5] = [
        Tz::UTC,
        Tz::Europe__Berlin,
        Tz::America__New_York,
        Tz::Australia__Lord_Howe,
        Tz::Africa__Casablanca,
    ];

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn berlin(cron: &str, after: &str) -> String {
        let days = Days::cron(cron).unwrap();
        let zone = Tz::Europe__Berlin;
        let next = days.next(utc(after), zone).unwrap();
        next.with_timezone(&zone).to_rfc3339()
    }

    #[test]
    fn the_first_moment_behind_another_is_found() {
        let after = "2026-11-24T14:00:00Z";

        assert_eq!(berlin("0 9 * * *", after), "2026-11-25T09:00:00+01:00");
        assert_eq!(berlin("*/15 * * * *", after), "2026-11-24T15:15:00+01:00");
        assert_eq!(berlin("30 8 * * sat,7", after), "2026-11-28T08:30:00+01:00");
        assert_eq!(berlin("0 0 29 feb *", after), "2028-02-29T00:00:00+01:00");
        assert_eq!(berlin("0 12 1 * mon", after), "2026-11-30T12:00:00+01:00");
        assert_eq!(berlin("5/20 0 * * *", after), "2026-11-25T00:05:00+01:00");
    }

    #[test]
    fn a_time_that_clocks_skip_is_the_end_of_what_they_skip() {
        let skipped = berlin("30 2 * * *", "2026-03-28T12:00:00Z");

        assert_eq!(skipped, "2026-03-29T03:00:00+02:00");
    }

    #[test]
    fn a_time_that_clocks_show_twice_is_once() {
        let first = berlin("30 2 * * *", "2026-10-24T12:00:00Z");
        let then = berlin("30 2 * * *", "2026-10-25T00:30:00Z");

        assert_eq!(first, "2026-10-25T02:30:00+02:00");
        assert_eq!(then, "2026-10-26T02:30:00+01:00");
    }

    #[test]
    fn every_hour_goes_on_while_clocks_are_put_back() {
        assert_eq!(
            berlin("30 * * * *", "2026-10-25T00:30:00Z"),
            "2026-10-25T02:30:00+01:00"
        );
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (typed, wrong) in [
            ("60 * * * *", "60"),
            ("* 24 * * *", "24"),
            ("* * 0 * *", "0"),
            ("* * * 13 *", "13"),
            ("* * * * 8", "8"),
            ("*/0 * * * *", "*/0"),
            ("5-1 * * * *", "5-1"),
            ("a * * * *", "a"),
            ("0 9 30 2 *", "30 2"),
            ("0 9 * *", "0 9 * *"),
        ] {
            assert_eq!(Days::cron(typed), Err(wrong.to_owned()), "{typed}");
        }
    }

    #[test]
    fn a_time_of_each_day_comes_once_a_day_in_every_zone() {
        for zone in ZONES {
            for (hour, minute) in [(0, 0), (2, 0), (2, 30), (23, 59)] {
                let days = Days::at(hour, minute, EVERY_WEEKDAY);
                let mut at = utc("2026-01-01T12:00:00Z");
                for _ in 0..400 {
                    let next = days.next(at, zone).unwrap();
                    let apart = next - at;
                    let dates = [at, next].map(|it| it.with_timezone(&zone).date_naive());
                    if at != utc("2026-01-01T12:00:00Z") {
                        assert_eq!(dates[1] - dates[0], TimeDelta::days(1), "{zone} {next}");
                        assert!((apart - TimeDelta::days(1)).abs() <= TimeDelta::minutes(90));
                    }
                    at = next;
                }
            }
        }
    }

    fn field(least: u32, most: u32) -> impl Strategy<Value = String> {
        prop_oneof![
            Just("*".to_owned()),
            (1..most).prop_map(|step| format!("*/{step}")),
            (least..=most).prop_map(|number| number.to_string()),
            (least..=most, least..=most).prop_map(|(a, b)| format!("{}-{}", a.min(b), a.max(b))),
            (least..=most, least..=most).prop_map(|(a, b)| format!("{a},{b}")),
        ]
    }

    proptest! {
        #[test]
        fn nothing_typed_makes_it_panic(typed in "[-*/, 0-9a-z]{0,40}") {
            let _ = Days::cron(&typed);
        }

        #[test]
        fn no_minute_is_left_out_or_added(
            (minutes, hours, weekdays) in (field(0, 59), field(0, 23), field(0, 6)),
            start in 0_i64..400_000,
        ) {
            let days = Days::cron(&format!("{minutes} {hours} * * {weekdays}")).unwrap();
            let after = utc("2026-01-01T00:00:00Z") + TimeDelta::minutes(start);

            let next = days.next(after, Tz::UTC).unwrap();

            let fits = |it: DateTime<Utc>| {
                days.is_on(it.date_naive()) && has(days.minutes, it.minute()) && has(days.hours, it.hour())
            };
            let mut by_hand = after + TimeDelta::minutes(1);
            while !fits(by_hand) {
                by_hand += TimeDelta::minutes(1);
            }
            prop_assert_eq!(next, by_hand);
        }

        #[test]
        fn what_comes_is_later_whatever_clocks_do(
            (minutes, hours) in (field(0, 59), field(0, 23)),
            start in 0_i64..600_000,
            zone in proptest::sample::select(&ZONES[..]),
        ) {
            let days = Days::cron(&format!("{minutes} {hours} * * *")).unwrap();
            let after = utc("2026-01-01T00:00:00Z") + TimeDelta::minutes(start);

            let next = days.next(after, zone).unwrap();
            let then = days.next(next, zone).unwrap();

            prop_assert!(next > after && then > next);
            prop_assert!(next - after <= TimeDelta::hours(26));
        }
    }
}
