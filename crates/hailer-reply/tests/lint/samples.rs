//! Every sample card of Microsoft's repository is judged, and the sums are kept.
//!
//! The samples are of v1.0 to v1.6 and contain broken cards on purpose. When a rule changes, the sums change:
//! look at the cards behind the difference before the file is replaced.

use std::collections::BTreeMap;
use std::fmt::Write;

use hailer_reply::{FINDING_KINDS, Finding, lint};
use serde_json::Value;

const SAMPLES: &str = include_str!("../adaptivecards/samples.jsonl");
const SUMS: &str = include_str!("../adaptivecards/findings.txt");

fn samples() -> impl Iterator<Item = (String, Value)> {
    SAMPLES.lines().map(|line| {
        let mut sample: Value = serde_json::from_str(line).unwrap();
        (
            sample["path"].as_str().unwrap().to_owned(),
            sample["card"].take(),
        )
    })
}

fn find(path: &str) -> Vec<Finding> {
    let (_, card) = samples()
        .find(|(sample, _)| sample.ends_with(path))
        .unwrap();
    lint(&card)
}

/// The errors of a sample, each as its code and path.
fn errors(path: &str) -> Vec<String> {
    let errors = find(path).into_iter().filter(Finding::is_error);
    errors
        .map(|finding| format!("{} {}", finding.code, finding.path))
        .collect()
}

#[test]
fn the_sums_are_those_that_were_reviewed() {
    let mut sums: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let (mut cards, mut with_errors) = (0, 0);
    for (_, card) in samples() {
        let mut findings = lint(&card);
        cards += 1;
        with_errors += usize::from(findings.iter().any(Finding::is_error));
        findings.sort_by_key(|finding| finding.code);
        for of_one_kind in findings.chunk_by(|one, other| one.code == other.code) {
            let sum = sums.entry(of_one_kind[0].code).or_default();
            sum.0 += of_one_kind.len();
            sum.1 += 1;
        }
    }

    let mut text = format!("{cards} cards, {with_errors} of them with errors\n");
    for (code, (count, cards)) in sums {
        let kind = FINDING_KINDS.iter().find(|kind| kind.code == code).unwrap();
        writeln!(
            text,
            "{code} {count:5} in {cards:3}  {}: {}",
            kind.severity, kind.title
        )
        .unwrap();
    }

    let new = concat!(env!("CARGO_TARGET_TMPDIR"), "/findings.txt");
    std::fs::write(new, &text).unwrap();
    assert_eq!(text, SUMS, "the new sums are in {new}");
}

/// Cards that show what Teams can show, or that a rule once judged wrongly.
#[test]
fn good_samples_have_no_errors() {
    for path in [
        "v1.5/Scenarios/FlightUpdateTable.json",
        "v1.5/Scenarios/StockUpdate.json",
        "v1.5/Scenarios/ImageGallery.json",
        "v1.5/Scenarios/WeatherCompact.json",
        "v1.5/Elements/Table.GridStyle.json",
        "v1.2/Elements/Action.ToggleVisibility.json",
        "v1.2/Elements/Container.BackgroundImage.json",
        "v1.2/Tests/ContainerDoubleFallback.json",
        "v1.2/Elements/Column.Fallback.json",
        "v1.2/Tests/Element.Requires.json",
        "v1.2/Tests/RichTextBlock.Markdown.json",
        "v1.5/Tests/TextBlock.StyleOverrides.json",
        "v1.5/Tests/TableImpliedType.json",
        "v1.0/Tests/ColumnSet.ImplicitColumnType.json",
    ] {
        assert_eq!(errors(path), [""; 0], "{path}");
    }
}

#[test]
fn what_cannot_work_is_found_in_its_place() {
    for (path, expected) in [
        (
            "v1.0/Tests/TypeIsRequired.json",
            ["HC142 $.body[1]"].as_slice(),
        ),
        (
            "v1.5/Tests/StandaloneTableRow.json",
            &["HC145 $.body[1]", "HC145 $.body[3]", "HC145 $.body[4]"],
        ),
        (
            "v1.5/Scenarios/ActivityUpdate.json",
            &[
                "HC161 $.actions[0].card.actions[0]",
                "HC151 $.actions[0].card.body[0]",
                "HC161 $.actions[1].card.actions[0]",
                "HC151 $.actions[1].card.body[0]",
            ],
        ),
        (
            "v1.3/Tests/InvalidProperties.json",
            &[
                "HC146 $.body[2].items[3].items[0].columns[0].items[1]",
                "HC146 $.body[3].items[3]",
                "HC146 $.body[3].items[5]",
                "HC146 $.body[3].items[7].facts[2]",
                "HC146 $.body[3].items[7].facts[4]",
            ],
        ),
        ("v1.0/Tests/AdaptiveCard.MissingVersion.json", &["HC122 $"]),
        (
            "v1.2/Tests/Column.InvalidWidth.json",
            &[
                "HC148 $.body[0].columns[0].width",
                "HC161 $.body[0].columns[2].items[0].actions[0]",
            ],
        ),
        (
            "v1.1/Elements/ColumnSet.SelectAction.json",
            &["HC171 $.actions[0].url", "HC171 $.actions[1].url"],
        ),
    ] {
        assert_eq!(errors(path), expected, "{path}");
    }
}
