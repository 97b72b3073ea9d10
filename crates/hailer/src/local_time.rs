//! Moments as people in a channel read them: in their zone, and no longer than needed.

use std::time::SystemTime;

use chrono::{DateTime, Datelike, Utc};
use chrono_tz::Tz;

/// Writes moments in the zone of `[bot] timezone`.
///
/// # Examples
///
/// ```
/// use std::time::{Duration, SystemTime};
///
/// let times = hailer::LocalTime::utc();
/// let noon = SystemTime::UNIX_EPOCH + Duration::from_secs(12 * 3_600);
/// assert_eq!(times.moment(16 * 3_600_000, noon), "16:00 UTC");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LocalTime {
    zone: Tz,
}

impl LocalTime {
    /// Writes in Coordinated Universal Time, and says so.
    pub fn utc() -> Self {
        Self { zone: Tz::UTC }
    }

    pub(crate) fn new(zone: Tz) -> Self {
        Self { zone }
    }

    /// Writes the times of a job's log in this zone: those that its lines begin with.
    ///
    /// # Examples
    ///
    /// ```
    /// let log = "2026-10-24T14:40:07Z copying\n… 7 bytes left out …\n";
    /// assert_eq!(hailer::LocalTime::utc().log(log), "14:40:07Z copying\n… 7 bytes left out …\n");
    /// ```
    pub fn log(self, log: &str) -> String {
        log.split_inclusive('\n')
            .map(|it| self.log_line(it))
            .collect()
    }

    fn log_line(self, line: &str) -> String {
        let read = |(time, said): (&str, &str)| {
            Some((time.parse::<DateTime<Utc>>().ok()?, said.to_owned()))
        };
        let Some((at, said)) = line.split_once(' ').and_then(read) else {
            return line.to_owned();
        };
        let zone = if self.zone == Tz::UTC { "Z" } else { "" };
        let at = at.with_timezone(&self.zone);
        format!("{}{zone} {said}", at.format("%H:%M:%S"))
    }

    /// Writes a moment, given in milliseconds since 1970: today the time alone, within a week with its weekday, else with its date.
    pub fn moment(self, at_ms: i64, now: SystemTime) -> String {
        let at = DateTime::<Utc>::from_timestamp_millis(at_ms).unwrap_or(DateTime::<Utc>::MAX_UTC);
        let (at, now) = (
            at.with_timezone(&self.zone),
            DateTime::<Utc>::from(now).with_timezone(&self.zone),
        );
        let days = (at.date_naive() - now.date_naive()).num_days();
        let format = match days {
            0 => "%H:%M",
            -6..=6 => "%a %H:%M",
            _ if at.year() == now.year() => "%-d %b %H:%M",
            _ => "%-d %b %Y %H:%M",
        };
        let zone = if self.zone == Tz::UTC { " UTC" } else { "" };
        format!("{}{zone}", at.format(format))
    }
}

impl Default for LocalTime {
    fn default() -> Self {
        Self::utc()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(text: &str) -> i64 {
        DateTime::parse_from_rfc3339(text)
            .unwrap()
            .timestamp_millis()
    }

    #[test]
    fn a_moment_is_no_longer_than_needed() {
        let berlin = LocalTime::new(Tz::Europe__Berlin);
        let now = DateTime::parse_from_rfc3339("2026-10-24T14:00:00Z").unwrap();
        let told = |text| berlin.moment(ms(text), now.into());

        assert_eq!(told("2026-10-24T14:40:00Z"), "16:40");
        assert_eq!(told("2026-10-24T22:30:00Z"), "Sun 00:30");
        // The clock was put back in the night.
        assert_eq!(told("2026-10-25T14:40:00Z"), "Sun 15:40");
        assert_eq!(told("2026-12-01T08:00:00Z"), "1 Dec 09:00");
        assert_eq!(told("2027-01-01T08:00:00Z"), "1 Jan 2027 09:00");
    }
}
