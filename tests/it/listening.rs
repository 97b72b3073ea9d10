//! `hailer listen`, `hailer replay` and `hailer status`: each refused request is explained by its name.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, ChildStderr, ChildStdout, Stdio};

use serde_json::{Value, json};

use crate::command_line::hailer;
use crate::doctor::beside;
use crate::http::{Connection, exchange, post};
use crate::server::{CONFIG, Server, project};
use crate::teams::{OTHER_TOKEN, TOKEN, authorization, message};

/// A running `hailer listen --json`; it is killed when dropped.
struct Listener {
    child: Child,
    out: BufReader<ChildStdout>,
    _talk: BufReader<ChildStderr>,
}

impl Listener {
    /// Starts it beside a server and waits until it watches.
    fn beside(server: &Server, arguments: &[&str]) -> Self {
        let all = ["listen", "--json"]
            .into_iter()
            .chain(arguments.iter().copied());
        let mut command = beside(server, hailer(all)).into_command();
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut talk = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        talk.read_line(&mut line).unwrap();
        assert!(line.starts_with("watching the bot at "), "{line}");
        Self {
            out: BufReader::new(child.stdout.take().unwrap()),
            _talk: talk,
            child,
        }
    }

    fn next(&mut self) -> Value {
        let mut line = String::new();
        self.out.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|_| panic!("no exchange: {line:?}"))
    }

    #[track_caller]
    fn assert_next(&mut self, code: &str, part: &str) {
        let event = self.next();
        assert_eq!(event["code"], code, "{event:#}");
        let text = event["text"].as_str().unwrap();
        assert!(text.contains(part), "{part}: {text}");
        assert!(event["fix"].is_string(), "{event:#}");
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const TWO_WEBHOOKS: &str = "
[webhook.data]
token = { file = 'other.token' }
[limits]
body = '4 KiB'
";

#[tokio::test]
async fn a_refused_signature_is_explained() {
    let server = Server::builder().and(TWO_WEBHOOKS).start().await;
    let mut listener = Listener::beside(&server, &[]);
    let body = message("ops", "ping").to_string();
    let pretty = format!("{:#}", message("ops", "ping"));
    let small = serde_json::from_str::<Value>(&pretty).unwrap().to_string();
    let stranger = "BBECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    for (token, signed, sent, code, part) in [
        (
            OTHER_TOKEN,
            &body,
            body.clone(),
            "HL101",
            "the webhook `data` of Teams calling the URL of `ops`",
        ),
        (
            stranger,
            &body,
            body.clone(),
            "HL102",
            "no token of this configuration",
        ),
        (TOKEN, &small, pretty.clone(), "HL104", "rewrites the JSON"),
        (
            TOKEN,
            &body,
            format!("{body}\n"),
            "HL104",
            "newline at its end",
        ),
        (
            TOKEN,
            &body,
            format!("\u{feff}{body}"),
            "HL104",
            "byte order mark",
        ),
        (
            TOKEN,
            &pretty,
            pretty.replace('\n', "\r\n"),
            "HL104",
            "LF to CRLF",
        ),
        (TOKEN, &body, body.replace('/', "\\/"), "HL104", "escapes"),
    ] {
        let header = authorization(token, signed.as_bytes());
        let response = exchange(
            server.teams.address,
            post("ops", &[&header], sent.as_bytes()),
        )
        .await;

        assert_eq!(response.status, 401, "{code}");
        listener.assert_next(code, part);
    }
}

#[tokio::test]
async fn a_request_that_is_none_of_teams_is_explained() {
    let server = Server::builder().and(TWO_WEBHOOKS).start().await;
    let mut listener = Listener::beside(&server, &[]);
    let body = message("ops", "ping").to_string();
    let good = authorization(TOKEN, body.as_bytes());
    let mut old = message("ops", "ping");
    old["timestamp"] = json!("2020-01-01T00:00:00Z");
    let large = message("ops", &"x".repeat(5_000)).to_string();
    let bytes = body.as_bytes();

    for (request, code, part) in [
        (post("ops", &[], bytes), "HL105", "no authorization header"),
        (
            post("ops", &["authorization: Bearer abc"], bytes),
            "HL106",
            "not HMAC",
        ),
        (
            post("ops", &["authorization: HMAC abc"], bytes),
            "HL107",
            "not the base64 of 32 bytes",
        ),
        (post("ops", &[&good, &good], bytes), "HL107", "several"),
        (server.teams.signed(old.to_string()), "HL108", "ago"),
        (post("opps", &[&good], bytes), "HL109", "no webhook"),
        (
            server.teams.signed(large),
            "HL113",
            "larger than 4096 bytes",
        ),
        (
            post("ops", &[&good, "content-encoding: gzip"], bytes),
            "HL104",
            "compressed",
        ),
        (
            b"PUT /webhook/ops HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n".to_vec(),
            "HL123",
            "only POST",
        ),
        (server.teams.signed("[]"), "HL124", "signature is right"),
    ] {
        exchange(server.teams.address, request).await;
        listener.assert_next(code, part);
    }

    let request = server.teams.signed(&body);
    let mut half = Connection::open(server.teams.address).await;
    half.send(&request[..request.len() - 10]).await;
    drop(half);
    listener.assert_next("HL114", "broke off");
    let message = message("ops", "echo hello").to_string();
    server.post(&message).await;
    server.post(&message).await;
    assert_eq!(listener.next()["outcome"], "ok");
    listener.assert_next("HL161", "nothing ran again");
}

