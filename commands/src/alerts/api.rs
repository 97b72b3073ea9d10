//! What Alertmanager says by its API, version 2, and how it is asked.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use crate::alerts::matcher::Matcher;
use crate::backend::{Backend, Fault};

/// An alert that fires.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Alert {
    pub(super) fingerprint: String,
    pub(super) labels: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) annotations: BTreeMap<String, String>,
    #[serde(deserialize_with = "time")]
    pub(super) starts_at: DateTime<Utc>,
    #[serde(default, rename = "generatorURL")]
    pub(super) generator_url: String,
    pub(super) status: AlertStatus,
}

/// Whether somebody is told of it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AlertStatus {
    #[serde(default)]
    pub(super) silenced_by: Vec<String>,
    #[serde(default)]
    pub(super) inhibited_by: Vec<String>,
}

/// A silence.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Silence {
    pub(super) id: String,
    pub(super) status: SilenceStatus,
    pub(super) matchers: Vec<Matcher>,
    #[serde(deserialize_with = "time")]
    pub(super) starts_at: DateTime<Utc>,
    #[serde(deserialize_with = "time")]
    pub(super) ends_at: DateTime<Utc>,
    #[serde(default)]
    pub(super) created_by: String,
    #[serde(default)]
    pub(super) comment: String,
}

/// `active`, `pending` or `expired`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct SilenceStatus {
    pub(super) state: String,
}

/// A silence that is to be.
#[derive(Debug, Clone)]
pub(super) struct NewSilence {
    pub(super) matchers: Vec<Matcher>,
    pub(super) from: DateTime<Utc>,
    pub(super) until: DateTime<Utc>,
    pub(super) author: String,
    pub(super) reason: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Made {
    #[serde(alias = "silenceID")]
    silence_id: String,
}

fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DateTime<Utc>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let time = DateTime::parse_from_rfc3339(&text);
    time.map(Into::into).map_err(D::Error::custom)
}

impl Alert {
    /// Returns its name.
    pub(super) fn name(&self) -> &str {
        self.labels
            .get("alertname")
            .map_or("(no name)", String::as_str)
    }

    /// Says whether nobody is told of it.
    pub(super) fn is_quiet(&self) -> bool {
        !self.status.silenced_by.is_empty() || !self.status.inhibited_by.is_empty()
    }
}

/// Asks for all alerts that fit, quiet ones as well.
pub(super) async fn alerts(backend: &Backend, matchers: &[Matcher]) -> Result<Vec<Alert>, Fault> {
    let filters = matchers
        .iter()
        .map(|it| ("filter".to_owned(), it.to_string()));
    let filters: Vec<_> = filters.collect();
    let alerts: Vec<Alert> = backend.get("api/v2/alerts", &filters).await?;
    let fits = |alert: &Alert| matchers.iter().all(|it| it.fits(&alert.labels));
    Ok(alerts.into_iter().filter(fits).collect())
}

/// Asks for all silences that are not over.
pub(super) async fn silences(backend: &Backend) -> Result<Vec<Silence>, Fault> {
    let silences: Vec<Silence> = backend.get("api/v2/silences", &[]).await?;
    let is_there = |it: &Silence| it.status.state != "expired";
    Ok(silences.into_iter().filter(is_there).collect())
}

/// Makes a silence, and returns its id.
pub(super) async fn silence(backend: &Backend, new: &NewSilence) -> Result<String, Fault> {
    let matchers: Vec<Value> = new.matchers.iter().map(Matcher::to_json).collect();
    let body = json!({
        "matchers": matchers,
        "startsAt": new.from.to_rfc3339(),
        "endsAt": new.until.to_rfc3339(),
        "createdBy": new.author,
        "comment": new.reason,
    });
    let made: Made = backend.post("api/v2/silences", &body).await?;
    Ok(made.silence_id)
}

/// Ends a silence; one that is gone has ended.
pub(super) async fn unsilence(backend: &Backend, id: &str) -> Result<(), Fault> {
    match backend.delete(&format!("api/v2/silence/{id}")).await {
        Err(fault) if fault.status == Some(404) => Ok(()),
        other => other,
    }
}
