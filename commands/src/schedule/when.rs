//! When something is to run, as people type it: `every weekday 9:00`, `every 15m`, `at fri 18:00`, `0 9 * * 1-5`.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};
use hailer::{CommandError, nearest, values};
use serde::{Deserialize, Serialize};

use super::days::{Days, EVERY_WEEKDAY};
use crate::moment;

/// More often is a loop, not a schedule.
const SHORTEST: Duration = Duration::from_mins(1);

const LONGEST: Duration = Duration::from_hours(366 * 24);

/// What people read who typed something else.
const WAYS: &str =
    "every weekday 9:00 · every mon,thu 14:30 · every 15m · at 2026-12-01 09:00 · cron 0 9 * * 1-5";

/// With these a time begins that follows a command without quotes.
const BEGINNINGS: [&str; 8] = ["every", "each", "daily", "hourly", "at", "on", "in", "cron"];

const QUOTES: [char; 11] = ['"', '\'', '“', '”', '‘', '’', '„', '«', '»', '`', '‚'];

/// When something is to run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct When {
    beat: Beat,
    /// The IANA name of the zone.
    zone: String,
    /// As people read it.
    text: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Beat {
    /// At a moment, in milliseconds since 1970.
    Once(i64),
    /// Every so many minutes, from when on it was typed.
    Minutes(u32),
    Days(Days),
}

impl When {
    /// Reads what somebody typed at this moment, by the clocks of its zone unless another is named.
    pub(super) fn read(typed: &str, now: DateTime<Tz>) -> Result<Self, CommandError> {
        let (typed, zone) = split_zone(typed)?;
        let now = zone.map_or(now, |zone| now.with_timezone(&zone));
        let lower = typed.trim().trim_matches(QUOTES).to_lowercase();
        let words: Vec<&str> = lower.split_whitespace().collect();
        let (beat, text) = match words.as_slice() {
            ["cron", fields @ ..] => cron(&fields.join(" ").replace(QUOTES, ""))?,
            fields if looks_like_cron(fields) => cron(&fields.join(" "))?,
            ["every" | "each", beat @ ..] => every(beat)?,
            ["hourly"] => every(&["hour"])?,
            ["daily", at @ ..] => every(&[&["day"], at].concat())?,
            ["at" | "on" | "once", moment @ ..] => once(&moment.join(" "), now)?,
            ["in", ..] | ["tomorrow" | "today", ..] => once(&lower, now)?,
            [first, ..] if first.starts_with('+') => once(&lower, now)?,
            _ => return Err(unclear(typed)),
        };
        Ok(Self {
            beat,
            zone: now.timezone().name().to_owned(),
            text,
        })
    }

    /// Returns the next moment behind another; `anchor` is when it was typed. Nothing comes behind what is once.
    pub(super) fn next(
        &self,
        after: DateTime<Utc>,
        anchor: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        match &self.beat {
            Beat::Once(ms) => DateTime::from_timestamp_millis(*ms).filter(|it| *it > after),
            Beat::Minutes(minutes) => {
                let beat = i64::from((*minutes).max(1));
                let gone = (after - anchor)
                    .num_milliseconds()
                    .div_euclid(60_000 * beat);
                anchor.checked_add_signed(TimeDelta::minutes(beat.checked_mul(gone + 1)?))
            }
            Beat::Days(days) => days.next(after, self.zone()),
        }
    }

    /// Returns it as people read it, without its zone.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Returns whose clocks count.
    pub(super) fn zone(&self) -> Tz {
        self.zone.parse().unwrap_or(Tz::UTC)
    }
}

/// Tells a command and when it runs apart. With quotes round the command that is easy, and without them the time is what
/// can be read as one at the end.
pub(super) fn split(
    first: &str,
    rest: &str,
    now: DateTime<Tz>,
) -> Result<(String, When), CommandError> {
    let rest = rest.trim();
    let told = match When::read(rest, now) {
        Ok(when) => return Ok((first.trim().to_owned(), when)),
        Err(error) => error,
    };
    let mut last = None;
    for (at, _) in rest.match_indices(char::is_whitespace) {
        let Some((before, behind)) = rest.split_at_checked(at) else {
            continue;
        };
        let behind = behind.trim_start();
        let word = behind.split_whitespace().next().unwrap_or_default();
        if !BEGINNINGS.contains(&word.to_lowercase().as_str()) {
            continue;
        }
        match When::read(behind, now) {
            Ok(when) => return Ok((format!("{first} {}", before.trim_end()), when)),
            Err(error) => last = Some(error),
        }
    }
    Err(last.unwrap_or(told))
}

