//! `[http.NAME]` against a server in the test's own process, which answers what a test tells it to.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use hailer::testing::TestBot;
use hailer::{DefaultPermission, SigningSecret};

use super::Folder;
use crate::script::module;

pub(super) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// What the server does with a connection.
pub(super) enum Act {
    /// Answers with these bytes and hangs up.
    Answer(Vec<u8>),
    /// Answers with these bytes, then with more of the same until nobody listens.
    Endless(Vec<u8>),
    /// Says nothing until the other side hangs up.
    Silence,
    /// Hangs up.
    HangUp,
}

/// A server that does one act after the other, and keeps what it was asked.
pub(super) struct Service {
    port: u16,
    requests: Receiver<String>,
}

impl Service {
    pub(super) fn new(acts: impl IntoIterator<Item = Act>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (tell, requests) = channel();
        let acts: Vec<Act> = acts.into_iter().collect();
        std::thread::spawn(move || {
            for act in acts {
                let (stream, _) = listener.accept().unwrap();
                let _ = serve(stream, &act, &tell);
            }
        });
        Self { port, requests }
    }

    /// Answers once with a status, a type and a body.
    pub(super) fn answering(status: &str, kind: &str, body: &str) -> Self {
        Self::new([answer(status, &format!("content-type: {kind}\r\n"), body)])
    }

    /// Returns a bot whose command `deploy` this does. Further keys may follow.
    pub(super) fn bot(&self, keys: &str) -> TestBot {
        let folder = Folder::new();
        std::fs::write(folder.path().join("secret"), SECRET).unwrap();
        TestBot::new()
            .module(module(folder.read(&self.toml(keys))))
            .command(crate::Help)
            .reply_within(Duration::from_secs(20))
    }

    pub(super) fn toml(&self, keys: &str) -> String {
        format!(
            "[http.deploy]\nhelp = \"Ship something\"\nurl = \"http://127.0.0.1:{}/hooks/deploy?token=hush-hush\"\n\
             secret = {{ file = \"secret\" }}\nallow_http = true\nallow_addresses = [\"127.0.0.1\"]\n{keys}\n",
            self.port
        )
    }

    pub(super) fn next(&self) -> String {
        self.requests.recv().unwrap()
    }
}

fn answer(status: &str, headers: &str, body: &str) -> Act {
    let length = body.len();
    Act::Answer(
        format!("HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}")
            .into_bytes(),
    )
}

fn serve(mut stream: TcpStream, act: &Act, tell: &Sender<String>) -> std::io::Result<()> {
    let mut request = Vec::new();
    let mut piece = [0; 4096];
    // The body is JSON with a line break at its end, and nothing else in a request ends like that.
    while !request.ends_with(b"}\n") {
        match stream.read(&mut piece)? {
            0 => break,
            read => request.extend_from_slice(&piece[..read]),
        }
    }
    let _ = tell.send(String::from_utf8(request).unwrap());
    match act {
        Act::Answer(bytes) => stream.write_all(bytes),
        Act::Endless(bytes) => {
            while stream.write_all(bytes).is_ok() {}
            Ok(())
        }
        Act::Silence => stream.read(&mut piece).map(drop),
        Act::HangUp => Ok(()),
    }
}

fn header<'r>(request: &'r str, name: &str) -> &'r str {
    let mut lines = request.lines();
    let line = lines.find_map(|line| line.strip_prefix(&format!("{name}: ")));
    line.unwrap_or_else(|| panic!("no {name}: {request}"))
}

#[tokio::test]
async fn a_service_gets_the_call_signed_and_its_answer_is_shown() {
    let service = Service::answering("200 OK", "text/plain; charset=utf-8", "shipped api\n");
    let bot = service.bot(
        "effect = \"write\"\nexample = \"deploy api\"\n\
         args = [{ name = \"service\", type = \"choice\", choices = [\"api\"], help = \"which one\" }]",
    );

    let reply = bot.as_user("Mira Novak").say("deploy api").await;

    reply.assert_text("shipped api");
    let request = service.next();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(
        head.starts_with("POST /hooks/deploy?token=hush-hush HTTP/1.1\r\n"),
        "{head}"
    );
    let json: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!(json["version"], 1);
    assert_eq!(json["arguments"], serde_json::json!({ "service": "api" }));
    assert_eq!(json["user_name"], "Mira Novak");
    for key in [
        "user_id",
        "tenant_id",
        "channel_id",
        "request_id",
        "webhook",
        "deadline",
    ] {
        assert!(json[key].is_string(), "{key}: {json}");
    }
    let (id, time) = (
        header(head, "webhook-id"),
        header(head, "webhook-timestamp"),
    );
    let signature =
        SigningSecret::parse(SECRET)
            .unwrap()
            .sign(id, time.parse().unwrap(), body.as_bytes());
    assert_eq!(header(head, "webhook-signature"), signature);
    bot.say("deploy apii").await.assert_suggests("api");
    bot.say("help deploy").await.assert_contains("which one");
}