#[tokio::test]
async fn what_takes_too_long_is_explained() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = silent.local_addr().unwrap();
    let tables = format!("[status.slow]\nurl = 'http://{url}'\ntimeout = '3s'\n");
    let config = CONFIG.replace("[server]", "[server]\nreply_within = '300ms'");
    let server = Server::builder().config(&config).and(&tables).start().await;
    let mut listener = Listener::beside(&server, &[]);

    server.say("status").await;
    listener.assert_next("HL111", "longer than Teams waits");
    let mut hasty = Connection::open(server.teams.address).await;
    let request = server.teams.signed(message("ops", "status").to_string());
    hasty.send(request).await;
    // The endpoint is asked a second time: the message is being answered.
    for _ in 0..2 {
        silent.accept().unwrap();
    }
    hasty.reset();
    listener.assert_next("HL112", "left after");
}

#[tokio::test]
async fn a_message_from_another_team_is_named_in_the_log() {
    let config = format!("{CONFIG}team = '19:other@thread.tacv2'\n");
    let server = Server::builder().config(&config).start().await;

    server.say("ping").await;

    server.signal("TERM");
    let log = server.end().log;
    let code = "HL125";
    let line = log
        .lines()
        .find(|it| it.contains(&format!("code=\"{code}\"")));
    assert!(line.unwrap().contains("comes from elsewhere"), "{log}");
}

#[tokio::test]
async fn a_silence_and_the_first_message_end_it() {
    let server = Server::start().await;

    let silent = beside(&server, hailer(["listen", "--for", "1s"])).run();
    assert_eq!(silent.code, Some(6), "{silent:?}");
    assert!(silent.err.contains("HL151 nothing came"), "{}", silent.err);
    let mut listener = Listener::beside(&server, &["--once"]);
    server.say("ping").await;
    assert_eq!(listener.next()["command"], "ping");
    let ended = listener.child.wait().unwrap();
    assert_eq!(ended.code(), Some(0));
}

#[tokio::test]
async fn a_capture_is_private_and_can_be_sent_again() {
    use std::os::unix::fs::PermissionsExt;

    let server = Server::start().await;
    let mut listener = Listener::beside(&server, &["--once", "--save", "kept"]);
    server.say("echo hello").await;
    let id = listener.next()["request_id"].as_str().unwrap().to_owned();
    listener.child.wait().unwrap();

    let file = server.path("kept").join(format!("{id}.json"));
    let mode = file.metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o077, 0);
    let file = file.display().to_string();
    let again = beside(&server, hailer(["replay", &file])).run();
    let anew = beside(&server, hailer(["replay", &file, "--resign"])).run();
    assert_eq!(
        (again.out.as_str(), again.err.as_str()),
        ("hello\n", "200 · duplicate\n")
    );
    assert_eq!(
        (anew.out.as_str(), anew.err.as_str()),
        ("hello\n", "200 · ok\n")
    );
}

#[tokio::test]
async fn only_who_has_the_token_may_listen() {
    let server = Server::start().await;
    std::fs::copy(server.path("other.token"), server.path("ops.token")).unwrap();

    let ran = beside(&server, hailer(["listen", "--for", "1s"])).run();

    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.err.contains("no proof is signed with the token"),
        "{}",
        ran.err
    );
}

#[tokio::test]
async fn where_no_bot_runs_listen_starts_one() {
    let folder = project(CONFIG);

    let ran = hailer(["listen", "--for", "1s"])
        .folder(folder.path())
        .run();

    assert_eq!(ran.code, Some(6), "{ran:?}");
    assert!(
        ran.err
            .starts_with("no bot runs here, so it was started at 127.0.0.1:"),
        "{}",
        ran.err
    );
}

#[tokio::test]
async fn status_says_how_the_bot_is() {
    let server = Server::start().await;
    server.say("ping").await;

    let ran = beside(&server, hailer(["status"])).run();
    let none = hailer(["status"])
        .folder(server.folder.path())
        .variable("HAILER_SERVER__ADMIN_LISTEN", "127.0.0.1:1")
        .run();

    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.out.contains(" · 1 answered · 0 refused"), "{}", ran.out);
    assert_eq!(none.code, Some(5), "{none:?}");
    assert!(none.err.contains("HL136"), "{}", none.err);
}
