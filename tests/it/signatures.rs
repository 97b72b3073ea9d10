//! Who may speak: whoever signed with the webhook's token, just now. All others hear one and the same no.

use chrono::{TimeDelta, Utc};
use hailer::TeamsMessage;
use serde_json::json;

use crate::http::{Response, exchange, post};
use crate::server::Server;
use crate::teams::{OTHER_TOKEN, TOKEN, authorization, message, signature};

const THIRD_TOKEN: &str = "dGhlIHRoaXJkIHRva2VuIG9wZW5zIG5vdGhpbmchISE=";

const TWO_WEBHOOKS: &str = "
[webhook.web]
token = { file = 'other.token' }
";

/// Checks that a response is the one refusal, and nothing about it tells which.
fn assert_refused(response: &Response, refusal: &Response, what: &str) {
    let fixed = |response: &Response| {
        let mut headers = response.headers.clone();
        headers.retain(|(name, _)| name != "date" && name != "x-request-id");
        headers.sort();
        (response.status, headers, response.body.clone())
    };
    assert_eq!(response.status, 401, "{what}");
    assert_eq!(fixed(response), fixed(refusal), "{what}");
}

/// Returns what is wrong with the `Authorization` headers of each request, and the headers.
fn bad_headers(body: &[u8]) -> Vec<(String, Vec<String>)> {
    let right = signature(TOKEN, body);
    let base64 = right.strip_prefix("HMAC ").unwrap();
    let mut all = Vec::new();
    for length in 0..base64.len() {
        let cut = format!("authorization: HMAC {}", &base64[..length]);
        all.push((format!("cut to {length}"), vec![cut]));
    }
    let hex = "9fd46991fa91d56ec8b270c10b37dc2adc97bc89d21e41c7e5e2b8f10c0f1a55";
    for value in [
        String::new(),
        "HMAC".to_owned(),
        base64.to_owned(),
        format!("HMAC {hex}"),
        format!("HMAC{base64}"),
        format!("HMAC  {base64}"),
        format!("HMAC\t{base64}"),
        format!("HMAC \"{base64}\""),
        format!("HMAC {base64}="),
        format!("HMAC {base64} {base64}"),
        format!("HMAC {base64},HMAC {base64}"),
        format!("HMAC {}", base64.trim_end_matches('=')),
        format!("HMAC {}", base64.to_lowercase()),
        format!("HMAC {}", signature(OTHER_TOKEN, body).split_off(5)),
        format!("HMAC {}", signature(TOKEN, b"").split_off(5)),
        format!("HMAC {}", "A".repeat(43) + "="),
        format!("HMAC {}", "A".repeat(4_000)),
        format!("HMAC {base64}\u{a0}"),
        format!("HMAC {}é=", &base64[..42]),
        format!("Bearer {base64}"),
        format!("Basic {base64}"),
        "***".to_owned(),
    ] {
        all.push((value.clone(), vec![format!("authorization: {value}")]));
    }
    let header = format!("authorization: {right}");
    all.push(("missing".to_owned(), vec![]));
    all.push(("elsewhere".to_owned(), vec![format!("hmac: {right}")]));
    all.push(("twice".to_owned(), vec![header.clone(), header.clone()]));
    let wrong = "authorization: HMAC AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=".to_owned();
    all.push((
        "right, then wrong".to_owned(),
        vec![header.clone(), wrong.clone()],
    ));
    all.push(("wrong, then right".to_owned(), vec![wrong, header]));
    all
}

