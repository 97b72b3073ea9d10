//! Posting a message as Teams does, byte by byte: what is shown as the request is what was sent.

use std::fmt::Write;
use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Longer than Teams waits, so that a bot that is too slow is seen to answer in the end.
const PATIENCE: Duration = Duration::from_secs(20);

/// Longer answers are no replies.
const LONGEST_ANSWER: u64 = 4 * 1024 * 1024;

/// A request before it is sent.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) address: SocketAddr,
    pub(crate) webhook: String,
    /// The value of `Authorization`; left out when there is none.
    pub(crate) authorization: Option<String>,
    pub(crate) body: String,
}

/// What came back.
#[derive(Debug, Clone)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
    /// Until the connection stood.
    pub(crate) connected: Duration,
    /// Until all of the answer was here, from the beginning.
    pub(crate) answered: Duration,
}

/// Why nothing came back.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoResponse {
    #[error("nobody answers at {address}: {source}")]
    Unreachable {
        address: SocketAddr,
        #[source]
        source: io::Error,
    },
    #[error("no answer within {} s", PATIENCE.as_secs())]
    TimedOut,
    #[error("what came back is no HTTP")]
    Unreadable,
}

impl Request {
    /// Returns the headers in the order in which they are sent.
    pub(crate) fn headers(&self) -> Vec<(&'static str, String)> {
        let mut headers = vec![
            ("host", self.address.to_string()),
            ("accept", "application/json".to_owned()),
            ("content-type", "application/json; charset=utf-8".to_owned()),
            ("content-length", self.body.len().to_string()),
            ("referer", "https://teams.microsoft.com/".to_owned()),
            ("connection", "close".to_owned()),
        ];
        if let Some(value) = &self.authorization {
            headers.insert(1, ("authorization", value.clone()));
        }
        headers
    }

    /// Returns the path of the webhook.
    pub(crate) fn path(&self) -> String {
        format!("/webhook/{}", self.webhook)
    }

    fn to_bytes(&self) -> Vec<u8> {
        let mut head = format!("POST {} HTTP/1.1\r\n", self.path());
        for (name, value) in self.headers() {
            // Writing to a `String` cannot go wrong.
            let _ = write!(head, "{name}: {value}\r\n");
        }
        head.push_str("\r\n");
        [head.as_bytes(), self.body.as_bytes()].concat()
    }

    /// Sends it and waits for the answer.
    pub(crate) async fn send(&self) -> Result<Response, NoResponse> {
        timeout(PATIENCE, self.exchange())
            .await
            .unwrap_or(Err(NoResponse::TimedOut))
    }

    async fn exchange(&self) -> Result<Response, NoResponse> {
        let address = self.address;
        let unreachable = |source| NoResponse::Unreachable { address, source };
        let begun = Instant::now();
        let mut stream = TcpStream::connect(address).await.map_err(unreachable)?;
        let connected = begun.elapsed();
        stream
            .write_all(&self.to_bytes())
            .await
            .map_err(unreachable)?;
        let mut bytes = Vec::new();
        let mut limited = stream.take(LONGEST_ANSWER);
        limited.read_to_end(&mut bytes).await.map_err(unreachable)?;
        let answered = begun.elapsed();
        let response = Response::read(&bytes).ok_or(NoResponse::Unreadable)?;
        Ok(Response {
            connected,
            answered,
            ..response
        })
    }
}

impl Response {
    /// Reads an answer whose end is the end of the connection; our own server never sends chunks.
    fn read(bytes: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(bytes);
        let (head, body) = text.split_once("\r\n\r\n")?;
        let mut lines = head.split("\r\n");
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let headers = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()));
        Some(Self {
            status,
            headers: headers.collect(),
            body: body.to_owned(),
            connected: Duration::ZERO,
            answered: Duration::ZERO,
        })
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(it, _)| it == name)
            .map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_with_its_headers() {
        let bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nX-Hailer-Outcome: ok\r\n\r\nhoi\n";

        let response = Response::read(bytes).unwrap();

        assert_eq!((response.status, response.body.as_str()), (200, "hoi\n"));
        assert_eq!(response.header("x-hailer-outcome"), Some("ok"));
    }

    #[test]
    fn what_is_no_http_is_no_answer() {
        for bytes in [
            b"".as_slice(),
            b"\r\n\r\n",
            b"SSH-2.0\r\n\r\n",
            b"HTTP/1.1 \xff\r\n\r\n",
        ] {
            assert!(Response::read(bytes).is_none(), "{bytes:?}");
        }
    }
}
