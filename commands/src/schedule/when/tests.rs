use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;

use super::*;

/// A Tuesday.
fn now() -> DateTime<Tz> {
    let moment: DateTime<Utc> = "2026-11-24T13:00:00Z".parse().unwrap();
    moment.with_timezone(&Tz::Europe__Berlin)
}

fn next(typed: &str) -> String {
    let when = When::read(typed, now()).unwrap();
    let at = when.next(now().to_utc(), now().to_utc()).unwrap();
    let at = at.with_timezone(&when.zone());
    format!("{} → {}", when.text(), at.format("%a %d %H:%M %Z"))
}

fn told(error: &CommandError) -> String {
    error.reply().unwrap().to_plain()
}

fn wrong(typed: &str) -> String {
    told(&When::read(typed, now()).unwrap_err())
}

#[test]
fn what_people_type_is_understood() {
    for (typed, meant) in [
        (
            "every weekday 9:00",
            "every weekday 09:00 → Wed 25 09:00 CET",
        ),
        ("Every Day at 9", "every day 09:00 → Wed 25 09:00 CET"),
        ("daily 17:30", "every day 17:30 → Tue 24 17:30 CET"),
        ("every monday 9am", "every monday 09:00 → Mon 30 09:00 CET"),
        (
            "every mon, wed and fri 9:30 pm",
            "every mon,wed,fri 21:30 → Wed 25 21:30 CET",
        ),
        (
            "every weekend noon",
            "every weekend 12:00 → Sat 28 12:00 CET",
        ),
        (
            "every tuesdays 13:00",
            "every tuesdays 13:00 → Tue 01 13:00 CET",
        ),
        ("every 15m", "every 15m → Tue 24 14:15 CET"),
        ("every 15 minutes", "every 15m → Tue 24 14:15 CET"),
        ("every hour", "every 1h → Tue 24 15:00 CET"),
        ("hourly", "every 1h → Tue 24 15:00 CET"),
        ("every 1h30m", "every 1h30m → Tue 24 15:30 CET"),
        (
            "at 2026-12-01 09:00",
            "once, 2026-12-01 09:00 → Tue 01 09:00 CET",
        ),
        ("at fri 18:00", "once, 2026-11-27 18:00 → Fri 27 18:00 CET"),
        ("tomorrow 8:00", "once, 2026-11-25 08:00 → Wed 25 08:00 CET"),
        ("in 2h", "once, 2026-11-24 16:00 → Tue 24 16:00 CET"),
        ("cron 0 9 * * 1-5", "cron 0 9 * * 1-5 → Wed 25 09:00 CET"),
        ("\"*/10 * * * *\"", "cron */10 * * * * → Tue 24 14:10 CET"),
        (
            "every day 9:00 --tz America/New_York",
            "every day 09:00 → Tue 24 09:00 EST",
        ),
        (
            "every day 9:00 —tz tokyo",
            "every day 09:00 → Wed 25 09:00 JST",
        ),
        (
            "every day 9:00 in Asia/Tokyo",
            "every day 09:00 → Wed 25 09:00 JST",
        ),
        (
            "every day 9:00 tz=utc",
            "every day 09:00 → Wed 25 09:00 UTC",
        ),
        ("every day 9:00 UTC", "every day 09:00 → Wed 25 09:00 UTC"),
    ] {
        assert_eq!(next(typed), meant, "{typed}");
    }
}

#[test]
fn what_is_not_understood_is_told_with_the_way_out() {
    for (typed, part) in [
        ("every", "Write it like"),
        ("every fortnight 9:00", "\"every fortnight 9:00\""),
        ("every day", "At what time? Write it like: every day 9:00"),
        ("every day 25:00", "\"every day 25:00\""),
        ("every 30s", "one at least"),
        ("every 90s", "whole minutes"),
        ("at 2020-01-01 09:00", "is over"),
        ("at never", "never"),
        ("cron 0 9 * *", "five fields"),
        ("cron 61 9 * * *", "\"61\""),
        (
            "every day 9:00 --tz Europe/Berlni",
            "Did you mean Europe/Berlin?",
        ),
        ("", "When?"),
    ] {
        assert!(wrong(typed).contains(part), "{typed}: {}", wrong(typed));
    }
}

#[test]
fn quotes_round_the_command_are_not_needed() {
    let split = |first: &str, rest: &str| {
        let (command, when) = split(first, rest, now()).unwrap();
        format!("{command} | {}", when.text())
    };

    assert_eq!(
        split("deploy status", "every 15m"),
        "deploy status | every 15m"
    );
    assert_eq!(
        split("deploy", "status every weekday 9:00"),
        "deploy status | every weekday 09:00"
    );
    assert_eq!(
        split("oncall", "platform --at \"fri 18:00\" every day 9:00"),
        "oncall platform --at \"fri 18:00\" | every day 09:00"
    );
    assert_eq!(
        split("echo", "see you at nine at fri 9:00"),
        "echo see you at nine | once, 2026-11-27 09:00"
    );
}

#[test]
fn without_a_time_it_says_what_is_missing() {
    let error = split("deploy", "status", now()).unwrap_err();

    assert!(told(&error).contains("Write it like"));
}

#[test]
fn time_spans_go_on_from_when_they_were_typed() {
    let when = When::read("every 45m", now()).unwrap();
    let anchor = now().to_utc();
    let at = |minutes: i64| anchor + TimeDelta::minutes(minutes);

    assert_eq!(when.next(at(0), anchor), Some(at(45)));
    assert_eq!(when.next(at(44), anchor), Some(at(45)));
    assert_eq!(when.next(at(45), anchor), Some(at(90)));
    assert_eq!(when.next(at(1_000), anchor), Some(at(1_035)));
}

proptest! {
    #[test]
    fn nothing_typed_makes_it_panic(typed in ".{0,60}") {
        let _ = When::read(&typed, now());
        let _ = split("x", &typed, now());
    }

    #[test]
    fn words_of_times_make_nothing_panic(
        words in proptest::collection::vec(
            proptest::sample::select(vec![
                "every", "day", "mon", "9:00", "at", "in", "cron", "0", "*", "1-5", "--tz", "UTC", "Europe/Berlin",
                "15m", "and", "9", "am", "hour", "\"", "tz=", "+4h", "99999999h",
            ]),
            0..8,
        ),
    ) {
        let _ = split("x", &words.join(" "), now());
    }

    #[test]
    fn what_is_understood_is_kept_as_it_is(
        (hour, minute) in (0_u32..24, 0_u32..60),
        days in proptest::sample::subsequence(vec!["mon", "tue", "wed", "thu", "fri", "sat", "sun"], 1..7),
    ) {
        let when = When::read(&format!("every {} {hour}:{minute:02}", days.join(",")), now()).unwrap();
        let again = When::read(when.text(), now()).unwrap();
        let kept: When = serde_json::from_str(&serde_json::to_string(&when).unwrap()).unwrap();

        prop_assert_eq!(&kept, &when);
        prop_assert_eq!(&again, &when);
        let next = when.next(now().to_utc(), now().to_utc()).unwrap().with_timezone(&when.zone());
        prop_assert_eq!(next.format("%-H:%M").to_string(), format!("{hour}:{minute:02}"));
        prop_assert!(days.contains(&next.format("%a").to_string().to_lowercase().as_str()));
    }
}