fn unclear(typed: &str) -> CommandError {
    let shown = if typed.trim().is_empty() {
        "When?".to_owned()
    } else {
        format!("I don't understand when \"{}\" is.", typed.trim())
    };
    CommandError::told(format!("{shown} Write it like: {WAYS}"))
}

fn cron(fields: &str) -> Result<(Beat, String), CommandError> {
    let days = Days::cron(fields).map_err(|wrong| {
        CommandError::told(format!(
            "I don't understand \"{wrong}\" in the cron expression. It has five fields: minute, hour, day of the month, month, \
             day of the week, like 0 9 * * 1-5"
        ))
    })?;
    Ok((Beat::Days(days), format!("cron {fields}")))
}

fn looks_like_cron(words: &[&str]) -> bool {
    let starts = |word: &&str| word.starts_with(|it: char| it.is_ascii_digit() || it == '*');
    words.len() == 5 && words.iter().take(3).all(starts)
}

/// Reads what stands behind `every`: days and a time, or a time span.
fn every(words: &[&str]) -> Result<(Beat, String), CommandError> {
    if let Some(span) = span(words) {
        if span < SHORTEST || span > LONGEST || span.as_secs() % 60 > 0 {
            return Err(CommandError::told(
                "Between two runs there are whole minutes: one at least, and a year at most.",
            ));
        }
        let minutes = u32::try_from(span.as_secs() / 60).unwrap_or(u32::MAX);
        return Ok((Beat::Minutes(minutes), format!("every {}", short(minutes))));
    }
    let words: Vec<&str> = words
        .iter()
        .flat_map(|it| it.split(','))
        .filter(|it| !it.is_empty() && !matches!(*it, "and" | "at" | "on"))
        .collect();
    let is_day = |word: &&&str| weekdays(word).is_some();
    let days: Vec<&str> = words.iter().take_while(is_day).copied().collect();
    let typed = format!("every {}", words.join(" "));
    let (hour, minute) = match words.get(days.len()..) {
        Some([]) if !days.is_empty() => {
            return Err(CommandError::told(format!(
                "At what time? Write it like: {typed} 9:00"
            )));
        }
        Some([at]) if !days.is_empty() => time(at),
        Some([at, half @ ("am" | "pm")]) if !days.is_empty() => time(&format!("{at}{half}")),
        _ => None,
    }
    .ok_or_else(|| unclear(&typed))?;
    let bits = days.iter().filter_map(|it| weekdays(it));
    let bits = bits.fold(0, |all, one| all | one);
    let text = format!("every {} {hour:02}:{minute:02}", days.join(","));
    Ok((Beat::Days(Days::at(hour, minute, bits)), text))
}

fn once(typed: &str, now: DateTime<Tz>) -> Result<(Beat, String), CommandError> {
    let at = moment::read(typed, now)?;
    if at <= now {
        return Err(CommandError::told(format!(
            "{} is over.",
            moment::show(at, now)
        )));
    }
    let text = format!("once, {}", at.format("%Y-%m-%d %H:%M"));
    Ok((Beat::Once(at.timestamp_millis()), text))
}

/// Reads `15m`, `15 minutes`, `2 hours`, `hour`.
fn span(words: &[&str]) -> Option<Duration> {
    let typed = match words {
        ["minute"] => "1m".to_owned(),
        ["hour"] => "1h".to_owned(),
        words => words.join(" "),
    };
    let is_span = typed.starts_with(|it: char| it.is_ascii_digit()) && !typed.contains(':');
    is_span.then(|| values::duration(&typed).ok()).flatten()
}

