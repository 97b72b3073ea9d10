//! What went wrong in other systems, replayed: each test is named after what happened there.

use std::fs;
use std::time::Instant;

use serde_json::Value;

use crate::command_line::hailer;
use crate::http::{Connection, PATIENCE, exchange, post};
use crate::reloading;
use crate::server::{CONFIG, Server, project, write_private};
use crate::teams::{OTHER_TOKEN, TOKEN, authorization, message, signature};

const MIRA: &str = "8f1c2d3e-0000-4000-8000-000000000001";
const STRANGER: &str = "99999999-0000-4000-8000-000000000009";

const MIRA_MAY: &str = "
[[permissions.rule]]
allow = ['lock', 'unlock']
to = ['group:sre']
[group.sre]
members = [{ id = '8f1c2d3e-0000-4000-8000-000000000001', name = 'Mira Novak' }]
";

/// A script that is a job of its own and leaves a line behind, and one that holds the only worker.
const SCRIPTS: &str = "
[jobs]
workers = 1
[script.touch]
exec = ['/bin/sh', '-c', 'echo touched >> DIR/witness']
help = 'Leave a line'
effect = 'write'
job = true
[script.slow]
exec = ['/bin/sh', '-c', 'echo slow >> DIR/witness; sleep 300']
help = 'Take long'
effect = 'write'
job = true
";

fn said_by(id: &str, name: &str, text: &str) -> Value {
    let mut message = message("ops", text);
    message["from"]["aadObjectId"] = id.into();
    message["from"]["name"] = name.into();
    message
}

/// Waits until something is so; what takes longer than any machine needs has failed.
async fn until(what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "never: {what}");
        tokio::task::yield_now().await;
    }
}

/// svix, RUSTSEC-2024-0010: a signature was compared only up to the shorter length, so that an empty one always passed.
#[tokio::test]
async fn incident_01_a_beginning_of_the_right_signature_opens_nothing() {
    let server = Server::start().await;
    let body = message("ops", "ping").to_string();
    let right = signature(TOKEN, body.as_bytes());

    for length in "HMAC ".len()..right.len() {
        let header = format!("authorization: {}", &right[..length]);
        let request = post("ops", &[&header], body.as_bytes());
        let response = exchange(server.teams.address, request).await;
        assert_eq!(response.status, 401, "{length} letters");
    }
}

/// webhook 85: the error named the signature that would have been right.
#[tokio::test]
async fn incident_02_a_refusal_does_not_name_the_right_signature() {
    let server = Server::start().await;
    let body = message("ops", "ping").to_string();
    let right = signature(TOKEN, body.as_bytes());
    let wrong = authorization(OTHER_TOKEN, body.as_bytes());

    let response = exchange(
        server.teams.address,
        post("ops", &[&wrong], body.as_bytes()),
    )
    .await;

    assert_eq!(response.status, 401);
    let whole = format!("{response:?}{}", server.log());
    assert!(!whole.contains(&right["HMAC ".len()..]), "{whole}");
}

/// webhook 207 and others: an empty or a placeholder secret let everybody in.
#[test]
fn incident_03_no_key_that_could_be_guessed_is_taken() {
    for token in ["", " ", "***", "changeme", "c2VjcmV0", "AAAA"] {
        let folder = project(CONFIG);
        write_private(&folder.path().join("ops.token"), token);

        let ran = hailer(["serve"]).folder(folder.path()).run();

        assert_eq!(ran.code, Some(3), "{token:?}: {ran:?}");
    }
}

/// GitLab CVE-2023-5356: the token was checked and the user was checked, and the two never together.
#[tokio::test]
async fn incident_04_the_key_of_one_team_speaks_for_no_other() {
    let pin = "team = '19:home@thread.tacv2'\n";
    let server = Server::builder().and(pin).and(MIRA_MAY).start().await;
    let mut forged = said_by(MIRA, "Mira Novak", "lock deploy/prod 2h x");
    forged["channelData"]["team"]["id"] = "19:other@thread.tacv2".into();

    let said = server.post(forged.to_string()).await.text();

    assert!(said.contains("belongs to another team"), "{said}");
    let list = || {
        let arguments = ["audit", "list", "--event", "denied", "--json"];
        hailer(arguments).folder(server.folder.path()).run().out
    };
    until("the denial is in the audit", || {
        list().contains("belongs to another team")
    })
    .await;
    assert!(server.log().contains("HL125"), "{}", server.log());
}

