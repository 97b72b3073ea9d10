//! A caller that writes its own bytes.

use std::net::SocketAddr;
use std::time::Duration;

use hailer_activity::HmacKey;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Long enough for any machine; a test that meets it has failed.
const PATIENCE: Duration = Duration::from_secs(20);

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

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub(crate) fn text(&self) -> String {
        self.json()["text"].as_str().unwrap().to_owned()
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

    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).await.unwrap();
    }

    /// Sends what may meet a connection that is closed already.
    pub(crate) async fn try_send(&mut self, bytes: impl AsRef<[u8]>) {
        let _ = self.stream.write_all(bytes.as_ref()).await;
    }

    /// Reads one response; its length comes from `content-length`.
    pub(crate) async fn response(&mut self) -> Response {
        timeout(PATIENCE, self.read_response()).await.unwrap()
    }

    /// Ends the connection at once, as a caller does that gives up.
    pub(crate) fn reset(self) {
        self.stream.set_zero_linger().unwrap();
    }

    /// Waits until the server has closed the connection, and returns what came before.
    pub(crate) async fn end(mut self) -> Vec<u8> {
        let reading = self.stream.read_to_end(&mut self.received);
        // A reset is an end too: the server may have closed while bytes of ours were on their way.
        let _ = timeout(PATIENCE, reading).await.unwrap();
        self.received
    }

    async fn read_response(&mut self) -> Response {
        let head = loop {
            let end = self.received.windows(4).position(|it| it == b"\r\n\r\n");
            match end {
                Some(end) => break self.received.drain(..end + 4).collect::<Vec<_>>(),
                None => assert!(self.read_more().await, "closed within a head"),
            }
        };
        let mut response = parse_head(&String::from_utf8(head).unwrap());
        let length = response
            .header("content-length")
            .map_or(0, |it| it.parse().unwrap());
        while self.received.len() < length {
            assert!(self.read_more().await, "closed within a body");
        }
        let body = self.received.drain(..length).collect();
        response.body = String::from_utf8(body).unwrap();
        response
    }

    async fn read_more(&mut self) -> bool {
        self.stream.read_buf(&mut self.received).await.unwrap() > 0
    }
}

pub(crate) fn parse_head(head: &str) -> Response {
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
    connection.send(bytes).await;
    connection.response().await
}

/// Returns a request as Teams sends it.
pub(crate) fn signed(name: &str, key: &HmacKey, body: &[u8]) -> Vec<u8> {
    post(name, &[&format!("authorization: {}", key.sign(body))], body)
}

/// Returns a POST with a length, a JSON type and these headers.
pub(crate) fn post(name: &str, headers: &[&str], body: &[u8]) -> Vec<u8> {
    let type_header = ["content-type: application/json; charset=utf-8"];
    post_plain(name, &[&type_header, headers].concat(), body)
}

pub(crate) fn post_plain(name: &str, headers: &[&str], body: &[u8]) -> Vec<u8> {
    let length = format!("content-length: {}", body.len());
    let mut request = head(name, &[headers, &[&length]].concat());
    request.extend_from_slice(body);
    request
}

pub(crate) fn head(name: &str, headers: &[&str]) -> Vec<u8> {
    let mut head = format!("POST /webhook/{name} HTTP/1.1\r\nhost: localhost\r\n");
    for header in headers {
        head.push_str(header);
        head.push_str("\r\n");
    }
    head.push_str("\r\n");
    head.into_bytes()
}

pub(crate) async fn get(address: SocketAddr, path: &str) -> Response {
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n");
    exchange(address, request).await
}
