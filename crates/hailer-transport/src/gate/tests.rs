//! The gate by itself: who comes in, when, and what the refusals say to each reader.

use std::time::Instant;

use super::*;
use crate::refusal::StatusGroup;

const TOKEN: &str = "WCXQE0U6B4wUvuoQv0HiM4FNZKazjXrgCS5TCHfipWI=";
const OTHER: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const NOW: &str = "2026-09-14T09:10:00Z";
const MAX_SKEW: Option<Duration> = Some(Duration::from_secs(300));

fn key(token: &str) -> HmacKey {
    HmacKey::from_base64(token).unwrap()
}

fn now() -> DateTime<Utc> {
    NOW.parse().unwrap()
}

fn gate(max_skew: Option<Duration>) -> Gate {
    let webhooks = [
        Webhook::new("ops", "Ops Bot", vec![key(TOKEN), key(OTHER)]),
        Webhook::new("web", "Web", vec![key(OTHER)]),
        Webhook::new("keyless", "Keyless", Vec::new()),
    ];
    Gate::new(webhooks, max_skew).unwrap()
}

fn sent_at(timestamp: &str) -> Vec<u8> {
    format!(r#"{{"text":"secret words","timestamp":"{timestamp}"}}"#).into_bytes()
}

/// Signs with the first key of `ops`, and knocks there.
fn knock(max_skew: Option<Duration>, body: &[u8]) -> Result<Admitted, Refused> {
    let header = key(TOKEN).sign(body);
    let authorization = Authorization::One(header.as_bytes());
    gate(max_skew).admit("ops", authorization, body.to_vec().into(), now())
}

fn refusal(authorization: Authorization<'_>, name: &str) -> Refused {
    let body = sent_at(NOW).into();
    gate(MAX_SKEW)
        .admit(name, authorization, body, now())
        .unwrap_err()
}

#[test]
fn each_key_of_the_named_webhook_comes_in() {
    let gate = gate(MAX_SKEW);
    let body = sent_at(NOW);

    for (index, token) in [TOKEN, OTHER].into_iter().enumerate() {
        let header = key(token).sign(&body);
        let authorization = Authorization::One(header.as_bytes());
        let admitted = gate
            .admit("ops", authorization, body.clone().into(), now())
            .unwrap();
        assert_eq!(admitted.key_index, index);
        assert_eq!(admitted.webhook.name(), "ops");
        assert_eq!(admitted.webhook.mention(), "Ops Bot");
        assert_eq!(admitted.activity.text.as_deref(), Some("secret words"));
    }
}

#[test]
fn everybody_else_is_unauthorised_for_a_reason() {
    let good = key(TOKEN).sign(&sent_at(NOW));
    let good = Authorization::One(good.as_bytes());

    for (authorization, name, reason, part_of_text) in [
        (
            good,
            "nobody",
            "unknown_webhook",
            "compare the callback URL",
        ),
        (good, "", "unknown_webhook", "compare the callback URL"),
        (
            good,
            "web",
            "mismatch",
            "the security token is another webhook's",
        ),
        (
            good,
            "keyless",
            "mismatch",
            "the security token is another webhook's",
        ),
        (
            Authorization::None,
            "ops",
            "missing_header",
            "no authorization header; a proxy strips it, or the caller is not Teams",
        ),
        (
            Authorization::Several,
            "ops",
            "several_headers",
            "several authorization headers",
        ),
        (
            Authorization::One(b"Bearer x"),
            "ops",
            "wrong_scheme",
            "registered bot",
        ),
        (
            Authorization::One(b"HMAC x"),
            "ops",
            "malformed_header",
            "a proxy changes the header",
        ),
        (
            Authorization::One(DECOY_HEADER),
            "ops",
            "mismatch",
            "of 58 bytes",
        ),
    ] {
        let refused = refusal(authorization, name);
        assert_eq!(refused.reason(), reason);
        assert_eq!(refused.status_group(), StatusGroup::Unauthorized);
        assert_eq!(refused.reply(), None);
        let text = refused.to_string();
        assert!(text.contains(part_of_text), "{reason}: {text}");
    }
}

#[test]
fn five_minutes_of_skew_are_allowed_and_a_second_more_is_not() {
    for (timestamp, reason) in [
        ("2026-09-14T09:05:00Z", None),
        ("2026-09-14T09:05:01Z", None),
        ("2026-09-14T09:14:59Z", None),
        ("2026-09-14T09:15:00Z", None),
        ("2026-09-14T11:10:00.1234567+02:00", None),
        ("2026-09-14T09:04:59Z", Some("too_old")),
        ("2026-09-14T09:04:59.999Z", Some("too_old")),
        ("2026-09-14T09:15:01Z", Some("from_future")),
        ("1970-01-01T00:00:00Z", Some("too_old")),
        ("9999-12-31T23:59:59Z", Some("from_future")),
        ("2026-09-14 11:10", Some("no_timestamp")),
        ("", Some("no_timestamp")),
        ("yesterday", Some("no_timestamp")),
    ] {
        let refused = knock(MAX_SKEW, &sent_at(timestamp)).err();
        let found = refused.as_ref().map(Refused::reason);
        assert_eq!(found, reason, "{timestamp}");
        let group = refused.map(|it| it.status_group());
        assert!(matches!(group, None | Some(StatusGroup::Unauthorized)));
        assert!(knock(None, &sent_at(timestamp)).is_ok(), "{timestamp}");
    }
    let undated = knock(MAX_SKEW, b"{}").unwrap_err();
    assert_eq!(undated.reason(), "no_timestamp");
}

#[test]
fn skew_is_told_in_seconds_and_with_its_direction() {
    let text = |timestamp| {
        let refused = knock(MAX_SKEW, &sent_at(timestamp)).unwrap_err();
        refused.to_string()
    };

    assert_eq!(
        text("2026-09-14T09:04:59Z"),
        "the activity was sent 301 s ago, and 300 s are allowed; check this machine's clock, or an old request is being replayed"
    );
    assert_eq!(
        text("2026-09-14T09:15:00.001Z"),
        "the activity is dated 301 s in the future, and 300 s are allowed; check this machine's clock: it is slow"
    );
}

#[test]
fn a_limit_longer_than_history_allows_everything() {
    let limit = Some(Duration::MAX);

    assert!(knock(limit, &sent_at("1970-01-01T00:00:00Z")).is_ok());
    assert!(knock(limit, &sent_at("9999-12-31T23:59:59Z")).is_ok());
}

#[test]
fn a_signed_body_that_is_no_activity_is_told_apart() {
    for (body, group, reason) in [
        ("{", StatusGroup::BadRequest, "not_json"),
        ("[]", StatusGroup::BadRequest, "not_an_object"),
        (
            r#"{"text":"secret words","id":7}"#,
            StatusGroup::Answered,
            "wrong_shape",
        ),
    ] {
        let refused = knock(MAX_SKEW, body.as_bytes()).unwrap_err();
        assert_eq!((refused.status_group(), refused.reason()), (group, reason));
        assert_eq!(refused.webhook().unwrap().name(), "ops");
    }
}

#[test]
fn a_wrong_field_is_named_and_its_value_is_not_shown() {
    let body = br#"{"text":"secret words","from":"secret name"}"#;

    let refused = knock(MAX_SKEW, body).unwrap_err();

    assert_eq!(
        refused.reply().unwrap().to_plain(),
        "I can't read this message: its \"from\" part does not look as Teams usually sends it. Nothing was run."
    );
    let shown = format!("{refused} {refused:?}");
    assert!(!shown.contains("secret"), "{shown}");
}

#[test]
fn two_webhooks_cannot_share_a_name() {
    let webhook = |name| Webhook::new(name, "Bot", vec![key(TOKEN)]);

    let error = Gate::new([webhook("a"), webhook("b"), webhook("a")], None).unwrap_err();

    assert_eq!(error.name, "a");
}

#[test]
fn every_signature_failure_takes_about_as_long() {
    // So many keys that one HMAC too few is far outside of what noise does.
    let webhooks = [
        Webhook::new("ops", "Ops", vec![key(TOKEN); 8]),
        Webhook::new("web", "Web", vec![key(OTHER)]),
        Webhook::new("keyless", "Keyless", Vec::new()),
    ];
    let gate = Gate::new(webhooks, MAX_SKEW).unwrap();
    let body = Bytes::from(vec![b' '; 64 * 1024]);
    let best_of = |authorization: Authorization<'_>, name: &str| {
        let once = |_| {
            let start = Instant::now();
            let refused = gate.admit(name, authorization, body.clone(), now());
            assert!(refused.is_err());
            start.elapsed()
        };
        (0..7).map(once).min().unwrap()
    };

    let expected = best_of(Authorization::One(DECOY_HEADER), "ops");
    for (authorization, name) in [
        (Authorization::One(DECOY_HEADER), "nobody"),
        (Authorization::None, "nobody"),
        (Authorization::One(DECOY_HEADER), "web"),
        (Authorization::One(DECOY_HEADER), "keyless"),
        (Authorization::None, "ops"),
        (Authorization::Several, "ops"),
        (Authorization::One(b"HMAC x"), "ops"),
    ] {
        let found = best_of(authorization, name);
        let ratio = found.as_secs_f64() / expected.as_secs_f64();
        assert!(
            (0.4..2.5).contains(&ratio),
            "{authorization:?} {name}: {ratio}"
        );
    }
}
