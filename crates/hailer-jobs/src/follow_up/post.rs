//! Posting one message to a flow.

use std::error::Error;
use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::redirect::Policy;

use crate::follow_up::url::FollowUpUrl;

const CONNECT: Duration = Duration::from_secs(2);

const WHOLE: Duration = Duration::from_secs(10);

/// A flow that asks for more is not waited for so long.
const LONGEST_WAIT: Duration = Duration::from_secs(5 * 60);

/// Says why a follow-up was not posted. No text holds the URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PostError {
    /// The flow answered that it takes nothing now.
    #[error("the flow answered {status}; it is slowed down or out")]
    Later {
        /// The status.
        status: u16,
        /// When to try again, if it said so.
        after: Option<Duration>,
    },
    /// Nobody answered.
    #[error("nobody answered: {why}")]
    Unreachable {
        /// Why, in a few words.
        why: String,
    },
    /// The flow refused the message, and will again.
    #[error("the flow answered {status}; {}", advice(*status))]
    Refused {
        /// The status.
        status: u16,
    },
}

impl PostError {
    /// Says whether trying again can help.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Later { .. } | Self::Unreachable { .. } => true,
            Self::Refused { .. } => false,
        }
    }

    /// Returns what the flow said of when to try again.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Later { after, .. } => *after,
            Self::Unreachable { .. } | Self::Refused { .. } => None,
        }
    }
}

fn advice(status: u16) -> &'static str {
    match status {
        300..=399 => {
            "it leads elsewhere, which is not followed; copy the url again from its trigger"
        }
        401 | 403 => "its url lacks the signature, or it takes nothing from outside its tenant",
        404 | 410 => "it was deleted or switched off; look for it in Teams under Workflows",
        413 => "the message is too large for it; lower `max_size`",
        _ => {
            "it does not take such a message; use the template \"Send webhook alerts to a channel\""
        }
    }
}

/// Posts messages to flows.
#[derive(Debug, Clone)]
pub struct Poster {
    client: reqwest::Client,
}

impl Poster {
    /// Makes a client that follows no redirects and waits 10 s at most.
    ///
    /// # Errors
    ///
    /// This machine has no certificates to check others with.
    pub fn new() -> Result<Self, PostError> {
        // Fails when somebody else has installed one, which does as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .redirect(Policy::none())
            .connect_timeout(CONNECT)
            .timeout(WHOLE)
            .user_agent(concat!("hailer/", env!("CARGO_PKG_VERSION")))
            .build();
        let client = client.map_err(|_| PostError::Unreachable {
            why: "this machine has no certificates to check others with".to_owned(),
        })?;
        Ok(Self { client })
    }

    /// Posts a message. That a flow accepted it does not mean that Teams shows it.
    ///
    /// # Errors
    ///
    /// A [`PostError`].
    pub async fn post(&self, url: &FollowUpUrl, payload: String) -> Result<(), PostError> {
        let request = self
            .client
            .post(url.expose().clone())
            .header(CONTENT_TYPE, "application/json")
            .body(payload);
        let response = request.send().await.map_err(|error| unreachable(&error))?;
        let status = response.status();
        if status.is_success() {
            return Ok(());
        }
        let code = status.as_u16();
        let is_passing = status.is_server_error()
            || matches!(
                status,
                StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY
            );
        Err(if is_passing {
            PostError::Later {
                status: code,
                after: retry_after(response.headers()),
            }
        } else {
            PostError::Refused { status: code }
        })
    }
}

/// Reads the header in its form of seconds, which is the one that flows send.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers
        .get(RETRY_AFTER)?
        .to_str()
        .ok()?
        .trim()
        .parse()
        .ok()?;
    Some(Duration::from_secs(seconds).min(LONGEST_WAIT))
}

/// Names the innermost cause; the error itself would show the URL.
fn unreachable(error: &reqwest::Error) -> PostError {
    let mut cause: Option<&dyn Error> = error.source();
    while let Some(inner) = cause.and_then(Error::source) {
        cause = Some(inner);
    }
    let why = if error.is_timeout() {
        "it took too long".to_owned()
    } else {
        cause.map_or_else(|| "the connection broke".to_owned(), ToString::to_string)
    };
    PostError::Unreachable { why }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    /// Answers one request with this head, and returns the request.
    async fn server(head: &'static str) -> (FollowUpUrl, tokio::task::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!(
            "http://{}/invoke?sig=SECRET",
            listener.local_addr().unwrap()
        );
        let served = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = vec![0; 4_096];
            let mut read = 0;
            while !String::from_utf8_lossy(&request[..read]).ends_with('}') {
                read += stream.read(&mut request[read..]).await.unwrap();
            }
            let answer = format!("HTTP/1.1 {head}\r\ncontent-length: 0\r\n\r\n");
            stream.write_all(answer.as_bytes()).await.unwrap();
            String::from_utf8_lossy(&request[..read]).into_owned()
        });
        (FollowUpUrl::parse(&url, &[], true).unwrap(), served)
    }

    async fn post(head: &'static str) -> Result<(), PostError> {
        let (url, served) = server(head).await;
        let posted = Poster::new()
            .unwrap()
            .post(&url, "{\"a\":1}".to_owned())
            .await;
        let request = served.await.unwrap();
        assert!(
            request.starts_with("POST /invoke?sig=SECRET HTTP/1.1\r\n"),
            "{request}"
        );
        posted
    }

    #[tokio::test]
    async fn a_flow_that_accepts_is_done_with() {
        assert_eq!(post("202 Accepted").await, Ok(()));
    }

    #[tokio::test]
    async fn a_flow_that_is_slowed_down_says_when_to_come_again() {
        let error = post("429 Too Many Requests\r\nretry-after: 7")
            .await
            .unwrap_err();

        assert!(error.is_passing());
        assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
        let long = post("503 Out\r\nretry-after: 99999").await.unwrap_err();
        assert_eq!(long.retry_after(), Some(LONGEST_WAIT));
    }

    #[tokio::test]
    async fn what_is_refused_or_leads_elsewhere_is_not_tried_again() {
        for head in [
            "404 Not Found",
            "302 Found\r\nlocation: http://127.0.0.1:9/",
        ] {
            let error = post(head).await.unwrap_err();

            assert!(!error.is_passing(), "{error}");
            assert!(!error.to_string().contains("SECRET"));
        }
    }

    #[tokio::test]
    async fn nobody_there_is_tried_again_and_shows_no_url() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/?sig=SECRET", listener.local_addr().unwrap());
        drop(listener);
        let url = FollowUpUrl::parse(&url, &[], true).unwrap();

        let error = Poster::new()
            .unwrap()
            .post(&url, "{}".to_owned())
            .await
            .unwrap_err();

        assert!(error.is_passing());
        assert!(!format!("{error} {error:?}").contains("SECRET"), "{error}");
    }
}
