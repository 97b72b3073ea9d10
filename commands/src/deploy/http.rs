//! Asking other systems over HTTP: within a time, again only where that is safe, and in words that a channel may read.

use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use hailer::{Invocation, Secret, Section};
use reqwest::{Client, Method, StatusCode, Url};
use serde_json::{Value, json};

use crate::backend::cause;
use crate::deploy::backend::{Failure, Trouble};
use crate::deploy::words::took;

/// One question may take this long.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A question that changes nothing is asked so often, with a pause before each further time.
const ATTEMPTS: u32 = 3;
const PAUSE: Duration = Duration::from_millis(300);

/// What is read of an answer; nothing that is asked for is longer.
const LONGEST: usize = 2 * 1024 * 1024;

/// Why there is no client.
pub(super) const NO_CLIENT: &str = "this machine has no certificates to check others with";

/// Returns the client that all share; it is made when first needed, as it reads the system's certificates.
pub(super) fn client() -> Option<&'static Client> {
    static CLIENT: OnceLock<Option<Client>> = OnceLock::new();
    CLIENT.get_or_init(|| builder().build().ok()).as_ref()
}

fn builder() -> reqwest::ClientBuilder {
    // Fails when somebody else has installed one, which does as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("hailer/", env!("CARGO_PKG_VERSION")))
}

/// A system that is asked over HTTP.
#[derive(Debug)]
pub(super) struct Api {
    /// How people call it: `GitHub`.
    name: &'static str,
    base: Url,
    /// The header that carries the token, and what stands before it.
    header: (&'static str, &'static str),
    token: Option<Secret>,
    /// Its own, where it trusts certificates of its own.
    client: Option<Client>,
}

/// Why a question has no answer.
#[derive(Debug)]
pub(super) struct ApiError {
    /// What happened, as a clause: `GitHub does not accept the token`.
    pub(super) what: String,
    /// The status, if there was an answer at all.
    pub(super) status: Option<u16>,
    /// Whether it may have done what it was asked.
    may_have_acted: bool,
    cause: Option<reqwest::Error>,
}

impl Api {
    /// Reads `url` and `token`; what is wrong is noted.
    pub(super) fn read(
        section: &Section<'_>,
        name: &'static str,
        usual_url: Option<&str>,
        header: (&'static str, &'static str),
    ) -> Option<Self> {
        let token = section.secret("token");
        let written = section.string("url").or(usual_url.map(str::to_owned));
        let base = written.as_deref().and_then(|it| Url::parse(it).ok());
        let base = base.filter(|it| matches!(it.scheme(), "http" | "https") && it.has_host());
        if base.is_none() {
            section.reject(
                "url",
                format!("there is no address of {name}"),
                "fix: url = \"https://…\"",
            );
        }
        let is_local = base
            .as_ref()
            .and_then(Url::host_str)
            .is_some_and(|it| it == "127.0.0.1" || it == "localhost");
        if !is_local && base.as_ref().is_some_and(|it| it.scheme() == "http") {
            section.reject(
                "url",
                "the token would be readable on its way",
                "fix: https://",
            );
        }
        Some(Self {
            name,
            base: base?,
            header,
            token,
            client: None,
        })
    }

    /// Trusts the certificates of a file, in PEM.
    pub(super) fn trusting(
        mut self,
        section: &Section<'_>,
        key: &str,
        file: &Path,
    ) -> Option<Self> {
        let pem = std::fs::read(file).ok();
        let certificate = pem.and_then(|it| reqwest::Certificate::from_pem(&it).ok());
        let client = certificate.and_then(|it| builder().tls_certs_only([it]).build().ok());
        if client.is_none() {
            section.reject(key, "this file holds no certificate that can be read", "");
        }
        self.client = Some(client?);
        Some(self)
    }

    /// Asks for something, several times when it is out for a moment.
    pub(super) async fn get(&self, path: &str) -> Result<Value, ApiError> {
        let mut attempt = 1;
        loop {
            let answer = self.send(Method::GET, path, None, "application/json").await;
            match answer {
                Err(error) if error.is_passing() && attempt < ATTEMPTS => {}
                answer => return answer,
            }
            tokio::time::sleep(PAUSE * attempt).await;
            attempt += 1;
        }
    }

    /// Asks for a list, and returns the name of each thing in it.
    pub(super) async fn names(&self, path: &str) -> Result<Vec<String>, ApiError> {
        let found = self.get(path).await?;
        let found = found.as_array().into_iter().flatten();
        let names = found.filter_map(|it| it.get("name")?.as_str().map(str::to_owned));
        Ok(names.collect())
    }

    /// Cancels what is at a path when it is no longer wanted. It may have ended by itself meanwhile.
    pub(super) async fn cancel_unwanted(&self, invocation: &Invocation, path: &str) {
        if invocation.cancellation().is_cancelled() {
            let _ = self.post(&format!("{path}/cancel"), &json!({})).await;
        }
    }

    /// Asks for a change, once.
    pub(super) async fn post(&self, path: &str, body: &Value) -> Result<Value, ApiError> {
        self.send(Method::POST, path, Some(body), "application/json")
            .await
    }

