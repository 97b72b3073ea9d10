//! `hailer listen`, `hailer replay` and `hailer status`: each refused request is explained by its name.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, ChildStderr, ChildStdout, Stdio};
use std::time::Instant;

use serde_json::{Value, json};

use crate::causes::{Case, Group, made};
use crate::command_line::hailer;
use crate::doctor::beside;
use crate::http::{Connection, PATIENCE, exchange, post};
use crate::server::{CONFIG, Server, project};
use crate::teams::{OTHER_TOKEN, TOKEN, authorization, message};

const SIGNATURES: [Case; 7] = [
    Case::new(
        "another team's webhook calls this URL",
        "HL101",
        "this is the webhook `data` of Teams calling the URL of `ops`",
    ),
    Case::new(
        "the token in Teams is not the one that the bot has",
        "HL102",
        "the signature matches no token of this configuration (… bytes)",
    ),
    Case::new(
        "the JSON is written anew with other white space",
        "HL104",
        "something between Teams and here changes the body: …rewrites the JSON",
    ),
    Case::new(
        "a newline is added to the body",
        "HL104",
        "something between Teams and here changes the body: …newline at its end…",
    ),
    Case::new(
        "a byte order mark is put before the body",
        "HL104",
        "something between Teams and here changes the body: a byte order mark was put before the body",
    ),
    Case::new(
        "LF becomes CRLF",
        "HL104",
        "something between Teams and here changes the body: line ends were turned from LF to CRLF",
    ),
    Case::new(
        "slashes are escaped",
        "HL104",
        "something between Teams and here changes the body: …escapes…",
    ),
];

const REQUESTS: [Case; 10] = [
    Case::new(
        "no header",
        "HL105",
        "no authorization header; a proxy strips it, or the caller is not Teams",
    ),
    Case::new(
        "a registered bot calls: `Bearer`",
        "HL106",
        "the authorization scheme is not HMAC; a `Bearer` comes from a registered bot or a proxy's own login…",
    ),
    Case::new(
        "a damaged header",
        "HL107",
        "the signature is not the base64 of 32 bytes; a proxy changes the header, or the caller is not Teams",
    ),
    Case::new(
        "the header twice",
        "HL107",
        "several authorization headers; let the proxy pass on the one of Teams and add none",
    ),
    Case::new(
        "a message of 2020",
        "HL108",
        "the activity was sent … s ago, and 300 s are allowed; check this machine's clock, or an old request is being replayed",
    ),
    Case::new(
        "a misspelt URL",
        "HL109",
        "no webhook has this name; compare the callback URL in Teams with the configuration",
    ),
    Case::new(
        "a message above `[limits] body`",
        "HL113",
        "the body is larger than 4096 bytes; send less",
    ),
    Case::new(
        "a body that says it is compressed",
        "HL104",
        "the body must not be compressed; send it without content-encoding",
    ),
    Case::new(
        "PUT",
        "HL123",
        "only POST is answered here; Teams sends nothing else",
    ),
    Case::new(
        "signed, and no message",
        "HL124",
        "…; the signature is right, so whoever holds the token sends this: not Teams",
    ),
];

const BROKEN_OFF: Case = Case::new(
    "half a body",
    "HL114",
    "the body broke off; send it again as a whole",
);
const TWICE: Case = Case::new(
    "the same message twice",
    "HL161",
    "Teams sent this message before; nothing ran again",
);
const TOO_LONG: Case = Case::new(
    "a command that takes longer than `reply_within`",
    "HL111",
    "status took longer than Teams waits; answered after … s",
);
const HUNG_UP: Case = Case::new("the caller hangs up", "HL112", "the caller left after … s");
const ELSEWHERE: Case = Case::new(
    "the token is used in another team than `team` names",
    "HL125",
    "it comes from the team 19:fa23d9ef19afc32c@thread.tacv2, and this webhook is pinned to 19:other@thread.tacv2",
);
const JUST_STARTED: Case = Case::new(
    "a message in the first seconds",
    "HL152",
    "the bot had started … s before; what came earlier was lost",
);

