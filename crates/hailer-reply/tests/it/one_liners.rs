//! Answers that take one call: what strangers and long texts cannot do to them.

#![expect(clippy::expect_used, reason = "helpers of tests")]

use hailer_reply::{
    Bar, HttpsUrl, MESSAGE_LIMIT, Reply, Sign, Words, judge, lint, read_message, sparkline,
};
use proptest::prelude::*;
use serde_json::Value;

use crate::card_schema::objections;
use crate::card_text::{has_link_or_mention, read_paragraphs};
use crate::foreign_text::{cases, foreign_text};

/// What the lint says of long cards, and of texts of strangers that look like marks but are none.
const HARMLESS: [&str; 5] = ["HC114", "HC134", "HC181", "HC182", "HC191"];

pub(crate) const URL: &str = "https://ci.example/run/812";

pub(crate) fn url() -> HttpsUrl {
    URL.parse().expect("an address")
}

/// Draws the message of a reply, which must be within the limit and without an error.
pub(crate) fn sent(reply: &Reply) -> String {
    let message = reply.to_message();
    let size = message.json().len();
    assert!(size <= MESSAGE_LIMIT, "{size} bytes");
    let findings = judge(message.json());
    assert!(findings.is_empty(), "{findings:?}");
    read_message(message.json())
        .expect("our own message is readable")
        .to_plain()
}

/// Calls every one-liner with the same texts.
fn all(title: &str, rows: &[Vec<String>], numbers: &[f64]) -> Vec<Reply> {
    let texts = || rows.iter().flatten().map(String::as_str);
    let signed = |row: &Vec<String>| -> Vec<Words> {
        let signs = [Sign::Good, Sign::Warning, Sign::Bad, Sign::Neutral];
        let cells = row.iter().zip(signs.into_iter().cycle());
        cells.map(|(cell, sign)| sign.says(cell)).collect()
    };
    let first = rows.first().cloned().unwrap_or_default();
    let count = u64::try_from(rows.len()).unwrap_or_default();
    let bars = || texts().zip(numbers.iter().cycle());
    vec![
        Reply::facts(title, texts().map(|text| (text, text))),
        Reply::facts(
            title,
            rows.iter().flat_map(signed).map(|cell| (title, cell)),
        ),
        Reply::table(title, &first, rows.iter().map(Clone::clone)),
        Reply::table(title, &first, rows.iter().map(signed)),
        Reply::table(
            title,
            [title],
            rows.iter().flatten().map(|text| [text.as_str(), text]),
        ),
        Reply::list(title, texts()),
        Reply::list(title, rows.iter().flat_map(signed)),
        Reply::links(title, texts().map(|text| (text, url()))),
        Reply::links(title, texts().take(6).map(|text| (text, url()))),
        Reply::progress(title, count, 7, title),
        Reply::progress(title, count, 0, title),
        Reply::error(title, rows.concat().join("\n")),
        Reply::bar_chart(title, bars().map(|(text, &value)| (text, value))),
        Reply::bar_chart(
            title,
            bars().map(|(text, &value)| Bar::new(text, value).with_unit(text)),
        ),
        Reply::facts(title, [("curve", sparkline(numbers.iter().copied()))]),
    ]
}

fn any_numbers() -> impl Strategy<Value = Vec<f64>> {
    let number = prop_oneof![
        any::<f64>(),
        prop::sample::select(
            &[
                0.0,
                -0.0,
                f64::NAN,
                f64::INFINITY,
                f64::NEG_INFINITY,
                f64::MAX
            ][..]
        ),
        -100.0..100.0,
    ];
    prop::collection::vec(number, 1..6)
}

fn any_rows() -> impl Strategy<Value = Vec<Vec<String>>> {
    (0_usize..7).prop_flat_map(|columns| {
        let row = prop::collection::vec(foreign_text(), 0..=columns);
        prop::collection::vec(row, 0..6)
    })
}