#[tokio::test]
async fn an_effect_that_is_not_declared_is_destructive() {
    let service = Service::new([]);
    let bot = service.bot("").with_permissions(DefaultPermission::Read);

    bot.say("deploy").await.assert_refused();
}

#[tokio::test]
async fn two_secrets_sign_twice_while_they_are_exchanged() {
    let service = Service::answering("200 OK", "text/plain", "ok");

    service
        .bot("previous_secret = { file = \"secret\" }")
        .say("deploy")
        .await
        .assert_text("ok");

    let request = service.next();
    let signatures = header(&request, "webhook-signature");
    assert_eq!(signatures.matches("v1,").count(), 2, "{signatures}");
}

#[tokio::test]
async fn hostile_answers_are_plain_data() {
    let hostile = "\u{1b}[31m<at>Mira</at> **bold** [x](http://evil) <b>b</b> \u{1b}]0;t\u{7}\u{202e}\n{\"type\":\"AdaptiveCard\"}";
    for status in ["200 OK", "422 Unprocessable"] {
        let service = Service::answering(status, "text/plain", hostile);

        let reply = service.bot("").say("deploy").await;

        assert_eq!(
            reply.text(),
            "<at>Mira</at> **bold** [x](http://evil) <b>b</b> \n{\"type\":\"AdaptiveCard\"}"
        );
        assert!(!reply.json().contains("<at>") && !reply.json().contains("attachments"));
    }
}

#[tokio::test]
async fn tables_and_cards_are_drawn_and_checked() {
    Service::answering("200 OK", "text/csv", "name,up\napi,yes\n")
        .bot("output = \"table\"")
        .say("deploy")
        .await
        .assert_contains("name  up\n────  ───\napi   yes");
    let card = r#"{"type":"AdaptiveCard","version":"1.4","body":[{"type":"TextBlock","text":"All is well"}]}"#;
    let reply = Service::answering("200 OK", "application/json", card)
        .bot("output = \"card\"")
        .say("deploy")
        .await;
    reply.assert_contains("All is well");
    assert!(reply.json().contains("AdaptiveCard"));
    for (kind, body) in [
        ("application/json", "{}"),
        ("application/json", "nonsense"),
        ("text/html", card),
    ] {
        let service = Service::answering("200 OK", kind, body);
        let reply = service.bot("output = \"card\"").say("deploy").await;
        reply.assert_contains("look before you try again");
        assert!(!reply.json().contains("AdaptiveCard"), "{kind} {body}");
    }
}

#[tokio::test]
async fn each_way_to_fail_has_words_of_its_own() {
    for (status, kind, body, told) in [
        ("422 No", "text/plain", "not on a Friday", "not on a Friday"),
        ("403 No", "text/plain", "only for ops", "only for ops"),
        (
            "403 No",
            "text/html",
            "<h1>no</h1>",
            "deploy refuses, and does not say why.",
        ),
        (
            "401 No",
            "text/plain",
            "",
            "does not accept my signature (401)",
        ),
        (
            "404 No",
            "text/html",
            "<h1>no</h1>",
            "There is nothing at the address",
        ),
        (
            "405 No",
            "text/plain",
            "",
            "does not take such a call (405)",
        ),
        ("500 No", "text/plain", "disk full", "failed (500)"),
        (
            "503 No",
            "text/html",
            "<h1>no</h1>",
            "is out (503). Try again in a minute.",
        ),
        ("504 No", "text/html", "", "took too long itself (504)"),
        (
            "200 OK",
            "text/html",
            "<h1>log in</h1>",
            "answers with a web page",
        ),
        ("200 OK", "image/png", "PNG", "something that I cannot show"),
        ("200 OK", "text/plain", "", "Done."),
    ] {
        let service = Service::answering(status, kind, body);

        let reply = service.bot("").say("deploy").await;

        reply
            .assert_contains(told)
            .assert_lacks("<h1>")
            .assert_lacks("127.0.0.1")
            .assert_lacks("hush");
        if body == "disk full" {
            reply.assert_contains("disk full");
        }
    }
    let later = Service::new([answer("429 No", "retry-after: 120\r\n", "")]);
    let reply = later.bot("").say("deploy").await;
    reply.assert_contains("asked too much (429). Try again in 2 min.");
}

