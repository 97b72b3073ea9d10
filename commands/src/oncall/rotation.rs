//! Whose turn it is: people one after the other, each for a shift, by the clock on the wall.
//!
//! A shift begins at the same time of day all year: in the night in which clocks change one is an hour longer or shorter.

use chrono::{DateTime, NaiveDateTime, TimeDelta};
use chrono_tz::Tz;

use crate::moment::resolve;

/// People who take turns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotation {
    /// Who takes turns, in this order; at least one.
    pub(super) people: Vec<String>,
    /// When the first began, as clocks in the zone showed it.
    pub(super) start: NaiveDateTime,
    /// How long a turn is; at least an hour.
    pub(super) shift: TimeDelta,
    /// Where the clocks are.
    pub(super) zone: Tz,
}

/// A turn of somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shift {
    /// Who has it.
    pub(super) person: String,
    /// When it begins.
    pub(super) from: DateTime<Tz>,
    /// When the next begins.
    pub(super) until: DateTime<Tz>,
}

impl Rotation {
    /// Returns the shift of a moment; `None` before the first.
    pub(super) fn at(&self, moment: DateTime<Tz>) -> Option<Shift> {
        let moment = moment.with_timezone(&self.zone);
        let past = moment.naive_local() - self.start;
        let mut number = past.num_seconds().div_euclid(self.seconds());
        // When clocks change, the clock on the wall is ahead of the shift, or behind it.
        while self.begin(number)? > moment {
            number -= 1;
        }
        while self.begin(number + 1)? <= moment {
            number += 1;
        }
        self.shift(number)
    }

    /// Returns when the first shift began, or will.
    pub(super) fn begin_first(&self) -> DateTime<Tz> {
        resolve(self.start, self.zone)
    }

    fn shift(&self, number: i64) -> Option<Shift> {
        // What was before the first shift was nobody's.
        let number_from_start = usize::try_from(number).ok()?;
        let turn = number_from_start.checked_rem(self.people.len())?;
        Some(Shift {
            person: self.people.get(turn)?.clone(),
            from: self.begin(number)?,
            until: self.begin(number + 1)?,
        })
    }

    fn begin(&self, number: i64) -> Option<DateTime<Tz>> {
        let past = TimeDelta::try_seconds(self.seconds().checked_mul(number)?)?;
        let local = self.start.checked_add_signed(past)?;
        Some(resolve(local, self.zone))
    }

    fn seconds(&self) -> i64 {
        self.shift.num_seconds().max(3_600)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Tz> {
        let moment = DateTime::parse_from_rfc3339(text).unwrap();
        moment.with_timezone(&Tz::Europe__Berlin)
    }

    fn rotation(start: &str, hours: i64) -> Rotation {
        Rotation {
            people: ["Mira", "Dana", "Jo"].map(str::to_owned).into(),
            start: start.parse().unwrap(),
            shift: TimeDelta::hours(hours),
            zone: Tz::Europe__Berlin,
        }
    }

    fn shift(person: &str, from: &str, until: &str) -> Shift {
        Shift {
            person: person.to_owned(),
            from: at(from),
            until: at(until),
        }
    }

    #[test]
    fn people_take_turns() {
        let weekly = rotation("2026-11-02T09:00:00", 7 * 24);
        let first = shift(
            "Mira",
            "2026-11-02T09:00:00+01:00",
            "2026-11-09T09:00:00+01:00",
        );

        assert_eq!(weekly.at(at("2026-11-02T08:59:59+01:00")), None);
        assert_eq!(weekly.at(first.from).as_ref(), Some(&first));
        assert_eq!(
            weekly.at(at("2026-11-09T08:59:59+01:00")).as_ref(),
            Some(&first)
        );
        assert_eq!(weekly.at(first.until).unwrap().person, "Dana");
        assert_eq!(
            weekly.at(at("2026-11-25T00:00:00+01:00")).unwrap().person,
            "Mira"
        );
    }

    #[test]
    fn a_shift_begins_at_the_same_time_of_day_when_clocks_change() {
        let daily = rotation("2026-03-01T09:00:00", 24);

        let shorter = daily.at(at("2026-03-28T12:00:00+01:00")).unwrap();
        let longer = daily.at(at("2026-10-24T12:00:00+02:00")).unwrap();

        assert_eq!(shorter.until, at("2026-03-29T09:00:00+02:00"));
        assert_eq!((shorter.until - shorter.from).num_hours(), 23);
        assert_eq!(longer.until, at("2026-10-25T09:00:00+01:00"));
        assert_eq!((longer.until - longer.from).num_hours(), 25);
    }

    #[test]
    fn a_shift_that_begins_in_the_hour_that_comes_twice_begins_once() {
        // 02:30 is shown at 00:30 UTC and at 01:30 UTC.
        let daily = rotation("2026-10-20T02:30:00", 24);
        let begin = at("2026-10-25T00:30:00Z");

        for minutes in [0, 15, 30, 45, 60, 90] {
            let found = daily.at(begin + TimeDelta::minutes(minutes)).unwrap();
            assert_eq!(found.from, begin, "{minutes} min later");
        }
        assert!(daily.at(begin - TimeDelta::seconds(1)).unwrap().until == begin);
    }

    #[test]
    fn a_shift_that_begins_in_the_hour_that_is_skipped_begins_after_it() {
        let daily = rotation("2026-03-20T02:30:00", 24);

        let found = daily.at(at("2026-03-29T03:00:00+02:00")).unwrap();

        assert_eq!(found.from, at("2026-03-29T03:00:00+02:00"));
    }

    proptest::proptest! {
        /// Every moment is in the one shift that says so, and shifts have no gaps.
        #[test]
        fn there_is_always_one_shift(minutes in 0_i64..2_000_000, hours in 1_i64..200) {
            let rotation = rotation("2026-01-05T02:30:00", hours);
            let moment = at("2026-01-05T02:30:00+01:00") + TimeDelta::minutes(minutes);

            let found = rotation.at(moment).unwrap();
            let next = rotation.at(found.until).unwrap();

            proptest::prop_assert!(found.from <= moment && moment < found.until);
            proptest::prop_assert_eq!(next.from, found.until);
        }
    }
}
