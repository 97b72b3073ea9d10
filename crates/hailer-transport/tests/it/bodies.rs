//! Signed bodies that are no activities: never a panic, never a 5xx, and readable where a person waits.

use crate::client::{exchange, signed};
use crate::server::{TestServer, key};

#[tokio::test]
async fn a_signed_body_that_is_no_json_object_is_a_bad_request() {
    let server = TestServer::start();
    let deep_arrays = "[".repeat(10_000);
    let deep_objects = r#"{"a":"#.repeat(10_000);
    let deep_inside = format!(
        r#"{{"text":"x","entities":{}{}}}"#,
        "[".repeat(10_000),
        "]".repeat(10_000)
    );
    let bodies: [&[u8]; 15] = [
        b"",
        b" ",
        b"{",
        b"null",
        b"[]",
        b"\"text\"",
        b"5",
        b"\x00\x00\x00",
        b"{\"text\":\"\x00\"}",
        b"{\"text\":\"\xff\xfe\"}",
        b"\xef\xbb\xbf{\"text\":\"ping\"}",
        br#"{"text":"ping"} trailing"#,
        deep_arrays.as_bytes(),
        deep_objects.as_bytes(),
        deep_inside.as_bytes(),
    ];

    for body in bodies {
        let response = exchange(server.address, signed("ops", &key(), body)).await;
        let shown = String::from_utf8_lossy(&body[..body.len().min(40)]);
        assert_eq!(response.status, 400, "{shown}");
        assert!(response.json()["error"].is_string(), "{shown}");
    }
}

#[tokio::test]
async fn a_field_of_the_wrong_type_is_answered_in_words() {
    let server = TestServer::start();
    let cases = [
        (r#"{"text":5}"#, "text"),
        (r#"{"text":["secret"]}"#, "text"),
        (r#"{"from":"secret"}"#, "from"),
        (r#"{"from":{"aadObjectId":{}}}"#, "from.aadObjectId"),
        (
            r#"{"conversation":{"isGroup":"secret"}}"#,
            "conversation.isGroup",
        ),
        (r#"{"conversation":{"id":1.5e300}}"#, "conversation.id"),
        (r#"{"attachments":{"secret":1}}"#, "attachments"),
        (
            r#"{"attachments":[null,{"name":false}]}"#,
            "attachments.name",
        ),
        (r#"{"channelData":0}"#, "channelData"),
        (
            r#"{"channelData":{"tenant":{"id":true}}}"#,
            "channelData.tenant.id",
        ),
        (r#"{"text":"secret","text":"secret"}"#, "text"),
    ];

    for (body, field) in cases {
        let response = exchange(server.address, signed("ops", &key(), body.as_bytes())).await;
        assert_eq!(response.status, 200, "{body}");
        assert_eq!(response.header("x-hailer-outcome"), Some("malformed"));
        let text = response.text();
        assert!(text.starts_with("I can't read this message: "), "{text}");
        assert!(text.contains(&format!("\"{field}\"")), "{body}: {text}");
        assert!(!text.contains("secret"), "{text}");
    }
}
