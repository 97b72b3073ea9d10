//! Who loses a right loses it at once: keys, people, and what they left in the queue.

use std::fs;

use hailer::TeamsMessage;

use super::*;
use crate::http::{Response, post};
use crate::server::write_private;
use crate::teams::{OTHER_TOKEN, TOKEN, authorization, message};

async fn say_with(server: &Server, token: &str) -> u16 {
    let body = message("ops", "ping").to_string();
    let header = authorization(token, body.as_bytes());
    let request = post("ops", &[&header], body.as_bytes());
    crate::http::exchange(server.teams.address, request)
        .await
        .status
}

/// Somebody says something.
async fn say_as(server: &Server, person: &str, text: &str) -> Response {
    let body = TeamsMessage::new("ops", text)
        .from_person(person)
        .to_json(chrono::Utc::now());
    server.post(body).await
}

fn member(person: &str) -> String {
    let id = TeamsMessage::new("ops", "").from_person(person).person_id();
    format!("{{ id = '{id}' }}")
}

#[tokio::test]
async fn a_key_is_dead_when_it_is_taken_away() {
    let server = builder().start().await;
    let before = generation(&server).await;
    assert_eq!(say_with(&server, TOKEN).await, 200);
    assert_eq!(say_with(&server, OTHER_TOKEN).await, 401);

    write_private(&server.path("ops.token"), OTHER_TOKEN);
    wait_until_newer(&server, before).await;

    assert_eq!(say_with(&server, TOKEN).await, 401);
    assert_eq!(say_with(&server, OTHER_TOKEN).await, 200);
}

/// A job that waits in the queue behind one that runs until the file `go` is there.
#[tokio::test]
async fn what_a_removed_person_left_in_the_queue_does_not_start() {
    let jobs = |members: &str| {
        let script = |name: &str, program: &str| {
            format!(
                "[script.{name}]\nhelp = 'Do {name}'\nexample = '{name}'\neffect = 'write'\njob = true\nexec = ['./{program}']\n"
            )
        };
        format!(
            "{CONFIG}\n[jobs]\nworkers = 1\n{}{}\n[[permissions.rule]]\nallow = ['slow', 'quick']\nto = ['group:ops']\n[group.ops]\nmembers = [{members}]\n",
            script("slow", "slow.sh"),
            script("quick", "quick.sh"),
        )
    };
    let (mira, jo) = (member("Mira Novak"), member("Jo Lind"));
    let folder = "cd \"$(dirname \"$0\")\" || exit 1\n";
    let server = Server::builder()
        .config(&jobs(&format!("{mira}, {jo}")))
        .file(
            "slow.sh",
            &format!("#!/bin/sh\n{folder}touch begun\nwhile ! test -e go; do sleep 0.05; done\n"),
            0o755,
        )
        .file(
            "quick.sh",
            &format!("#!/bin/sh\n{folder}touch ran-quick\n"),
            0o755,
        )
        .start()
        .await;
    let before = generation(&server).await;
    say_as(&server, "Mira Novak", "slow").await;
    let deadline = Instant::now() + PATIENCE;
    while !server.path("begun").exists() {
        assert!(Instant::now() < deadline, "{}", server.log());
        tokio::task::yield_now().await;
    }
    let queued = say_as(&server, "Jo Lind", "quick").await.wire();
    assert!(queued.contains("Started **quick**"), "{queued}");

    replace(&server.path("hailer.toml"), &jobs(&mira));
    wait_until_newer(&server, before).await;
    fs::write(server.path("go"), "").unwrap();

    let deadline = Instant::now() + PATIENCE;
    while !server.log().contains("a job is refused at its start") {
        assert!(Instant::now() < deadline, "{}", server.log());
        tokio::task::yield_now().await;
    }
    assert!(!server.path("ran-quick").exists());
}
