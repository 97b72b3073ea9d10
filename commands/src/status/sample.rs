//! Made-up health, to try `status` without servers: each service had some trouble during the day, and may have some now.

use std::time::{Duration, SystemTime};

use crate::status::check::{Checked, Health};
use crate::status::config::SLOW_AFTER;
use crate::status::day::{Day, begin_of, minute};

/// How far apart the made-up looks of the past are, in minutes.
const STEP: u32 = 5;

/// How a made-up service is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// As it should be.
    Fine,
    /// Slow for 40 minutes now.
    Slow,
    /// Down for 15 minutes now.
    Down,
}

impl Mood {
    /// Reads `sample`, `sample slow` or `sample down`.
    pub(super) fn read(url: &str) -> Option<Self> {
        match url {
            "sample" => Some(Self::Fine),
            "sample slow" => Some(Self::Slow),
            "sample down" => Some(Self::Down),
            _ => None,
        }
    }

    /// Returns how a service is now, and how long it took to see.
    pub(super) fn now(self, name: &str, now: SystemTime) -> (Health, Duration) {
        self.ago(name, 0, minute(now))
    }

    /// Returns the day up to now.
    pub(super) fn day(self, name: &str, now: SystemTime) -> Day {
        let now = minute(now);
        let mut day = Day::default();
        for ago in (0..24 * 60 / STEP).rev().map(|it| it * STEP) {
            let (health, took) = self.ago(name, ago, now);
            let health = match health {
                Health::Up(seen) if took > SLOW_AFTER => Health::Slow(format!("{seen} in 1.4 s")),
                other => other,
            };
            day.note(&Checked { health, took }, begin_of(now - ago));
        }
        day
    }

    /// How it was so many minutes ago.
    fn ago(self, name: &str, ago: u32, now: u32) -> (Health, Duration) {
        let letters = name.bytes().fold(0_u32, |sum, it| sum + u32::from(it));
        let wave = (f64::from(now - ago) / 90.0 + f64::from(letters)).sin();
        let usual = 30.0 + f64::from(letters % 50) + 12.0 * wave;
        // At another hour for each.
        let hours = 5 + letters % 14;
        let was_down = (hours * 60..hours * 60 + 25).contains(&ago);
        let millis = |it: f64| Duration::from_millis(it as u64);
        match self {
            Self::Down if ago <= 15 => (Health::Down("it answers 503".to_owned()), millis(8.0)),
            Self::Slow if ago <= 40 => (Health::Up("200".to_owned()), millis(1_400.0 + usual)),
            _ if was_down => (
                Health::Down("the connection is refused".to_owned()),
                millis(1.0),
            ),
            _ => (Health::Up("200".to_owned()), millis(usual)),
        }
    }
}
