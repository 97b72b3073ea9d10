//! `[[freeze]]`: windows in which nothing starts that changes something.

use std::str::FromStr;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use croner::Cron;
use hailer_dispatch::{Freeze, Rule, Verdict, Whom};

use super::code;
use super::problem::Problem;
use super::rule::Reader;
use super::section::Section;
use super::spots::Spots;
use super::webhook::WebhookConfig;
use super::zone;
use crate::local_time::LocalTime;

/// A longer one is no window.
const LONGEST: Duration = Duration::from_hours(366 * 24);

/// Windows that follow each other without a gap are one; so many are put together.
const MOST_IN_A_ROW: usize = 50;

/// A window that comes again and again.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct FreezeConfig {
    /// When it begins.
    cron: Cron,
    /// How long it lasts.
    pub lasts: Duration,
    zone: Tz,
    /// What it freezes.
    rule: Rule,
    except: Vec<String>,
    locks: Vec<String>,
    pub(crate) spots: Spots,
}

impl FreezeConfig {
    /// Returns when the window ends that holds at a moment; nothing when none does.
    pub fn ends(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let local = now.with_timezone(&self.zone);
        let begun = self.cron.find_previous_occurrence(&local, true).ok()?;
        let lasts = TimeDelta::from_std(self.lasts).ok()?;
        let mut end = begun.with_timezone(&Utc) + lasts;
        if end <= now {
            return None;
        }
        let mut from = local;
        for _ in 0..MOST_IN_A_ROW {
            let next = self.cron.find_next_occurrence(&from, false).ok();
            let Some(next) = next.filter(|it| it.with_timezone(&Utc) <= end) else {
                break;
            };
            end = next.with_timezone(&Utc) + lasts;
            from = next;
        }
        Some(end)
    }

    /// Returns when the next window begins.
    pub fn begins(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let local = now.with_timezone(&self.zone);
        let next = self.cron.find_next_occurrence(&local, false).ok()?;
        Some(next.with_timezone(&Utc))
    }

    /// Makes what a policy reads, for a window that ends then.
    pub(crate) fn until(&self, end: DateTime<Utc>, times: LocalTime, now: DateTime<Utc>) -> Freeze {
        let until_ms = end.timestamp_millis();
        Freeze {
            rule: self.rule.clone(),
            except: self.except.clone(),
            locks: self.locks.clone(),
            until_ms,
            until: times.moment(until_ms, now.into()),
        }
    }
}

/// Reads all windows, in the order of the file.
pub(super) fn read(top: &Section<'_>, webhooks: &[WebhookConfig]) -> Vec<FreezeConfig> {
    let usual = zone::peek(&top.section("bot"));
    let tables = top.tables("freeze");
    let read = |table: &Section<'_>| read_one(table, webhooks, usual);
    tables.iter().filter_map(read).collect()
}

fn read_one(table: &Section<'_>, webhooks: &[WebhookConfig], usual: Tz) -> Option<FreezeConfig> {
    let mut spots = Spots::new(table.reading(), table.origin());
    let reader = Reader::new(table, webhooks);
    let globs = |key: &'static str, spots: &mut Spots| -> Option<Vec<String>> {
        let items = table.items(key)?;
        let found = items.into_iter().map(|(glob, origin)| {
            spots.add(key, &glob, origin);
            glob
        });
        Some(found.collect())
    };
    let commands = globs("commands", &mut spots).unwrap_or_else(|| vec!["*".to_owned()]);
    let except = globs("except", &mut spots).unwrap_or_default();
    let locks = globs("locks", &mut spots).unwrap_or_default();
    let rule = Rule {
        place: spots.short(table.origin()),
        verdict: Verdict::Deny,
        commands,
        effects: Vec::new(),
        to: vec![Whom::Everyone],
        unless: reader.people("unless", &mut spots).unwrap_or_default(),
        places: reader.places(&mut spots),
        when: reader.conditions(&mut spots),
        say: table.string("say"),
    };
    let zone = if table.entry("timezone").is_some() {
        zone::read(table)
    } else {
        Some(usual)
    };
    let (cron, lasts) = (read_cron(table), read_lasts(table));
    let window = FreezeConfig {
        cron: cron?,
        lasts: lasts?,
        zone: zone?,
        rule,
        except,
        locks,
        spots,
    };
    if window.begins(Utc::now()).is_none() {
        let problem = Problem::error(code::FREEZE, "this window never begins");
        let help = "fix: a day that exists: minute, hour, day, month, weekday";
        table.note_at("cron", problem.with_help(help));
        return None;
    }
    Some(window)
}

