//! From a reply to the JSON that Teams gets.

use divan::Bencher;
use hailer::Reply;

#[divan::bench]
fn short_text(bencher: Bencher<'_, '_>) {
    let reply = Reply::text("hello world");

    bencher.bench(|| reply.to_message());
}

#[divan::bench]
fn short_markdown(bencher: Bencher<'_, '_>) {
    let reply = Reply::markdown("**api** is at `1.2.3` in prod\nand fine");

    bencher.bench(|| reply.to_message());
}

#[divan::bench(args = [20_000, 1_000_000])]
fn code(bencher: Bencher<'_, '_>, bytes: usize) {
    let line = "2026-01-01T00:00:00Z INFO  request{id=7} <api> answered \"200\" in 12 ms\n";
    let reply = Reply::code(line.repeat(bytes / line.len()));

    bencher.bench(|| reply.to_message());
}
