//! The admin listener: health, readiness, metrics.

use crate::http::{exchange, get, post};
use crate::server::{CONFIG, Server};
use crate::teams::message;

#[tokio::test]
async fn probes_answer_by_both_their_names() {
    let server = Server::start().await;

    for (path, all) in [
        ("/-/healthy", "[+] process: ok\nok\n"),
        ("/livez", "[+] process: ok\nok\n"),
        (
            "/-/ready",
            "[+] process: ok\n[+] webhooks: ok\n[+] store: ok\n[+] config: ok, generation 1 (DIGEST)\nok\n",
        ),
        (
            "/readyz",
            "[+] process: ok\n[+] webhooks: ok\n[+] store: ok\n[+] config: ok, generation 1 (DIGEST)\nok\n",
        ),
    ] {
        let short = get(server.admin, path).await;
        let verbose = get(server.admin, &format!("{path}?verbose")).await;

        assert_eq!((short.status, short.body.as_str()), (200, "ok\n"), "{path}");
        let body = without_digest(&verbose.body);
        assert_eq!((verbose.status, body.as_str()), (200, all), "{path}");
    }
}

/// The digest of a configuration depends on everything in it.
fn without_digest(body: &str) -> String {
    match (body.find('('), body.find(')')) {
        (Some(start), Some(end)) => format!("{}(DIGEST{}", &body[..start], &body[end..]),
        _ => body.to_owned(),
    }
}

#[tokio::test]
async fn metrics_have_the_documented_names() {
    let server = Server::start().await;
    server.say("ping").await;
    server.say("frobnicate").await;
    let repeated = message("ops", "ping").to_string();
    server.post(&repeated).await;
    server.post(&repeated).await;
    server.post("[]").await;
    exchange(
        server.teams.address,
        post("ops", &["authorization: HMAC x"], b"{}"),
    )
    .await;
    exchange(server.teams.address, post("nobody", &[], b"{}")).await;

    let response = get(server.admin, "/metrics").await;

    assert_eq!(
        response.header("content-type"),
        Some("text/plain; version=0.0.4; charset=utf-8")
    );
    let metrics = response.body;
    for line in [
        r#"hailer_build_info{version="0.1.0",revision="unknown"} 1"#,
        r#"hailer_requests_total{webhook="ops",outcome="ok"} 3"#,
        r#"hailer_requests_total{webhook="ops",outcome="duplicate"} 1"#,
        r#"hailer_requests_total{webhook="ops",outcome="malformed"} 1"#,
        r#"hailer_requests_total{webhook="ops",outcome="bad_signature"} 1"#,
        r#"hailer_requests_total{webhook="_unknown",outcome="bad_signature"} 1"#,
        r#"hailer_signature_failures_total{webhook="ops",reason="malformed_header"} 1"#,
        r#"hailer_signature_failures_total{webhook="_unknown",reason="unknown_webhook"} 1"#,
        r#"hailer_commands_total{command="ping",outcome="ok"} 2"#,
        r#"hailer_commands_total{command="_unknown",outcome="unknown"} 1"#,
        r#"hailer_reply_duration_seconds_bucket{webhook="ops",command="ping",le="4.5"} 2"#,
        r#"hailer_reply_duration_seconds_count{webhook="ops",command="ping"} 2"#,
    ] {
        assert!(
            metrics.lines().any(|it| it == line),
            "{line}\n---\n{metrics}"
        );
    }
    assert!(
        metrics.contains("hailer_last_message_timestamp_seconds{webhook=\"ops\"} "),
        "{metrics}"
    );
    assert!(
        !metrics.contains("frobnicate") && !metrics.contains("nobody"),
        "{metrics}"
    );
}

#[tokio::test]
async fn the_two_listeners_do_not_mix() {
    let server = Server::start().await;
    let request = server.teams.signed(message("ops", "ping").to_string());

    for path in ["/metrics", "/-/healthy", "/"] {
        assert_eq!(get(server.teams.address, path).await.status, 405, "{path}");
    }
    assert_eq!(exchange(server.admin, request).await.status, 405);
    assert_eq!(get(server.admin, "/nothing").await.status, 404);
}

#[tokio::test]
async fn the_admin_listener_can_be_off() {
    let config = CONFIG.replace("admin_listen = '127.0.0.1:0'", "admin_listen = 'off'");
    let server = Server::builder().config(&config).start().await;

    assert!(
        server.banner.contains("Admin       off"),
        "{}",
        server.banner
    );
    assert_eq!(server.say("ping").await.outcome(), "ok");
}
