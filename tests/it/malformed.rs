//! Whatever comes in, an answer goes out, and the bot lives on.

use serde_json::{Value, json};

use crate::http::{Connection, Response, exchange, get, head, post, post_plain};
use crate::samples;
use crate::server::Server;
use crate::teams::{TOKEN, authorization, message};

const ANY_AGE: &str = "[limits]\nmax_skew = 'off'\n";

/// Values that stand in for each field of a message.
fn wrong_values() -> Vec<Value> {
    vec![
        json!(null),
        json!(true),
        json!(0),
        json!(-1.5e300),
        json!(18_446_744_073_709_551_615_u64),
        json!(""),
        json!("x"),
        json!("\u{0}\u{202e}\u{feff}<at>"),
        json!([]),
        json!([null, 1, "x", [], {}]),
        json!({}),
        json!({ "id": 1, "content": [], "contentType": "text/html", "type": "mention" }),
    ]
}

/// Returns the path of every value within a value, itself left out.
fn paths(value: &Value, path: &str, all: &mut Vec<String>) {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(map) => map.iter().map(|(key, it)| (key.clone(), it)).collect(),
        Value::Array(list) => list
            .iter()
            .enumerate()
            .map(|(at, it)| (at.to_string(), it))
            .collect(),
        _ => Vec::new(),
    };
    for (key, child) in children {
        let path = format!("{path}/{key}");
        paths(child, &path, all);
        all.push(path);
    }
}

/// Returns a message with this HTML behind the mention.
fn said(html: &str) -> String {
    let mut message = message("ops", "");
    message["text"] = json!(format!("<at>ops</at> {html}"));
    message.to_string()
}

fn assert_is_told(response: &Response, what: &str) {
    assert_eq!(response.status, 200, "{what}: {response:?}");
    assert!(!response.text().trim().is_empty(), "{what}");
    assert_ne!(
        response.outcome(),
        "panicked",
        "{what}: {}",
        response.text()
    );
    assert_eq!(response.request_id().len(), 8, "{what}");
}

async fn assert_lives(server: &Server) {
    assert_eq!(server.say("ping").await.outcome(), "ok", "{}", server.log());
    assert_eq!(get(server.admin, "/-/healthy").await.status, 200);
}

#[tokio::test]
async fn any_field_may_hold_anything() {
    let server = Server::builder().and(ANY_AGE).start().await;
    let mut connection = Connection::open(server.teams.address).await;
    for name in ["b_01_simple", "b_09_other", "b_20_sparse", "t_01_emoji"] {
        let sample: Value = serde_json::from_slice(&samples::one(name).body).unwrap();
        let mut fields = Vec::new();
        paths(&sample, "", &mut fields);
        assert!(fields.len() > 10);

        for field in fields {
            for value in wrong_values() {
                let mut changed = sample.clone();
                *changed.pointer_mut(&field).unwrap() = value.clone();
                connection
                    .send(server.teams.signed(changed.to_string()))
                    .await;
                let response = connection.response().await;
                assert_is_told(&response, &format!("{name}{field} = {value}"));
            }
        }
    }
    assert_lives(&server).await;
}

#[tokio::test]
async fn the_field_that_is_wrong_is_named() {
    let server = Server::start().await;
    let mut wrong = message("ops", "ping");
    wrong["conversation"]["id"] = json!(5);

    let response = server.post(wrong.to_string()).await;

    assert_eq!(
        response.text(),
        "I can't read this message: its \"conversation.id\" part does not look as Teams usually sends it. Nothing was run."
    );
    assert_eq!(response.outcome(), "malformed");
}

