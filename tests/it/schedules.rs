//! What runs by itself: after a restart, no longer than its owner may run it, and once however many replicas there are.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use hailer::TeamsMessage;
use tempfile::TempDir;
use tokio::time::sleep;

use crate::http::PATIENCE;
use crate::postgres::Cluster;
use crate::server::{CONFIG, Server, binary, project};

/// How often it is asked whether something happened.
const PAUSE: Duration = Duration::from_millis(200);

/// A folder with a script that writes down what it is given.
fn folder() -> (TempDir, PathBuf) {
    let folder = project("");
    let (script, marks) = (folder.path().join("mark.sh"), folder.path().join("marks"));
    let text = format!(
        "#!/bin/sh\necho \"$1\" >> '{}'\necho \"did $1\"\n",
        marks.display()
    );
    fs::write(&script, text).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    (folder, marks)
}

/// Lets one person do what is named, and nobody else anything.
fn configure(folder: &Path, store: &str, allow: &str) {
    let script = folder.join("mark.sh");
    let id = TeamsMessage::new("ops", "").person_id();
    let config = format!(
        "{CONFIG}\n[schedule]\n[store]\nurl = '{store}'\n[group.ops]\nmembers = [{{ id = '{id}' }}]\n\
         [[permissions.rule]]\nallow = [{allow}]\nto = ['group:ops']\n\
         [script.mark]\nexec = ['{}', '{{text}}']\nhelp = 'Write it down'\neffect = 'write'\n\
         args = [{{ name = 'text', type = 'text' }}]\n",
        script.display()
    );
    fs::write(folder.join("hailer.toml"), config).unwrap();
}

async fn serve(folder: TempDir) -> Server {
    let mut command = Command::new(binary());
    let config = folder.path().join("hailer.toml");
    command.args(["serve", "--config"]).arg(config).env_clear();
    Server::spawn(command, folder).await
}

/// Stops a bot, and gives its folder back.
fn stop(server: Server) -> TempDir {
    let empty = tempfile::tempdir().unwrap();
    let mut server = server;
    let folder = std::mem::replace(&mut server.folder, empty);
    server.signal("TERM");
    server.end();
    folder
}

/// Asks until the answer has a part.
async fn wait_for(server: &Server, typed: &str, part: &str) -> String {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let answer = server.say(typed).await.text();
        if answer.contains(part) {
            return answer;
        }
        assert!(
            Instant::now() < deadline,
            "no {part} in {answer}\n{}",
            server.log()
        );
        sleep(PAUSE).await;
    }
}

#[tokio::test]
async fn a_schedule_survives_a_restart_and_dies_with_the_rights_of_its_owner() {
    let (folder, marks) = folder();
    let store = format!("sqlite:{}", folder.path().join("hailer.db").display());
    configure(folder.path(), &store, "'*'");
    let server = serve(folder).await;

    let first = server.say("schedule \"mark one\" in 1s").await.text();
    assert!(first.contains("Schedule 1: mark one"), "{first}");
    let later = server.say("schedule \"mark two\" in 3s").await.text();
    assert!(later.contains("Schedule 2: mark two"), "{later}");
    let server = serve(stop(server)).await;
    wait_for(&server, "schedule show 1", "done").await;
    wait_for(&server, "schedule show 2", "done").await;
    server.say("schedule \"mark three\" in 3s").await;
    let folder = stop(server);
    configure(folder.path(), &store, "'schedule *'");
    let server = serve(folder).await;
    let refused = wait_for(&server, "schedule show 3", "refused").await;

    assert!(refused.contains("paused by itself"), "{refused}");
    assert!(refused.contains("may not run this any more"), "{refused}");
    let text = fs::read_to_string(&marks).unwrap();
    let ran: BTreeSet<&str> = text.lines().collect();
    assert_eq!(ran, BTreeSet::from(["one", "two"]));
    assert_eq!(text.lines().count(), 2, "{text}");
    let audit = Command::new(binary())
        .args(["audit", "export", "--config"])
        .arg(server.path("hailer.toml"))
        .output()
        .unwrap();
    let audit = String::from_utf8(audit.stdout).unwrap();
    let of = |event: &str, label: &str| {
        let parts = [format!("\"{event}\""), format!("\"{label}\"")];
        let mut rows = audit
            .lines()
            .filter(|row| parts.iter().all(|it| row.contains(it)));
        rows.any(|row| row.contains("\"mark\""))
    };
    assert!(of("intent", "schedule 1"), "{audit}");
    assert!(of("denied", "schedule 3"), "{audit}");
}

#[tokio::test]
async fn replicas_run_each_time_once() {
    let cluster = Cluster::start_new();
    let ((one, one_marks), (two, two_marks)) = (folder(), folder());
    for folder in [one.path(), two.path()] {
        configure(folder, &cluster.url("postgres"), "'*'");
    }
    let servers = [serve(one).await, serve(two).await];

    for number in 1..=12 {
        let server = &servers[number % 2];
        let typed = format!("schedule \"mark run-{number}\" in 3s");
        let answer = server.say(&typed).await.text();
        assert!(answer.contains(&format!("Schedule {number}: ")), "{answer}");
    }
    for number in 1..=12 {
        wait_for(
            &servers[number % 2],
            &format!("schedule show {number}"),
            "done",
        )
        .await;
    }

    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    for marks in [one_marks, two_marks] {
        let text = fs::read_to_string(marks).unwrap_or_default();
        for line in text.lines() {
            *counts.entry(line.to_owned()).or_default() += 1;
        }
    }
    assert_eq!(counts.len(), 12, "{counts:?}");
    assert!(counts.values().all(|it| *it == 1), "{counts:?}");
}
