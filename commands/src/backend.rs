//! Asking another server over HTTP, and saying in words what is wrong with it.

mod config;
mod fault;

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Method, RequestBuilder, Response, Url};
use serde::de::DeserializeOwned;
use serde_json::Value;

pub(crate) use config::read;
pub(crate) use fault::{Fault, cause, late};

/// No answer that is shown in a chat is longer.
const MOST: usize = 4 * 1024 * 1024;

/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(2);

/// Another server: where it is, what it is called, and what opens it. Clones share the connections.
#[derive(Clone)]
pub struct Backend {
    inner: Arc<Inner>,
}

struct Inner {
    /// What people call it.
    name: String,
    place: Place,
    authorization: Option<HeaderValue>,
    timeout: Duration,
    /// Made when first needed: it reads the system's certificates.
    client: OnceLock<Option<reqwest::Client>>,
}

/// Answers instead of a server: method, path, parameters and body in, answer out.
pub(crate) type Sample =
    Box<dyn Fn(&Method, &str, &[(String, String)], Option<&Value>) -> Value + Send + Sync>;

enum Place {
    Http(Url),
    /// Made-up data, to try the commands without a server.
    Sample(Sample),
}

impl Backend {
    /// Names a server that is asked over HTTP without a password; `None` when the address is no HTTP URL with a host.
    pub fn new(name: impl Into<String>, url: &str) -> Option<Self> {
        let url = Url::parse(url).ok()?;
        let is_http = matches!(url.scheme(), "http" | "https") && url.has_host();
        is_http.then(|| Self::at(name.into(), Place::Http(url)))
    }

    pub(crate) fn sample(name: impl Into<String>, sample: Sample) -> Self {
        Self::at(name.into(), Place::Sample(sample))
    }

    fn at(name: String, place: Place) -> Self {
        Self {
            inner: Arc::new(Inner {
                name,
                place,
                authorization: None,
                timeout: config::TIMEOUT,
                client: OnceLock::new(),
            }),
        }
    }

    /// Gives up after this time.
    #[must_use]
    pub fn within(self, timeout: Duration) -> Self {
        self.with(|inner| inner.timeout = timeout)
    }

    fn with(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        // Nobody else has it while it is being made.
        if let Some(inner) = Arc::get_mut(&mut self.inner) {
            change(inner);
        }
        self
    }

    /// Returns what people call it.
    pub(crate) fn name(&self) -> &str {
        &self.inner.name
    }

    /// Asks for something.
    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        parameters: &[(String, String)],
    ) -> Result<T, Fault> {
        let answer = self.ask(&Method::GET, path, parameters, None).await?;
        self.read(&answer)
    }

    /// Sends something, and reads the answer.
    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &Value,
    ) -> Result<T, Fault> {
        let answer = self.ask(&Method::POST, path, &[], Some(body)).await?;
        self.read(&answer)
    }

    /// Deletes something.
    pub(crate) async fn delete(&self, path: &str) -> Result<(), Fault> {
        self.ask(&Method::DELETE, path, &[], None).await.map(drop)
    }

    fn read<T: DeserializeOwned>(&self, answer: &[u8]) -> Result<T, Fault> {
        serde_json::from_slice(answer).map_err(|error| Fault::nonsense(self, error))
    }

    async fn ask(
        &self,
        method: &Method,
        path: &str,
        parameters: &[(String, String)],
        body: Option<&Value>,
    ) -> Result<Vec<u8>, Fault> {
        let base = match &self.inner.place {
            Place::Http(base) => base,
            Place::Sample(answer) => {
                let answer = answer(method, path, parameters, body);
                return Ok(answer.to_string().into_bytes());
            }
        };
        let client = self.inner.client.get_or_init(client).as_ref();
        let client = client.ok_or_else(|| Fault::no_certificates(self))?;
        let request = client.request(method.clone(), target(base, path, parameters));
        let sent = self.prepare(request, body).send().await;
        let response = sent.map_err(|error| Fault::of(self, error))?;
        let status = response.status();
        let answer = self.whole(response).await?;
        if status.is_success() {
            return Ok(answer);
        }
        Err(Fault::status(self, status.as_u16(), &answer))
    }

    fn prepare(&self, request: RequestBuilder, body: Option<&Value>) -> RequestBuilder {
        let request = request.timeout(self.inner.timeout);
        let request = match &self.inner.authorization {
            Some(value) => request.header(AUTHORIZATION, value.clone()),
            None => request,
        };
        match body {
            Some(body) => request
                .header("content-type", "application/json")
                .body(body.to_string()),
            None => request,
        }
    }

    async fn whole(&self, mut response: Response) -> Result<Vec<u8>, Fault> {
        let mut whole = Vec::new();
        loop {
            let chunk = response.chunk().await;
            let Some(chunk) = chunk.map_err(|error| Fault::of(self, error))? else {
                return Ok(whole);
            };
            if whole.len() + chunk.len() > MOST {
                return Err(Fault::too_much(self));
            }
            whole.extend_from_slice(&chunk);
        }
    }
}

/// Puts a path behind whatever path the server has.
fn target(base: &Url, path: &str, parameters: &[(String, String)]) -> Url {
    let mut url = base.clone();
    let whole = format!("{}/{path}", base.path().trim_end_matches('/'));
    url.set_path(&whole);
    url.set_query(None);
    if !parameters.is_empty() {
        url.query_pairs_mut().extend_pairs(parameters);
    }
    url
}

/// Makes a client that follows no redirects.
pub(crate) fn client() -> Option<reqwest::Client> {
    // Fails when somebody else has installed one, which does as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT)
        .user_agent(concat!("hailer/", env!("CARGO_PKG_VERSION")))
        .build()
        .ok()
}

impl fmt::Debug for Backend {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Backend")
            .field("name", &self.inner.name)
            .field("timeout", &self.inner.timeout)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_goes_behind_that_of_the_server() {
        let at = |base: &str, path| {
            let base = Url::parse(base).unwrap();
            target(
                &base,
                path,
                &[("query".to_owned(), "a{b=\"ä&\"}".to_owned())],
            )
            .to_string()
        };

        assert_eq!(
            at("http://prom.example/prometheus/", "api/v1/query"),
            "http://prom.example/prometheus/api/v1/query?query=a%7Bb%3D%22%C3%A4%26%22%7D"
        );
        assert!(at("http://prom.example", "api/v1/query").starts_with("http://prom.example/api/"));
    }

    #[test]
    fn what_opens_a_server_is_not_shown() {
        let backend = Backend::new("Prometheus", "http://user:hunter2@prom.example").unwrap();

        assert!(!format!("{backend:?}").contains("hunter2"));
        assert!(Backend::new("Prometheus", "prom.example:9090").is_none());
        assert!(Backend::new("Prometheus", "ftp://prom.example").is_none());
    }
}