#[tokio::test]
async fn a_field_that_stands_twice_runs_nothing() {
    let server = Server::start().await;
    let body = message("ops", "ping").to_string();
    let twice = body.replacen('{', r#"{"text":"<at>ops</at> help","#, 1);

    let response = server.post(twice).await;

    assert!(
        response.text().ends_with("Nothing was run."),
        "{}",
        response.text()
    );
    assert_eq!(response.outcome(), "malformed");
}

/// Bodies that are signed well and are no activity.
fn no_activities() -> Vec<(&'static str, Vec<u8>)> {
    let ping = message("ops", "ping").to_string();
    let mut bare = message("ops", "ping");
    bare.as_object_mut().unwrap().remove("entities");
    let deep = |open: &str, close: &str| {
        let nested = open.repeat(10_000) + "1" + &close.repeat(10_000);
        bare.to_string()
            .replacen('{', &format!(r#"{{"entities":{nested},"#), 1)
    };
    let mut invalid = ping.clone().into_bytes();
    let at = ping.find("ping").unwrap();
    invalid[at] = 0xff;
    let mut nul = ping.clone().into_bytes();
    nul[at] = 0;
    vec![
        ("nothing", Vec::new()),
        ("white space", b" \r\n\t".to_vec()),
        ("a NUL byte", vec![0]),
        ("an array", b"[]".to_vec()),
        ("a message in an array", format!("[{ping}]").into_bytes()),
        ("a number", b"5".to_vec()),
        ("a string", b"\"ping\"".to_vec()),
        ("null", b"null".to_vec()),
        ("half a message", ping.as_bytes()[..ping.len() / 2].to_vec()),
        ("two messages", format!("{ping}{ping}").into_bytes()),
        ("single quotes", ping.replace('"', "'").into_bytes()),
        ("a comma too many", ping.replace("}", ",}").into_bytes()),
        ("a form", b"text=ping&type=message".to_vec()),
        ("a byte order mark", format!("\u{feff}{ping}").into_bytes()),
        (
            "UTF-16",
            ping.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        ),
        ("invalid UTF-8", invalid),
        ("a raw NUL in a string", nul),
        (
            "half a surrogate pair",
            ping.replace("ping", r"\ud83d").into_bytes(),
        ),
        ("deep arrays", deep("[", "]").into_bytes()),
        (
            "objects in deep arrays",
            deep(r#"[{"a":"#, "}]").into_bytes(),
        ),
        ("nothing but brackets", b"[".repeat(200_000)),
        ("nothing but braces", br#"{"a":"#.repeat(40_000)),
        (
            "a huge number",
            ping.replacen('{', &format!(r#"{{"x":{},"#, "9".repeat(100_000) + "e"), 1)
                .into_bytes(),
        ),
    ]
}

#[tokio::test]
async fn what_is_signed_and_no_message_is_a_bad_request() {
    let server = Server::builder().and(ANY_AGE).start().await;

    for (what, body) in no_activities() {
        let response = server.post(&body).await;

        assert_eq!(response.status, 400, "{what}: {response:?}");
        let json: Value = serde_json::from_str(&response.body).unwrap();
        assert!(
            json["error"].as_str().unwrap().contains("one JSON object"),
            "{what}"
        );
        assert!(!response.request_id().is_empty(), "{what}");
    }
    assert_lives(&server).await;
}

#[tokio::test]
async fn what_is_odd_and_still_a_message_is_answered() {
    let server = Server::builder().and(ANY_AGE).start().await;
    let ping = said("ping");

    for (what, body) in [
        ("an empty object", "{}".to_owned()),
        ("white space around", format!(" \n{ping}\r\n ")),
        (
            "unknown fields",
            ping.replacen('{', r#"{"future":{"a":[1,2]},"#, 1),
        ),
        ("an escaped NUL", ping.replace("ping", r"pi\u0000ng")),
        (
            "escapes everywhere",
            ping.replace("ping", r"\u0070\u0069\u006e\u0067"),
        ),
        (
            "100 levels",
            ping.replacen(
                '{',
                &format!(r#"{{"x":{}{},"#, "[".repeat(100), "]".repeat(100)),
                1,
            ),
        ),
        (
            "a deep field that nobody reads",
            ping.replacen(
                '{',
                &format!(r#"{{"x":{}{},"#, "[".repeat(9_000), "]".repeat(9_000)),
                1,
            ),
        ),
        ("a long word", said(&"x".repeat(200_000))),
        ("long words", said(&"x ".repeat(100_000))),
        ("many quotes", said(&"“".repeat(60_000))),
        ("many dashes", said(&"— ".repeat(60_000))),
        ("many brackets", said(&"<".repeat(200_000))),
        ("deep markup", said(&"<b>".repeat(60_000))),
        ("markup as deep as is read", said(&"<b>".repeat(1_900))),
        ("deep lists", said(&"<ul><li>".repeat(900))),
        ("deep tables", said(&"<table><tr><td>".repeat(600))),
        ("deep links", said(&"<a href=x>y".repeat(900))),
        ("many entities", said(&"&amp;".repeat(40_000))),
        (
            "broken entities",
            said(&"&#x;&#99999999999;&".repeat(8_000)),
        ),
        ("many mentions", said(&"<at>ops</at>".repeat(900))),
        ("mentions in mentions", said(&"<at>ops".repeat(1_900))),
        (
            "many attributes",
            said(&format!("<b {}>x</b>", "a=b ".repeat(2_000))),
        ),
        ("code in code", said(&"<pre><code>x".repeat(900))),
        ("many fences", said(&"``` x ".repeat(30_000))),
    ] {
        assert_is_told(&server.post(body).await, what);
    }
    assert_lives(&server).await;
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_unread() {
    let server = Server::start().await;
    let address = server.teams.address;
    let body = message("ops", &"x".repeat(150_000)).to_string();
    assert!(body.len() > 300_000, "{}", body.len());

    assert_eq!(server.post(&body).await.status, 413);
    let only_announced = head(
        "ops",
        &[
            "content-type: application/json",
            "content-length: 99999999999",
        ],
    );
    assert_eq!(exchange(address, only_announced).await.status, 413);
    let chunked = [
        "content-type: application/json",
        "transfer-encoding: chunked",
    ];
    let mut request = head("ops", &chunked);
    request.extend_from_slice(format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len()).as_bytes());
    assert_eq!(exchange(address, request).await.status, 413);

    let just_fits = "[limits]\nbody = '1 MiB'";
    let server = Server::builder().and(just_fits).start().await;
    assert_eq!(server.post(&body).await.status, 200);
}

#[tokio::test]
async fn a_chunked_message_is_a_message() {
    let server = Server::start().await;
    let body = message("ops", "ping").to_string();
    let authorization = authorization(TOKEN, body.as_bytes());
    let headers = [
        "content-type: application/json",
        "transfer-encoding: chunked",
        &authorization,
    ];
    let mut request = head("ops", &headers);
    for piece in body.as_bytes().chunks(100) {
        request.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
        request.extend_from_slice(piece);
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"0\r\n\r\n");

    assert_eq!(
        exchange(server.teams.address, request).await.outcome(),
        "ok"
    );
}

#[tokio::test]
async fn only_a_post_of_json_to_a_webhook_is_looked_at() {
    let server = Server::start().await;
    let address = server.teams.address;
    let body = message("ops", "ping").to_string().into_bytes();
    let right = authorization(TOKEN, &body);

    for method in [
        "GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW",
    ] {
        let request = String::from_utf8(post("ops", &[&right], &body)).unwrap();
        let request = request.replacen("POST", method, 1);
        let mut connection = Connection::open(address).await;
        connection.send(request).await;
        let told = String::from_utf8(connection.end().await).unwrap();
        assert!(told.starts_with("HTTP/1.1 405 "), "{method}: {told}");
        assert!(told.contains("\r\nallow: POST\r\n"), "{method}: {told}");
    }
    for content_type in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonp",
        "multipart/form-data; boundary=x",
        "",
    ] {
        let header = format!("content-type: {content_type}");
        let response = exchange(address, post_plain("ops", &[&right, &header], &body)).await;
        assert_eq!(response.status, 415, "{content_type}");
    }
    for path in ["", "ops/", "ops/x", "../webhook"] {
        let response = exchange(address, post(path, &[&right], &body)).await;
        assert_eq!(response.status, 404, "{path}");
    }
    assert_lives(&server).await;
}

#[tokio::test]
async fn what_is_no_http_is_a_bad_request() {
    let server = Server::start().await;

    for bytes in [
        &b"hello\r\n\r\n"[..],
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"POST /webhook/ops HTTP/1.1\r\n\r\n",
        b"POST /webhook/ops HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n",
        b"POST /webhook/ops HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
        b"POST /webhook/ops HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n",
        b"POST /webhook/ops HTTP/1.1\r\nhost: x\r\nbad header\r\n\r\n",
        b"\r\n\r\n\r\n\r\n\0\0\0\0",
    ] {
        let mut connection = Connection::open(server.teams.address).await;
        connection.send(bytes).await;
        let told = String::from_utf8_lossy(&connection.end().await).into_owned();
        assert!(
            told.starts_with("HTTP/1.1 4"),
            "{}: {told}",
            bytes.escape_ascii()
        );
    }
    assert_lives(&server).await;
}