fn read_cron(table: &Section<'_>) -> Option<Cron> {
    const HELP: &str =
        "fix: five parts, minute, hour, day, month and weekday: cron = \"0 16 * * FRI\"";
    let Some(text) = table.string("cron") else {
        if table.entry("cron").is_none() {
            let problem = Problem::error(code::FREEZE, "this freeze does not say when it begins");
            table.note_missing(problem.with_help(HELP));
        }
        return None;
    };
    // More parts, for seconds or years, are more than anybody reads right.
    let parts = text.split_whitespace().count();
    let read = Cron::from_str(&text).map_err(|error| error.to_string());
    match read {
        Ok(cron) if parts == 5 || text.trim().starts_with('@') => Some(cron),
        Ok(_) => {
            let problem = format!("\"{text}\" has {parts} parts");
            table.note_at(
                "cron",
                Problem::error(code::FREEZE, problem).with_help(HELP),
            );
            None
        }
        Err(error) => {
            let problem = format!("\"{text}\" is no cron pattern: {error}");
            table.note_at(
                "cron",
                Problem::error(code::FREEZE, problem).with_help(HELP),
            );
            None
        }
    }
}

fn read_lasts(table: &Section<'_>) -> Option<Duration> {
    let Some(lasts) = table.duration("lasts") else {
        if table.entry("lasts").is_none() {
            let problem =
                Problem::error(code::FREEZE, "this freeze does not say how long it lasts");
            table.note_missing(problem.with_help("fix: lasts = \"64h\""));
        }
        return None;
    };
    if lasts.is_zero() || lasts > LONGEST {
        let problem = Problem::error(code::FREEZE, "a freeze lasts from a moment to a year");
        table.note_at("lasts", problem.with_help("fix: lasts = \"64h\""));
        return None;
    }
    Some(lasts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(cron: &str, lasts: &str, zone: Tz) -> FreezeConfig {
        FreezeConfig {
            cron: Cron::from_str(cron).unwrap(),
            lasts: humantime::parse_duration(lasts).unwrap(),
            zone,
            rule: Rule {
                place: String::new(),
                verdict: Verdict::Deny,
                commands: vec!["*".to_owned()],
                effects: Vec::new(),
                to: vec![Whom::Everyone],
                unless: Vec::new(),
                places: Vec::new(),
                when: Vec::new(),
                say: None,
            },
            except: Vec::new(),
            locks: Vec::new(),
            spots: Spots::default(),
        }
    }

    fn at(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(text).unwrap().into()
    }

    #[test]
    fn a_window_holds_from_its_first_moment_and_not_at_its_last() {
        let weekend = window("0 16 * * FRI", "64h", Tz::UTC);
        let end = Some(at("2026-11-30T08:00:00Z"));

        assert_eq!(weekend.ends(at("2026-11-27T15:59:59Z")), None);
        assert_eq!(weekend.ends(at("2026-11-27T16:00:00Z")), end);
        assert_eq!(weekend.ends(at("2026-11-29T12:00:00Z")), end);
        assert_eq!(weekend.ends(at("2026-11-30T07:59:59Z")), end);
        assert_eq!(weekend.ends(at("2026-11-30T08:00:00Z")), None);
        assert_eq!(
            weekend.begins(at("2026-11-30T08:00:00Z")),
            Some(at("2026-12-04T16:00:00Z"))
        );
    }

    #[test]
    fn a_window_begins_at_the_same_time_of_the_clock_whatever_the_season() {
        let nightly = window("0 22 * * *", "1h", Tz::Europe__Berlin);

        assert!(nightly.ends(at("2026-10-24T20:30:00Z")).is_some());
        assert!(nightly.ends(at("2026-10-25T20:30:00Z")).is_none());
        assert!(nightly.ends(at("2026-10-25T21:30:00Z")).is_some());
    }

    #[test]
    fn a_time_that_the_clock_leaves_out_begins_when_it_goes_on() {
        // At 2:00 in the night of the 29th of March it becomes 3:00.
        let gap = window("30 2 * * *", "2h", Tz::Europe__Berlin);

        assert!(gap.ends(at("2026-03-29T01:30:00Z")).is_some());
    }

    #[test]
    fn a_time_that_the_clock_has_twice_begins_once() {
        // At 3:00 in the night of the 25th of October it becomes 2:00.
        let twice = window("30 2 * * *", "20m", Tz::Europe__Berlin);

        assert!(twice.ends(at("2026-10-25T00:35:00Z")).is_some());
        assert!(twice.ends(at("2026-10-25T00:55:00Z")).is_none());
    }

    #[test]
    fn windows_that_follow_each_other_are_one() {
        let days = window("0 0 20-31 12 *", "24h", Tz::UTC);

        assert_eq!(
            days.ends(at("2026-12-24T18:00:00Z")),
            Some(at("2027-01-01T00:00:00Z"))
        );
    }
}
