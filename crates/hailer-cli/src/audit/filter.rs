//! Which rows of the audit are meant.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, Local, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};
use clap::Args;
use hailer::{JobId, values};
use hailer_store::{AuditFilter, AuditRow};

use crate::exit::{Exit, Failure};

#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Filter {
    /// Only what this person wanted: an id, or a display name
    #[arg(long, value_name = "PERSON")]
    person: Option<String>,
    /// Only this command, or those whose names begin with these words
    #[arg(long, value_name = "NAME")]
    command: Option<String>,
    /// Only what is about this job
    #[arg(long, value_name = "ID")]
    job: Option<JobId>,
    /// Only this request
    #[arg(long, value_name = "ID")]
    request: Option<String>,
    /// Only this webhook
    #[arg(long, value_name = "NAME")]
    webhook: Option<String>,
    /// Only what this key signed, by its label
    #[arg(long, value_name = "LABEL")]
    key: Option<String>,
    /// Only this event: intent, outcome, denied, started, locked, …
    #[arg(long, value_name = "EVENT")]
    event: Option<String>,
    /// Only this decision: allow, deny
    #[arg(long, value_name = "DECISION")]
    decision: Option<String>,
    /// Only from then on: 2h, 7d, 2026-11-24, or 2026-11-24T16:40
    #[arg(long, value_name = "WHEN")]
    since: Option<String>,
    /// Only until then
    #[arg(long, value_name = "WHEN")]
    until: Option<String>,
}

impl Filter {
    /// Only what one key signed.
    pub(crate) fn of_key(label: &str, webhook: Option<&str>) -> Self {
        Self {
            key: Some(label.to_owned()),
            webhook: webhook.map(str::to_owned),
            ..Self::default()
        }
    }

    pub(crate) fn to_store(&self, limit: u32) -> Result<AuditFilter, Failure> {
        Ok(AuditFilter {
            actor: self.person.clone(),
            command: self.command.clone(),
            job: self.job.clone(),
            request_id: self.request.clone(),
            webhook: self.webhook.clone(),
            key_label: self.key.clone(),
            event: self.event.clone(),
            decision: self.decision.clone(),
            since_ms: moment("since", self.since.as_deref())?,
            until_ms: moment("until", self.until.as_deref())?,
            limit,
            ..AuditFilter::default()
        })
    }

    /// Tells whether a row is meant, for whoever reads all of them.
    pub(crate) fn keeps(wanted: &AuditFilter, row: &AuditRow) -> bool {
        let entry = &row.entry;
        let is =
            |wanted: &Option<String>, found: &str| wanted.as_deref().is_none_or(|it| it == found);
        let job = entry.job.as_ref();
        wanted.actor.as_deref().is_none_or(|actor| {
            actor == entry.actor_id || actor.to_lowercase() == entry.actor_name.to_lowercase()
        }) && wanted.command.as_deref().is_none_or(|command| {
            entry
                .command
                .strip_prefix(command)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        }) && wanted.job.as_ref().is_none_or(|wanted| job == Some(wanted))
            && is(&wanted.request_id, &entry.request_id)
            && is(&wanted.webhook, &entry.webhook)
            && is(&wanted.key_label, &entry.key_label)
            && is(&wanted.event, &entry.event)
            && is(&wanted.decision, &entry.decision)
            && wanted.since_ms.is_none_or(|since| row.at_ms >= since)
            && wanted.until_ms.is_none_or(|until| row.at_ms < until)
    }
}

/// Reads a moment: so long ago, or a date and a time of this computer.
pub(crate) fn moment(option: &str, text: Option<&str>) -> Result<Option<i64>, Failure> {
    let Some(text) = text else {
        return Ok(None);
    };
    let now = DateTime::<Utc>::from(SystemTime::now());
    let found = values::duration(text)
        .ok()
        .and_then(|ago: Duration| now.checked_sub_signed(chrono::TimeDelta::from_std(ago).ok()?))
        .or_else(|| DateTime::parse_from_rfc3339(text).ok().map(Into::into))
        .or_else(|| local(text));
    found.map(|at| Some(at.timestamp_millis())).ok_or_else(|| {
        Failure::new(
            Exit::Usage,
            format!("error: --{option}: \"{text}\" is no moment\n  fix: 2h, 7d, 2026-11-24, or 2026-11-24T16:40"),
        )
    })
}

fn local(text: &str) -> Option<DateTime<Utc>> {
    let naive = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
        .or_else(|| {
            let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
            Some(day.and_time(NaiveTime::MIN))
        })?;
    Local
        .from_local_datetime(&naive)
        .earliest()
        .map(|at| at.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_in_several_ways() {
        for text in [
            "2h",
            "7d",
            "2026-11-24",
            "2026-11-24T16:40",
            "2026-11-24 16:40",
            "2026-11-24T16:40:00Z",
        ] {
            assert!(moment("since", Some(text)).is_ok(), "{text}");
        }
        for text in ["yesterday", "2026-13-01", "5"] {
            assert!(moment("since", Some(text)).is_err(), "{text}");
        }
    }
}
