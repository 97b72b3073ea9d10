//! Who comes in, and how little the others learn.

use hailer_transport::ServerOptions;

use crate::client::{Response, exchange, post, signed};
use crate::server::{TestServer, key, message, message_at, other_key};

#[tokio::test]
async fn a_signed_message_is_answered() {
    let server = TestServer::start();

    let response = exchange(server.address, signed("ops", &key(), &message("ping"))).await;

    assert_eq!(response.status, 200);
    assert_eq!(
        response.body,
        r#"{"type":"message","text":"You said: ping"}"#
    );
    let content_type = response.header("content-type");
    assert_eq!(content_type, Some("application/json; charset=utf-8"));
    assert_eq!(response.header("x-hailer-outcome"), Some("ok"));
    let id = response.header("x-request-id").unwrap();
    assert!(id.len() == 8 && id.bytes().all(|it| it.is_ascii_hexdigit()));
}

#[tokio::test]
async fn every_request_has_its_own_id() {
    let server = TestServer::start();
    let request = signed("ops", &key(), &message("ping"));

    let first = exchange(server.address, &request).await;
    let second = exchange(server.address, &request).await;

    assert_ne!(first.header("x-request-id"), second.header("x-request-id"));
}

#[tokio::test]
async fn all_failed_authentications_look_alike() {
    let server = TestServer::start();
    let body = message("ping");
    let good = key().sign(&body);
    let good = format!("authorization: {good}");
    let wrong = format!("authorization: {}", other_key().sign(&body));
    let old = message_at("ping", "2026-09-14T09:04:59Z");
    let undated = br#"{"text":"ping"}"#;
    let requests = [
        ("unknown webhook", post("nobody", &[&good], &body)),
        ("odd name", post("%00%20..%2f", &[&good], &body)),
        ("no header", post("ops", &[], &body)),
        ("empty header", post("ops", &["authorization:"], &body)),
        ("bearer", post("ops", &["authorization: Bearer x"], &body)),
        (
            "bad base64",
            post("ops", &["authorization: HMAC ???"], &body),
        ),
        (
            "non-ASCII",
            post("ops", &["authorization: HMAC \u{e9}"], &body),
        ),
        ("wrong key", post("ops", &[&wrong], &body)),
        ("other team", post("web", &[&good], &body)),
        ("changed body", post("ops", &[&good], &message("pong"))),
        ("empty body", post("ops", &[&good], b"")),
        ("twice", post("ops", &[&good, &good], &body)),
        ("twice, one wrong", post("ops", &[&good, &wrong], &body)),
        ("unsigned rubbish", post("ops", &[&good], b"\xff\x00{")),
        ("stale", signed("ops", &key(), &old)),
        ("undated", signed("ops", &key(), undated)),
    ];

    let expected = anonymous(exchange(server.address, &requests[0].1).await);
    assert_eq!(expected.status, 401);
    for (what, request) in requests {
        let response = anonymous(exchange(server.address, request).await);
        assert_eq!(response, expected, "{what}");
    }
    assert_eq!(
        exchange(server.address, post("ops", &[&good], &body))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn refusals_are_counted_without_the_callers_words() {
    let server = TestServer::start_with(|_: &mut ServerOptions| {});
    let body = message("ping");

    exchange(server.address, signed("ops", &key(), &body)).await;
    exchange(server.address, signed("made-up", &key(), &body)).await;
    exchange(server.address, post("ops", &[], &body)).await;
    exchange(server.address, signed("ops", &key(), &message("busy"))).await;

    let text = server.metrics.render();
    assert!(!text.contains("made-up"));
    for line in [
        r#"hailer_requests_total{webhook="ops",outcome="ok"} 1"#,
        r#"hailer_requests_total{webhook="ops",outcome="bad_signature"} 1"#,
        r#"hailer_requests_total{webhook="ops",outcome="rate_limited"} 1"#,
        r#"hailer_requests_total{webhook="_unknown",outcome="bad_signature"} 1"#,
        r#"hailer_signature_failures_total{webhook="_unknown",reason="unknown_webhook"} 1"#,
        r#"hailer_signature_failures_total{webhook="ops",reason="missing_header"} 1"#,
        r#"hailer_commands_total{command="ping",outcome="ok"} 1"#,
        r#"hailer_commands_total{command="_unknown",outcome="busy"} 1"#,
        r#"hailer_reply_duration_seconds_count{webhook="ops",command="ping"} 1"#,
        r#"hailer_last_message_timestamp_seconds{webhook="ops"} 1789377000"#,
    ] {
        assert!(text.lines().any(|it| it == line), "{line}\n---\n{text}");
    }
}

/// Blanks what differs between any two responses: the request's id and the time.
fn anonymous(mut response: Response) -> Response {
    for (name, value) in &mut response.headers {
        if name == "x-request-id" || name == "date" {
            value.clear();
        }
    }
    response
}
