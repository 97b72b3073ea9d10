//! What was seen of a service during the last day, in a few kilobytes.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::status::check::{Checked, Health};

/// What is older is forgotten.
const DAY: u32 = 24 * 60;

/// So many troubles are told.
const MOST_TROUBLES: usize = 5;

/// How a service was at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "u8", from = "u8")]
pub(super) enum State {
    Up,
    /// Slow, or beyond a limit that warns.
    Warning,
    Down,
}

/// Minutes since 1970, how it was, and how many milliseconds it took.
type Sample = (u32, State, u32);

/// A time during which something was wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Trouble {
    /// Minutes since 1970.
    pub(super) from: u32,
    /// The minute in which it was over.
    pub(super) until: Option<u32>,
    pub(super) state: State,
    /// What was wrong, when it was last looked.
    pub(super) why: String,
}

/// What was seen during the last day.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Day {
    samples: Vec<Sample>,
    /// The minute since which it is as it is.
    since: Option<u32>,
    /// The oldest first.
    troubles: Vec<Trouble>,
}

impl Day {
    /// Adds what a look found.
    pub(super) fn note(&mut self, checked: &Checked, now: SystemTime) {
        let (state, why) = match &checked.health {
            Health::Up(_) => (State::Up, ""),
            Health::Slow(seen) | Health::Warning(seen) => (State::Warning, seen.as_str()),
            Health::Down(why) => (State::Down, why.as_str()),
            Health::NotAsked => return,
        };
        let millis = u32::try_from(checked.took.as_millis()).unwrap_or(u32::MAX);
        self.add((minute(now), state, millis), why);
    }

    /// Adds a sample, and what is wrong.
    pub(super) fn add(&mut self, sample: Sample, why: &str) {
        let (minute, state, _) = sample;
        let before = self.samples.last().map(|(_, state, _)| *state);
        if before != Some(state) {
            self.since = Some(minute);
        }
        self.samples
            .retain(|(at, ..)| *at < minute && minute - *at < DAY);
        self.samples.push(sample);
        let going_on = self.troubles.last_mut().filter(|it| it.until.is_none());
        match going_on {
            Some(trouble) if trouble.state == state => why.clone_into(&mut trouble.why),
            Some(trouble) => {
                trouble.until = Some(minute);
                self.begin(sample, why);
            }
            None => self.begin(sample, why),
        }
    }

    fn begin(&mut self, (minute, state, _): Sample, why: &str) {
        if state == State::Up {
            return;
        }
        self.troubles.push(Trouble {
            from: minute,
            until: None,
            state,
            why: why.to_owned(),
        });
        let surplus = self.troubles.len().saturating_sub(MOST_TROUBLES);
        self.troubles.drain(..surplus);
    }

    /// Says whether it is to be looked at again.
    pub(super) fn is_due(&self, every: Duration, now: SystemTime) -> bool {
        let minutes = every.as_secs() / 60;
        let last = self.samples.last().map(|(at, ..)| *at);
        last.is_none_or(|at| u64::from(minute(now).saturating_sub(at)) >= minutes)
    }

    /// Returns the minute since which it is in this state, if it was when last looked at.
    pub(super) fn since(&self, state: State) -> Option<u32> {
        let last = self.samples.last().map(|(_, state, _)| *state);
        self.since.filter(|_| last == Some(state))
    }

    /// Returns what was wrong, the newest first.
    pub(super) fn troubles(&self) -> impl Iterator<Item = &Trouble> {
        self.troubles.iter().rev()
    }

    /// Returns which part of the looks found it not down; `None` without any.
    pub(super) fn uptime(&self, now: SystemTime) -> Option<f64> {
        let all = self.of_day(now).count();
        let down = self
            .of_day(now)
            .filter(|(_, state, _)| *state == State::Down);
        let down = down.count();
        (all > 0).then(|| (all - down) as f64 / all as f64)
    }

    /// Returns how long the fastest of this part of the looks took, where there was an answer.
    pub(super) fn percentile(&self, part: f64, now: SystemTime) -> Option<Duration> {
        let answered = self
            .of_day(now)
            .filter(|(_, state, _)| *state != State::Down);
        let mut times: Vec<u32> = answered.map(|(.., millis)| *millis).collect();
        times.sort_unstable();
        let at = (part * times.len() as f64).ceil() as usize;
        let millis = times.get(at.saturating_sub(1))?;
        Some(Duration::from_millis(u64::from(*millis)))
    }