/// Walks all objects of a JSON.
fn walk(value: &Value, visit: &mut impl FnMut(&Value)) {
    visit(value);
    match value {
        Value::Object(object) => object.values().for_each(|value| walk(value, visit)),
        Value::Array(values) => values.iter().for_each(|value| walk(value, visit)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Says what foreign text became that it must not become.
fn formed(card: &Value) -> Vec<String> {
    let mut formed = Vec::new();
    walk(card, &mut |value| {
        let markdown = ["text", "title", "value"]
            .iter()
            .filter_map(|key| value.get(key));
        let is_read = value.get("type").is_none_or(|kind| kind == "TextBlock");
        for text in markdown.filter_map(Value::as_str).filter(|_| is_read) {
            // A link of the author has one end, behind its label.
            let own = format!("]({URL})");
            let text = text
                .strip_suffix(&own)
                .and_then(|label| label.strip_prefix('['))
                .unwrap_or(text);
            if let Err(error) = read_paragraphs(text) {
                formed.push(error);
            }
            if has_link_or_mention(text) {
                formed.push(format!("a link or mention in {text:?}"));
            }
        }
        for key in ["url", "iconUrl", "backgroundImage"] {
            if let Some(address) = value.get(key).filter(|address| *address != URL) {
                formed.push(format!("{key} {address}"));
            }
        }
        if value
            .get("type")
            .is_some_and(|kind| kind == "Image" || kind == "mention")
        {
            formed.push(value.to_string());
        }
    });
    formed
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases().cases / 2, ..cases() })]

    #[test]
    fn any_text_stays_text(title in foreign_text(), rows in any_rows(), numbers in any_numbers()) {
        for reply in all(&title, &rows, &numbers) {
            let message = reply.to_message();

            prop_assert!(message.json().len() <= MESSAGE_LIMIT);
            let json: Value = serde_json::from_str(message.json()).expect("JSON");
            for finding in lint(&json) {
                prop_assert!(HARMLESS.contains(&finding.code), "{finding:?} in {json}");
            }
            let card = &json["attachments"][0]["content"];
            prop_assert_eq!(objections(card), Vec::<String>::new());
            prop_assert_eq!(formed(card), Vec::<String>::new());
            let read = read_message(message.json()).expect("our own message is readable");
            prop_assert_eq!(read.to_plain(), reply.to_plain());
        }
    }

    #[test]
    fn a_table_has_a_line_for_each_row(title in foreign_text(), rows in any_rows()) {
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        let titles = (0..columns).map(|column| format!("Nr {column}"));
        prop_assume!(columns > 0);

        let text = Reply::table(format!("T {title}"), titles, rows.iter().map(Clone::clone)).to_plain();

        prop_assert_eq!(text.split('\n').count(), rows.len() + 2, "{}", text);
    }
}

proptest! {
    // Long ones take their time.
    #![proptest_config(ProptestConfig { cases: cases().cases / 64, ..cases() })]

    #[test]
    fn any_length_fits(title in foreign_text(), rows in any_rows(), numbers in any_numbers()) {
        let rows: Vec<Vec<String>> = rows
            .iter()
            .map(|row| row.iter().map(|cell| cell.repeat(20)).collect())
            .collect();
        let rows: Vec<_> = rows.iter().cycle().take(rows.len() * 30).cloned().collect();
        for reply in all(&title.repeat(20), &rows, &numbers) {
            let message = reply.to_message();

            prop_assert!(message.json().len() <= MESSAGE_LIMIT);
            prop_assert_eq!(judge(message.json()).len(), 0);
            let json: Value = serde_json::from_str(message.json()).expect("JSON");
            let card = &json["attachments"][0]["content"];
            prop_assert_eq!(objections(card), Vec::<String>::new());
            prop_assert_eq!(formed(card), Vec::<String>::new());
        }
    }
}

#[test]
fn rows_go_from_the_end_and_are_counted() {
    for (columns, count) in [(1, 500), (2, 500), (3, 10_000), (4, 10_000), (9, 500)] {
        let titles = (1..=columns).map(|column| format!("C{column}"));
        let rows = (0..count).map(|row| (0..columns).map(move |column| format!("r{row}c{column}")));

        let text = sent(&Reply::table("All", titles, rows));

        let lines: Vec<_> = text.split('\n').collect();
        let shown = lines.len() - 3;
        assert!(shown > 20, "{columns}: {shown}");
        assert_eq!(
            *lines.last().expect("a note"),
            format!("… {} more rows", count - shown)
        );
        assert!(
            lines[shown + 1].starts_with(&format!("r{}c0", shown - 1)),
            "{}",
            lines[shown + 1]
        );
    }
}

#[test]
fn everything_else_that_is_too_long_says_so() {
    let texts = || (0..5_000).map(|at| format!("item {at}"));
    for (reply, end) in [
        (Reply::list("All", texts()), "more lines"),
        (
            Reply::facts("All", texts().map(|text| (text, "x"))),
            "more lines",
        ),
        (
            Reply::links("All", texts().map(|text| (text, url()))),
            "more lines",
        ),
        (
            Reply::bar_chart("All", texts().map(|text| (text, 1))),
            "more rows",
        ),
        (
            Reply::error("All", texts().collect::<Vec<_>>().join("\n")),
            "more lines",
        ),
    ] {
        let text = sent(&reply);

        assert!(
            text.starts_with("All\n") || text.starts_with("✖ All\n"),
            "{text}"
        );
        assert!(text.ends_with(end), "{text}");
        assert!(text.lines().count() > 60, "{text}");
    }
}

#[test]
fn a_huge_cell_leaves_room_for_the_others() {
    let huge = "x".repeat(100_000);
    for reply in [
        Reply::table("T", ["A", "B"], [["a", huge.as_str()], ["c", "d"]]),
        Reply::table(
            "T",
            ["A", "B", "C", "D"],
            [["a", "b", "b", huge.as_str()], ["c", "c", "c", "d"]],
        ),
        Reply::facts("T", [("a", huge.as_str()), ("c", "d")]),
        Reply::list("T", [huge.as_str(), "d"]),
        Reply::links("T", [(huge.as_str(), url()), ("d", url())]),
        Reply::bar_chart("T", [(huge.as_str(), 1), ("d", 1)]),
        Reply::progress(huge.as_str(), 1, 2, "d"),
        Reply::error(huge.as_str(), "d"),
    ] {
        let text = sent(&reply);

        let last = text.lines().last().expect("a line");
        assert!(text.contains("… "), "{text:.80}");
        assert!(last.contains('d'), "{last:.80}");
    }
}
