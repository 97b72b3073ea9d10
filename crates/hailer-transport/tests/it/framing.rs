//! HTTP itself: methods, paths, types, framing.

use crate::client::{Connection, exchange, get, head, post, post_plain, signed};
use crate::server::{TestServer, key, message};

#[tokio::test]
async fn only_post_to_a_webhook_is_answered() {
    let server = TestServer::start();

    let response = get(server.address, "/webhook/ops").await;
    assert_eq!(response.status, 405);
    assert_eq!(response.header("allow"), Some("POST"));
    assert!(response.json()["error"].is_string());
    assert!(response.header("x-request-id").is_some());

    for path in ["../", "", "ops/more", "../webhooks/ops"] {
        let response = exchange(server.address, post(path, &[], b"{}")).await;
        assert_eq!(response.status, 404, "{path}");
        assert!(response.json()["error"].is_string());
        assert!(response.header("x-request-id").is_some());
    }
}

#[tokio::test]
async fn the_content_type_must_be_json() {
    let server = TestServer::start();
    let body = message("ping");
    let authorization = format!("authorization: {}", key().sign(&body));

    for (headers, status) in [
        (&["content-type: application/json"][..], 200),
        (&["content-type: Application/JSON ; charset=UTF-8"], 200),
        (
            &[
                "content-type: application/json",
                "content-encoding: identity",
            ],
            200,
        ),
        (&[], 415),
        (&["content-type: text/plain"], 415),
        (&["content-type: application/jsonp"], 415),
        (
            &["content-type: application/json", "content-type: text/plain"],
            415,
        ),
        (
            &["content-type: application/json", "content-encoding: gzip"],
            415,
        ),
        (
            &[
                "content-type: application/json",
                "content-encoding: identity, br",
            ],
            415,
        ),
    ] {
        let headers = [headers, &[&authorization]].concat();
        let response = exchange(server.address, post_plain("ops", &headers, &body)).await;
        assert_eq!(response.status, status, "{headers:?}");
    }
}

#[tokio::test]
async fn a_chunked_body_is_the_same_body() {
    let server = TestServer::start();
    let body = message("in pieces");
    let authorization = format!("authorization: {}", key().sign(&body));
    let mut connection = Connection::open(server.address).await;

    connection
        .send(head(
            "ops",
            &[
                "content-type: application/json",
                "transfer-encoding: chunked",
                &authorization,
            ],
        ))
        .await;
    for piece in body.chunks(7) {
        connection.send(format!("{:x}\r\n", piece.len())).await;
        connection.send(piece).await;
        connection.send("\r\n").await;
    }
    connection.send("0\r\n\r\n").await;

    let response = connection.response().await;
    assert_eq!(
        (response.status, response.text()),
        (200, "You said: in pieces".to_owned())
    );
}

#[tokio::test]
async fn who_expects_100_continue_gets_it() {
    let server = TestServer::start();
    let body = message("ping");
    let mut connection = Connection::open(server.address).await;

    let authorization = format!("authorization: {}", key().sign(&body));
    let length = format!("content-length: {}", body.len());
    let json = "content-type: application/json";
    connection
        .send(head(
            "ops",
            &[json, &length, &authorization, "expect: 100-continue"],
        ))
        .await;
    assert_eq!(connection.response().await.status, 100);

    connection.send(&body).await;
    assert_eq!(connection.response().await.status, 200);
}

#[tokio::test]
async fn one_connection_carries_many_messages() {
    let server = TestServer::start();
    let mut connection = Connection::open(server.address).await;

    for text in ["one", "two", "three"] {
        connection.send(signed("ops", &key(), &message(text))).await;
        assert_eq!(
            connection.response().await.text(),
            format!("You said: {text}")
        );
    }
    let in_pieces = signed("ops", &key(), &message("four"));
    for piece in in_pieces.chunks(30) {
        connection.send(piece).await;
    }
    assert_eq!(connection.response().await.text(), "You said: four");
}

#[tokio::test]
async fn a_stranger_gets_one_request_for_each_connection() {
    let server = TestServer::start();
    let good = signed("ops", &key(), &message("ping"));

    for first in [
        post("ops", &[], &message("ping")),
        post("nobody", &[], &message("ping")),
        post_plain("ops", &[], &message("ping")),
        b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n".to_vec(),
    ] {
        let mut connection = Connection::open(server.address).await;
        connection.send(first).await;
        let response = connection.response().await;
        assert!(response.status >= 400);
        assert_eq!(response.header("connection"), Some("close"));
        connection.try_send(&good).await;
        assert_eq!(connection.end().await, b"");
    }
}

#[tokio::test]
async fn ambiguous_framing_is_refused_and_the_connection_closed() {
    let server = TestServer::start();
    let start = "POST /webhook/ops HTTP/1.1\r\ncontent-type: application/json\r\n";
    let smuggled = "GET /smuggled HTTP/1.1\r\nhost: x\r\n\r\n";

    for (what, headers) in [
        (
            "length and chunked",
            "host: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked",
        ),
        (
            "two lengths",
            "host: x\r\ncontent-length: 2\r\ncontent-length: 5",
        ),
        ("signed length", "host: x\r\ncontent-length: +2"),
        ("negative length", "host: x\r\ncontent-length: -1"),
        (
            "huge length",
            "host: x\r\ncontent-length: 99999999999999999999999",
        ),
        ("xchunked", "host: x\r\ntransfer-encoding: xchunked"),
        (
            "chunked not last",
            "host: x\r\ntransfer-encoding: chunked, gzip",
        ),
        ("no host", "content-length: 2"),
        ("two hosts", "host: x\r\nhost: y\r\ncontent-length: 2"),
        ("space before colon", "host: x\r\ncontent-length : 2"),
        (
            "bad chunk size",
            "host: x\r\ntransfer-encoding: chunked\r\n\r\nzz",
        ),
    ] {
        let mut connection = Connection::open(server.address).await;
        connection
            .send(format!("{start}{headers}\r\n\r\n0\r\n\r\n{smuggled}"))
            .await;
        let response = connection.response().await;
        assert!(
            (400..500).contains(&response.status),
            "{what}: {response:?}"
        );
        let rest = String::from_utf8(connection.end().await).unwrap();
        assert!(!rest.contains("HTTP/1.1"), "{what}: {rest}");
    }
}
