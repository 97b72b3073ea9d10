//! The audit through the front door: everything asked for is in it, and every kind of tampering is found on a real file.

use std::fs;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::command_line::{Ran, hailer};
use crate::http::{PATIENCE, exchange};
use crate::server::Server;
use crate::teams::{OTHER_TOKEN, authorization, message};

const RULES: &str = "
[permissions]
auditors = ['group:sre']
[[permissions.rule]]
allow = ['lock', 'unlock']
to = ['group:sre']
when = { name = ['deploy/*'] }
[group.sre]
members = [{ id = '8f1c2d3e-0000-4000-8000-000000000001', name = 'Mira Novak' }]
[audit]
file = 'audit.jsonl'
redact = ['reason']
reads = true
";

/// A message of somebody whom the rules know, or do not.
fn said_by(id: &str, text: &str) -> String {
    let mut message = message("ops", text);
    message["from"]["aadObjectId"] = id.into();
    message["from"]["name"] = if id == MIRA { "Mira Novak" } else { "Dan" }.into();
    message.to_string()
}

const MIRA: &str = "8f1c2d3e-0000-4000-8000-000000000001";
const STRANGER: &str = "99999999-0000-4000-8000-000000000009";

/// Waits for something to become true; what takes longer than any machine needs has failed.
async fn until(is_so: impl Fn() -> bool) {
    let waiting = async {
        while !is_so() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.unwrap();
}

fn audit(folder: &Path, arguments: &[&str]) -> Ran {
    hailer(["audit"].iter().chain(arguments))
        .folder(folder)
        .run()
}

fn rows(folder: &Path, arguments: &[&str]) -> Vec<Value> {
    let ran = audit(folder, &[&["list", "--json"], arguments].concat());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let lines = ran.out.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn events(rows: &[Value]) -> Vec<&str> {
    rows.iter()
        .map(|row| row["event"].as_str().unwrap())
        .collect()
}

/// Says what `sqlite3` does to the file of a stopped bot, as somebody with its rights can.
fn tamper(folder: &Path, sql: &str) {
    let disarm = "DROP TRIGGER IF EXISTS audit_no_update; DROP TRIGGER IF EXISTS audit_no_delete;";
    let script = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript(sys.argv[2])";
    let done = Command::new("python3")
        .args(["-c", script])
        .arg(folder.join("hailer.db"))
        .arg(format!("{disarm} {sql}"))
        .status();
    assert!(done.unwrap().success(), "{sql}");
}

/// Answers some messages and stops; leaves the folder with its store.
async fn after_some_messages() -> TempDir {
    let server = Server::builder().and(RULES).start().await;
    for (who, text) in [
        (MIRA, "whoami"),
        (MIRA, "lock deploy/prod 2h \"db move\""),
        (STRANGER, "lock deploy/prod 2h mine"),
        (MIRA, "unlock deploy/prod"),
    ] {
        server.teams.post(said_by(who, text)).await;
    }
    stop(server)
}

/// Stops a bot, and keeps its folder.
fn stop(mut server: Server) -> TempDir {
    let folder = std::mem::replace(&mut server.folder, tempfile::tempdir().unwrap());
    server.signal("TERM");
    assert!(server.end().status.success());
    folder
}

#[tokio::test]
async fn who_asked_for_what_and_what_came_of_it_is_recorded() {
    let folder = after_some_messages().await;
    let folder = folder.path();

    let of_mira = rows(folder, &["--person", "Mira Novak", "--command", "lock"]);
    let denied = rows(folder, &["--decision", "deny", "--event", "denied"]);
    let reads = rows(folder, &["--event", "read"]);

    assert_eq!(events(&of_mira), ["outcome", "intent"]);
    let intent = &of_mira[1];
    assert_eq!(intent["arguments"]["name"], "deploy/prod");
    assert_eq!(intent["arguments"]["reason"], "***");
    assert_eq!(intent["person_id"], MIRA);
    assert!(intent["rule"].as_str().unwrap().contains("hailer.toml:"));
    assert!(intent["key"].as_str().unwrap().starts_with("key-"));
    assert_eq!(of_mira[0]["outcome"], "succeeded");
    assert_eq!(denied.len(), 1, "{denied:?}");
    assert_eq!(denied[0]["person_id"], STRANGER);
    assert_eq!(denied[0]["command"], "lock");
    assert!(reads.iter().any(|row| row["command"] == "whoami"));
    let known = rows(folder, &["--event", "key_first_use"]);
    assert_eq!(known[0]["detail"], "from 127.0.0.0/24");
    assert_eq!(rows(folder, &["--since", "2h", "--until", "1h"]).len(), 0);
}

#[tokio::test]
async fn a_file_of_lines_has_every_row_and_is_nobody_elses() {
    use std::os::unix::fs::PermissionsExt;

    let server = Server::builder().and(RULES).start().await;
    server
        .teams
        .post(said_by(MIRA, "lock deploy/prod 2h x"))
        .await;
    let path = server.folder.path().join("audit.jsonl");
    let has = |path: &Path, event: &str| {
        let text = fs::read_to_string(path).unwrap_or_default();
        text.contains(&format!("\"event\":\"{event}\""))
    };
    until(|| has(&path, "locked")).await;
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let text = fs::read_to_string(&path).unwrap();
    for line in text.lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        assert_eq!(row["hash"].as_str().unwrap().len(), 64, "{line}");
    }

    fs::rename(&path, server.folder.path().join("audit.1")).unwrap();
    server.teams.post(said_by(MIRA, "unlock deploy/prod")).await;
    until(|| has(&path, "unlocked")).await;
    assert!(!has(&path, "locked"));
}

#[tokio::test]
async fn a_flood_without_a_signature_is_one_row_and_denials_are_counted() {
    let server = Server::builder().and(RULES).start().await;
    for _ in 0..20 {
        let body = said_by(STRANGER, "lock deploy/prod 2h x");
        server.teams.post(&body).await;
        let forged = authorization(OTHER_TOKEN, body.as_bytes());
        let request = crate::http::post("ops", &[&forged], body.as_bytes());
        assert_eq!(exchange(server.teams.address, request).await.status, 401);
    }
    let folder = stop(server);

    let denied = rows(folder.path(), &["--event", "denied"]);
    assert_eq!(denied.len(), 2, "{denied:?}");
    let detail = denied[0]["detail"].as_str().unwrap();
    assert!(detail.starts_with("19 more times; "), "{detail}");
    let refused = rows(folder.path(), &["--event", "auth_failed"]);
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert_eq!(refused[0]["detail"], "mismatch 20");
    assert_eq!(refused[0]["webhook"], "ops");
}

#[tokio::test]
async fn every_kind_of_tampering_with_the_file_is_found_and_told_apart() {
    let original = after_some_messages().await;
    let anchors = original.path().join("anchors.jsonl");
    let anchors = anchors.to_str().unwrap().to_owned();
    crate::server::write_private(&original.path().join("anchor.key"), OTHER_TOKEN);
    let signed = ["anchor", "--out", &anchors, "--key-file", "anchor.key"];
    assert_eq!(audit(original.path(), &signed).code, Some(0));
    let check = ["verify", "--anchor", &anchors, "--key-file", "anchor.key"];
    let whole = audit(original.path(), &check);
    assert_eq!(whole.code, Some(0), "{whole:?}");
    assert!(whole.out.contains("whole: "), "{whole:?}");

    let rewritten = "CREATE TEMP TABLE kept AS SELECT * FROM audit WHERE seq < 3; DELETE FROM audit; \
                     INSERT INTO audit SELECT * FROM kept;";
    let reordered = "UPDATE audit SET seq = -2 WHERE seq = 2; UPDATE audit SET seq = 2 WHERE seq = 3; \
                     UPDATE audit SET seq = 3 WHERE seq = -2;";
    for (sql, told) in [
        (
            "UPDATE audit SET actor_name = 'Jo' WHERE seq = 2",
            "row 2 was changed",
        ),
        ("DELETE FROM audit WHERE seq = 2", "row 2 is missing"),
        (
            "DELETE FROM audit WHERE seq IN (2, 3)",
            "rows 2 to 3 are missing",
        ),
        (
            "DELETE FROM audit WHERE seq > 3",
            "the end was cut off: it ends at row 3",
        ),
        (rewritten, "the end was cut off: it ends at row 2"),
        ("DELETE FROM audit", "it is gone; an anchor saw"),
        (reordered, "row 2 was changed"),
        (reordered, "row 3 does not follow the one before"),
    ] {
        let copy = tempfile::tempdir().unwrap();
        for entry in fs::read_dir(original.path()).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
        }
        tamper(copy.path(), sql);

        let found = audit(copy.path(), &check);

        assert_eq!(found.code, Some(1), "{sql}: {found:?}");
        assert!(found.out.contains(told), "{sql}: {}", found.out);
        assert!(found.out.contains("NOT WHOLE"), "{sql}: {}", found.out);
    }
}

