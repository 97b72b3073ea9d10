//! The page about findings is the table of kinds.

use std::fmt::Write;

use hailer_reply::{FINDING_KINDS, Severity};

const PAGE: &str = include_str!("../../../../docs/reference/card-findings.md");

const HEAD: &str = "\
# Card findings

What `hailer card check` finds in a message or a card. Errors are what Teams refuses, hides or shows broken: the bot
sends the text form of such a reply instead, and its log tells the codes and places. HC134 alone holds no reply up,
because `${…}` may be what somebody wrote. Warnings are what Teams draws, but not well or not everywhere. Codes keep
their meaning for ever.

What Teams shows of long cards, and what older clients do, is written nowhere: HC125, HC183 and HC191 to HC194 go by
experience and are warnings for that reason.
";

fn page() -> String {
    let mut page = HEAD.to_owned();
    for (title, severity) in [("Errors", Severity::Error), ("Warnings", Severity::Warning)] {
        write!(
            page,
            "\n## {title}\n\n| Code | Finding | Why | Fix |\n|---|---|---|---|\n"
        )
        .unwrap();
        for kind in FINDING_KINDS
            .iter()
            .filter(|kind| kind.severity == severity)
        {
            let cells =
                [kind.code, kind.title, kind.why, kind.fix].map(|cell| cell.replace('|', "\\|"));
            writeln!(page, "| {} |", cells.join(" | ")).unwrap();
        }
    }
    page
}

#[test]
fn the_page_is_the_table() {
    let new = concat!(env!("CARGO_TARGET_TMPDIR"), "/card-findings.md");
    std::fs::write(new, page()).unwrap();

    assert_eq!(PAGE, page(), "the new page is in {new}");
}

#[test]
fn every_kind_says_what_why_and_what_to_do() {
    for kind in FINDING_KINDS {
        assert!(
            kind.code.len() == 5 && kind.code.starts_with("HC"),
            "{}",
            kind.code
        );
        assert!(
            !kind.title.ends_with('.') && kind.why.ends_with('.') && !kind.fix.is_empty(),
            "{}",
            kind.code
        );
    }
}