fn short(minutes: u32) -> String {
    let parts = [
        (minutes / 1_440, "d"),
        (minutes / 60 % 24, "h"),
        (minutes % 60, "m"),
    ];
    let parts = parts.iter().filter(|(number, _)| *number > 0);
    parts
        .map(|(number, unit)| format!("{number}{unit}"))
        .collect()
}

/// Returns the days of the week that a word names, bits from Sunday on.
fn weekdays(word: &str) -> Option<u64> {
    match word {
        "day" | "days" => return Some(EVERY_WEEKDAY),
        "weekday" | "weekdays" | "workday" => return Some(0b011_1110),
        "weekend" | "weekends" => return Some(0b100_0001),
        _ => {}
    }
    let day: Option<chrono::Weekday> = word.parse().ok();
    let day = day.or_else(|| word.strip_suffix('s')?.parse().ok())?;
    Some(1 << day.num_days_from_sunday())
}

/// Reads `9:00`, `9`, `9am`, `9:30pm`, `noon`.
fn time(typed: &str) -> Option<(u32, u32)> {
    match typed {
        "noon" => return Some((12, 0)),
        "midnight" => return Some((0, 0)),
        _ => {}
    }
    let (clock, half) = match (typed.strip_suffix("am"), typed.strip_suffix("pm")) {
        (Some(clock), _) => (clock, Some(0)),
        (_, Some(clock)) => (clock, Some(12)),
        (None, None) => (typed, None),
    };
    let number = |text: &str| {
        let is_number = matches!(text.len(), 1 | 2) && text.chars().all(|it| it.is_ascii_digit());
        is_number.then(|| text.parse::<u32>().ok()).flatten()
    };
    let (hour, minute) = match clock.split_once(':') {
        Some((hour, minute)) => (number(hour)?, number(minute).filter(|_| minute.len() == 2)?),
        None => (number(clock)?, 0),
    };
    let hour = match half {
        Some(half) if (1..=12).contains(&hour) => hour % 12 + half,
        Some(_) => return None,
        None => hour,
    };
    (hour < 24 && minute < 60).then_some((hour, minute))
}

/// Takes a zone from the end: `--tz Europe/Berlin`, `tz=Berlin`, `in Europe/Berlin`, `UTC`.
fn split_zone(typed: &str) -> Result<(&str, Option<Tz>), CommandError> {
    let typed = typed.trim();
    let bare = |word: &str| word.trim_start_matches(['-', '–', '—']).to_lowercase();
    let (before, last) = cut_last(typed);
    let (before_that, marker) = cut_last(before);
    if bare(marker) == "tz" || (bare(marker) == "in" && is_zone_like(last)) {
        return Ok((before_that, Some(zone(last)?)));
    }
    if bare(last).starts_with("tz=") {
        let name = last.split_once('=').map_or("", |(_, name)| name);
        return Ok((before, Some(zone(name)?)));
    }
    if is_zone_like(last) {
        return Ok((before, Some(zone(last)?)));
    }
    Ok((typed, None))
}

/// Splits the last word off.
fn cut_last(text: &str) -> (&str, &str) {
    match text.rsplit_once(char::is_whitespace) {
        Some((before, last)) => (before.trim_end(), last),
        None => ("", text),
    }
}

fn is_zone_like(word: &str) -> bool {
    let begins = word.starts_with(|it: char| it.is_ascii_uppercase());
    word.eq_ignore_ascii_case("utc") || (begins && word.contains('/'))
}

fn zone(name: &str) -> Result<Tz, CommandError> {
    let lower = name.to_lowercase();
    let city = format!("/{lower}");
    let mut zones = TZ_VARIANTS.iter();
    let found = zones
        .clone()
        .find(|it| it.name().eq_ignore_ascii_case(&lower))
        .or_else(|| zones.find(|it| it.name().to_lowercase().ends_with(&city)));
    found.copied().ok_or_else(|| {
        let names = TZ_VARIANTS.iter().map(|it| it.name());
        let near = nearest(name, names)
            .first()
            .map(|it| format!(" Did you mean {it}?"));
        CommandError::told(format!(
            "I don't know the time zone \"{name}\".{}",
            near.unwrap_or_else(|| " Write it like Europe/Berlin.".to_owned())
        ))
    })
}

#[cfg(test)]
mod tests;