#[tokio::test]
async fn an_anchor_that_somebody_else_wrote_counts_for_nothing() {
    let folder = after_some_messages().await;
    let folder = folder.path();
    crate::server::write_private(&folder.join("anchor.key"), OTHER_TOKEN);
    assert_eq!(audit(folder, &["anchor", "--out", "plain"]).code, Some(0));
    let signed = ["anchor", "--out", "signed", "--key-file", "anchor.key"];
    assert_eq!(audit(folder, &signed).code, Some(0));

    let verify = |file| {
        audit(
            folder,
            &["verify", "--anchor", file, "--key-file", "anchor.key"],
        )
    };

    assert_eq!(verify("signed").code, Some(0));
    let plain = verify("plain");
    assert_eq!(plain.code, Some(1));
    assert!(plain.err.contains("this anchor is not signed"), "{plain:?}");
}

#[tokio::test]
async fn an_export_has_all_rows_in_order_and_is_private() {
    use std::os::unix::fs::PermissionsExt;

    let folder = after_some_messages().await;
    let folder = folder.path();

    let ran = audit(folder, &["export", "--out", "all.jsonl"]);
    let csv = audit(folder, &["export", "--format", "csv", "--event", "denied"]);

    assert_eq!(ran.code, Some(0), "{ran:?}");
    let text = fs::read_to_string(folder.join("all.jsonl")).unwrap();
    let numbers = text.lines().map(|line| {
        let row: Value = serde_json::from_str(line).unwrap();
        row["seq"].as_i64().unwrap()
    });
    let numbers: Vec<i64> = numbers.collect();
    let expected: Vec<i64> = (1..).take(numbers.len()).collect();
    assert!(numbers.len() > 5, "{text}");
    assert_eq!(numbers, expected);
    let mode = fs::metadata(folder.join("all.jsonl"))
        .unwrap()
        .permissions();
    assert_eq!(mode.mode() & 0o777, 0o600);
    assert_eq!(csv.out.lines().count(), 2, "{csv:?}");
    assert!(csv.out.starts_with("chain,seq,at,"), "{csv:?}");
    // A file that is there is not written over.
    assert_eq!(
        audit(folder, &["export", "--out", "all.jsonl"]).code,
        Some(4)
    );
}

