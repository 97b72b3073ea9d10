//! Health, readiness, metrics.

use crate::client::{exchange, get, signed};
use crate::server::{TestServer, key, message};

#[tokio::test]
async fn probes_say_that_webhooks_are_served() {
    let server = TestServer::start();

    for path in ["/-/healthy", "/livez", "/-/ready", "/readyz"] {
        let response = get(server.admin, path).await;
        assert_eq!(
            (response.status, response.body.as_str()),
            (200, "ok\n"),
            "{path}"
        );
        assert!(response.header("x-request-id").is_some());
    }
    let verbose = get(server.admin, "/-/ready?verbose").await;
    assert_eq!(verbose.body, "[+] process: ok\n[+] webhooks: ok\nok\n");
}

#[tokio::test]
async fn metrics_are_served_beside_the_webhooks_and_not_with_them() {
    let server = TestServer::start();
    exchange(server.address, signed("ops", &key(), &message("ping"))).await;

    let response = get(server.admin, "/metrics").await;
    assert_eq!(response.status, 200);
    let content_type = response.header("content-type").unwrap();
    assert!(content_type.starts_with("text/plain; version=0.0.4"));
    assert!(
        response
            .body
            .contains(r#"hailer_build_info{version="0",revision="test"} 1"#)
    );
    assert!(
        response
            .body
            .contains(r#"hailer_commands_total{command="ping",outcome="ok"} 1"#)
    );

    assert_eq!(get(server.address, "/metrics").await.status, 405);
    assert_eq!(get(server.admin, "/webhook/ops").await.status, 404);
    let post = exchange(server.admin, signed("ops", &key(), &message("ping"))).await;
    assert_eq!(
        (post.status, post.header("allow")),
        (405, Some("GET, HEAD"))
    );
}
