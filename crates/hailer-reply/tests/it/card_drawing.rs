//! Cards without Teams: as a terminal draws them, and as text.

#![expect(clippy::expect_used, reason = "helpers of tests")]

use hailer_reply::{
    Action, Card, Column, ColumnSet, Container, Image, Reply, Style, Table, read_message,
};
use serde_json::json;

use crate::cards::{deployed, url};

fn terminal(reply: &Reply) -> String {
    let message = read_message(reply.to_message().json()).expect("our own message is readable");
    message.to_terminal(Style::Monochrome)
}

#[test]
fn a_terminal_draws_a_border_round_a_card() {
    let reply = Reply::text("Here:").then_card(deployed());

    assert_eq!(
        terminal(&reply),
        "\
Here:

┌ api deployed ──────────────────────────────┐
│ production · 12 minutes ago · v2.41.0      │
│ Commit  9f3c1e2                            │
│ By      Mira                               │
│ Open pipeline (https://ci.example/run/812) │
└────────────────────────────────────────────┘"
    );
}

#[test]
fn a_border_holds_wide_and_long_lines() {
    let card = Card::titled("日本語")
        .with("e\u{301}a")
        .with("x".repeat(120))
        .with("word ".repeat(30));

    let drawn = terminal(&Reply::card(card));

    let (first, rest) = drawn.split_once('\n').expect("lines");
    assert_eq!(first, format!("┌ 日本語 {}┐", "─".repeat(90)));
    let lines: Vec<_> = rest.lines().collect();
    assert_eq!(lines[0], format!("│ e\u{301}a{} │", " ".repeat(94)));
    assert_eq!(lines[1], format!("│ {} │", "x".repeat(96)));
    assert_eq!(
        lines[2],
        format!("│ {}{} │", "x".repeat(24), " ".repeat(72))
    );
    assert_eq!(lines[3], format!("│ {}word   │", "word ".repeat(18)));
}

#[test]
fn every_element_has_a_text_form() {
    let inner = Card::new().with("unfolded").with("twice");
    let card = Card::new()
        .with(Image::new(url("https://x.example/a.png"), "a graph"))
        .with(Image::new(url("https://x.example/a.png"), " "))
        .with(
            ColumnSet::new()
                .with(Column::new().with("left"))
                .with(Column::new().with("right")),
        )
        .with(
            ColumnSet::new()
                .with(Column::new().with("up").with("down"))
                .with(Column::new().with("side")),
        )
        .with(
            Container::new()
                .with("linked")
                .with_link(url("https://x.example/")),
        )
        .with(
            Table::with_header(["Name", "State"])
                .with_row(["a\nb", "**"])
                .with_row(["long name", ""]),
        )
        .with_action(Action::show_card("More", inner))
        .with_action(Action::open_url("", url("https://x.example/b")));

    let text = "\
[image: a graph]
[image]
left  right
up
down
side
linked
(https://x.example/)
Name       State
a b        **
long name
More
  unfolded
  twice
https://x.example/b";
    assert_eq!(card.to_text(), text);
    let message = Reply::card(card).to_message();
    assert_eq!(
        read_message(message.json()).expect("readable").to_plain(),
        text
    );
}

#[test]
fn what_others_send_is_drawn_without_steering_the_terminal() {
    let message = json!({"type": "message", "summary": "s", "attachments": [
        {"contentType": "application/vnd.microsoft.card.adaptive", "content": {"type": "AdaptiveCard", "body": [
            {"type": "Input.Text", "id": "x"},
            {"type": "TextBlock", "text": "\u{1b}[31mred\u{202e} [a](javascript:\u{1b}x)"},
            {"type": "RichTextBlock", "inlines": ["plain ", {"type": "TextRun", "text": "run"}]},
            {"type": "FactSet", "facts": [{"title": "a\u{1b}", "value": 7}, null]},
            {"type": "Table", "rows": "none"},
            {}, 7, null, "text",
        ], "actions": [{"type": "Action.Submit", "title": "Send\u{1b}"}]}},
        {"contentType": "application/vnd.microsoft.card.signin", "content": {}},
        7,
    ]});

    let read = read_message(&message.to_string()).expect("a message");

    assert_eq!(read.summary(), Some("s"));
    assert_eq!(read.attachments().len(), 3);
    for style in [Style::Plain, Style::Monochrome] {
        let drawn = read.to_terminal(style);
        assert!(!drawn.contains(['\u{1b}', '\u{202e}']), "{drawn:?}");
    }
    assert_eq!(
        read.to_plain(),
        "[input.text]\n[31mred a (javascript:x)\nplain run\na\n\n[]\n[]\n[]\n[]\n[Send]\n\
         [attachment: application/vnd.microsoft.card.signin]\n[attachment: ]"
    );
}
