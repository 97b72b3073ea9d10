//! `hailer seen`: who wrote from where, told with the lines that a configuration needs.

use std::time::Instant;

use serde_json::Value;

use crate::command_line::hailer;
use crate::doctor::beside;
use crate::http::PATIENCE;
use crate::server::{CONFIG, Server, project};

const TEAM: &str = "19:fa23d9ef19afc32c@thread.tacv2";

/// Asks until so many people are known: they are noted behind the answer's back.
fn seen(server: &Server, people: usize, arguments: &[&str]) -> Value {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let all = ["seen", "--json"].iter().chain(arguments).copied();
        let ran = beside(server, hailer(all)).run();
        let seen: Value = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{ran:?}"));
        let is_enough = seen["people"].as_array().unwrap().len() >= people;
        if is_enough || Instant::now() > deadline {
            return seen;
        }
    }
}

#[tokio::test]
async fn who_wrote_is_told_with_the_lines_to_paste() {
    let server = Server::start().await;
    let before = beside(&server, hailer(["seen"])).run();
    assert!(before.out.starts_with("nobody was seen"), "{before:?}");

    server.say("ping").await;

    let told = seen(&server, 1, &[]);
    let webhook = &told["webhooks"][0];
    assert_eq!(webhook["team"], TEAM);
    assert_eq!(webhook["paste"][1], format!("team = \"{TEAM}\""));
    let id = told["people"][0]["id"].as_str().unwrap();
    let text = beside(&server, hailer(["seen", "--since", "1h"])).run().out;
    for line in [
        "  ops: first message ",
        "    not pinned; to refuse messages from elsewhere, add to [webhook.ops]:",
        &format!("  {{ id = \"{id}\", name = "),
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    let list = beside(&server, hailer(["webhook", "list"])).run().out;
    assert!(list.contains(&format!("team = \"{TEAM}\"")), "{list}");
}

#[tokio::test]
async fn what_is_pinned_is_told_so_and_others_are_seen_all_the_same() {
    let pinned =
        format!("{CONFIG}tenant = '00000000-0000-4000-8000-00000000d001'\nteam = '{TEAM}'\n");
    let server = Server::builder().config(&pinned).start().await;

    server.say("ping").await;

    let told = seen(&server, 1, &["--webhook", "ops"]);
    assert_eq!(
        told["webhooks"][0]["paste"],
        Value::from(Vec::<String>::new())
    );
    let text = beside(&server, hailer(["seen"])).run().out;
    assert!(
        text.contains("pinned: messages from elsewhere are refused"),
        "{text}"
    );
}

#[test]
fn a_bot_that_never_ran_has_seen_nobody_and_a_moment_must_be_one() {
    let folder = project(CONFIG);
    let run = |arguments: &[&str]| {
        hailer(arguments.iter().copied())
            .folder(folder.path())
            .run()
    };

    let none = run(&["seen"]);
    let wrong = run(&["seen", "--since", "yesterday"]);

    assert_eq!(none.code, Some(0), "{none:?}");
    assert!(none.out.contains("type the mention and `help` in the team"));
    assert_eq!(wrong.code, Some(2), "{wrong:?}");
    assert!(!folder.path().join("hailer.db").exists());
}