/// All of these, for the page of the guide.
pub(crate) const CAUSES: &[Group] = &[
    Group {
        by: "hailer listen",
        before: "",
        cases: &SIGNATURES,
    },
    Group {
        by: "hailer listen",
        before: "",
        cases: &REQUESTS,
    },
    Group {
        by: "hailer listen",
        before: "",
        cases: &[
            BROKEN_OFF,
            TWICE,
            TOO_LONG,
            HUNG_UP,
            ELSEWHERE,
            JUST_STARTED,
        ],
    },
];

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
    fn assert_next(&mut self, case: &Case) {
        let event = self.next();
        let (Some(code), Some(text)) = (event["code"].as_str(), event["text"].as_str()) else {
            panic!("{case:?}: {event:#}");
        };
        case.assert(code, text);
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

    for (case, (token, signed, sent)) in made(
        &SIGNATURES,
        [
            (OTHER_TOKEN, &body, body.clone()),
            (stranger, &body, body.clone()),
            (TOKEN, &small, pretty.clone()),
            (TOKEN, &body, format!("{body}\n")),
            (TOKEN, &body, format!("\u{feff}{body}")),
            (TOKEN, &pretty, pretty.replace('\n', "\r\n")),
            (TOKEN, &body, body.replace('/', "\\/")),
        ],
    ) {
        let header = authorization(token, signed.as_bytes());
        let response = exchange(
            server.teams.address,
            post("ops", &[&header], sent.as_bytes()),
        )
        .await;

        assert_eq!(response.status, 401, "{case:?}");
        listener.assert_next(case);
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

    for (case, request) in made(
        &REQUESTS,
        [
            post("ops", &[], bytes),
            post("ops", &["authorization: Bearer abc"], bytes),
            post("ops", &["authorization: HMAC abc"], bytes),
            post("ops", &[&good, &good], bytes),
            server.teams.signed(old.to_string()),
            post("opps", &[&good], bytes),
            server.teams.signed(large),
            post("ops", &[&good, "content-encoding: gzip"], bytes),
            b"PUT /webhook/ops HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n".to_vec(),
            server.teams.signed("[]"),
        ],
    ) {
        exchange(server.teams.address, request).await;
        listener.assert_next(case);
    }

    let request = server.teams.signed(&body);
    let mut half = Connection::open(server.teams.address).await;
    half.send(&request[..request.len() - 10]).await;
    drop(half);
    listener.assert_next(&BROKEN_OFF);
    let message = message("ops", "echo hello").to_string();
    server.post(&message).await;
    server.post(&message).await;
    assert_eq!(listener.next()["outcome"], "ok");
    listener.assert_next(&TWICE);
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
    listener.assert_next(&TOO_LONG);
}

#[tokio::test]
async fn a_caller_who_does_not_wait_is_named() {
    let tables = "[script.look]\nhelp = 'Look'\neffect = 'read'\ncwd = '.'\nexec = ['/bin/sh', '-c', 'touch begun; sleep 60']\n";
    let server = Server::builder().and(tables).start().await;
    let mut listener = Listener::beside(&server, &[]);

    let mut hasty = Connection::open(server.teams.address).await;
    let request = server.teams.signed(message("ops", "look").to_string());
    hasty.send(request).await;
    let begun = server.path("begun");
    let deadline = Instant::now() + PATIENCE;
    while !begun.exists() {
        assert!(Instant::now() < deadline, "{}", server.log());
        tokio::task::yield_now().await;
    }
    hasty.reset();
    listener.assert_next(&HUNG_UP);
}

#[tokio::test]
async fn a_message_from_another_team_is_named_there_and_in_the_log() {
    let config = format!("{CONFIG}team = '19:other@thread.tacv2'\n");
    let server = Server::builder().config(&config).start().await;
    let mut listener = Listener::beside(&server, &[]);

    server.say("ping").await;

    listener.assert_next(&ELSEWHERE);
    server.signal("TERM");
    let log = server.end().log;
    let code = ELSEWHERE.code;
    let line = log
        .lines()
        .find(|it| it.contains(&format!("code=\"{code}\"")));
    assert!(line.unwrap().contains("comes from elsewhere"), "{log}");
}

/// A slow machine may need longer than the few seconds in which this is said, so it has several tries.
#[tokio::test]
async fn a_message_right_after_the_start_is_told_so() {
    for _ in 0..10 {
        let server = Server::start().await;
        let mut listener = Listener::beside(&server, &["--once"]);
        server.say("ping").await;
        let event = listener.next();
        if let Some(code) = event["code"].as_str() {
            return JUST_STARTED.assert(code, event["text"].as_str().unwrap());
        }
    }
    panic!("the bot was never young");
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
