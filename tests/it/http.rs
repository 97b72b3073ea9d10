//! A caller that writes its own bytes.

use std::net::SocketAddr;
use std::time::Duration;

use hailer::read_message;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Long enough for any machine; a test that meets it has failed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Response {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(it, _)| it == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Returns the message's text as it travels.
    #[track_caller]
    pub(crate) fn wire(&self) -> String {
        assert_eq!(self.status, 200, "{self:?}");
        let json: serde_json::Value = serde_json::from_str(&self.body).unwrap();
        json["text"].as_str().unwrap().to_owned()
    }

    /// Returns the message as a person reads it.
    #[track_caller]
    pub(crate) fn text(&self) -> String {
        assert_eq!(self.status, 200, "{self:?}");
        read_message(&self.body).unwrap().to_plain()
    }

    /// Returns what became of the message.
    pub(crate) fn outcome(&self) -> &str {
        self.header("x-hailer-outcome").unwrap_or_default()
    }

    /// Returns the name of the exchange in the log.
    pub(crate) fn request_id(&self) -> &str {
        self.header("x-request-id").unwrap_or_default()
    }
}

pub(crate) struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Self {
        Self {
            stream: TcpStream::connect(address).await.unwrap(),
            received: Vec::new(),
        }
    }

    /// Takes a connection that was opened elsewhere.
    pub(crate) fn over(stream: TcpStream) -> Self {
        Self {
            stream,
            received: Vec::new(),
        }
    }

    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).await.unwrap();
    }

    /// Sends what the server may refuse to read to its end.
    pub(crate) async fn try_send(&mut self, bytes: impl AsRef<[u8]>) {
        let _ = self.stream.write_all(bytes.as_ref()).await;
    }

    /// Ends the connection at once, as a caller does that gives up.
    pub(crate) fn reset(self) {
        self.stream.set_zero_linger().unwrap();
    }

    /// Reads one response; its length comes from `content-length`.
    pub(crate) async fn response(&mut self) -> Response {
        let response = timeout(PATIENCE, self.read_response()).await.unwrap();
        response.expect("the connection was closed without an answer")
    }

    /// Reads on until a part has come, of a response that has no end.
    pub(crate) async fn until(&mut self, part: &str) -> String {
        let reading = async {
            loop {
                let text = String::from_utf8_lossy(&self.received).into_owned();
                if text.contains(part) {
                    return text;
                }
                self.read_more().await.expect("it ended before");
            }
        };
        timeout(PATIENCE, reading).await.expect(part)
    }

    /// Waits until the server has closed the connection, and returns what came before.
    pub(crate) async fn end(mut self) -> Vec<u8> {
        let reading = self.stream.read_to_end(&mut self.received);
        // A reset is an end too: the server may have closed while bytes of ours were on their way.
        let _ = timeout(PATIENCE, reading).await.unwrap();
        self.received
    }

    async fn read_response(&mut self) -> Option<Response> {
        let head = loop {
            let end = self.received.windows(4).position(|it| it == b"\r\n\r\n");
            match end {
                Some(end) => break self.received.drain(..end + 4).collect::<Vec<_>>(),
                None => self.read_more().await?,
            }
        };
        let mut response = parse_head(&String::from_utf8(head).unwrap());
        let length = response.header("content-length");
        let length = length.map_or(0, |it| it.parse().unwrap());
        while self.received.len() < length {
            self.read_more().await?;
        }
        let body = self.received.drain(..length).collect();
        response.body = String::from_utf8(body).unwrap();
        Some(response)
    }

    async fn read_more(&mut self) -> Option<()> {
        let count = self.stream.read_buf(&mut self.received).await.ok()?;
        (count > 0).then_some(())
    }
}

fn parse_head(head: &str) -> Response {
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap();
    let headers = lines.filter_map(|line| line.split_once(": "));
    Response {
        status: status.parse().unwrap(),
        headers: headers
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect(),
        body: String::new(),
    }
}

/// Sends bytes over a connection of their own and reads one response.
pub(crate) async fn exchange(address: SocketAddr, bytes: impl AsRef<[u8]>) -> Response {
    let mut connection = Connection::open(address).await;
    connection.try_send(bytes).await;
    connection.response().await
}

pub(crate) async fn get(address: SocketAddr, path: &str) -> Response {
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n");
    exchange(address, request).await
}

/// Returns a POST to a webhook with a length, a JSON type and these headers.
pub(crate) fn post(webhook: &str, headers: &[&str], body: &[u8]) -> Vec<u8> {
    let type_header = ["content-type: application/json; charset=utf-8"];
    post_plain(webhook, &[&type_header, headers].concat(), body)
}

/// Returns a POST to a webhook with a length and these headers.
pub(crate) fn post_plain(webhook: &str, headers: &[&str], body: &[u8]) -> Vec<u8> {
    let length = format!("content-length: {}", body.len());
    let mut request = head(webhook, &[headers, &[&length]].concat());
    request.extend_from_slice(body);
    request
}

pub(crate) fn head(webhook: &str, headers: &[&str]) -> Vec<u8> {
    let mut head = format!("POST /webhook/{webhook} HTTP/1.1\r\nhost: localhost\r\n");
    for header in headers {
        head.push_str(header);
        head.push_str("\r\n");
    }
    head.push_str("\r\n");
    head.into_bytes()
}
