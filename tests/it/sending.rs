//! `hailer send`: a message from the terminal, as Teams would send it.

use std::io::{Read, Write};
use std::net::TcpListener;

use serde_json::Value;

use crate::command_line::{Call, hailer};
use crate::server::{CONFIG, Server, project, write_private};
use crate::teams::OTHER_TOKEN;

/// A call in the server's folder that finds the server by its configuration.
fn send(server: &Server, arguments: &[&str]) -> Call {
    hailer(["send"].iter().chain(arguments))
        .folder(server.folder.path())
        .variable("HAILER_SERVER__LISTEN", &server.teams.address.to_string())
}

fn url(server: &Server) -> String {
    format!("http://{}/webhook/ops", server.teams.address)
}

#[tokio::test]
async fn the_running_bot_answers() {
    let server = Server::start().await;

    let ran = send(&server, &["echo a <b> & *c*\n  d"]).run();

    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(ran.out, "a <b> & *c*\n  d\n");
    assert!(
        ran.err.starts_with("200 · ") && ran.err.contains("signed with \"ops\""),
        "{}",
        ran.err
    );
    assert!(!ran.err.contains("a bot was started"), "{}", ran.err);
    server.signal("TERM");
    assert_eq!(server.end().log.matches("message answered").count(), 1);
}

#[tokio::test]
async fn json_is_what_teams_would_get_and_nothing_else() {
    let server = Server::start().await;
    let direct = server.say("echo a <b> & *c*").await;

    let running = send(&server, &["echo a <b> & *c*", "--json"]).run();
    let folder = project(CONFIG);
    let started = hailer(["send", "echo a <b> & *c*", "--json"])
        .folder(folder.path())
        .run();

    for ran in [running, started] {
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert_eq!(ran.out, format!("{}\n", direct.body));
        assert!(serde_json::from_str::<Value>(&ran.out).is_ok());
    }
}

#[tokio::test]
async fn a_bot_is_started_when_none_runs() {
    let folder = project(CONFIG);

    let ran = hailer(["send", "whoami", "--as", "Jo Lind", "--in", "deploys"])
        .folder(folder.path())
        .run();

    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(
        ran.out
            .starts_with("You are Jo Lind; you can run 16 commands here.\n"),
        "{}",
        ran.out
    );
    assert!(
        ran.err.contains("a bot was started for this message"),
        "{}",
        ran.err
    );
}

#[tokio::test]
async fn the_same_name_is_the_same_person_and_channel() {
    let server = Server::start().await;
    let ids = |person: &str, channel: &str| {
        let ran = send(&server, &["whoami", "--as", person, "--in", channel]).run();
        let line = |name: &str| {
            ran.out
                .lines()
                .find(|it| it.starts_with(name))
                .unwrap()
                .to_owned()
        };
        (line("person"), line("channel"))
    };

    let first = ids("mira", "deploys");

    assert_eq!(ids("mira", "deploys"), first);
    let (person, channel) = ids("jo", "general");
    assert!(person != first.0 && channel != first.1);
}

#[test]
fn the_beginning_of_a_name_is_enough_when_one_person_is_meant() {
    let members = "[group.ops]\nmembers = [{ id = 'a07b1c2d-0000-4000-8000-000000000002', name = 'Joan Park' }]\n\
         [playground.person]\nmira.name = 'Mira Novak'\njo.name = 'Jo Lind'\n";
    let folder = project(&format!("{CONFIG}{members}"));
    let whoami = |person: &str| {
        hailer(["send", "whoami", "--as", person])
            .folder(folder.path())
            .run()
    };

    let (mira, joan, several) = (whoami("mira"), whoami("JOAN"), whoami("jo"));

    assert!(mira.out.starts_with("You are Mira Novak;"), "{mira:?}");
    assert!(joan.out.starts_with("You are Joan Park;"), "{joan:?}");
    assert!(joan.out.contains("a07b1c2d-0000-4000-8000-000000000002"));
    assert_eq!(several.code, Some(2), "{several:?}");
    assert!(several.err.contains("Jo Lind, Joan Park"), "{several:?}");
}

