//! `hailer reload`, SIGHUP, and what is told of a change.

use std::fs;
use std::process::{Command, Output};

use super::*;
use crate::http::exchange;
use crate::server::binary;

/// Runs the verb for a server, at the address that it really has.
fn reload(server: &Server) -> Output {
    let mut command = Command::new(binary());
    command
        .args(["reload", "--config"])
        .arg(server.path("hailer.toml"))
        .env_clear()
        .env("HAILER_SERVER__ADMIN_LISTEN", server.admin.to_string());
    command.output().unwrap()
}

fn said(output: &Output) -> String {
    let (out, error) = (&output.stdout, &output.stderr);
    format!(
        "{}{}",
        String::from_utf8_lossy(out),
        String::from_utf8_lossy(error)
    )
}

const GROUP: &str = "[group.ops]\nmembers = [{ id = '8f1c2d3e-0000-4000-8000-000000000001' }]\n";

#[tokio::test]
async fn the_verb_shows_that_nothing_changed() {
    let server = builder().start().await;

    let output = reload(&server);

    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(said(&output).starts_with("nothing changed · "));
}

#[tokio::test]
async fn the_verb_refuses_what_the_check_refuses() {
    let server = builder().start().await;
    let before = generation(&server).await;

    fs::write(server.path("hailer.toml"), "[webhook.ops]\ntokn = 1\n").unwrap();
    let output = reload(&server);

    let said = said(&output);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("hailer.toml:2:1") && said.contains("did you mean `token`?"));
    assert!(said.ends_with("The running bot keeps its old configuration.\n"));
    assert_eq!(generation(&server).await, before);
}

#[tokio::test]
async fn the_status_of_a_bot_is_told_while_its_file_is_wrong() {
    let server = builder().start().await;
    fs::write(server.path("hailer.toml"), "[webhook.ops]\ntokn = 1\n").unwrap();

    let mut command = Command::new(binary());
    let status = command
        .args(["status", "--config"])
        .arg(server.path("hailer.toml"))
        .env_clear()
        .env("HAILER_SERVER__ADMIN_LISTEN", server.admin.to_string())
        .output()
        .unwrap();

    let said = said(&status);
    assert_eq!(status.status.code(), Some(0), "{said}");
    assert!(
        said.contains("· ready") && said.contains("  ops "),
        "{said}"
    );
}

#[tokio::test]
async fn a_failing_policy_test_refuses_all_of_it() {
    let server = builder().start().await;
    let test = "[[policy_test]]\ncommand = 'first'\nas = 'anyone'\nexpect = 'deny'\n";

    fs::write(
        server.path("hailer.toml"),
        with_scripts(&["first", "second"]) + test,
    )
    .unwrap();
    wait_until_refused(&server, "`first` is allowed, expected deny").await;

    assert!(!has(&server, "second").await);
}

#[tokio::test]
async fn a_hangup_reads_all_and_the_log_tells_the_difference() {
    let server = builder().start().await;
    let before = generation(&server).await;
    let text =
        with_scripts(&["second"]).replace("\nlisten = '127.0.0.1:0'", "\nlisten = '127.0.0.1:1'");

    fs::write(server.path("hailer.toml"), text + GROUP).unwrap();
    server.signal("HUP");
    wait_until_newer(&server, before).await;

    let expected = "+ group ops  + script second  - script first  = 1 webhook unchanged · needs restart: server.listen · ";
    let deadline = Instant::now() + PATIENCE;
    while !server.log().contains(expected) {
        assert!(Instant::now() < deadline, "{}", server.log());
    }
    let state = state(&server).await;
    assert!(state.starts_with("[!] config: generation "), "{state}");
    assert!(state.ends_with("needs restart: server.listen"));
    assert!(!server.log().contains(crate::teams::TOKEN));
}

#[tokio::test]
async fn nobody_reloads_who_does_not_hold_a_token() {
    let server = builder().start().await;
    let before = generation(&server).await;

    for body in [
        "",
        "{}",
        "{\"at\":\"2026-01-01T00:00:00Z\",\"proofs\":{\"ops\":\"HMAC AAAA\"}}",
    ] {
        let length = body.len();
        let request =
            format!("POST /-/reload HTTP/1.1\r\nhost: x\r\ncontent-length: {length}\r\n\r\n{body}");
        let response = exchange(server.admin, request.into_bytes()).await;

        assert_eq!(response.status, 403, "{response:?}");
    }
    assert_eq!(generation(&server).await, before);
}