    /// Draws the day in so many parts, each as bad as the worst that was seen in it.
    pub(super) fn curve(&self, parts: u32, now: SystemTime) -> String {
        let now = minute(now);
        let part = DAY.div_ceil(parts.max(1));
        (0..parts)
            .rev()
            .map(|back| {
                // Half open, so that the newest minute is in the last part.
                let (oldest, newest) = (part * (back + 1), part * back);
                let within =
                    |at: u32| now.saturating_sub(at) >= newest && now.saturating_sub(at) < oldest;
                let states = self.samples.iter().filter(|(at, ..)| within(*at));
                match states.map(|(_, state, _)| *state).max() {
                    None => '·',
                    Some(State::Up) => '▁',
                    Some(State::Warning) => '▄',
                    Some(State::Down) => '█',
                }
            })
            .collect()
    }

    /// Says whether there is more to tell than how it is now.
    pub(super) fn has_past(&self) -> bool {
        self.samples.len() > 1
    }

    fn of_day(&self, now: SystemTime) -> impl Iterator<Item = &Sample> {
        let now = minute(now);
        self.samples
            .iter()
            .filter(move |(at, ..)| now.saturating_sub(*at) < DAY)
    }
}

/// Returns the minutes since 1970.
pub(super) fn minute(time: SystemTime) -> u32 {
    let past = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u32::try_from(past.as_secs() / 60).unwrap_or(u32::MAX)
}

/// Returns when a minute began.
pub(super) fn begin_of(minute: u32) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(u64::from(minute) * 60)
}

impl From<State> for u8 {
    fn from(state: State) -> Self {
        match state {
            State::Up => 0,
            State::Warning => 1,
            State::Down => 2,
        }
    }
}

impl From<u8> for State {
    fn from(number: u8) -> Self {
        match number {
            0 => Self::Up,
            1 => Self::Warning,
            // What another version means by more is not good.
            _ => Self::Down,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(samples: &[Sample]) -> Day {
        let mut day = Day::default();
        for sample in samples {
            day.add(*sample, "broken");
        }
        day
    }

    const NOW: u32 = 30_000_000;

    #[test]
    fn the_day_is_told_in_numbers_and_as_a_curve() {
        let mut samples: Vec<Sample> = (0..20)
            .map(|it| (NOW - 100 + it * 5, State::Up, it + 1))
            .collect();
        samples.push((NOW, State::Down, 2_000));
        let day = day(&samples);
        let now = begin_of(NOW);

        assert_eq!(day.uptime(now), Some(20.0 / 21.0));
        assert_eq!(day.percentile(0.5, now), Some(Duration::from_millis(10)));
        assert_eq!(day.percentile(0.95, now), Some(Duration::from_millis(19)));
        assert_eq!(day.curve(24, now), "······················▁█");
        assert_eq!(day.since(State::Down), Some(NOW));
        assert_eq!(day.since(State::Up), None);
    }

    #[test]
    fn troubles_have_a_beginning_and_an_end() {
        let day = day(&[
            (NOW - 20, State::Up, 1),
            (NOW - 15, State::Down, 1),
            (NOW - 10, State::Down, 1),
            (NOW - 5, State::Warning, 1),
            (NOW, State::Up, 1),
        ]);

        let told: Vec<_> = day
            .troubles()
            .map(|it| (NOW - it.from, it.until.map(|it| NOW - it), it.state))
            .collect();
        assert_eq!(
            told,
            [(5, Some(0), State::Warning), (15, Some(5), State::Down),]
        );
        assert_eq!(day.since(State::Up), Some(NOW));
    }

    #[test]
    fn a_day_of_minutes_fits_into_the_store() {
        let samples: Vec<Sample> = (0..3 * DAY)
            .map(|it| (NOW + it, [State::Up, State::Down][it as usize % 2], 2_999))
            .collect();
        let day = day(&samples);

        let text = serde_json::to_string(&day).unwrap();

        assert_eq!(day.samples.len(), DAY as usize);
        assert!(text.len() < 64 * 1024, "{}", text.len());
        assert_eq!(serde_json::from_str::<Day>(&text).unwrap(), day);
    }

    #[test]
    fn it_is_due_after_its_time() {
        let every = Duration::from_secs(300);
        let day = day(&[(NOW, State::Up, 1)]);

        assert!(!day.is_due(every, begin_of(NOW + 4)));
        assert!(day.is_due(every, begin_of(NOW + 5)));
        assert!(Day::default().is_due(every, begin_of(NOW)));
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_noted_can_be_told(
            samples in proptest::collection::vec((0_u32..5_000, 0_u8..3, 0_u32..100_000), 0..60),
            parts in 0_u32..50,
        ) {
            let mut day = Day::default();
            for (at, state, millis) in samples {
                day.add((at, State::from(state), millis), "why");
            }
            let now = begin_of(5_000);

            proptest::prop_assert_eq!(day.curve(parts, now).chars().count(), parts as usize);
            let uptime = day.uptime(now).unwrap_or(1.0);
            proptest::prop_assert!((0.0..=1.0).contains(&uptime));
            proptest::prop_assert!(day.percentile(0.5, now) <= day.percentile(0.95, now));
            proptest::prop_assert!(day.troubles().count() <= 5);
        }
    }
}
