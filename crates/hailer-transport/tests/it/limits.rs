//! What one caller may take: bytes, time, connections.

use std::time::{Duration, Instant};

use futures_util::future::join_all;

use crate::client::{Connection, exchange, head, parse_head, signed};
use crate::server::{TestServer, key, message};

const BRIEF: Duration = Duration::from_millis(200);

#[tokio::test]
async fn a_body_up_to_the_limit_is_read_and_one_byte_more_is_not() {
    let body = message("ping");
    let server = TestServer::limits(|limits| limits.body = body.len());

    let response = exchange(server.address, signed("ops", &key(), &body)).await;
    assert_eq!(response.status, 200);

    let mut connection = Connection::open(server.address).await;
    connection
        .try_send(signed("ops", &key(), &[&body[..], b" "].concat()))
        .await;
    let response = connection.response().await;
    assert_eq!(response.status, 413);
    assert!(response.json()["error"].is_string());
    assert!(response.header("x-request-id").is_some());
    assert_eq!(connection.end().await, b"");
}

#[tokio::test]
async fn a_declared_length_over_the_limit_is_refused_before_the_body_comes() {
    let server = TestServer::start();
    let mut connection = Connection::open(server.address).await;

    let json = "content-type: application/json";
    connection
        .send(head("ops", &[json, "content-length: 262145"]))
        .await;

    assert_eq!(connection.response().await.status, 413);
    assert_eq!(connection.end().await, b"");
}

#[tokio::test]
async fn a_chunked_body_over_the_limit_is_refused_while_it_comes() {
    let server = TestServer::limits(|limits| limits.body = 1_000);
    let mut connection = Connection::open(server.address).await;

    let json = "content-type: application/json";
    connection
        .send(head("ops", &[json, "transfer-encoding: chunked"]))
        .await;
    for _ in 0..3 {
        connection
            .send(format!("190\r\n{}\r\n", "x".repeat(400)))
            .await;
    }

    assert_eq!(connection.response().await.status, 413);
    assert_eq!(connection.end().await, b"");
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let server = TestServer::limits(|limits| limits.body_time = BRIEF);
    let mut connection = Connection::open(server.address).await;

    let request = signed("ops", &key(), &message("ping"));
    connection.send(&request[..request.len() - 1]).await;

    let response = connection.response().await;
    assert_eq!(response.status, 408);
    assert!(response.json()["error"].is_string());
    assert_eq!(connection.end().await, b"");
}

#[tokio::test]
async fn a_dripped_body_has_one_time_limit_and_not_one_for_each_drop() {
    let server = TestServer::limits(|limits| limits.body_time = BRIEF);
    let mut connection = Connection::open(server.address).await;

    let json = "content-type: application/json";
    connection
        .send(head("ops", &[json, "content-length: 100000"]))
        .await;
    let mut drops = tokio::time::interval(BRIEF / 10);
    let response = loop {
        tokio::select! {
            response = connection.response() => break response,
            _ = drops.tick() => {}
        }
        connection.try_send("x").await;
    };

    assert_eq!(response.status, 408);
}

#[tokio::test]
async fn a_chunked_body_that_was_not_read_does_not_keep_the_connection() {
    let server = TestServer::limits(|limits| limits.body_time = BRIEF);
    let json = "content-type: application/json";
    let chunked = "transfer-encoding: chunked";

    for (name, headers, status) in [
        ("ops", &[json, chunked][..], 408),
        ("ops", &[chunked], 415),
        ("a/b", &[json, chunked], 404),
    ] {
        let mut connection = Connection::open(server.address).await;
        connection.send(head(name, headers)).await;
        connection.send("1\r\nx\r\n").await;

        assert_eq!(connection.response().await.status, status);
        assert_eq!(connection.end().await, b"");
    }
}

#[tokio::test]
async fn a_head_that_does_not_come_is_not_waited_for() {
    let server = TestServer::limits(|limits| limits.head_time = BRIEF);
    let mut connection = Connection::open(server.address).await;

    connection
        .send("POST /webhook/ops HTTP/1.1\r\nhost: lo")
        .await;
    let sent = Instant::now();

    let rest = String::from_utf8(connection.end().await).unwrap();
    assert_eq!(parse_head(&rest).status, 408);
    // actix's own limit is five seconds.
    assert!(sent.elapsed() < Duration::from_secs(4));
}

#[tokio::test]
async fn slow_clients_do_not_keep_the_good_ones_waiting() {
    let server = TestServer::start();
    let half = signed("ops", &key(), &message("ping"));
    let openings = (0..300).map(|number| {
        let part = if number % 2 == 0 { 20 } else { half.len() - 1 };
        let half = &half;
        async move {
            let mut connection = Connection::open(server.address).await;
            connection.send(&half[..part]).await;
            connection
        }
    });
    let slow = join_all(openings).await;

    let response = exchange(server.address, signed("ops", &key(), &message("ping"))).await;

    assert_eq!(response.status, 200);
    drop(slow);
}
