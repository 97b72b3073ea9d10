//! The gate: is it signed, and what does it say?

use bytes::Bytes;
use divan::Bencher;
use hailer::{Activity, verify};

use crate::sample::{Signed, verified};

#[divan::bench]
fn verify_signature(bencher: Bencher<'_, '_>) {
    let signed = Signed::new("echo hello world");
    let body = Bytes::from(signed.body.clone());

    bencher.bench(|| verify(&signed.keys, Some(signed.header.as_bytes()), body.clone()));
}

#[divan::bench]
fn parse_activity(bencher: Bencher<'_, '_>) {
    let verified = verified("echo hello world");

    bencher.bench(|| Activity::parse(&verified));
}

#[divan::bench]
fn parse_as_any_json(bencher: Bencher<'_, '_>) {
    let verified = verified("echo hello world");

    bencher.bench(|| serde_json::from_slice::<serde_json::Value>(verified.as_bytes()));
}
