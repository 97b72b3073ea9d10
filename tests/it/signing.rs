//! `hailer sign` and `hailer verify`: the signature by hand, and what is wrong with one.

use crate::command_line::{Ran, hailer};
use crate::samples;
use crate::server::{CONFIG, project};
use crate::teams::signature;

fn verify(token: &str, signature: &str, body: &[u8]) -> Ran {
    let folder = project(CONFIG);
    hailer(["verify", "--token-file", token, "--signature", signature])
        .folder(folder.path())
        .input(body)
        .run()
}

#[test]
fn signatures_are_those_of_teams() {
    let folder = project(CONFIG);

    for sample in samples::all() {
        let ran = hailer(["sign", "--token-file", "ops.token"])
            .folder(folder.path())
            .input(sample.body.clone())
            .run();

        assert_eq!(
            (ran.code, ran.err.as_str()),
            (Some(0), ""),
            "{}",
            sample.file
        );
        assert_eq!(ran.out, format!("{}\n", sample.header), "{}", sample.file);
    }
}

#[test]
fn a_signature_that_belongs_to_the_body_is_confirmed() {
    let sample = samples::one("b_01");
    let bare = sample.header.strip_prefix("HMAC ").unwrap();

    for signature in [sample.header.as_str(), bare] {
        let ran = verify("ops.token", signature, &sample.body);

        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert_eq!(
            ran.out,
            "the signature belongs to this body and this token\n"
        );
    }
}

#[test]
fn what_was_done_to_the_body_is_named() {
    let sample = samples::one("b_01");
    let body = String::from_utf8(sample.body).unwrap();
    let indented = format!(
        "{:#}",
        serde_json::from_str::<serde_json::Value>(&body).unwrap()
    );
    let with = |signed: &str, received: &str| {
        let ran = verify(
            "ops.token",
            &signature(crate::teams::TOKEN, signed.as_bytes()),
            received.as_bytes(),
        );
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(
            ran.out.starts_with("signature does not match the body\n"),
            "{}",
            ran.out
        );
        ran.out
    };

    for (signed, received, part) in [
        (body.clone(), format!("{body}\n"), "no newline at its end"),
        (format!("{body}\n"), body.clone(), "a newline at its end"),
        (
            body.clone(),
            format!("\u{feff}{body}"),
            "a byte order mark was put before",
        ),
        (
            "{\"a\":\n1}".to_owned(),
            "{\"a\":\r\n1}".to_owned(),
            "from LF to CRLF",
        ),
        (
            "{\"a\":1}".to_owned(),
            "{ \"a\": 1 }".to_owned(),
            "rewrites the JSON",
        ),
        (
            body.clone(),
            indented,
            "another token, or a body that was changed",
        ),
        (
            body.clone(),
            body.replace("deploy", "delete"),
            "another token, or a body that was changed",
        ),
    ] {
        let said = with(&signed, &received);
        assert!(said.contains(part), "{part}: {said}");
    }
}

#[test]
fn what_is_wrong_with_the_signature_is_named() {
    let sample = samples::one("b_01");

    for (token, signature, part) in [
        ("other.token", sample.header.as_str(), "another token"),
        (
            "ops.token",
            "Bearer eyJhbGciOiJub25lIn0.e30.",
            "must begin with `HMAC `",
        ),
        (
            "ops.token",
            "HMAC 9fd46991fa91d56ec8b270c10b37dc2a",
            "44 characters of base64",
        ),
        ("ops.token", "", "44 characters of base64"),
    ] {
        let ran = verify(token, signature, &sample.body);

        assert_eq!(ran.code, Some(1), "{signature}: {ran:?}");
        assert!(ran.out.contains(part), "{signature}: {}", ran.out);
    }
}

#[test]
fn a_token_that_cannot_be_one_is_named_and_not_shown() {
    let folder = project(CONFIG);
    let call = |value: &str| {
        hailer(["sign", "--token-env", "TOKEN"])
            .folder(folder.path())
            .variable("TOKEN", value)
            .run()
    };

    for (token, part) in [
        ("", "the security token is empty"),
        ("***", "character 1 cannot be part of it"),
        ("c2hvcnQ=", "decodes to 5 bytes; at least 24 are needed"),
        (
            "WCXQE0U6B4wUvuoQv0HiM4FNZKazjXrgCS5TCHfipWI",
            "has 43 characters",
        ),
    ] {
        let ran = call(token);

        assert_eq!(ran.code, Some(3), "{token}: {ran:?}");
        assert!(ran.err.contains(part), "{token}: {}", ran.err);
        assert!(
            token.is_empty() || !ran.err.contains(token),
            "{token}: {}",
            ran.err
        );
        assert_eq!(ran.out, "", "{token}");
    }
    let missing = hailer(["sign", "--token-file", "none.token"])
        .folder(folder.path())
        .run();
    assert_eq!(missing.code, Some(4), "{missing:?}");
    assert!(missing.err.contains("none.token"), "{}", missing.err);
}