/// GitLab 57556: who was blocked went on by slash commands. Here the job waits while its requester is blocked.
#[tokio::test]
async fn incident_05_a_job_of_somebody_who_was_blocked_meanwhile_never_starts() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().display().to_string();
    let store = format!("[store]\nurl = 'sqlite:{place}/hailer.db'\n");
    let rules = MIRA_MAY.replace("'lock'", "'touch', 'slow', 'lock'");
    let tables = format!("{store}{rules}{}", SCRIPTS.replace("DIR", &place));
    let first = Server::builder().and(&tables).start().await;
    let witness = folder.path().join("witness");
    let seen = |line: &str| {
        fs::read_to_string(&witness)
            .unwrap_or_default()
            .contains(line)
    };
    let say = |text: &str| said_by(MIRA, "Mira Novak", text).to_string();
    first.post(say("slow")).await;
    until("the worker is taken", || seen("slow")).await;
    let queued = first.post(say("touch")).await.text();
    assert!(queued.contains("Started"), "{queued}");
    drop(first);

    let blocked = format!("[permissions]\nblocked = ['{MIRA}']\n{tables}");
    let second = Server::builder().and(&blocked).start().await;
    let jobs = || {
        let arguments = ["jobs", "list", "--json"];
        hailer(arguments).folder(second.folder.path()).run().out
    };
    until("both jobs are over", || {
        let jobs = jobs();
        !jobs.contains("\"queued\"")
            && !jobs.contains("\"running\"")
            && !jobs.contains("\"starting\"")
    })
    .await;

    assert!(!seen("touched"), "{}", jobs());
    assert!(jobs().contains("it was not started"), "{}", jobs());
}

/// Hubot CVE-2013-7378 and others: chat text reached a shell.
#[tokio::test]
async fn incident_06_what_is_typed_reaches_no_shell() {
    let tables = "
[permissions]
default = 'allow'
[script.say]
exec = ['/bin/echo', '{what}']
help = 'Say it'
effect = 'read'
args = [{ name = 'what', type = 'text' }]
";
    let server = Server::builder().and(tables).start().await;
    let canary = server.path("canary");

    for payload in [
        "$(touch canary)",
        "`touch canary`",
        "; touch canary",
        "| touch canary",
        "&& touch canary",
        "x' ; touch canary ; '",
        "--help",
        "${IFS}touch${IFS}canary",
    ] {
        let typed = format!("say \"{}\"", payload.replace('"', ""));
        let said = server.say(&typed).await.text();
        assert!(!canary.exists(), "{payload}: {said}");
    }
}

/// Errbot 1421, hubot-auth 48: a display name gave the rights of another person.
#[tokio::test]
async fn incident_07_a_name_gives_no_rights() {
    let server = Server::builder().and(MIRA_MAY).start().await;

    for (id, name) in [
        (STRANGER, "Mira Novak"),
        (STRANGER, "Мira Novak"),
        (STRANGER, "mira novak\u{200b}"),
        (STRANGER, MIRA),
        ("group:sre", "Mira Novak"),
        ("*", "Mira Novak"),
        ("", "Mira Novak"),
    ] {
        let message = said_by(id, name, "lock deploy/prod 2h x");
        let response = server.post(message.to_string()).await;
        assert_eq!(response.outcome(), "refused", "{id} {name}: {response:?}");
    }
    let own = said_by(MIRA, "Somebody Else", "lock deploy/prod 2h x");
    assert_eq!(server.post(own.to_string()).await.outcome(), "ok");
}

/// StackStorm CVE-2018-20345 and others: the chat went round the rules that the other ways in had.
#[tokio::test]
async fn incident_08_chat_and_command_line_decide_alike() {
    let server = Server::builder().and(MIRA_MAY).start().await;

    for (id, text) in [
        (MIRA, "lock deploy/prod 2h x"),
        (STRANGER, "lock deploy/prod 2h x"),
        (MIRA, "unlock deploy/prod"),
        (STRANGER, "whoami"),
    ] {
        let message = said_by(id, "Somebody", text).to_string();
        let is_refused = server.post(message).await.outcome() == "refused";
        let explained = hailer(["policy", "explain", text, "--as", id])
            .folder(server.folder.path())
            .run();
        assert_eq!(explained.code == Some(1), is_refused, "{id} {text}");
    }
}

/// Rundeck CVE-2021-41111 and others: jobs and logs of another project were found by their ids.
#[tokio::test]
async fn incident_09_the_id_of_another_teams_job_is_no_job() {
    let web = "
[webhook.web]
token = { file = 'other.token' }
";
    let place = tempfile::tempdir().unwrap();
    let scripts = SCRIPTS.replace("DIR", &place.path().display().to_string());
    let allow = "[permissions]\ndefault = 'allow'\n";
    let tables = format!("{web}{allow}{scripts}");
    let server = Server::builder().and(&tables).start().await;
    let started = server.say("touch").await.text();
    let (_, id) = started.split_once("(job ").unwrap();
    let id = id.split(')').next().unwrap();

    for verb in ["job", "job log", "job cancel", "job retry", "more"] {
        let ask = async |id: &str| {
            let body = message("web", &format!("{verb} {id}")).to_string();
            let header = authorization(OTHER_TOKEN, body.as_bytes());
            let request = post("web", &[&header], body.as_bytes());
            let said = exchange(server.teams.address, request).await.text();
            said.replace(id, "ID")
        };
        assert_eq!(ask(id).await, ask("ZZZZ").await, "{verb}");
    }
}