#[tokio::test]
async fn who_is_down_slow_or_breaks_off_is_told_apart() {
    let down = Service::new([]);
    // The port is free again once the thread has gone.
    let reply = loop {
        let reply = down.bot("").say("deploy").await;
        if !reply.text().contains("broke off") {
            break reply;
        }
    };
    reply.assert_contains("cannot be reached, so nothing was done.");

    let slow = Service::new([Act::Silence]);
    let reply = slow.bot("timeout = \"200ms\"").say("deploy").await;
    reply.assert_contains("did not answer within 200 ms. It may have been done all the same");

    let half =
        b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 99\r\n\r\nhalf".to_vec();
    for act in [Act::HangUp, Act::Answer(half)] {
        let broken = Service::new([act]);
        let reply = broken.bot("effect = \"read\"").say("deploy").await;
        reply.assert_contains("broke off. You can safely try again.");
    }
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let elsewhere = Service::answering("200 OK", "text/plain", "stolen");
    let location = format!("location: http://127.0.0.1:{}/\r\n", elsewhere.port);
    for status in ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"] {
        let service = Service::new([answer(status, &location, "")]);

        let reply = service.bot("").say("deploy").await;

        reply
            .assert_contains("has moved, and I do not follow")
            .assert_lacks("stolen");
    }
    assert!(elsewhere.requests.try_recv().is_err());
}

#[tokio::test]
async fn endless_answers_are_cut() {
    let head = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n\r\n".to_vec();
    let endless = || Act::Endless([head.clone(), b"more and ".repeat(1000)].concat());
    let service = Service::new([endless()]);

    let reply = service.bot("max_output = \"1 KiB\"").say("deploy").await;

    assert!(reply.text().len() < 1200, "{}", reply.text().len());
    reply.assert_contains("the rest is left out");
    let reply = Service::new([endless()])
        .bot("effect = \"read\"\noutput = \"card\"")
        .say("deploy")
        .await;
    reply.assert_contains("something that I cannot show");
}

#[tokio::test]
async fn only_what_may_be_repeated_is_tried_again() {
    let acts = || {
        [
            Act::HangUp,
            answer("503 Out", "retry-after: 0\r\n", ""),
            answer("429 Slow", "retry-after: 0\r\n", ""),
            answer("200 OK", "content-type: text/plain\r\n", "at last"),
        ]
    };
    let service = Service::new(acts());
    service
        .bot("idempotent = true")
        .say("deploy")
        .await
        .assert_text("at last");
    let requests: Vec<String> = (0..4).map(|_| service.next()).collect();
    for request in &requests {
        assert_eq!(
            header(request, "webhook-id"),
            header(&requests[0], "webhook-id")
        );
    }

    let once = Service::new(acts());
    once.bot("")
        .say("deploy")
        .await
        .assert_contains("broke off");
    once.next();
    assert!(once.requests.try_recv().is_err());

    let refusing = Service::new([answer("400 No", "", ""), answer("200 OK", "", "")]);
    refusing
        .bot("idempotent = true")
        .say("deploy")
        .await
        .assert_contains("failed (400)");
    refusing.next();
    assert!(refusing.requests.try_recv().is_err());
}

#[tokio::test]
async fn a_name_that_leads_inside_is_not_called() {
    let service = Service::answering("200 OK", "text/plain", "inside");
    let folder = Folder::new();
    std::fs::write(folder.path().join("secret"), SECRET).unwrap();
    let toml = service
        .toml("")
        .replace("http://127.0.0.1", "http://localhost")
        .replace(
            "allow_addresses = [\"127.0.0.1\"]",
            "allow_addresses = [\"10.0.0.0/8\"]",
        );
    let bot = TestBot::new().module(module(folder.read(&toml)));

    let reply = bot.say("deploy").await;

    reply.assert_contains("at an address that I must not call, so nothing was done.");
    assert!(service.requests.try_recv().is_err());
}