#[tokio::test]
async fn whatever_is_wrong_with_the_signature_the_answer_is_the_same() {
    let server = Server::builder().and(TWO_WEBHOOKS).start().await;
    let address = server.teams.address;
    let body = message("ops", "ping").to_string().into_bytes();
    let refusal = exchange(address, post("ops", &[], &body)).await;

    for (what, headers) in bad_headers(&body) {
        let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
        let response = exchange(address, post("ops", &headers, &body)).await;
        assert_refused(&response, &refusal, &what);
    }

    let right = authorization(TOKEN, &body);
    for webhook in ["web", "nobody", "OPS", "op%73", "ops.", "%00"] {
        let response = exchange(address, post(webhook, &[&right], &body)).await;
        assert_refused(&response, &refusal, webhook);
    }
    assert_eq!(
        exchange(address, post("ops", &[&right], &body))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn a_changed_body_is_refused() {
    let server = Server::start().await;
    let address = server.teams.address;
    let body = message("ops", "ping").to_string();
    let right = authorization(TOKEN, body.as_bytes());
    let refusal = exchange(address, post("ops", &[], b"{}")).await;
    let pretty: serde_json::Value = serde_json::from_str(&body).unwrap();

    for changed in [
        format!("{body}\n"),
        format!(" {body}"),
        format!("\u{feff}{body}"),
        format!("{pretty:#}"),
        body.replace("ping", "pong"),
        body[1..].to_owned(),
        String::new(),
    ] {
        let response = exchange(address, post("ops", &[&right], changed.as_bytes())).await;
        assert_refused(&response, &refusal, &changed);
    }
}

#[tokio::test]
async fn a_refusal_tells_nothing_of_the_right_signature() {
    let server = Server::start().await;
    let body = message("ops", "ping").to_string().into_bytes();
    let right = signature(TOKEN, &body);

    let response = exchange(
        server.teams.address,
        post("ops", &["authorization: HMAC x"], &body),
    )
    .await;

    let told = format!("{response:?}");
    assert!(
        !told.contains(right.strip_prefix("HMAC ").unwrap()),
        "{told}"
    );
    assert_eq!(
        response.body,
        r#"{"error":"this address answers only requests that are signed with its security token"}"#
    );
}

#[tokio::test]
async fn both_tokens_hold_while_one_replaces_the_other() {
    let rotating = "
[server]
listen = '127.0.0.1:0'
admin_listen = '127.0.0.1:0'
[webhook.ops]
tokens = [{ file = 'other.token' }, { file = 'ops.token' }]
[webhook.web]
token = { env = 'THIRD' }
previous_token = { file = 'ops.token' }
";
    let server = Server::builder()
        .config(rotating)
        .variable("THIRD", THIRD_TOKEN)
        .start()
        .await;

    for (webhook, token, status) in [
        ("ops", OTHER_TOKEN, 200),
        ("ops", TOKEN, 200),
        ("ops", THIRD_TOKEN, 401),
        ("web", THIRD_TOKEN, 200),
        ("web", TOKEN, 200),
        ("web", OTHER_TOKEN, 401),
    ] {
        let body = message("ops", "ping").to_string().into_bytes();
        let header = authorization(token, &body);
        let response = exchange(server.teams.address, post(webhook, &[&header], &body)).await;
        assert_eq!(response.status, status, "{webhook} {token}");
    }
}

#[tokio::test]
async fn only_messages_of_these_minutes_are_taken() {
    let server = Server::start().await;
    let refusal = exchange(server.teams.address, post("ops", &[], b"{}")).await;

    for (seconds, is_taken) in [
        (-290, true),
        (290, true),
        (-310, false),
        (310, false),
        (-86_400, false),
    ] {
        let moment = Utc::now() + TimeDelta::seconds(seconds);
        let response = server
            .post(TeamsMessage::new("ops", "ping").to_json(moment))
            .await;
        if is_taken {
            assert_eq!(response.outcome(), "ok", "{seconds}");
        } else {
            assert_refused(&response, &refusal, &seconds.to_string());
        }
    }
}

#[tokio::test]
async fn a_message_without_a_readable_moment_is_not_of_these_minutes() {
    let server = Server::start().await;
    let refusal = exchange(server.teams.address, post("ops", &[], b"{}")).await;

    for moment in [
        json!(null),
        json!(""),
        json!("now"),
        json!("1789999123"),
        json!("9999-12-31"),
    ] {
        let mut undated = message("ops", "ping");
        undated["timestamp"] = moment.clone();
        let response = server.post(undated.to_string()).await;
        assert_refused(&response, &refusal, &moment.to_string());
    }
}
