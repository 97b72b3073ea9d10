//! A panic is answered, and nobody else notices.

use crate::client::{Connection, signed};
use crate::server::{TestServer, key, message};

#[tokio::test]
async fn a_panic_is_answered_and_the_next_message_too() {
    let server = TestServer::start();
    let mut connection = Connection::open(server.address).await;

    for text in ["panic", "panic at once"] {
        connection.send(signed("ops", &key(), &message(text))).await;
        let response = connection.response().await;

        let id = response.header("x-request-id").unwrap().to_owned();
        assert_eq!(response.status, 200);
        assert_eq!(response.header("x-hailer-outcome"), Some("panicked"));
        assert_eq!(
            response.text(),
            format!("Something broke on my side (ref {id}).")
        );
    }

    connection
        .send(signed("ops", &key(), &message("ping")))
        .await;
    assert_eq!(connection.response().await.text(), "You said: ping");
    let counted = r#"hailer_requests_total{webhook="ops",outcome="panicked"} 2"#;
    assert!(server.metrics.render().contains(counted));
}
