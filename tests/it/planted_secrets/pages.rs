//! What the pages in a browser show: those for operators, and the playground with its inspector.

use serde_json::{Value, json};

use super::{Sinks, TYPED, serve, write_project};
use crate::http::{Connection, exchange, get};
use crate::server::{Server, project};

/// Reads every page and call of the operators' pages, the messages as they come included.
pub(super) async fn read_operators(server: &Server, job: &str, sinks: &mut Sinks) {
    let api = "/operator/api";
    let mut tail = listen(server.admin, &format!("{api}/tail"), "").await;
    tail.until(":\n\n").await;
    for (index, typed) in TYPED.iter().enumerate() {
        let typed = typed.replace('"', "\\\"");
        let said = server.say(&format!("show \"{typed}\" {index}")).await;
        assert!(said.text().contains("show"), "{said:?}");
        server.say(&format!("show \"{typed}\"")).await;
    }
    server.say("ping").await;
    sinks.add("the tail of messages", tail.until("\"ping\"").await);
    let mut jobs = listen(server.admin, &format!("{api}/jobs"), "").await;
    sinks.add("the operators' jobs", jobs.until("]\n\n").await);
    let calls = [
        "/operator/".to_owned(),
        format!("{api}/start"),
        format!("{api}/webhooks"),
        format!("{api}/commands?person=8f1c2d3e-0000-4000-8000-000000000001&webhook=ops"),
        format!("{api}/job?id={job}"),
        format!("{api}/audit?"),
    ];
    for call in calls {
        let got = get(server.admin, &call).await;
        assert_eq!(got.status, 200, "{call} {got:?}");
        sinks.add(call, got.body);
    }
}

/// Opens a stream of events.
async fn listen(address: std::net::SocketAddr, path: &str, header: &str) -> Connection {
    let mut connection = Connection::open(address).await;
    let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\n{header}\r\n");
    connection.send(request).await;
    connection
}

/// A browser that has used the playground's link.
struct Browser {
    address: std::net::SocketAddr,
    cookie: String,
}

impl Browser {
    async fn open(banner: &str) -> Self {
        let (_, link) = banner.split_once("Playground  http://").unwrap();
        let (address, key) = link.split_once("/#k=").unwrap();
        let key = key.split_whitespace().next().unwrap();
        let mut browser = Self {
            address: address.parse().unwrap(),
            cookie: String::new(),
        };
        let entered = browser.post("session", &json!({ "key": key })).await;
        let cookie = entered.header("set-cookie").unwrap();
        let cookie = cookie.split(';').next().unwrap();
        browser.cookie = format!("cookie: {cookie}\r\n");
        browser
    }

    async fn post(&self, call: &str, body: &Value) -> crate::http::Response {
        let (address, cookie, body) = (self.address, &self.cookie, body.to_string());
        let length = body.len();
        let head = format!(
            "POST /api/{call} HTTP/1.1\r\nhost: {address}\r\norigin: http://{address}\r\n{cookie}"
        );
        let request = format!(
            "{head}content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
        );
        exchange(address, request).await
    }
}

/// Takes out what the person at the page typed there, and sees again as a part of the request.
fn without_own_words(exchanges: &mut Value) {
    for exchange in exchanges["exchanges"].as_array_mut().unwrap() {
        assert!(exchange["request"]["body"].is_string(), "{exchange}");
        exchange["request"]["body"].take();
        let understood = &mut exchange["reading"]["understood"];
        understood["normalised"].take();
        understood["raw"].take();
    }
}

#[tokio::test]
async fn the_playground_and_its_inspector_show_none_of_them() {
    let folder = project("");
    write_project(folder.path());
    let empty = tempfile::tempdir().unwrap();
    let command = serve(&["play", "--at", "127.0.0.1:0"], folder.path());
    let server = Server::spawn(command, empty).await;
    let browser = Browser::open(&server.banner).await;
    let mut sinks = Sinks::default();

    let speaker = json!({ "webhook": "ops", "name": "Mira Novak", "channel": "deploys" });
    for (index, command) in ["show", "fail", "refuse", "keep", "deploy", "nap"]
        .iter()
        .enumerate()
    {
        let typed = TYPED[index % TYPED.len()].replace('"', "\\\"");
        let text = match *command {
            "nap" => "nap".to_owned(),
            command => format!("{command} \"{typed}\""),
        };
        let say = json!({ "speaker": speaker, "text": text, "wrong": { "twice": true } });
        let said = browser.post("send", &say).await;
        assert_eq!(said.status, 200, "{said:?}");
        let mut exchanges: Value = serde_json::from_str(&said.body).unwrap();
        without_own_words(&mut exchanges);
        sinks.add(format!("the page after {command}"), exchanges.to_string());
    }
    for wrong in ["signature", "body", "old"] {
        let say = json!({ "speaker": speaker, "text": "ping", "wrong": { wrong: true } });
        sinks.add(wrong, browser.post("send", &say).await.body);
    }
    let commands = browser.post("commands", &speaker).await;
    assert!(commands.body.contains("\"keep\""), "{commands:?}");
    sinks.add("the page's commands", commands.body);
    let host = format!("host: {}\r\n{}", browser.address, browser.cookie);
    let start = format!("GET /api/start HTTP/1.1\r\n{host}\r\n");
    let start = exchange(browser.address, start).await;
    assert!(start.body.contains("\"ops\""), "{start:?}");
    sinks.add("the page's start", start.body);
    let mut jobs = listen(browser.address, "/api/jobs", &browser.cookie).await;
    sinks.add("the page's jobs", jobs.until("\"succeeded\"").await);
    let page = format!("GET / HTTP/1.1\r\n{host}\r\n");
    sinks.add("the page", exchange(browser.address, page).await.body);
    server.signal("TERM");
    let ended = server.end();
    sinks.add("the log", ended.log);

    assert_eq!(sinks.found(), [""; 0]);
}