/// StackStorm GHSA-39mj-fpg2-3jrg: text that was not UTF-8 made the log fill the disk.
#[tokio::test]
async fn incident_10_output_and_environment_that_are_no_text_do_no_harm() {
    let tables = r"
[permissions]
default = 'allow'
[script.noise]
exec = ['/bin/printf', '\377\376 done \200']
help = 'Print bytes'
effect = 'read'
";
    let server = Server::builder()
        .and(tables)
        .variable("LC_ALL", "C")
        .variable("LANG", "xx_YY.none")
        .start()
        .await;

    let said = server.say("noise").await.text();

    assert!(said.contains("done"), "{said}");
    assert!(server.log().len() < 20_000, "{}", server.log());
}

/// StackStorm CVE-2019-9580 and Rundeck CVE-2021-39133: other pages could use the administrator's.
#[tokio::test]
async fn incident_11_no_page_of_another_origin_is_let_in() {
    let server = Server::start().await;

    for path in ["/-/ready", "/metrics"] {
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: {}\r\norigin: null\r\nconnection: close\r\n\r\n",
            server.admin
        );
        let response = exchange(server.admin, request).await;
        let cors = response.header("access-control-allow-origin");
        assert_eq!(cors, None, "{path}");
    }
}

/// webhook 499, 171 and 150: `git pull` and the saving of vim removed all hooks, for a moment or for good.
#[tokio::test]
async fn incident_12_a_file_that_goes_and_comes_again_removes_no_command() {
    let server = reloading::builder().start().await;
    let path = server.path("hailer.toml");
    let whole = fs::read_to_string(&path).unwrap();
    let (half, _) = whole.split_at(whole.len() / 2);

    for (why, spoiled) in [
        ("", None),
        ("there is no webhook", Some("")),
        ("", Some(half)),
        ("", Some("[webhook.ops]\n<<<<<<< HEAD\n")),
    ] {
        let before = reloading::generation(&server).await;
        fs::remove_file(&path).unwrap();
        if let Some(text) = spoiled {
            fs::write(&path, text).unwrap();
        }
        reloading::wait_until_refused(&server, why).await;
        assert!(reloading::has(&server, "first").await, "{spoiled:?}");
        assert_eq!(reloading::generation(&server).await, before);

        fs::write(&path, &whole).unwrap();
        reloading::wait_until(&server, |it| !it.contains("refused")).await;
        assert!(reloading::has(&server, "first").await, "{spoiled:?}");
    }
}

/// actix-http, h2, rustls: what is no HTTP/1.1 as Teams speaks it is refused, and the server lives.
#[tokio::test]
async fn incident_13_other_protocols_and_two_lengths_are_refused() {
    let server = Server::start().await;

    for bytes in [
        &b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"[..],
        b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x03",
        b"POST /webhook/ops HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /webhook/ops HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\ncontent-length: 5\r\n\r\nabcde",
    ] {
        let mut connection = Connection::open(server.teams.address).await;
        connection.try_send(bytes).await;
        let response = connection.response().await;
        assert_eq!(response.status, 400, "{bytes:?}");
    }
    assert!(server.say("ping").await.text().contains("pong"));
}

/// River 1258 and others: jobs of a server that died were stuck for ever, lost, or ran twice.
#[tokio::test]
async fn incident_14_a_job_of_a_killed_server_is_not_stuck_and_not_run_twice() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().display().to_string();
    let allow = "[permissions]\ndefault = 'allow'\n";
    let store = format!("[store]\nurl = 'sqlite:{place}/hailer.db'\n");
    let tables = format!("{store}{allow}{}", SCRIPTS.replace("DIR", &place));
    let first = Server::builder().and(&tables).start().await;
    let witness = folder.path().join("witness");
    let count = |line: &str| {
        let text = fs::read_to_string(&witness).unwrap_or_default();
        text.lines().filter(|it| *it == line).count()
    };
    first.say("slow").await;
    until("it runs", || count("slow") == 1).await;
    first.say("touch").await;
    drop(first);

    let _second = Server::builder().and(&tables).start().await;
    until("what waited has run", || count("touched") == 1).await;

    assert_eq!((count("slow"), count("touched")), (1, 1));
}

/// msteams-docs 11424, botbuilder-dotnet 5005: one message came several times, also under new ids.
#[tokio::test]
async fn incident_15_a_message_that_comes_again_runs_once() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().display().to_string();
    let allow = "[permissions]\ndefault = 'allow'\n";
    let tables = format!("{allow}{}", SCRIPTS.replace("DIR", &place));
    let server = Server::builder().and(&tables).start().await;
    let once = message("ops", "slow").to_string();
    let mut anew = message("ops", "slow");
    anew["id"] = "another".into();

    let sent = (0..20).map(|_| server.post(&once));
    let answers = futures_util::future::join_all(sent).await;
    let attached = server.post(anew.to_string()).await.text();

    let first = answers[0].text();
    assert!(answers.iter().all(|it| it.text() == first), "{answers:?}");
    assert!(attached.contains("already"), "{attached}");
    let jobs = hailer(["jobs", "list", "--json"])
        .folder(server.folder.path())
        .run();
    assert_eq!(jobs.out.matches("\"command\":\"slow\"").count(), 1);
}
