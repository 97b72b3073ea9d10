//! What was deployed by another way, told to the bot: by a person, by a CI over HTTP, or on the command line.

mod http;

use chrono::{DateTime, Utc};
use hailer::{CommandError, JobState, clap};
use serde::Deserialize;

use crate::deploy::config::Deployments;
use crate::deploy::ledger::{Deploy, Ending, Kind, Lost, Track, key};
use crate::deploy::words::version;

pub(super) use http::{Reporting, read};

/// A clock may be this much ahead of ours.
const AHEAD_MS: i64 = 5 * 60 * 1_000;

/// No remark of use is longer.
const LONGEST_NOTE: usize = 300;

/// A deployment that somebody else made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Which service.
    pub service: String,
    /// Which version.
    pub version: String,
    /// Where to.
    pub environment: String,
    /// How it is.
    pub result: Outcome,
    /// Who made it.
    pub by: String,
    /// When it was made; now when left out.
    pub at: Option<DateTime<Utc>>,
    /// What there is to say of it.
    pub note: Option<String>,
    /// What tells this report from others, where the same may come twice.
    pub id: Option<String>,
}

/// How something is that was deployed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It does its work.
    Healthy,
    /// It is there; nobody looked whether it does its work.
    #[default]
    Unchecked,
    /// It is there, and does not do its work.
    Unhealthy,
    /// It failed half way: what runs is not known.
    Failed,
}

impl Outcome {
    fn ending(self) -> Ending {
        match self {
            Self::Healthy => Ending::Healthy,
            Self::Unchecked => Ending::Unchecked,
            Self::Unhealthy => Ending::Unhealthy,
            Self::Failed => Ending::Failed,
        }
    }
}

/// What came of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noted {
    /// It was written down.
    Now,
    /// It was written down before; nothing was changed.
    Before,
}

impl Report {
    /// Says what was noted, as a sentence for a channel.
    pub fn sentence(&self, noted: Noted) -> String {
        let Self {
            service,
            version,
            environment,
            ..
        } = self;
        let begin = match noted {
            Noted::Now => "Noted",
            Noted::Before => "Noted before",
        };
        match self.result {
            Outcome::Failed => {
                format!("{begin}: {service} {version} failed on its way to {environment}.")
            }
            Outcome::Healthy | Outcome::Unchecked | Outcome::Unhealthy => {
                format!("{begin}: {service} {version} is in {environment}.")
            }
        }
    }

    fn deploy(&self, now_ms: i64) -> Result<Deploy, CommandError> {
        let version = version(&self.version).map_err(|error| {
            CommandError::told(format!("\"{}\" is no version: {error}.", self.version))
        })?;
        let at_ms = self.at.map_or(now_ms, |it| it.timestamp_millis());
        if at_ms > now_ms + AHEAD_MS {
            return Err(CommandError::told(
                "That is in the future: only what was deployed can be noted.",
            ));
        }
        let note = self.note.as_ref();
        Ok(Deploy {
            kind: Kind::Reported,
            version,
            before: None,
            by: shortened(&self.by),
            job: None,
            began_ms: at_ms,
            ended_ms: Some(at_ms),
            ending: self.result.ending(),
            note: note.map(|it| shortened(it)),
        })
    }
}

/// Reads when something was deployed.
///
/// # Errors
///
/// It is not written as RFC 3339 has it.
pub fn moment(text: &str) -> Result<DateTime<Utc>, CommandError> {
    let moment = DateTime::parse_from_rfc3339(text).map_err(|_| {
        CommandError::told(format!(
            "\"{text}\" is no moment; write one like 2026-11-24T09:30:00Z."
        ))
    })?;
    Ok(moment.with_timezone(&Utc))
}

/// Takes what others wrote as one short line.
fn shortened(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().take(LONGEST_NOTE).collect()
}

impl Track {
    /// Writes down what somebody else deployed, where it belongs by its time.
    pub(super) fn note(&mut self, report: &Report, now_ms: i64) -> Result<Noted, CommandError> {
        if let Some(id) = &report.id
            && !self.is_first(id, now_ms)
        {
            return Ok(Noted::Before);
        }
        if let Some(other) = self.under_way() {
            return Err(CommandError::told(format!(
                "{} {} is on its way to {} by me, so nothing was noted. Report it again when that is over.",
                report.service, other.version, report.environment
            )));
        }
        let deploy = report.deploy(now_ms)?;
        self.insert(deploy);
        Ok(Noted::Now)
    }
}

impl Deployments {
    /// Finds service and environment by the names that were given, and spells them as the configuration does.
    ///
    /// # Errors
    ///
    /// There is none of that name, or the service does not run there; the text names those that are near.
    pub fn resolve(&self, report: Report) -> Result<Report, CommandError> {
        let target = self.target(&report.service, &report.environment)?;
        let (service, environment) = target.names();
        Ok(Report {
            service: service.to_owned(),
            environment: environment.to_owned(),
            ..report
        })
    }

    /// Says whether nothing is deployed by this bot.
    pub fn is_empty(&self) -> bool {
        self.services.is_empty()
    }
}

/// The module and the key under which a report is kept in the store, for whoever writes into it beside a running bot.
pub fn place_of(report: &Report) -> (&'static str, String) {
    (
        crate::deploy::ledger::MODULE,
        key(&report.service, &report.environment),
    )
}

/// What is kept of a service in an environment, as the store has it.
#[derive(Debug)]
pub struct KeptTrack(Track);

impl KeptTrack {
    /// Reads it; nothing is kept before the first deploy.
    ///
    /// # Errors
    ///
    /// It was written by another version.
    pub fn read(
        deployments: &Deployments,
        report: &Report,
        kept: Option<&str>,
    ) -> Result<Self, serde_json::Error> {
        let track = match kept {
            Some(kept) => serde_json::from_str(kept)?,
            None => Track::before(
                &deployments.before,
                &key(&report.service, &report.environment),
            ),
        };
        Ok(Self(track))
    }

    /// Returns the job of the deploy that is under way.
    pub fn job(&self) -> Option<&str> {
        self.0.under_way()?.job.as_deref()
    }

    /// Writes a report down, where the job of the deploy that is under way is in this state; returns what is to be kept.
    ///
    /// # Errors
    ///
    /// Something is on its way, or the report cannot be true.
    pub fn note(
        mut self,
        report: &Report,
        job: Option<(JobState, Option<i64>)>,
        now_ms: i64,
    ) -> Result<(Noted, String), CommandError> {
        let lost = self.0.under_way().and_then(|it| Lost::of(it, job));
        if let Some(lost) = lost {
            self.0.settle(&lost);
        }
        let noted = self.0.note(report, now_ms)?;
        Ok((noted, serde_json::to_string(&self.0)?))
    }
}
