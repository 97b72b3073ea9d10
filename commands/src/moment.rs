//! Moments as people type them: `18:00`, `fri 9:00`, `tomorrow`, `2026-12-24 09:00`, `+4h`.

use std::time::SystemTime;

use chrono::{
    DateTime, Datelike, Days, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta,
    TimeZone, Utc, Weekday,
};
use chrono_tz::{TZ_VARIANTS, Tz};
use hailer::{CommandError, Draft};

/// How far ahead a moment may be.
const FARTHEST: TimeDelta = TimeDelta::days(3 * 366);

/// What people read who typed something else.
const WAYS: &str = "like 18:00, fri 9:00, tomorrow 9:00, 2026-12-24 09:00, +4h or now";

/// Reads a moment: of several that fit, the first that is not before `after`.
pub(crate) fn read(typed: &str, after: DateTime<Tz>) -> Result<DateTime<Tz>, CommandError> {
    let found = parse(&typed.trim().to_lowercase(), after);
    let Some(moment) = found else {
        return Err(CommandError::told(format!(
            "I don't understand the time \"{typed}\". Write it {WAYS}."
        )));
    };
    if moment.signed_duration_since(after) > FARTHEST {
        return Err(CommandError::told(format!(
            "\"{typed}\" is more than three years away. Is the year right?"
        )));
    }
    Ok(moment)
}

/// Writes a moment: today the time alone, within a week with its weekday, else with its date; always with its zone.
pub(crate) fn show(moment: DateTime<Tz>, now: DateTime<Tz>) -> String {
    let days = moment.date_naive() - now.date_naive();
    let format = match days.num_days() {
        0 => "%H:%M %Z",
        -6..=6 => "%a %H:%M %Z",
        _ if moment.year() == now.year() => "%a %-d %b %H:%M %Z",
        _ => "%-d %b %Y %H:%M %Z",
    };
    moment.format(format).to_string()
}

/// Writes how long something is, in its two largest units.
pub(crate) fn span(time: TimeDelta) -> String {
    let minutes = time.num_minutes().max(0);
    let parts = [
        (minutes / 1_440, "d"),
        (minutes / 60 % 24, "h"),
        (minutes % 60, "min"),
    ];
    let first = parts.iter().position(|(number, _)| *number > 0);
    let Some(first) = first else {
        return "less than a minute".to_owned();
    };
    let shown = parts.iter().skip(first).take(2);
    let shown = shown.filter(|(number, _)| *number > 0);
    let shown: Vec<String> = shown
        .map(|(number, unit)| format!("{number} {unit}"))
        .collect();
    shown.join(" ")
}

/// Returns the zone of `[bot] timezone`; what is wrong with it is told where the bot reads it.
pub(crate) fn usual_zone(draft: &Draft) -> Tz {
    let name = draft.section("bot").string("timezone");
    let called = |zone: &&Tz| {
        let name = name.as_deref().unwrap_or("UTC");
        zone.name().eq_ignore_ascii_case(name.trim())
    };
    TZ_VARIANTS.iter().find(called).copied().unwrap_or(Tz::UTC)
}

/// Returns the time of the bot's clock in a zone.
pub(crate) fn in_zone(time: SystemTime, zone: Tz) -> DateTime<Tz> {
    DateTime::<Utc>::from(time).with_timezone(&zone)
}

/// Returns the moment at which clocks show this. Where they show it twice it is the first; where they skip it, the end
/// of what they skip.
pub(crate) fn resolve(local: NaiveDateTime, zone: Tz) -> DateTime<Tz> {
    // No zone has ever skipped more than a day, so that this ends.
    for quarter in 0..=100 {
        let later = local.checked_add_signed(TimeDelta::minutes(15 * quarter));
        match later.map(|it| zone.from_local_datetime(&it)) {
            Some(LocalResult::Single(moment) | LocalResult::Ambiguous(moment, _)) => {
                return moment;
            }
            Some(LocalResult::None) | None => {}
        }
    }
    zone.from_utc_datetime(&local)
}

