//! What a card costs to build, to write and to cut.

use divan::Bencher;
use hailer_reply::{Card, Reply, Table, TextBlock};

fn main() {
    divan::main();
}

fn table(rows: usize) -> Card {
    let table = (0..rows).fold(
        Table::with_header(["Service", "Version", "State"]),
        |table, _| table.with_row(["api-gateway", "2.41.0", "12 of 12 healthy"]),
    );
    Card::titled("What is running")
        .version_1_5()
        .with(table)
        .with(TextBlock::new("as of 12:04").subtle())
}

/// Target: 20 µs.
#[divan::bench]
fn build_and_write_a_table_of_20_rows() -> String {
    table(20).to_json()
}

#[divan::bench]
fn build_a_table_of_20_rows() -> Card {
    table(20)
}

#[divan::bench]
fn write_a_table_of_20_rows(bencher: Bencher) {
    let card = table(20);
    bencher.bench(|| card.to_json());
}

#[divan::bench]
fn answer_with_a_table_of_20_rows() -> String {
    Reply::card(table(20)).to_message().into_json()
}

#[divan::bench]
fn answer_in_one_call_with_20_rows() -> String {
    in_one_call(20).to_message().into_json()
}

/// Wide rows are stacked.
#[divan::bench]
fn answer_in_one_call_with_20_wide_rows() -> String {
    let titles = ["Service", "Version", "State", "Region", "Age"];
    let row = ["api-gateway", "2.41.0", "12 of 12 healthy", "eu-1", "3 d"];
    let reply = Reply::table("What is running", titles, vec![row; 20]);
    reply.to_message().into_json()
}

#[divan::bench(args = [1_000, 10_000])]
fn cut_what_took_one_call(bencher: Bencher, rows: usize) {
    let reply = in_one_call(rows);
    bencher.bench(|| reply.to_message());
}

fn in_one_call(rows: usize) -> Reply {
    let row = ["api-gateway", "2.41.0", "healthy"];
    Reply::table(
        "What is running",
        ["Service", "Version", "State"],
        vec![row; rows],
    )
}

/// The time grows with the rows, not with their square.
#[divan::bench(args = [1_000, 10_000])]
fn cut_a_table(bencher: Bencher, rows: usize) {
    let reply = Reply::card(table(rows));
    bencher.bench(|| reply.to_message());
}
