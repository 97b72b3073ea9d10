//! Cards that are too long for one message.

#![expect(clippy::expect_used, clippy::panic, reason = "helpers of tests")]

use std::time::{Duration, Instant};

use hailer_reply::{
    Action, ActionSet, Card, Column, ColumnSet, Container, FactSet, HeroCard, MESSAGE_LIMIT, Reply,
    RichTextBlock, Table, TableRow, Target, TextBlock, read_message,
};

/// Draws the message that a reply becomes, which must be within the limit but use most of it.
fn fitted(reply: &Reply) -> String {
    let message = reply.to_message();
    let size = message.json().len();
    assert!(size <= MESSAGE_LIMIT, "{size} bytes");
    assert!(size > MESSAGE_LIMIT * 9 / 10, "only {size} bytes");
    read_message(message.json())
        .expect("our own message is readable")
        .to_plain()
}

/// Returns the number in `… 12 more rows`.
fn missing(text: &str, noun: &str) -> usize {
    let (before, _) = text
        .split_once(&format!(" more {noun}"))
        .unwrap_or_else(|| panic!("no {noun} in {text}"));
    let (_, count) = before.rsplit_once('…').expect("an ellipsis");
    count.trim().parse().expect("a number")
}

#[test]
fn rows_go_from_the_end_and_are_counted() {
    let table = (1..=1_000).fold(Table::with_header(["Nr", "Name"]), |table, row| {
        table.with_row([row.to_string(), format!("name-{row}")])
    });
    let card = Card::titled("All names")
        .version_1_5()
        .with(table)
        .with("That is all.");

    let text = fitted(&Reply::card(card).then_text("Here they are:"));

    let kept = text.lines().filter(|line| line.contains("  name-")).count();
    assert!(text.starts_with("Here they are:\nAll names\nNr"), "{text}");
    assert!(text.ends_with(" more rows\nThat is all."), "{text}");
    assert_eq!(missing(&text, "rows"), 1_000 - kept);
    assert!(
        text.contains(&format!("name-{kept}\n…")),
        "the last kept row is {kept}"
    );
}

#[test]
fn facts_go_from_the_end_and_are_counted() {
    let facts = (1..=2_000).fold(FactSet::new(), |facts, at| {
        facts.with(format!("name {at}"), "value")
    });

    let text = fitted(&Reply::card(Card::titled("Facts").with(facts)));

    let kept = text.lines().filter(|line| line.ends_with("value")).count();
    assert_eq!(missing(&text, "lines"), 2_000 - kept);
}

#[test]
fn elements_go_from_the_end_and_are_counted() {
    let card = (1..=2_000).fold(Card::new(), |card, at| card.with(format!("line {at}")));

    let text = fitted(&Reply::card(card));

    let kept = text
        .lines()
        .filter(|line| line.starts_with("line "))
        .count();
    assert_eq!(missing(&text, "lines"), 2_000 - kept);
    assert!(text.contains(&format!("line {kept}\n…")));
}

#[test]
fn lines_of_a_paragraph_go_from_the_end_and_are_counted() {
    let lines: Vec<_> = (1..=5_000).map(|at| format!("line *{at}*")).collect();
    let long = TextBlock::new(lines.join("\n"));
    let card = Card::titled("Log")
        .with(Container::new().with(long))
        .with("End.");

    let text = fitted(&Reply::card(card));

    let kept = text
        .lines()
        .filter(|line| line.starts_with("line "))
        .count();
    assert_eq!(missing(&text, "lines"), 5_000 - kept);
    assert!(text.contains(&format!("line *{kept}*\n…")));
    assert!(text.starts_with("Log\n") && text.ends_with("\nEnd."));
}

#[test]
fn one_long_line_is_cut_within() {
    for card in [
        Card::new().with("x".repeat(100_000)),
        Card::new().with(RichTextBlock::new().with("x".repeat(100_000))),
    ] {
        let text = fitted(&Reply::card(card));

        let kept = text.bytes().filter(|&byte| byte == b'x').count();
        assert_eq!(missing(&text, "characters"), 100_000 - kept);
    }
}

#[test]
fn no_cut_is_within_an_escape_or_a_character() {
    for unit in ["*", "**_", "e\u{301}", "日", "<at>", "](", "👩\u{200d}🚀"] {
        for shift in 0..4 {
            let line = format!("{}{}", ".".repeat(shift), unit.repeat(40_000));
            let text = fitted(&Reply::card(Card::new().with(line.as_str())));

            let (kept, _) = text.split_once("\n…").expect("a note");
            assert!(line.starts_with(kept), "{unit}");
            let missing = missing(&text, "characters");
            assert_eq!(
                kept.chars().count() + missing,
                line.chars().count(),
                "{unit}"
            );
            assert!(!kept.ends_with('e'), "the accent is gone");
        }
    }
}

