//! What Prometheus says by its API, version 1, and how it is asked.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hailer::CommandError;
use serde::Deserialize;
use serde_json::Value;

use crate::backend::Backend;

/// How many values a curve has: one letter each, so that it fits on a phone.
pub(crate) const POINTS: u32 = 20;

/// Values with labels.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Series {
    pub(crate) labels: BTreeMap<String, String>,
    /// One for each point in time that was asked for; what is not there is no number.
    pub(crate) values: Vec<f64>,
}

/// A time that ended now, and how far apart its points are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) end: SystemTime,
    pub(crate) step: Duration,
}

impl Span {
    /// Parts the time before a moment.
    pub(crate) fn before(end: SystemTime, last: Duration) -> Self {
        let seconds = last.as_secs().div_ceil(u64::from(POINTS)).max(1);
        Self {
            end,
            step: Duration::from_secs(seconds),
        }
    }

    fn start(&self) -> SystemTime {
        self.end - self.step * (POINTS - 1)
    }
}

/// What `data` of an answer is.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    result_type: String,
    result: Value,
}

#[derive(Debug, Deserialize)]
struct Answer {
    status: String,
    data: Option<Data>,
    error: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Labelled {
    metric: BTreeMap<String, String>,
    value: Option<Sample>,
    values: Option<Vec<Sample>>,
}

/// A time in seconds, and a value as text: JSON has no infinity.
type Sample = (f64, String);

/// Asks how something is now.
pub(crate) async fn instant(
    backend: &Backend,
    expression: &str,
    now: SystemTime,
) -> Result<Vec<Series>, CommandError> {
    let parameters = [
        ("query".to_owned(), expression.to_owned()),
        ("time".to_owned(), seconds(now)),
    ];
    let data = ask(backend, "api/v1/query", &parameters).await?;
    match data.result_type.as_str() {
        "vector" => {
            let all: Vec<Labelled> = serde_json::from_value(data.result)?;
            let one = |it: Labelled| Series {
                labels: it.metric,
                values: it.value.iter().map(number).collect(),
            };
            Ok(all.into_iter().map(one).collect())
        }
        "scalar" => {
            let sample: Sample = serde_json::from_value(data.result)?;
            Ok(vec![Series {
                labels: BTreeMap::new(),
                values: vec![number(&sample)],
            }])
        }
        "matrix" => Err(CommandError::told(
            "That is many values at once. Leave [5m] out, or take a function round it, like rate(…[5m]).",
        )),
        _ => Err(CommandError::told("That is a text, and no number.")),
    }
}

/// Asks how something was during a time.
pub(crate) async fn range(
    backend: &Backend,
    expression: &str,
    span: Span,
) -> Result<Vec<Series>, CommandError> {
    let parameters = [
        ("query".to_owned(), expression.to_owned()),
        ("start".to_owned(), seconds(span.start())),
        ("end".to_owned(), seconds(span.end)),
        ("step".to_owned(), span.step.as_secs().to_string()),
    ];
    let data = ask(backend, "api/v1/query_range", &parameters).await?;
    let all: Vec<Labelled> = serde_json::from_value(data.result)?;
    let begin = since(span.start());
    Ok(all.into_iter().map(|it| on_grid(it, begin, span)).collect())
}

/// Puts the values that are there where they belong in time.
fn on_grid(labelled: Labelled, begin: f64, span: Span) -> Series {
    let mut values = vec![f64::NAN; usize::try_from(POINTS).unwrap_or_default()];
    for sample in labelled.values.iter().flatten() {
        let at = ((sample.0 - begin) / span.step.as_secs_f64()).round();
        // A number out of bounds becomes the nearest that fits.
        if let Some(value) = values.get_mut(at as usize).filter(|_| at >= 0.0) {
            *value = number(sample);
        }
    }
    Series {
        labels: labelled.metric,
        values,
    }
}

async fn ask(
    backend: &Backend,
    path: &str,
    parameters: &[(String, String)],
) -> Result<Data, CommandError> {
    let answer: Answer = backend.get(path, parameters).await?;
    match (answer.status.as_str(), answer.data) {
        ("success", Some(data)) => Ok(data),
        _ => {
            let reason = answer
                .error
                .unwrap_or_else(|| "it says nothing more".to_owned());
            Err(CommandError::told(format!(
                "Prometheus refuses that: {reason}"
            )))
        }
    }
}

fn number(sample: &Sample) -> f64 {
    match sample.1.as_str() {
        "+Inf" | "Inf" => f64::INFINITY,
        "-Inf" => f64::NEG_INFINITY,
        text => text.parse().unwrap_or(f64::NAN),
    }
}

fn seconds(time: SystemTime) -> String {
    format!("{:.3}", since(time))
}

fn since(time: SystemTime) -> f64 {
    time.duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs_f64()
}
