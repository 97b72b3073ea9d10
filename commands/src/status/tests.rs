mod checks;
mod configured;
mod history;

use std::time::Duration;

use hailer::testing::TestBot;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::{Checks, Probe, Service, module};

/// Starts a server that gives every request this answer; an empty one is never finished.
async fn server(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let mut open = Vec::new();
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 1024];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(answer.as_bytes()).await;
            if answer.is_empty() {
                open.push(stream);
            }
        }
    });
    format!("http://{address}/health")
}

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
const FAILING: &str =
    "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

/// An address that nobody listens on.
async fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}/", listener.local_addr().unwrap())
}

fn bot(services: Vec<Service>) -> TestBot {
    TestBot::new().module(module(Checks::new(services)))
}

#[tokio::test]
async fn what_is_up_is_told_with_code_and_time() {
    let reply = bot(vec![Service::http("api", server(OK).await)])
        .say("status")
        .await;

    reply
        .assert_contains("api is up.")
        .assert_contains("✔ up · 200 in ");
}

#[tokio::test]
async fn what_is_down_is_named_with_the_reason() {
    let hanging = Service {
        timeout: Duration::from_millis(100),
        ..Service::http("hanging", server("").await)
    };
    let services = vec![
        Service::http("api", server(OK).await),
        Service::http("failing", server(FAILING).await),
        Service::http("gone", nobody().await),
        hanging,
    ];

    let reply = bot(services).say("status").await;

    reply
        .assert_contains("Down: failing, gone, hanging.")
        .assert_contains("failing  ✖ down · it answers 503")
        .assert_contains("gone     ✖ down · the connection is refused")
        .assert_contains("hanging  ✖ down · no answer within 100 ms");
}

#[tokio::test]
async fn what_is_late_is_slow() {
    let service = Service {
        slow_after: Duration::ZERO,
        ..Service::http("api", server(OK).await)
    };

    bot(vec![service])
        .say("status")
        .await
        .assert_contains("slow: api")
        .assert_contains("api      ● slow · 200 in ");
}

#[tokio::test]
async fn another_status_can_be_expected() {
    let url = server(FAILING).await;
    let expecting = |name: &str, status| {
        let probe = Probe::Http {
            url: url.clone(),
            expect: Some(status),
            contains: None,
        };
        Service::new(name, probe)
    };
    let (as_wished, otherwise) = (expecting("a", 503), expecting("b", 204));

    let reply = bot(vec![as_wished, otherwise]).say("status").await;

    reply
        .assert_contains("a        ✔ up · 503 in ")
        .assert_contains("b        ✖ down · it answers 503 instead of 204");
}

#[tokio::test]
async fn one_service_is_asked_by_name() {
    let bot = bot(vec![
        Service::http("api", server(OK).await),
        Service::http("gone", nobody().await),
    ]);

    bot.say("status API").await.assert_contains("api is up.");
    bot.say("status apii")
        .await
        .assert_text("I don't know the service \"apii\". Did you mean api? (api, gone)");
}

#[tokio::test]
async fn without_services_the_way_to_have_some_is_told() {
    bot(Vec::new())
        .say("status")
        .await
        .assert_contains("[status.NAME]");
}