#[tokio::test]
async fn only_auditors_read_the_audit_in_a_channel_and_only_of_their_webhook() {
    let server = Server::builder().and(RULES).start().await;
    server
        .teams
        .post(said_by(MIRA, "lock deploy/prod 2h \"db move\""))
        .await;
    server
        .teams
        .post(said_by(STRANGER, "lock deploy/prod 2h x"))
        .await;

    let denied = server.teams.post(said_by(STRANGER, "audit")).await.text();
    let shown = server.teams.post(said_by(MIRA, "audit")).await.text();
    let of_mira = server
        .teams
        .post(said_by(MIRA, "audit me --command lock"))
        .await;

    assert!(denied.contains("auditors"), "{denied}");
    assert!(shown.contains("lock deploy/prod"), "{shown}");
    assert!(shown.contains("succeeded"), "{shown}");
    let of_mira = of_mira.text();
    assert!(of_mira.contains("deploy/prod"), "{of_mira}");
    assert!(!of_mira.contains("denied"), "{of_mira}");
    until(|| {
        let refused = rows(
            server.folder.path(),
            &["--event", "denied", "--command", "audit"],
        );
        refused.len() == 1 && refused[0]["person_id"] == STRANGER
    })
    .await;
    let looked = rows(server.folder.path(), &["--event", "audit_read"]);
    assert_eq!(looked.len(), 2, "{looked:?}");
}

const JO: &str = "a07b1c2d-0000-4000-8000-000000000002";

