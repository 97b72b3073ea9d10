//! Pings and watching: what the doctor and `hailer listen` stand on.

use chrono::Utc;
use hailer_transport::{ping_body, watch_request};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::TcpStream;

use crate::client::{Connection, exchange, get, post, signed};
use crate::server::{TestServer, key, message, other_key};

/// Somebody who watches.
struct Watcher {
    lines: Lines<BufReader<TcpStream>>,
}

impl Watcher {
    async fn of(server: &TestServer, names: &[&str]) -> Self {
        let now = "2026-09-14T09:10:00Z".parse().unwrap();
        let key = key();
        let body = watch_request(names.iter().map(|name| (*name, &key)), now);
        let mut stream = TcpStream::connect(server.admin).await.unwrap();
        stream.write_all(&watch(&body)).await.unwrap();
        let mut watcher = Self {
            lines: BufReader::new(stream).lines(),
        };
        assert_eq!(watcher.next().await["kind"], "watching");
        watcher
    }

    async fn next(&mut self) -> Value {
        loop {
            let line = self.lines.next_line().await.unwrap().unwrap();
            // Chunk sizes and headers are no JSON objects.
            if line.starts_with('{') {
                return serde_json::from_str(&line).unwrap();
            }
        }
    }
}

fn watch(body: &str) -> Vec<u8> {
    let length = body.len();
    format!("POST /-/watch HTTP/1.1\r\nhost: localhost\r\ncontent-length: {length}\r\n\r\n{body}")
        .into_bytes()
}

#[tokio::test]
async fn a_ping_is_answered_with_what_arrived_and_runs_nothing() {
    let server = TestServer::start();
    let body = ping_body("abc", 4_000);

    let response = exchange(server.address, signed("ops", &key(), body.as_bytes())).await;

    assert_eq!(response.status, 200, "{response:?}");
    let pong = response.json();
    assert_eq!(pong["type"], "hailer.pong");
    assert_eq!(pong["bytes"], 4_000);
    assert_eq!(pong["sha256"].as_str().unwrap().len(), 64);
    assert_eq!(pong["at"], "2026-09-14T09:10:00.000Z");
    assert_eq!(pong["host"], "localhost");
    assert_eq!(pong["last_host"], Value::Null);
    let metrics = get(server.admin, "/metrics").await.body;
    assert!(metrics.contains(r#"hailer_requests_total{webhook="ops",outcome="ping"} 1"#));
    assert!(!metrics.contains("hailer_last_message_timestamp_seconds{"));
    assert!(!metrics.contains("hailer_commands_total{"));
}

#[tokio::test]
async fn only_a_signature_is_answered_and_not_without_end() {
    let server = TestServer::start();
    let body = ping_body("abc", 400);

    let unsigned = exchange(server.address, post("ops", &[], body.as_bytes())).await;
    let foreign = signed("ops", &other_key(), body.as_bytes());
    let foreign = exchange(server.address, foreign).await;
    let request = signed("ops", &key(), body.as_bytes());
    let mut statuses = Vec::new();
    for _ in 0..31 {
        statuses.push(exchange(server.address, &request).await.status);
    }

    assert_eq!((unsigned.status, foreign.status), (401, 401));
    assert!(statuses[..30].iter().all(|&it| it == 200));
    assert_eq!(statuses[30], 429);
}

#[tokio::test]
async fn a_watcher_is_told_each_exchange_of_its_webhooks() {
    let server = TestServer::start();
    let mut watcher = Watcher::of(&server, &["ops"]).await;

    exchange(
        server.address,
        signed("web", &other_key(), &message("ping")),
    )
    .await;
    exchange(server.address, signed("ops", &key(), &message("ping"))).await;
    exchange(
        server.address,
        signed("ops", &other_key(), &message("ping")),
    )
    .await;
    exchange(server.address, post("opps", &[], b"{}")).await;
    exchange(
        server.address,
        post("ops", &["content-encoding: gzip"], b"{}"),
    )
    .await;
    let ping = ping_body("abc", 400);
    exchange(server.address, signed("ops", &key(), ping.as_bytes())).await;

    let answered = watcher.next().await;
    assert_eq!(answered["kind"], "answered");
    assert_eq!(answered["command"], "ping");
    assert_eq!(answered["outcome"], "ok");
    assert!(
        answered["reply"]
            .as_str()
            .unwrap()
            .contains("You said: ping")
    );
    assert!(answered["body"].as_str().unwrap().contains("ping"));
    let codes = ["HL102", "HL109", "HL104"];
    for code in codes {
        let refused = watcher.next().await;
        assert_eq!(refused["kind"], "refused");
        assert_eq!(refused["code"], code);
    }
    assert_eq!(watcher.next().await["kind"], "ping");
}

#[tokio::test]
async fn who_hangs_up_is_told() {
    let server = TestServer::start();
    let mut watcher = Watcher::of(&server, &["ops"]).await;

    let mut caller = Connection::open(server.address).await;
    caller.send(signed("ops", &key(), &message("wait"))).await;
    server.waiting.acquire().await.unwrap().forget();
    caller.reset();

    let event = watcher.next().await;
    assert_eq!(event["kind"], "hung_up");
    assert_eq!(event["code"], "HL112");
}

#[tokio::test]
async fn nobody_watches_without_a_token() {
    let server = TestServer::start();
    let other = other_key();

    for body in [
        watch_request([("ops", &other)], "2026-09-14T09:10:00Z".parse().unwrap()),
        watch_request([("ops", &key())], Utc::now()),
        "{}".to_owned(),
    ] {
        let response = exchange(server.admin, watch(&body)).await;
        assert_eq!(response.status, 403, "{body}");
    }
    assert_eq!(get(server.admin, "/-/watch").await.status, 404);
}

#[tokio::test]
async fn the_last_host_is_that_of_a_message() {
    let server = TestServer::start();
    let body = message("ping");
    let request = String::from_utf8(signed("ops", &key(), &body)).unwrap();
    let request = request.replacen("host: localhost", "host: old.example", 1);

    exchange(server.address, request).await;
    let ping = ping_body("abc", 400);
    let pong = exchange(server.address, signed("ops", &key(), ping.as_bytes())).await;

    assert_eq!(pong.json()["last_host"], "old.example");
    assert_eq!(pong.json()["host"], "localhost");
}
