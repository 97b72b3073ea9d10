//! What a script is told of the call: JSON on standard input, and variables.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, SecondsFormat, Utc};
use hailer::Invocation;
use serde_json::{Map, Value as Json, json};

use crate::script::value::Value;

/// One call of a script.
#[derive(Debug, Clone, Default)]
pub struct Context {
    /// The arguments, checked, in the order of their declaration.
    pub values: Vec<(String, Value)>,
    /// Who, where and which request, by the names of the variables without `HAILER_`.
    pub facts: Vec<(&'static str, String)>,
    /// Names the call for a service that must not do it twice; the same when a job is tried again.
    pub key: String,
}

impl Context {
    /// Takes what an invocation says. Names that people chose lose what cannot be seen.
    pub fn of(invocation: &Invocation, values: Vec<(String, Value)>, time_limit: Duration) -> Self {
        let deadline: DateTime<Utc> = (SystemTime::now() + time_limit).into();
        let sender = invocation.sender();
        let facts = [
            ("COMMAND", Some(invocation.command().path().to_owned())),
            ("REQUEST_ID", Some(invocation.request_id().to_string())),
            ("JOB_ID", invocation.job_id().map(str::to_owned)),
            ("USER_ID", sender.id().map(ToString::to_string)),
            ("USER_NAME", Some(sender.name().to_owned())),
            ("TENANT_ID", sender.tenant().map(ToString::to_string)),
            ("TEAM_ID", invocation.team().map(ToString::to_string)),
            ("CHANNEL_ID", invocation.channel().map(|it| it.to_string())),
            ("WEBHOOK", Some(invocation.webhook().to_owned())),
            ("BOT", Some(invocation.bot().to_owned())),
            ("DEADLINE", Some(shown(deadline))),
        ];
        let visible = |text: String| text.chars().filter(|it| !it.is_control()).collect();
        Self {
            values,
            facts: facts
                .into_iter()
                .filter_map(|(name, value)| Some((name, visible(value?))))
                .collect(),
            key: key(invocation),
        }
    }

    /// Returns the variables that a script gets; with a list only those named in it, arguments always.
    pub(crate) fn variables(&self, pass: Option<&[String]>) -> Vec<(String, String)> {
        let is_passed = |name: &str| pass.is_none_or(|it| it.iter().any(|one| one == name));
        let facts = self.facts.iter().filter(|(name, _)| is_passed(name));
        let facts = facts.map(|(name, value)| (format!("HAILER_{name}"), value.clone()));
        let arguments = self.values.iter().filter_map(|(name, value)| {
            let name = name.to_uppercase().replace('-', "_");
            Some((format!("HAILER_ARG_{name}"), as_text(value)?))
        });
        facts.chain(arguments).collect()
    }

    /// Returns what a script reads on standard input.
    pub(crate) fn to_json(&self, pass: Option<&[String]>) -> Vec<u8> {
        let arguments: Map<String, Json> = self
            .values
            .iter()
            .map(|(name, value)| (name.clone(), as_json(value)))
            .collect();
        let is_passed = |name: &str| pass.is_none_or(|it| it.iter().any(|one| one == name));
        let mut document = Map::new();
        document.insert("version".to_owned(), json!(1));
        document.insert("arguments".to_owned(), Json::Object(arguments));
        for (name, value) in self.facts.iter().filter(|(name, _)| is_passed(name)) {
            document.insert(name.to_lowercase(), json!(value));
        }
        let mut text = Json::Object(document).to_string().into_bytes();
        text.push(b'\n');
        text
    }
}

fn shown(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Ids of jobs are short and come again one day, so the message's own id is added.
fn key(invocation: &Invocation) -> String {
    let call = match invocation.job_id() {
        Some(job) => job.to_owned(),
        None => invocation.request_id().to_string(),
    };
    let message = invocation.activity().id.as_ref().map(ToString::to_string);
    let message = message.unwrap_or_default();
    let letters = message.chars().filter(char::is_ascii_alphanumeric);
    format!("msg_{call}_{}", letters.take(64).collect::<String>())
}

fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::Absent => None,
        Value::Flag(truth) => Some(truth.to_string()),
        Value::One(value) => Some(value.clone()),
        Value::Many(values) => Some(values.join("\n")),
    }
}

fn as_json(value: &Value) -> Json {
    match value {
        Value::Absent => Json::Null,
        Value::Flag(truth) => json!(truth),
        Value::One(value) => json!(value),
        Value::Many(values) => json!(values),
    }
}