fn parse(typed: &str, after: DateTime<Tz>) -> Option<DateTime<Tz>> {
    if matches!(typed, "now" | "right now") {
        return Some(after);
    }
    let ahead = typed
        .strip_prefix('+')
        .or_else(|| typed.strip_prefix("in "));
    if let Some(ahead) = ahead {
        return plus(ahead, after);
    }
    if let Ok(moment) = DateTime::parse_from_rfc3339(&typed.to_uppercase()) {
        return Some(moment.with_timezone(&after.timezone()));
    }
    let typed = typed.replace(" at ", " ");
    if let Some(at) = time(&typed) {
        return next_at(after, at, |_| true);
    }
    let (day, at) = match typed.rsplit_once([' ', 't', '-', '@']) {
        Some((day, at)) if time(at).is_some() => (day.trim(), time(at)?),
        Some(_) | None => (typed.as_str(), NaiveTime::MIN),
    };
    let today = after.date_naive();
    if let Some(wanted) = weekday(day) {
        return next_at(after, at, |date| date.weekday() == wanted);
    }
    let date = match day {
        "today" => today,
        "tomorrow" => today.checked_add_days(Days::new(1))?,
        _ => date(day, today)?,
    };
    Some(resolve(date.and_time(at), after.timezone()))
}

fn plus(ahead: &str, after: DateTime<Tz>) -> Option<DateTime<Tz>> {
    let ahead = hailer::values::duration(ahead).ok()?;
    after.checked_add_signed(TimeDelta::from_std(ahead).ok()?)
}

/// Finds the first such day on which the time is not over.
fn next_at(
    after: DateTime<Tz>,
    at: NaiveTime,
    is_wanted: impl Fn(NaiveDate) -> bool,
) -> Option<DateTime<Tz>> {
    let days = after.date_naive().iter_days().take(9);
    let moments = days
        .filter(|date| is_wanted(*date))
        .map(|date| resolve(date.and_time(at), after.timezone()));
    moments.into_iter().find(|moment| *moment >= after)
}

fn time(typed: &str) -> Option<NaiveTime> {
    let (hour, minute) = typed.split_once(':')?;
    let number = |text: &str, most: usize| {
        let is_number =
            !text.is_empty() && text.len() <= most && text.chars().all(|it| it.is_ascii_digit());
        is_number.then(|| text.parse::<u32>().ok()).flatten()
    };
    (minute.len() == 2).then_some(())?;
    NaiveTime::from_hms_opt(number(hour, 2)?, number(minute, 2)?, 0)
}

fn weekday(typed: &str) -> Option<Weekday> {
    typed.strip_prefix("next ").unwrap_or(typed).parse().ok()
}

