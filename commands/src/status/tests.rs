use std::path::Path;
use std::time::Duration;

use hailer::testing::TestBot;
use hailer::{Draft, Environment};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::config::{Endpoint, read};
use super::module;

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

fn bot(endpoints: Vec<Endpoint>) -> TestBot {
    TestBot::new().module(module(endpoints))
}

#[tokio::test]
async fn what_is_up_is_told_with_code_and_time() {
    let reply = bot(vec![Endpoint::new("api", server(OK).await)])
        .say("status")
        .await;

    reply
        .assert_contains("api is up.")
        .assert_contains("✔ up · 200 in ");
}

#[tokio::test]
async fn what_is_down_is_named_with_the_reason() {
    let hanging = Endpoint {
        timeout: Duration::from_millis(100),
        ..Endpoint::new("hanging", server("").await)
    };
    let endpoints = vec![
        Endpoint::new("api", server(OK).await),
        Endpoint::new("failing", server(FAILING).await),
        Endpoint::new("gone", nobody().await),
        hanging,
    ];

    let reply = bot(endpoints).say("status").await;

    reply
        .assert_contains("Down: failing, gone, hanging.")
        .assert_contains("failing  ✖ down · it answers 503")
        .assert_contains("gone     ✖ down · the connection is refused")
        .assert_contains("hanging  ✖ down · no answer within 100 ms");
}

#[tokio::test]
async fn what_is_late_is_slow() {
    let endpoint = Endpoint {
        slow_after: Duration::ZERO,
        ..Endpoint::new("api", server(OK).await)
    };

    bot(vec![endpoint])
        .say("status")
        .await
        .assert_contains("slow: api")
        .assert_contains("api  ● slow · 200 in ");
}

#[tokio::test]
async fn another_status_can_be_expected() {
    let url = server(FAILING).await;
    let as_wished = Endpoint {
        expect: Some(503),
        ..Endpoint::new("a", &url)
    };
    let otherwise = Endpoint {
        expect: Some(204),
        ..Endpoint::new("b", &url)
    };

    let reply = bot(vec![as_wished, otherwise]).say("status").await;

    reply
        .assert_contains("a  ✔ up · 503 in ")
        .assert_contains("b  ✖ down · it answers 503 instead of 204");
}

#[tokio::test]
async fn one_service_is_asked_by_name() {
    let bot = bot(vec![
        Endpoint::new("api", server(OK).await),
        Endpoint::new("gone", nobody().await),
    ]);

    bot.say("status API").await.assert_contains("api is up.");
    bot.say("status apii")
        .await
        .assert_text("I don't know the service \"apii\". Did you mean api? (api, gone)");
}

#[tokio::test]
async fn without_endpoints_the_way_to_have_some_is_told() {
    bot(Vec::new())
        .say("status")
        .await
        .assert_contains("[status.NAME]");
}

#[test]
fn endpoints_are_read_from_the_configuration() {
    let text = "[status.api]\nurl = \"https://api.example/health\"\ntimeout = \"1s\"\nslow_after = \"200ms\"\nexpect = 204\n[status.web]\nurl = \"http://web.example\"\n";
    let draft = Draft::parse(
        "hailer.toml",
        text,
        Path::new(""),
        &Environment::from_pairs::<&str, &str>([]),
    );

    assert_eq!(
        read(&draft),
        [
            Endpoint {
                timeout: Duration::from_secs(1),
                slow_after: Duration::from_millis(200),
                expect: Some(204),
                ..Endpoint::new("api", "https://api.example/health")
            },
            Endpoint::new("web", "http://web.example"),
        ]
    );
}

#[test]
fn the_example_names_every_key_of_an_endpoint() {
    let example = include_str!("../../../hailer.example.toml");
    let paragraph = example
        .split("\n\n")
        .find(|it| it.contains("#[status."))
        .unwrap();
    let keys = paragraph
        .lines()
        .filter_map(|line| line.strip_prefix('#').filter(|it| !it.starts_with(' ')));
    let text = keys.collect::<Vec<_>>().join("\n");
    let draft = Draft::parse(
        "hailer.example.toml",
        &text,
        Path::new(""),
        &Environment::from_pairs::<&str, &str>([]),
    );

    let url = "https://api.example.com/health";
    assert_eq!(
        read(&draft),
        [Endpoint {
            expect: Some(200),
            ..Endpoint::new("api", url)
        }]
    );
}

#[test]
fn everything_wrong_with_an_endpoint_is_told() {
    let text = "[status.api]\nurl = \"api.example\"\ntimeout = \"30s\"\nexpect = 2\nmethod = \"GET\"\n[status.web]\ntimeout = \"1s\"\n";
    let draft = Draft::parse(
        "hailer.toml",
        text,
        Path::new(""),
        &Environment::from_pairs::<&str, &str>([]),
    );

    let endpoints = read(&draft);
    let problems = draft.finish().unwrap_err().to_string();

    assert!(endpoints.is_empty());
    for part in [
        "no HTTP address",
        "up to 3s",
        "three digits",
        "`method`",
        "there is no `url`",
    ] {
        assert!(problems.contains(part), "{part} in\n{problems}");
    }
}