#[test]
fn columns_share_the_room() {
    let column = |word: &str| Column::new().with(format!("{word} ").repeat(10_000));
    let card = Card::new().with(ColumnSet::new().with(column("left")).with(column("right")));

    let text = fitted(&Reply::card(card));

    assert!(text.matches("left").count() > 1_000);
    assert!(text.matches("right").count() > 1_000);
}

#[test]
fn the_longer_of_two_cards_gives_way() {
    let long = Card::titled("Long").with("word ".repeat(20_000));
    let short = Card::titled("Short").with("Nothing of this is missing.");

    let text = fitted(&Reply::card(long).then_card(short));

    assert!(
        text.ends_with("Short\nNothing of this is missing."),
        "{text}"
    );
}

#[test]
fn too_many_cards_are_counted() {
    let reply = (0..100).fold(Reply::text("Cards:"), |reply, at| {
        reply.then_card(Card::titled(format!("Card {at}")).with("x".repeat(1_000)))
    });

    let message = reply.to_message();

    let read = read_message(message.json()).expect("our own message is readable");
    assert!(message.json().len() <= MESSAGE_LIMIT);
    assert_eq!(read.attachments().len(), 6);
    assert!(
        read.to_plain()
            .starts_with("Cards:\n… 94 more cards\nCard 0\n"),
        "{}",
        read.to_plain()
    );
}

#[test]
fn a_long_card_of_another_kind_becomes_its_text_form() {
    let hero = HeroCard::new("Title").with_text(&"word ".repeat(10_000));

    let text = fitted(&Reply::hero_card(hero));

    assert!(text.starts_with("Title\nword word"), "{text}");
}

#[test]
fn a_toggle_forgets_what_was_cut() {
    let rows = (0..1_000).fold(Card::titled("Rows"), |card, at| {
        card.with(TextBlock::new("word ".repeat(20)).with_id(format!("row-{at}")))
    });
    let card = rows
        .with_action(Action::toggle_visibility(
            "Both",
            [Target::toggle("row-0"), Target::toggle("row-999")],
        ))
        .with_action(Action::toggle_visibility(
            "Gone",
            [Target::toggle("row-999")],
        ))
        .with_action(Action::toggle_visibility("Wrong", [Target::toggle("none")]));

    let message = Reply::card(card).to_message();

    let message: serde_json::Value = serde_json::from_str(message.json()).expect("JSON");
    let actions = &message["attachments"][0]["content"]["actions"];
    assert_eq!(
        *actions,
        serde_json::json!([
            {"type": "Action.ToggleVisibility", "title": "Both", "targetElements": [{"elementId": "row-0"}]},
            {"type": "Action.ToggleVisibility", "title": "Wrong", "targetElements": [{"elementId": "none"}]},
        ])
    );
}

#[test]
fn a_toggle_within_the_body_forgets_what_was_cut() {
    let toggle = || {
        let targets = [Target::show("row-0"), Target::hide("row-999")];
        ActionSet::new().with(Action::toggle_visibility("Both", targets))
    };
    let head = Card::new()
        .with(Container::new().with(toggle()))
        .with(ColumnSet::new().with(Column::new().with(toggle())))
        .with(Table::with_header(["Toggle"]).with_row(TableRow::new().with(toggle())))
        .with_action(Action::show_card("More", Card::new().with(toggle())));
    let card = (0..1_000).fold(head, |card, at| {
        card.with(TextBlock::new("word ".repeat(20)).with_id(format!("row-{at}")))
    });

    let json = Reply::card(card).to_message().into_json();

    assert_eq!(json.matches(r#""elementId":"row-0""#).count(), 4);
    assert_eq!(json.matches("row-999").count(), 0);
}

#[test]
fn deep_nesting_stays_readable() {
    let mut container = Container::new().with("the innermost");
    for _ in 0..2_000 {
        container = Container::new().with(container);
    }

    let message = Reply::card(Card::new().with(container)).to_message();

    let read = read_message(message.json()).expect("our own message is readable");
    assert_eq!(read.to_plain(), "the innermost");
}

#[test]
fn cutting_takes_linear_time() {
    let time = |rows: usize| {
        let table = (0..rows).fold(Table::with_header(["a", "b"]), |table, _| {
            table.with_row(["x", "y"])
        });
        let reply = Reply::card(Card::new().version_1_5().with(Container::new().with(table)));
        let start = Instant::now();
        drop(reply.to_message());
        start.elapsed()
    };

    let (short, long) = (time(5_000), time(50_000));

    assert!(
        long < (short + Duration::from_millis(20)) * 40,
        "{short:?} became {long:?}"
    );
}
