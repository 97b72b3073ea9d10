//! What never leaves the process: tokens and signatures nowhere, what people write not in the log.

use std::fs;
use std::process::Command;
use std::time::Instant;

use crate::http::{Connection, PATIENCE, exchange, post};
use crate::server::{CONFIG, Server, binary, project};
use crate::teams::{OTHER_TOKEN, TOKEN, authorization, message, signature};

/// Stands for what people write.
const CANARY: &str = "canary-7c1e5a90";

/// Returns what must not stand in the log for this body.
fn secrets(body: &[u8]) -> Vec<String> {
    let mut all = vec![TOKEN.to_owned(), OTHER_TOKEN.to_owned(), CANARY.to_owned()];
    for token in [TOKEN, OTHER_TOKEN] {
        all.push(signature(token, body).split_off(5));
    }
    all
}

#[tokio::test]
async fn even_a_talkative_log_keeps_no_secret() {
    let server = Server::builder()
        .and("[webhook.web]\ntoken = { env = 'WEB' }\n[status.api]\nurl = 'http://127.0.0.1:9/'\n")
        .variable("HAILER_LOG", "trace")
        .variable("WEB", OTHER_TOKEN)
        .start()
        .await;
    let address = server.teams.address;
    let mut forbidden = Vec::new();
    for text in [
        "echo",
        "frobnicate",
        "help",
        "status",
        "whoami",
        "echo \u{201c}",
        "<at>x</at>",
    ] {
        let mut body = message("ops", &format!("{text} {CANARY}"));
        body["from"]["name"] = format!("Mira {CANARY}").into();
        let body = body.to_string().into_bytes();
        forbidden.extend(secrets(&body));
        server.post(&body).await;
        server.post(&body).await;

        for headers in [
            vec![authorization(OTHER_TOKEN, &body)],
            vec![authorization(TOKEN, &body).replace("HMAC", "Bearer")],
            vec![authorization(TOKEN, &body) + "="],
            vec![authorization(TOKEN, &body), authorization(TOKEN, &body)],
        ] {
            let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
            assert_eq!(
                exchange(address, post("ops", &headers, &body)).await.status,
                401
            );
        }
        let mut twice = String::from_utf8(body.clone()).unwrap();
        twice.insert_str(1, &format!(r#""text":"{CANARY}","#));
        server.post(&twice).await;
        server.post(&body[1..]).await;
        let mut broken = Connection::open(address).await;
        broken.send(&server.teams.signed(&body)[..400]).await;
        drop(broken);
    }
    server.signal("TERM");

    let ended = server.end();

    assert!(
        ended.log.contains("TRACE") && ended.log.contains("request refused"),
        "{}",
        ended.log
    );
    let told = format!("{}{}", ended.out, ended.log);
    for secret in forbidden {
        let line = told.lines().find(|line| line.contains(&secret));
        assert_eq!(line, None, "{secret}");
    }
}

/// Jobs and commands with an argument that is a secret, and a job that keeps the one place of jobs taken.
const VAULT: &str = "
[permissions]
default = 'allow'
[jobs]
workers = 1
[store]
url = 'sqlite:hailer.db'
[script.open]
exec = ['/bin/cat']
help = 'Unlock it'
effect = 'write'
job = true
args = [{ name = 'key', type = 'secret', help = 'the key' }]
[script.look]
exec = ['/bin/cat']
help = 'Look into it'
effect = 'read'
args = [{ name = 'key', type = 'secret', help = 'the key' }]
[script.shut]
exec = ['/bin/cat']
help = 'Lock it'
effect = 'write'
args = [{ name = 'key', type = 'secret', help = 'the key' }]
[script.nap]
exec = ['/bin/sleep', '300']
help = 'Sleep'
effect = 'write'
job = true
";

/// What an option in quotes holds that is a secret; quoting and escaping could hide it from a search.
///
/// Its parts are long and no hexadecimal digits, so that no id or digest holds one by chance.
const KEY: &str = "canary quagmire-lantern \\ thimble-orchard";

/// The parts of the key between which something may be escaped.
const PARTS: [&str; 2] = ["quagmire-lantern", "thimble-orchard"];

fn serve(folder: &std::path::Path) -> Command {
    let mut command = Command::new(binary());
    command
        .args(["serve", "--config"])
        .arg(folder.join("hailer.toml"))
        .env_clear()
        .env("HAILER_LOG", "trace");
    command
}

/// Returns where in all files of a folder, and in what was said, a part of the key stands.
fn found(folder: &std::path::Path, told: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        for part in PARTS {
            if text.contains(part) {
                found.push(format!("{part} in {}", path.display()));
            }
        }
    }
    let lines = told
        .lines()
        .filter(|it| PARTS.iter().any(|part| it.contains(part)));
    found.extend(lines.map(str::to_owned));
    found
}

async fn wait_for(server: &Server, question: &str, answer: &str) -> String {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let said = server.say(question).await.body;
        if said.contains(answer) {
            return said;
        }
        assert!(Instant::now() < deadline, "{said}\n{}", server.log());
    }
}

#[tokio::test]
async fn a_secret_argument_is_in_no_file_log_or_answer() {
    let folder = project(&format!("{CONFIG}{VAULT}"));
    let place = folder.path().to_owned();
    let server = Server::spawn(serve(&place), tempfile::tempdir().unwrap()).await;
    let mut told = String::new();
    for command in ["open", "look", "shut"] {
        let said = server.say(&format!("{command} \"{KEY}\"")).await;
        assert!(said.text().contains("***"), "{said:?}");
        told.push_str(&said.body);
    }
    wait_for(&server, "jobs all", "done").await;
    let nap = server.say("nap").await.text();
    let waits = server.say(&format!("open '{KEY}'")).await.text();
    let id = |answer: &str| {
        let (_, rest) = answer.split_once("(job ").expect(answer);
        rest.split(')').next().unwrap().to_owned()
    };
    told.push_str(&waits);
    for question in [
        "jobs all",
        &format!("job {}", id(&waits)),
        &format!("job log {}", id(&waits)),
    ] {
        told.push_str(&server.say(question).await.body);
    }
    assert_eq!(found(&place, &told), [""; 0]);
    server.signal("KILL");
    let log = server.end().log;

    let next = Server::spawn(serve(&place), tempfile::tempdir().unwrap()).await;
    let gone = wait_for(&next, &format!("job {}", id(&waits)), "interrupted").await;
    assert!(gone.contains("nothing was started"), "{gone}");
    told.push_str(&gone);
    let retried = next.say(&format!("job retry {}", id(&waits))).await.text();
    assert!(retried.contains("Say it again"), "{retried}");
    let said = next.say(&format!("job {}", id(&nap))).await.text();
    assert!(said.contains("interrupted"), "{said}");
    next.signal("TERM");
    told.push_str(&format!("{log}{}", next.end().log));
    assert!(told.contains("TRACE"), "the log is silent");
    assert_eq!(found(&place, &told), [""; 0]);
}
