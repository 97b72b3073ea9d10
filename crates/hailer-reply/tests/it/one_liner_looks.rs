//! Answers that take one call: what they say of anything, and how it stands.

use hailer_reply::{HttpsUrl, Reply, Sign};
use serde_json::Value;

use crate::one_liners::{URL, sent, url};

#[test]
fn nothing_is_told_in_words() {
    let nothing = "T\nNothing to show.";
    let none: [[&str; 2]; 0] = [];
    assert_eq!(Reply::table("T", ["A", "B"], none).to_plain(), nothing);
    assert_eq!(Reply::facts("T", [("", ""); 0]).to_plain(), nothing);
    assert_eq!(Reply::list("T", [""; 0]).to_plain(), nothing);
    assert_eq!(
        Reply::links("T", Vec::<(&str, HttpsUrl)>::new()).to_plain(),
        nothing
    );
    assert_eq!(Reply::bar_chart("T", [("", 1); 0]).to_plain(), nothing);

    assert_eq!(Reply::table("", [""], [[""]]).to_plain(), "–");
    assert_eq!(Reply::facts(" ", [("", "\0")]).to_plain(), "–  –");
    assert_eq!(Reply::list("\u{200b}", ["\n"]).to_plain(), "• –");
    assert_eq!(
        Reply::links("", [("", url())]).to_plain(),
        format!("Links\n{URL}")
    );
    assert_eq!(Reply::error("", "").to_plain(), "✖ Something went wrong");
    assert_eq!(
        Reply::list("", [Sign::Good, Sign::Warning, Sign::Bad, Sign::Neutral]).to_plain(),
        "✔ ok\n● warning\n✖ failed\n○ unknown"
    );
}

#[test]
fn rows_of_any_length_make_a_table() {
    let rows = [vec!["a"], vec!["b", "c", "d"], vec![]];

    let text = Reply::table("T", ["A", "B"], rows).to_plain();

    assert_eq!(text, "T\nA  B\na  –  –\nb  c  d\n–  –  –");
    let wide = Reply::table("T", ["A", "", "C"], [vec!["a", "b", "c", "d"], vec!["e"]]);
    assert_eq!(wide.to_plain(), "T\nA     C\na  b  c  d\ne  –  –  –");
    assert_eq!(sent(&wide), wide.to_plain());
    let far = Reply::table("T", [""; 0], [vec!["x"; 50]]);
    assert!(far.to_plain().ends_with("… 10 more columns"));
}

#[test]
fn progress_is_never_more_than_all_and_never_less_than_true() {
    let text = |done, total| Reply::progress("P", done, total, "").to_plain();

    assert_eq!(text(0, 10), "P\n░░░░░░░░░░░░░░░░░░░░ 0 %\n0 of 10");
    assert_eq!(
        text(999, 1_000),
        "P\n███████████████████░ 99 %\n999 of 1000"
    );
    assert_eq!(text(12, 10), "P\n████████████████████ 100 %\n12 of 10");
    assert_eq!(
        text(u64::MAX, u64::MAX),
        format!("P\n████████████████████ 100 %\n{0} of {0}", u64::MAX)
    );
    assert_eq!(text(3, 0), "P\n3 done");
    assert_eq!(text(0, 0), "P\n0 done");
}

#[test]
fn a_chart_takes_any_number() {
    let values = [1.0, -2.0, 0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY];

    let text = Reply::bar_chart("C", values.map(|value| (value.to_string(), value))).to_plain();

    assert_eq!(
        text,
        "C\n\
         1     █████░░░░░   1\n\
         -2    ▒▒▒▒▒▒▒▒▒▒  −2\n\
         0     ░░░░░░░░░░   0\n\
         NaN   ░░░░░░░░░░   –\n\
         inf   ██████████   ∞\n\
         -inf  ▒▒▒▒▒▒▒▒▒▒  −∞"
    );
}

#[test]
fn bars_are_not_read_aloud() {
    for (reply, speak) in [
        (
            Reply::progress("Draining", 1, 4, "node-7"),
            "Draining: 1 of 4 · node-7",
        ),
        (
            Reply::bar_chart("Disk", [("db-1", 91, "%"), ("db-2", 4, "%")]),
            "Disk: db-1 91 %, db-2 4 %",
        ),
    ] {
        let message: Value = serde_json::from_str(reply.to_message().json()).expect("JSON");

        assert_eq!(message["attachments"][0]["content"]["speak"], speak);
    }
}

#[test]
fn cards_and_text_keep_their_order() {
    let reply = Reply::text("Two tables.")
        .then_table("A", ["x", "y"], [["1", "2"]])
        .then_table("B", ["x", "y"], [["longer", "2"]])
        .then_list("C", ["d"])
        .then_facts("", [("e", "f")])
        .then_links("G", [("h", url())])
        .then_progress("I", 1, 2, "")
        .then_bar_chart("J", [("k", 1)])
        .then_error("l", "");

    assert_eq!(
        reply.to_plain(),
        format!(
            "Two tables.\nA\nx  y\n1  2\nB\nx       y\nlonger  2\nC\n• d\ne  f\nG\nh ({URL})\nI\n\
         ██████████░░░░░░░░░░ 50 %\n1 of 2\nJ\nk  ██████████  1\n✖ l"
        )
    );
}

#[test]
fn what_a_phone_has_no_room_for_stands_below_each_other() {
    let count = |reply: &Reply, kind: &str| {
        let json = reply.to_message().into_json();
        json.matches(&format!(r#""type":"{kind}""#)).count()
    };
    let short = Reply::table("T", ["A", "B", "C"], [["api", "2.42.0", "up"]]);
    let words = Reply::table("T", ["A", "B", "C"], [["a", "b", &"x".repeat(33)]]);
    let sentences = Reply::table("T", ["A", "B", "C"], [["a", "b", &"word ".repeat(14)]]);
    let two = Reply::table("T", ["A", "B"], [["a", &"x".repeat(99)]]);
    let four = Reply::table("T", ["A", "B", "C", "D"], [["a", "b", "c", "d"]]);
    let links = |labels: &[&str]| Reply::links("L", labels.iter().map(|&label| (label, url())));

    assert_eq!(
        [&short, &two].map(|reply| count(reply, "ColumnSet")),
        [2, 2]
    );
    assert_eq!(
        [&words, &sentences, &four].map(|reply| count(reply, "ColumnSet")),
        [0, 0, 0]
    );
    assert_eq!(count(&links(&["one", "two"]), "ActionSet"), 1);
    assert_eq!(
        count(
            &links(&["a label of some words", "two more words"]),
            "ActionSet"
        ),
        2
    );
    assert_eq!(
        count(
            &links(&["a label that is too long for a button"]),
            "ActionSet"
        ),
        0
    );
    assert_eq!(count(&links(&["a"; 7]), "ActionSet"), 0);
}