/// Reads a date: `2026-12-24`, `24.12.2026`, `24.12.`, `24 dec`, `dec 24`.
fn date(typed: &str, today: NaiveDate) -> Option<NaiveDate> {
    let whole = ["%Y-%m-%d", "%d.%m.%Y", "%d %b %Y", "%b %d %Y"];
    let read = |text: &str| {
        let dates = whole
            .iter()
            .map(|format| NaiveDate::parse_from_str(text, format));
        dates.into_iter().find_map(Result::ok)
    };
    if let Some(date) = read(typed) {
        return Some(date);
    }
    let separator = if typed.contains('.') { "" } else { " " };
    let typed = match typed.strip_suffix('.') {
        Some(without) if separator.is_empty() => format!("{without}."),
        Some(_) | None => typed.to_owned(),
    };
    // Without a year it is the next such day; a leap day is at most eight years away.
    (0..9).find_map(|years| {
        let date = read(&format!("{typed}{separator}{}", today.year() + years))?;
        (date >= today).then_some(date)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Tz> {
        let moment = DateTime::parse_from_rfc3339(text).unwrap();
        moment.with_timezone(&Tz::Europe__Berlin)
    }

    /// A Tuesday.
    fn now() -> DateTime<Tz> {
        at("2026-11-24T14:00:00+01:00")
    }

    #[test]
    fn a_moment_is_read_as_it_is_typed() {
        for (typed, meant) in [
            ("now", "2026-11-24T14:00:00+01:00"),
            ("18:00", "2026-11-24T18:00:00+01:00"),
            ("9:30", "2026-11-25T09:30:00+01:00"),
            ("today 18:00", "2026-11-24T18:00:00+01:00"),
            ("Tomorrow", "2026-11-25T00:00:00+01:00"),
            ("tomorrow at 9:00", "2026-11-25T09:00:00+01:00"),
            ("fri 18:00", "2026-11-27T18:00:00+01:00"),
            ("Tuesday 15:00", "2026-11-24T15:00:00+01:00"),
            ("tue 9:00", "2026-12-01T09:00:00+01:00"),
            ("next monday 9:00", "2026-11-30T09:00:00+01:00"),
            ("2026-12-24", "2026-12-24T00:00:00+01:00"),
            ("2026-12-24 09:00", "2026-12-24T09:00:00+01:00"),
            ("fri-18:00", "2026-11-27T18:00:00+01:00"),
            ("2026-12-24T09:00", "2026-12-24T09:00:00+01:00"),
            ("2026-12-24T09:00:00Z", "2026-12-24T10:00:00+01:00"),
            ("24.12.2026 09:00", "2026-12-24T09:00:00+01:00"),
            ("24.12. 09:00", "2026-12-24T09:00:00+01:00"),
            ("24 Dec 9:00", "2026-12-24T09:00:00+01:00"),
            ("jan 2 9:00", "2027-01-02T09:00:00+01:00"),
            ("+4h", "2026-11-24T18:00:00+01:00"),
            ("in 1d", "2026-11-25T14:00:00+01:00"),
        ] {
            assert_eq!(read(typed, now()).unwrap(), at(meant), "{typed}");
        }
    }

    #[test]
    fn what_is_no_moment_is_told() {
        for typed in [
            "",
            "soon",
            "25:00",
            "9:5",
            "2026-13-01",
            "fri fri",
            "+4",
            "31.02.",
            "ß:ü",
        ] {
            let told = read(typed, now()).unwrap_err().to_string();
            assert!(told.contains("like 18:00"), "{typed}: {told}");
        }
        assert!(
            read("2126-01-01", now())
                .unwrap_err()
                .to_string()
                .contains("three years")
        );
    }

    #[test]
    fn an_hour_that_clocks_skip_or_repeat_is_found() {
        let march = at("2026-03-28T12:00:00+01:00");
        let october = at("2026-10-24T12:00:00+02:00");

        assert_eq!(
            read("2:30", march).unwrap(),
            at("2026-03-29T03:00:00+02:00")
        );
        assert_eq!(
            read("2:30", october).unwrap(),
            at("2026-10-25T02:30:00+02:00")
        );
    }

    #[test]
    fn a_moment_is_written_no_longer_than_needed() {
        let shown = |text| show(at(text), now());

        assert_eq!(shown("2026-11-24T18:00:00+01:00"), "18:00 CET");
        assert_eq!(shown("2026-11-27T18:00:00+01:00"), "Fri 18:00 CET");
        assert_eq!(shown("2026-07-01T18:00:00+02:00"), "Wed 1 Jul 18:00 CEST");
        assert_eq!(shown("2027-01-02T09:00:00+01:00"), "2 Jan 2027 09:00 CET");
    }

    #[test]
    fn a_span_has_two_units() {
        let spans = [0, 5, 60, 61, 1_440, 1_500, 10_081].map(|it| span(TimeDelta::minutes(it)));

        assert_eq!(
            spans,
            [
                "less than a minute",
                "5 min",
                "1 h",
                "1 h 1 min",
                "1 d",
                "1 d 1 h",
                "7 d"
            ]
        );
    }

    proptest::proptest! {
        #[test]
        fn nothing_typed_breaks_it(typed in ".{0,40}") {
            let _ = read(&typed, now());
        }

        #[test]
        fn what_was_written_is_read_again(minutes in 0_i64..1_000_000) {
            let moment = now() + TimeDelta::minutes(minutes);
            let typed = moment.format("%Y-%m-%d %H:%M").to_string();
            let again = read(&typed, now()).unwrap();
            // The same on the wall, though clocks may show it twice.
            proptest::prop_assert_eq!(again.naive_local(), moment.naive_local());
        }
    }
}
