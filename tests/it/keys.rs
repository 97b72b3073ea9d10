//! Keys of webhooks: each has a label, and where it was used is known.

use std::time::Instant;

use serde_json::Value;
use tokio::net::TcpSocket;

use crate::causes::{Case, Group};
use crate::command_line::hailer;
use crate::http::{Connection, PATIENCE};
use crate::server::Server;
use crate::teams::{OTHER_TOKEN, authorization, message};

const LABELS: &str = "
[server]
listen = '127.0.0.1:0'
admin_listen = '127.0.0.1:0'

[webhook.ops]
tokens = [{ label = '2026', file = 'ops.token' }, { label = '2025', file = 'other.token' }]
";

#[tokio::test]
async fn the_label_of_the_key_is_in_the_log_and_the_audit_and_never_the_key() {
    let server = Server::builder().config(LABELS).start().await;
    server.say("lock deploy/prod 2h x").await;
    let body = message("ops", "unlock deploy/prod").to_string();
    let request = crate::http::post(
        "ops",
        &[&authorization(OTHER_TOKEN, body.as_bytes())],
        body.as_bytes(),
    );
    crate::http::exchange(server.teams.address, request).await;
    let call = |arguments: &[&str]| hailer(arguments).folder(server.folder.path()).run();

    let deadline = Instant::now() + PATIENCE;
    let used = loop {
        let used = call(&["keys", "used-by", "2025", "--json"]);
        if used.out.contains("denied") && used.out.contains("key_first_use") {
            break used;
        }
        assert!(Instant::now() < deadline, "{used:?}");
    };
    let listed = call(&["keys", "list"]);

    for line in used.out.lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        assert_eq!(row["key"], "2025", "{line}");
    }
    assert!(listed.out.contains("2026"), "{listed:?}");
    assert!(listed.out.contains("127.0.0.0/24"), "{listed:?}");
    let log = loop {
        let log = server.log();
        if log.contains("key=2026") && log.contains("key=2025") {
            break log;
        }
        assert!(Instant::now() < deadline, "{log}");
        tokio::task::yield_now().await;
    };
    assert!(!log.contains(&OTHER_TOKEN[..20]), "{log}");
}

const ELSEWHERE: Case = Case::new(
    "a key is used from another network than before",
    "HL126",
    "a key is used from another network than before",
);

/// For the page of the guide.
pub(crate) const CAUSES: &[Group] = &[Group {
    by: "hailer serve",
    before: "",
    cases: &[ELSEWHERE],
}];

#[tokio::test]
async fn a_key_that_is_used_from_another_network_is_told() {
    let server = Server::builder().config(LABELS).start().await;
    server.say("help").await;
    while !server.log().contains("a key is used for the first time") {
        tokio::task::yield_now().await;
    }
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.77.1:0".parse().unwrap()).unwrap();
    let stream = socket.connect(server.teams.address).await.unwrap();
    let mut elsewhere = Connection::over(stream);
    let body = message("ops", "help").to_string();

    elsewhere.send(&server.teams.signed(body)).await;
    elsewhere.response().await;

    let told = async {
        while !server.log().contains(ELSEWHERE.code) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, told).await.unwrap();
    let log = server.log();
    let mut lines = log.lines();
    let line = lines.find(|line| line.contains(ELSEWHERE.code)).unwrap();
    assert!(line.contains(ELSEWHERE.said), "{line}");
    assert!(line.contains("key=\"2026\""), "{line}");
    assert!(line.contains("127.0.77.0/24"), "{line}");
}

#[test]
fn labels_are_short_and_differ() {
    for (tokens, told) in [
        ("{ label = 'two words', file = 'ops.token' }", "HL248"),
        ("{ label = '', file = 'ops.token' }", "HL248"),
        (
            "{ label = 'a', file = 'ops.token' }, { label = 'a', file = 'other.token' }",
            "two keys of webhook \"ops\" are called a",
        ),
    ] {
        let both =
            "{ label = '2026', file = 'ops.token' }, { label = '2025', file = 'other.token' }";
        let folder = crate::server::project(&LABELS.replace(both, tokens));

        let ran = hailer(["check"]).folder(folder.path()).run();

        assert_eq!(ran.code, Some(3), "{tokens}: {ran:?}");
        let said = format!("{}{}", ran.out, ran.err);
        assert!(said.contains(told), "{tokens}: {said}");
    }
}