    /// Asks for a change of a part, once; `kind` is the type of the patch.
    pub(super) async fn patch(
        &self,
        path: &str,
        kind: &str,
        body: &Value,
    ) -> Result<Value, ApiError> {
        self.send(Method::PATCH, path, Some(body), kind).await
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        kind: &str,
    ) -> Result<Value, ApiError> {
        let own = self.client.as_ref();
        let shared = if own.is_none() { client() } else { None };
        let Some(client) = own.or(shared) else {
            return Err(ApiError::unsent(NO_CLIENT.to_owned()));
        };
        let changes = method != Method::GET;
        let url = format!(
            "{}/{}",
            self.base.as_str().trim_end_matches('/'),
            path.trim_start_matches('/')
        );
        let mut request = client
            .request(method, url)
            .timeout(TIMEOUT)
            .header("accept", "application/json");
        if let Some(token) = &self.token {
            let (name, prefix) = self.header;
            request = request.header(name, format!("{prefix}{}", token.expose().trim()));
        }
        if let Some(body) = body {
            request = request.header("content-type", kind).body(body.to_string());
        }
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) => {
                return Err(ApiError {
                    what: format!("{} {}", self.name, explain(&error, TIMEOUT)),
                    status: None,
                    may_have_acted: changes && !error.is_connect() && !error.is_builder(),
                    cause: Some(error),
                });
            }
        };
        self.read_answer(response, changes).await
    }

    async fn read_answer(
        &self,
        response: reqwest::Response,
        changes: bool,
    ) -> Result<Value, ApiError> {
        let status = response.status();
        let text = match text(response).await {
            Ok(text) => text,
            Err(error) => {
                return Err(ApiError {
                    what: format!("{} {}", self.name, explain(&error, TIMEOUT)),
                    status: None,
                    may_have_acted: changes,
                    cause: Some(error),
                });
            }
        };
        let value: Option<Value> = serde_json::from_str(&text).ok();
        if status.is_success() {
            return match value {
                Some(value) => Ok(value),
                None if text.trim().is_empty() => Ok(Value::Null),
                None => Err(ApiError {
                    what: format!("{} answers nonsense", self.name),
                    status: Some(status.as_u16()),
                    may_have_acted: changes,
                    cause: None,
                }),
            };
        }
        let said = value.as_ref().and_then(message);
        Err(ApiError {
            what: self.refusal(status, said),
            status: Some(status.as_u16()),
            may_have_acted: changes && status.is_server_error(),
            cause: None,
        })
    }

    fn refusal(&self, status: StatusCode, said: Option<&str>) -> String {
        let name = self.name;
        match (status.as_u16(), said) {
            (401, _) => format!("{name} does not accept my token; an admin has to renew it"),
            (403, Some(said)) => format!("{name} does not let me: {said}"),
            (403, None) => {
                format!("{name} does not let me; an admin has to widen what my token may")
            }
            (404, _) => format!("{name} does not know what I ask for, or my token may not see it"),
            (429, _) => format!("{name} has had too many questions; try again in a minute"),
            (code @ 500.., _) => format!("{name} is out (it answers {code})"),
            (code, Some(said)) => format!("{name} refuses ({code}): {said}"),
            (code, None) => format!("{name} refuses ({code})"),
        }
    }
}

/// Finds what an error says of itself.
pub(super) fn message(value: &Value) -> Option<&str> {
    let keys = ["message", "error", "error_description"];
    let text = keys.iter().find_map(|key| value.get(key)?.as_str())?;
    let end = text
        .char_indices()
        .nth(200)
        .map_or(text.len(), |(at, _)| at);
    text.get(..end)
}

impl ApiError {
    fn unsent(what: String) -> Self {
        Self {
            what,
            status: None,
            may_have_acted: false,
            cause: None,
        }
    }

    fn is_passing(&self) -> bool {
        self.status.is_none_or(|it| it == 429 || it >= 500)
    }
}

/// What begins a deploy has changed nothing where it was refused.
impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        let failure = if error.may_have_acted {
            Self::half_way(error.what)
        } else {
            Self::untouched(error.what)
        };
        Self {
            cause: error.cause.map(|it| it.without_url().into()),
            ..failure
        }
    }
}

impl From<ApiError> for Trouble {
    fn from(error: ApiError) -> Self {
        Self {
            what: error.what,
            cause: error.cause.map(|it| it.without_url().into()),
        }
    }
}

/// What watching something found.
pub(super) enum Watched<T> {
    /// It goes on.
    On,
    /// It is over.
    Over(T),
}

/// Asks every so often how it goes, until it is over. That a question has no answer is borne for a while: what was begun
/// goes on meanwhile.
pub(super) async fn watch<T, F>(
    invocation: &Invocation,
    (every, limit): (Duration, Duration),
    name: &str,
    mut look: impl FnMut() -> F,
) -> Result<T, Failure>
where
    F: Future<Output = Result<Watched<T>, ApiError>>,
{
    let begun = std::time::Instant::now();
    loop {
        let last = match look().await {
            Ok(Watched::Over(result)) => return Ok(result),
            Ok(Watched::On) => String::new(),
            Err(error) if error.is_passing() => format!("; {}", error.what),
            Err(error) => {
                return Err(Failure::half_way(format!(
                    "it was begun, but {}",
                    error.what
                )));
            }
        };
        if begun.elapsed() + every > limit {
            let limit = took(limit);
            let what = format!("{name} was not done within {limit}{last}; it may go on");
            return Err(Failure::half_way(what));
        }
        tokio::select! {
            () = tokio::time::sleep(every) => {}
            () = invocation.cancellation().cancelled() => {
                return Err(Failure::half_way(format!("{name} was no longer wanted")));
            }
        }
    }
}

/// Reads an answer, as far as it is worth reading.
pub(super) async fn text(mut response: reqwest::Response) -> Result<String, reqwest::Error> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > LONGEST {
            bytes.truncate(LONGEST);
            break;
        }
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Words an error for the channel, which must not learn hosts and addresses: the end of a sentence.
pub(super) fn explain(error: &reqwest::Error, limit: Duration) -> String {
    if error.is_timeout() {
        return format!("gives no answer within {}", took(limit));
    }
    cause(error).after_name.to_owned()
}
