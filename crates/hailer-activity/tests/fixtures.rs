//! The sample activities: each verifies, reads, and says who, where and when.

#![expect(
    clippy::unwrap_used,
    reason = "a test that goes wrong should stop there"
)]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::slice;

use hailer_activity::{Activity, HmacKey, SignatureError, VerifiedBody, verify};
use serde::Deserialize;

#[derive(Deserialize)]
struct Vectors {
    security_token_base64: String,
    files: BTreeMap<String, String>,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures")
}

fn read(file: &str) -> Vec<u8> {
    std::fs::read(folder().join(file)).unwrap()
}

fn vectors() -> (HmacKey, BTreeMap<String, String>) {
    let vectors: Vectors = serde_json::from_slice(&read("hmac_vectors.json")).unwrap();
    let key = HmacKey::from_base64(&vectors.security_token_base64).unwrap();
    (key, vectors.files)
}

fn verified(file: &str) -> VerifiedBody {
    let (key, headers) = vectors();
    let header = headers.get(file).unwrap();
    verify(&[key], Some(header.as_bytes()), read(file).into()).unwrap()
}

fn activity(file: &str) -> Activity {
    Activity::parse(&verified(file)).unwrap()
}

#[test]
fn every_sample_has_a_signature_that_matches_it_alone() {
    let (key, headers) = vectors();
    let samples = std::fs::read_dir(folder()).unwrap().filter(|entry| {
        let name = entry.as_ref().unwrap().file_name();
        let name = name.to_str().unwrap();
        name.ends_with(".json") && !name.ends_with(".expect.json") && name != "hmac_vectors.json"
    });
    assert_eq!(samples.count(), headers.len());

    for (file, header) in &headers {
        let body = read(file);
        let keys = [key.clone()];
        assert_eq!(&key.sign(&body), header, "{file}");
        assert!(verify(&keys, Some(header.as_bytes()), body.clone().into()).is_ok());
        let changed = [&body[..], b"\n"].concat();
        let refused = verify(&keys, Some(header.as_bytes()), changed.into());
        assert_eq!(refused.unwrap_err(), SignatureError::Mismatch, "{file}");
    }
}

#[test]
fn every_sample_survives_writing_and_reading() {
    let (key, headers) = vectors();

    for file in headers.keys() {
        let first = activity(file);
        let written = serde_json::to_vec(&first).unwrap();
        let header = key.sign(&written);
        let again = verify(
            slice::from_ref(&key),
            Some(header.as_bytes()),
            written.into(),
        )
        .unwrap();
        assert_eq!(Activity::parse(&again).unwrap(), first, "{file}");
        assert!(first.sent_at().is_some(), "{file}");
        assert!(first.tenant().is_some(), "{file}");
    }
}

#[test]
fn a_reply_in_a_thread_names_its_root() {
    let reply = activity("b_10_thread_reply.json");

    assert_eq!(reply.thread_root().unwrap().as_str(), "1789999123456");
    assert_ne!(reply.thread_root(), reply.id);
    assert_eq!(reply.reply_to_id, None);
    assert_eq!(
        reply.tenant().unwrap().as_str(),
        "7c1e5a90-3b2d-4f68-9a41-d05b6e2f8c37"
    );
    assert_eq!(
        reply.team().unwrap().as_str(),
        "19:Vd8kQ2mXr5sYtLw0pNzEaBh7CgJ4uFiO_T3xR6vHyKc1@thread.tacv2"
    );
    assert_eq!(
        reply.channel().unwrap().as_str(),
        "19:4f9b2c7d1e8a4630b5d7c9e2f1a3b640@thread.tacv2"
    );
    assert_eq!(
        reply.sent_at().unwrap().to_rfc3339(),
        "2026-09-14T09:10:21.734567+00:00"
    );
    assert!(reply.html().unwrap().contains("ack INC-2041"));
    assert_eq!(reply.client_info().unwrap().timezone, Some("Europe/London"));
}

#[test]
fn a_message_that_begins_a_thread_is_its_root() {
    let first = activity("b_01_simple.json");

    assert_eq!(first.thread_root(), first.id);
}

#[test]
fn a_sparse_activity_says_what_it_can() {
    let sparse = activity("b_20_sparse_activity.json");

    assert_eq!(sparse.thread_root(), None);
    assert_eq!(sparse.team(), None);
    assert_eq!(
        sparse.channel().unwrap().as_str(),
        "19:4f9b2c7d1e8a4630b5d7c9e2f1a3b640@thread.tacv2"
    );
    assert_eq!(
        sparse.tenant().unwrap().as_str(),
        "7c1e5a90-3b2d-4f68-9a41-d05b6e2f8c37"
    );
    assert_eq!(sparse.html(), None);
    assert_eq!(sparse.from.unwrap().aad_object_id, None);
}
