//! `kind = "http"`: a service of one's own deploys. It is told by one signed call, in the form of Standard Webhooks, and
//! answers once the version is there.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures_util::future::BoxFuture;
use hailer::{Invocation, Section, SigningSecret};
use serde_json::{Value, json};

use crate::deploy::backend::{Backend, Done, Failure};
use crate::deploy::config::TIME_LIMIT;
use crate::deploy::http;
use crate::deploy::text::{self, Values};
use crate::deploy::words::took;
use crate::script::Template;

/// Calls a service.
#[derive(Debug)]
struct Service {
    url: Template,
    secret: SigningSecret,
    time_limit: Duration,
}

pub(super) fn read(section: &Section<'_>) -> Option<Arc<dyn Backend>> {
    let secret = section.secret("secret").and_then(|it| {
        let parsed = SigningSecret::parse(it.expose());
        parsed
            .map_err(|error| section.reject("secret", format!("the secret {error}"), ""))
            .ok()
    });
    if secret.is_none() && !section.is_table("secret") {
        section.reject(
            "secret",
            "there is no `secret`: what calls are signed with",
            "fix: secret = { file = \"/etc/hailer/deploys.secret\" }",
        );
    }
    let written = section.string("url").unwrap_or_default();
    let is_local = ["http://127.0.0.1:", "http://localhost:"];
    if !written.starts_with("https://") && !is_local.iter().any(|it| written.starts_with(it)) {
        section.reject(
            "url",
            "this is no https:// address",
            "fix: url = \"https://deploys.example.com/deploy\"",
        );
        return None;
    }
    Some(Arc::new(Service {
        url: text::read(section, "url")?,
        secret: secret?,
        time_limit: section.duration("timeout").unwrap_or(TIME_LIMIT),
    }))
}

impl Service {
    /// Calls it once: nobody knows whether a second call would deploy a second time.
    async fn call(&self, values: &Values, invocation: &Invocation) -> Result<Done, Failure> {
        let Some(client) = http::client() else {
            return Err(Failure::untouched(http::NO_CLIENT));
        };
        let mut body: serde_json::Map<_, _> = values
            .iter()
            .map(|(name, value)| (name.to_owned(), json!(value)))
            .collect();
        body.insert("by".to_owned(), json!(invocation.sender().name()));
        body.insert("job".to_owned(), json!(invocation.job_id()));
        let body = json!({ "type": "deploy", "data": body }).to_string();
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let seconds = now.unwrap_or_default().as_secs();
        let id = invocation.request_id().to_string();
        let request = client
            .post(values.fill_url(&self.url))
            .timeout(self.time_limit)
            .header("content-type", "application/json")
            .header("webhook-id", &id)
            .header("webhook-timestamp", seconds)
            .header(
                "webhook-signature",
                self.secret.sign(&id, seconds, body.as_bytes()),
            )
            .body(body);
        let answer = tokio::select! {
            answer = request.send() => answer,
            () = invocation.cancellation().cancelled() => {
                return Err(Failure::half_way("the call was no longer wanted; the service may go on"));
            }
        };
        match answer {
            Ok(response) => judge(response).await,
            Err(error) => {
                let what = format!("the service {}", http::explain(&error, self.time_limit));
                let failure = if error.is_connect() {
                    Failure::untouched(what)
                } else {
                    Failure::half_way(what)
                };
                Err(Failure {
                    cause: Some(error.without_url().into()),
                    ..failure
                })
            }
        }
    }
}

/// A status below 500 that is no success is a refusal before anything was done.
async fn judge(response: reqwest::Response) -> Result<Done, Failure> {
    let status = response.status();
    let text = http::text(response).await.unwrap_or_default();
    let value: Option<Value> = serde_json::from_str(&text).ok();
    let said = value.as_ref().and_then(http::message).map(str::to_owned);
    if status.is_success() {
        return Ok(Done { said });
    }
    let why = said.map_or_else(String::new, |it| format!(": {it}"));
    let what = format!("the service answers {}{why}", status.as_u16());
    Err(if status.is_server_error() {
        Failure::half_way(what)
    } else {
        Failure::untouched(what)
    })
}

impl Backend for Service {
    fn names(&self) -> Vec<String> {
        self.url.names().map(str::to_owned).collect()
    }

    fn plan(&self, _: &Values) -> String {
        format!(
            "tells a service, and waits for up to {}",
            took(self.time_limit)
        )
    }

    fn time_limit(&self) -> Duration {
        self.time_limit
    }

    fn deploy<'a>(
        &'a self,
        values: &'a Values,
        invocation: &'a Invocation,
    ) -> BoxFuture<'a, Result<Done, Failure>> {
        Box::pin(self.call(values, invocation))
    }
}
