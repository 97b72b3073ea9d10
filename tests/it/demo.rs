//! `hailer` in an empty folder: a demo that only this computer can reach.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use crate::command_line::{Call, hailer};
use crate::http::{PATIENCE, exchange, post};
use crate::server::Server;
use crate::teams::{authorization, message};

const TOKEN_FILE: &str = ".hailer/dev-token";

/// Free ports: the demo's own may be in use.
fn on_free_ports(call: Call, folder: &Path) -> Call {
    call.folder(folder)
        .variable("HAILER_SERVER__LISTEN", "127.0.0.1:0")
        .variable("HAILER_SERVER__ADMIN_LISTEN", "127.0.0.1:0")
}

async fn start_in(folder: tempfile::TempDir) -> Server {
    let command = on_free_ports(hailer::<&str>([]), folder.path()).into_command();
    Server::spawn(command, folder).await
}

#[tokio::test]
async fn the_demo_answers_whoever_knows_its_token() {
    let server = start_in(tempfile::tempdir().unwrap()).await;
    let token = fs::read_to_string(server.path(TOKEN_FILE)).unwrap();
    let body = message("ops", "help").to_string().into_bytes();

    let header = authorization(&token, &body);
    let response = exchange(server.teams.address, post("dev", &[&header], &body)).await;

    assert!(response.text().contains("@ops help"), "{}", response.text());
    assert!(
        server.banner.contains("demo (no hailer.toml here)"),
        "{}",
        server.banner
    );
    assert!(
        server.banner.contains("only this computer can reach it"),
        "{}",
        server.banner
    );
    assert!(!server.banner.contains(token.trim()), "{}", server.banner);
}

#[tokio::test]
async fn the_token_is_private_and_stays_the_same() {
    let server = start_in(tempfile::tempdir().unwrap()).await;
    let first = fs::read_to_string(server.path(TOKEN_FILE)).unwrap();
    let mode = |path: &str| {
        fs::metadata(server.path(path))
            .unwrap()
            .permissions()
            .mode()
            & 0o777
    };
    assert_eq!((mode(TOKEN_FILE), mode(".hailer")), (0o600, 0o700));
    let kept = tempfile::tempdir().unwrap();
    fs::create_dir(kept.path().join(".hailer")).unwrap();
    fs::copy(server.path(TOKEN_FILE), kept.path().join(TOKEN_FILE)).unwrap();
    drop(server);

    let again = start_in(kept).await;
    let other = start_in(tempfile::tempdir().unwrap()).await;

    assert_eq!(fs::read_to_string(again.path(TOKEN_FILE)).unwrap(), first);
    assert_ne!(fs::read_to_string(other.path(TOKEN_FILE)).unwrap(), first);
}

#[test]
fn the_demo_listens_on_no_other_address() {
    let folder = tempfile::tempdir().unwrap();

    for (call, address) in [
        (hailer(["--listen", "0.0.0.0:0"]), "0.0.0.0:0"),
        (hailer(["--listen", "[::]:0"]), "[::]:0"),
        (
            hailer::<&str>([]).variable("HAILER_SERVER__LISTEN", "0.0.0.0:0"),
            "0.0.0.0:0",
        ),
        (
            hailer::<&str>([]).variable("HAILER_SERVER__ADMIN_LISTEN", "192.0.2.1:0"),
            "192.0.2.1:0",
        ),
    ] {
        let ran = call.folder(folder.path()).run();

        assert_eq!(ran.code, Some(2), "{ran:?}");
        let begin = format!(
            "error[HL012]: the demo only listens on this computer (you asked for {address})"
        );
        assert!(ran.err.starts_with(&begin), "{}", ran.err);
        assert_eq!(ran.out, "");
    }
}

#[test]
fn a_message_can_be_sent_without_any_configuration() {
    let folder = tempfile::tempdir().unwrap();

    let ran = on_free_ports(hailer(["send", "whoami", "--as", "Jo Lind"]), folder.path()).run();

    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(
        ran.out.starts_with("You are Jo Lind; you can run "),
        "{}",
        ran.out
    );
    assert!(
        ran.err.contains("a bot was started for this message"),
        "{}",
        ran.err
    );
}

#[test]
fn a_damaged_token_is_named_and_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join(".hailer")).unwrap();
    fs::write(folder.path().join(TOKEN_FILE), "not base64!").unwrap();

    let ran = on_free_ports(hailer(["send", "ping"]), folder.path()).run();

    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(
        ran.err.contains("dev-token") && !ran.err.contains("not base64!"),
        "{}",
        ran.err
    );
    assert_eq!(
        fs::read_to_string(folder.path().join(TOKEN_FILE)).unwrap(),
        "not base64!"
    );
}

/// Says something to a demo, as Mira does at a terminal.
fn say(server: &Server, text: &str) -> String {
    let call = hailer(["send", text])
        .folder(server.folder.path())
        .variable("HAILER_SERVER__LISTEN", &server.teams.address.to_string());
    call.run().out
}

#[tokio::test]
async fn a_deploy_that_was_cut_off_is_told_as_one_after_the_restart() {
    let server = start_in(tempfile::tempdir().unwrap()).await;
    let begun = say(&server, "deploy run search 1.9.0 --env staging");
    assert!(begun.contains("Started"), "{begun}");
    let begun = Instant::now();
    while !say(&server, "deploy status search").contains("on its way") {
        assert!(begun.elapsed() < PATIENCE, "it does not begin");
    }

    server.signal("KILL");
    let kept = tempfile::tempdir().unwrap();
    let copied = Command::new("cp")
        .arg("-r")
        .arg(server.path(".hailer"))
        .arg(kept.path())
        .status();
    assert!(copied.unwrap().success());
    drop(server);
    let again = start_in(kept).await;

    let status = say(&again, "deploy status search");
    assert!(
        status.contains("staging  1.9.1 or 1.9.0\ncut off"),
        "{status}"
    );
    let history = say(&again, "deploy history search");
    assert!(history.contains("✖ search 1.9.0 to staging"), "{history}");
}
