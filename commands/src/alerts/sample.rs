//! Made-up alerts, to try the commands without a server. Silences work, until the bot stops.

use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::Method;
use serde_json::{Value, json};

use crate::alerts::matcher::Matcher;
use crate::backend::Sample;

/// Name, severity, service, instance, minutes ago, summary.
const ALERTS: [(&str, &str, &str, &str, i64, &str); 4] = [
    (
        "HighErrorRate",
        "critical",
        "checkout",
        "checkout-7f9c",
        12,
        "7.3 % of the requests to checkout fail",
    ),
    (
        "DiskAlmostFull",
        "warning",
        "postgres",
        "db-2",
        190,
        "db-2 has 9 % of its disk left",
    ),
    (
        "DiskAlmostFull",
        "warning",
        "postgres",
        "db-3",
        185,
        "db-3 has 11 % of its disk left",
    ),
    (
        "CertificateExpires",
        "info",
        "website",
        "www.example.com",
        1_500,
        "the certificate of www.example.com ends in 13 days",
    ),
];

/// Makes a server of them.
pub(super) fn sample() -> Sample {
    let silences: Mutex<Vec<Value>> = Mutex::default();
    Box::new(move |method, path, _, body| {
        let mut silences = silences.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Utc::now();
        silences.retain(|it| ends(it) > now);
        match (method, path) {
            (&Method::POST, _) => {
                let number = silences.len() + 1;
                let id = format!("5a3c{number:04x}-0000-4000-8000-{:012x}", now.timestamp());
                let mut silence = body.cloned().unwrap_or_default();
                if let Some(silence) = silence.as_object_mut() {
                    silence.insert("id".to_owned(), json!(id));
                    silence.insert("status".to_owned(), json!({ "state": "active" }));
                }
                silences.push(silence);
                json!({ "silenceID": id })
            }
            (&Method::DELETE, path) => {
                silences.retain(|it| !path.ends_with(text(it, "id")));
                Value::Null
            }
            (_, "api/v2/silences") => Value::from(silences.clone()),
            _ => ALERTS.iter().map(|it| alert(it, &silences, now)).collect(),
        }
    })
}

fn alert(
    (name, severity, service, instance, minutes, summary): &(&str, &str, &str, &str, i64, &str),
    silences: &[Value],
    now: DateTime<Utc>,
) -> Value {
    let labels = json!({
        "alertname": name, "severity": severity, "service": service, "instance": instance,
    });
    let parsed = serde_json::from_value(labels.clone()).unwrap_or_default();
    let covers = |silence: &&Value| {
        let matchers: Vec<Matcher> =
            serde_json::from_value(silence["matchers"].clone()).unwrap_or_default();
        matchers.iter().all(|it| it.fits(&parsed))
    };
    let silenced_by: Vec<&str> = silences
        .iter()
        .filter(covers)
        .map(|it| text(it, "id"))
        .collect();
    json!({
        "fingerprint": fingerprint(name, instance),
        "labels": labels,
        "annotations": {
            "summary": summary,
            "runbook_url": format!("https://runbooks.example.com/{name}"),
        },
        "startsAt": (now - TimeDelta::minutes(*minutes)).to_rfc3339(),
        "status": { "state": "active", "silencedBy": silenced_by, "inhibitedBy": [] },
    })
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn ends(silence: &Value) -> DateTime<Utc> {
    let ends = DateTime::parse_from_rfc3339(text(silence, "endsAt"));
    ends.map(Into::into).unwrap_or_default()
}

/// Another for each alert, and the same in every run.
fn fingerprint(name: &str, instance: &str) -> String {
    let letters = name.bytes().chain(instance.bytes());
    let hash = letters.fold(0xcbf2_9ce4_8422_2325_u64, |hash, letter| {
        (hash ^ u64::from(letter)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}