/// Where two people may lock and run what others may not.
const GUARDED: &str = "
[permissions]
default = 'read'
[[permissions.rule]]
allow = ['lock', 'unlock', 'freeze', 'unfreeze', 'quick', 'slow']
to = ['group:sre']
[group.sre]
members = [
  { id = '8f1c2d3e-0000-4000-8000-000000000001', name = 'Mira Novak' },
  { id = 'a07b1c2d-0000-4000-8000-000000000002', name = 'Jo Lind' },
]
[script.slow]
help = 'Take long'
effect = 'write'
exec = ['/bin/sh', '-c', 'while ! test -e go; do sleep 0.05; done']
job = true
one_at_a_time = true
[script.quick]
help = 'Take no time'
effect = 'write'
exec = ['/bin/true']
";

/// What is refused while a job runs and Mira holds a lock: who types what, the command, and what the row says.
fn refusals(job: &str) -> [(&'static str, String, &'static str, &'static str); 6] {
    [
        (STRANGER, "quick".to_owned(), "quick", "no rule allows it"),
        (
            STRANGER,
            format!("job cancel {job}"),
            "job cancel",
            "you may not run slow",
        ),
        (
            STRANGER,
            format!("job retry {job}"),
            "job retry",
            "you may not run slow",
        ),
        (
            JO,
            "unlock deploy/prod".to_owned(),
            "unlock",
            "is locked by Mira Novak",
        ),
        (
            JO,
            "lock deploy/prod 2h mine".to_owned(),
            "lock",
            "is locked by Mira Novak",
        ),
        (
            STRANGER,
            "freeze \"everything burns\"".to_owned(),
            "freeze",
            "no rule allows it",
        ),
    ]
}

/// Waits for a row of a refusal that says this.
async fn refusal_is_kept(folder: &Path, who: &str, command: &str, told: &str) {
    let wanted = ["--event", "denied", "--person", who, "--command", command];
    until(|| {
        let found = rows(folder, &wanted);
        found
            .iter()
            .any(|row| row["detail"].as_str().unwrap().contains(told))
    })
    .await;
}

/// Whoever is refused something leaves a row that says so, whichever part of the bot refused it.
#[tokio::test]
async fn every_refusal_of_a_command_that_changes_something_is_a_row() {
    let server = Server::builder().and(GUARDED).start().await;
    let folder = server.folder.path();
    let say = async |who: &str, text: &str| {
        let response = server.teams.post(said_by(who, text)).await;
        (response.outcome().to_owned(), response.text())
    };
    let (_, started) = say(MIRA, "slow").await;
    let (_, id) = started.split_once("(job ").unwrap();
    let id = id.split(')').next().unwrap();
    say(MIRA, "lock deploy/prod 2h \"db move\"").await;

    for (who, text, command, told) in refusals(id) {
        let (outcome, said) = say(who, &text).await;
        assert_eq!(outcome, "refused", "{text}: {said}");
        refusal_is_kept(folder, who, command, told).await;
    }
    say(MIRA, "freeze \"everything burns\"").await;
    let (outcome, said) = say(JO, "quick").await;
    assert_eq!(outcome, "refused", "{said}");
    refusal_is_kept(folder, JO, "quick", "").await;
    fs::write(folder.join("go"), "").unwrap();
}

#[tokio::test]
async fn a_syslog_gets_every_row_and_one_that_is_out_holds_up_nobody_and_is_fed_later() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("log");
    let tables = format!("[audit]\nsyslog = 'unix:{}'\n", socket.display());
    let server = Server::builder().and(&tables).start().await;
    let denied = server.say("lock deploy/prod 2h x").await;
    assert_eq!(denied.outcome(), "refused");
    until(|| server.log().contains("the audit cannot be sent on")).await;

    let listener = UnixDatagram::bind(&socket).unwrap();
    listener.set_read_timeout(Some(PATIENCE)).unwrap();
    let (message, row) = loop {
        let mut buffer = [0; 9_000];
        let length = listener.recv(&mut buffer).unwrap();
        let message = String::from_utf8(buffer[..length].to_vec()).unwrap();
        let (_, json) = message.split_once('\u{feff}').unwrap();
        let row: Value = serde_json::from_str(json).unwrap();
        if row["event"] == "denied" {
            break (message, row);
        }
    };

    assert!(message.starts_with("<85>1 20"), "{message}");
    assert!(
        message.contains(" hailer ") && message.contains(" denied - "),
        "{message}"
    );
    assert_eq!(row["command"], "lock");
    assert_eq!(row["hash"].as_str().unwrap().len(), 64);
}