#[test]
fn an_address_that_is_taken_is_told_by_its_key() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for key in ["listen", "admin_listen"] {
        let line = format!("\n{key} = '127.0.0.1:0'");
        let config = CONFIG.replacen(&line, &format!("\n{key} = '{address}'"), 1);
        let folder = project(&config);
        let number = config
            .lines()
            .position(|it| it.starts_with(&format!("{key} ")));
        let place = format!("[server] {key} (hailer.toml:{})", number.unwrap() + 1);

        let ran = hailer(["serve"]).folder(folder.path()).run();

        assert_eq!(ran.code, Some(4), "{ran:?}");
        assert!(ran.err.contains(&place), "{place} {ran:?}");
        assert!(ran.err.contains(&address), "{ran:?}");
    }
}

#[tokio::test]
async fn an_address_and_a_token_are_enough() {
    let server = Server::start().await;
    let arguments = ["send", "ping", "--url", &url(&server), "--token-file"];

    let from_file = hailer(arguments.iter().chain(&["ops.token"]))
        .folder(server.folder.path())
        .run();
    let from_variable = hailer([
        "send",
        "ping",
        "--url",
        &url(&server),
        "--token-env",
        "TOKEN",
    ])
    .variable("TOKEN", crate::teams::TOKEN)
    .run();

    for ran in [from_file, from_variable] {
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert!(ran.out.starts_with("pong · hailer "), "{}", ran.out);
    }
}

#[tokio::test]
async fn a_no_of_the_bot_is_exit_code_1() {
    let server = Server::start().await;

    for text in ["frobnicate", "echo", "status"] {
        let ran = send(&server, &[text]).run();

        assert_eq!(ran.code, Some(1), "{text}: {ran:?}");
        assert!(!ran.out.is_empty(), "{text}");
    }
}

#[tokio::test]
async fn a_wrong_token_is_exit_code_1_and_says_so() {
    let server = Server::start().await;
    write_private(&server.path("wrong.token"), OTHER_TOKEN);

    let ran = hailer([
        "send",
        "ping",
        "--url",
        &url(&server),
        "--token-file",
        "wrong.token",
    ])
    .folder(server.folder.path())
    .run();

    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.err
            .contains("error: the bot does not take this signature"),
        "{}",
        ran.err
    );
    assert!(!format!("{ran:?}").contains(OTHER_TOKEN), "{ran:?}");
}

#[test]
fn nobody_at_an_address_is_exit_code_5() {
    let folder = project(CONFIG);
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();

    let ran = hailer([
        "send",
        "ping",
        "--url",
        &format!("http://{free}/webhook/ops"),
        "--token-file",
        "ops.token",
    ])
    .folder(folder.path())
    .run();

    assert_eq!(ran.code, Some(5), "{ran:?}");
    assert!(
        ran.err
            .starts_with(&format!("error: cannot reach http://{free}/webhook/ops: ")),
        "{}",
        ran.err
    );
    assert_eq!(ran.out, "");
}

#[test]
fn what_is_no_bot_is_shown_as_it_is() {
    let folder = project(CONFIG);
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = proxy.local_addr().unwrap();
    let answering = std::thread::spawn(move || {
        let (mut stream, _) = proxy.accept().unwrap();
        let mut request = [0; 4096];
        let _ = stream.read(&mut request).unwrap();
        let page = "<html>Bad Gateway</html>";
        let head = format!(
            "HTTP/1.1 502 Bad Gateway\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            page.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(page.as_bytes()).unwrap();
    });

    let ran = hailer([
        "send",
        "ping",
        "--url",
        &format!("http://{address}/webhook/ops"),
        "--token-file",
        "ops.token",
    ])
    .folder(folder.path())
    .run();

    answering.join().unwrap();
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert_eq!(ran.out, "<html>Bad Gateway</html>\n");
    assert!(
        ran.err.contains("error: the bot answered 502"),
        "{}",
        ran.err
    );
}

#[test]
fn a_webhook_that_is_not_configured_is_a_usage_error() {
    let folder = project(CONFIG);

    let ran = hailer(["send", "ping", "--webhook", "opps"])
        .folder(folder.path())
        .run();

    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert_eq!(ran.err, "error: there is no webhook `opps`\n  known: ops\n");
}
