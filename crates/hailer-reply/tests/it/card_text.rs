//! Foreign text in cards: what a real CommonMark reader, and the reader of phones, make of it.

use hailer_reply::{Card, FactSet, TextBlock, escape_card, sanitise};
use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::foreign_text::{cases, foreign_text};

/// Reads Markdown that must be paragraphs of text.
pub(crate) fn read_paragraphs(markdown: &str) -> Result<String, String> {
    let mut paragraphs = Vec::new();
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Paragraph) => paragraphs.push(String::new()),
            Event::End(TagEnd::Paragraph) => {}
            Event::Text(part) => match paragraphs.last_mut() {
                Some(paragraph) => paragraph.push_str(&part),
                None => return Err(format!("text outside of a paragraph in {markdown:?}")),
            },
            other => return Err(format!("{other:?} in {markdown:?}")),
        }
    }
    Ok(paragraphs.join("\n"))
}

/// Spaces, tabs and blank lines travel as characters that look alike.
pub(crate) fn blur(text: &str) -> String {
    let text = text
        .replace(['\u{a0}'], " ")
        .replace('\u{2003}', "\t")
        .replace('\u{200b}', "");
    let lines: Vec<_> = text
        .split('\n')
        .map(|line| if line == " " { "" } else { line })
        .collect();
    lines.join("\n")
}

/// Says whether the reader of phones, to which a backslash means nothing there, would find a link or a mention.
pub(crate) fn has_link_or_mention(wire: &str) -> bool {
    let lower = wire.to_ascii_lowercase();
    lower.contains("](") || lower.contains("<at") || lower.contains("</at")
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn escaped_text_is_drawn_as_it_was(text in foreign_text()) {
        let wire = escape_card(&text);

        let drawn = read_paragraphs(&wire).map(|drawn| blur(&drawn));

        prop_assert_eq!(drawn, Ok(blur(&sanitise(&text))));
        prop_assert!(!has_link_or_mention(&wire), "{}", wire);
        prop_assert!(!wire.contains("~~"), "{}", wire);
    }

    #[test]
    fn escaped_text_is_drawn_as_it_was_within_markdown(text in foreign_text()) {
        let text = sanitise(&text);
        let text = text.trim_matches('\n');
        let wire = format!("see {}(x) there", escape_card(text));

        let drawn = read_paragraphs(&wire).map(|drawn| blur(&drawn));

        prop_assert_eq!(drawn, Ok(blur(&format!("see {text}(x) there"))));
        prop_assert!(!has_link_or_mention(&wire), "{}", wire);
    }

    #[test]
    fn text_comes_back_as_it_was(text in foreign_text()) {
        let text = format!("{text}.");

        let card = Card::new().with(TextBlock::new(text.as_str()));

        prop_assert_eq!(blur(&card.to_text()), blur(&sanitise(&text)));
    }
}

#[test]
fn what_could_mean_something_is_parted_or_escaped() {
    let table = [
        // Untouched.
        ("hello world", "hello world"),
        (
            "snake_case path/to/my_file.tar.gz",
            "snake_case path/to/my_file.tar.gz",
        ),
        (r"C:\Users\mira", r"C:\Users\mira"),
        ("2 * 3 _ 4", "2 * 3 _ 4"),
        ("a < b && c > d & e", "a < b && c > d & e"),
        ("[api] is up (2)", "[api] is up (2)"),
        ("-1 --dry-run +49 #12", "-1 --dry-run +49 #12"),
        ("v2.41.0 1.5 s", "v2.41.0 1.5 s"),
        (
            "https://ci.example/run?a=1&b=2",
            "https://ci.example/run?a=1&b=2",
        ),
        // Parted, which every reader draws as it was.
        ("[a](b)", "[a]\u{200b}(b)"),
        ("[a]: /b", "[a]\u{200b}: /b"),
        ("<at>Dana</at>", "<\u{200b}at>Dana<\u{200b}/at>"),
        ("<https://x.example>", "<\u{200b}https://x.example>"),
        ("&lt; &#60;", "&\u{200b}lt; &\u{200b}#60;"),
        ("# title", "\u{200b}# title"),
        (
            "- a\n1. b\n> c",
            "\u{200b}- a\n\n\u{200b}1. b\n\n\u{200b}> c",
        ),
        ("---", "\u{200b}---"),
        ("~~a~~", "~\u{200b}~a~\u{200b}~\u{200b}"),
        (r"\[ \\", "\\\u{200b}[ \\\u{200b}\\\u{200b}"),
        // Escaped, because nothing parts them.
        ("*a* _b_ `c`", r"\*a\* \_b\_ \`c\`"),
        // White space.
        ("a\n\nb", "a\n\n\u{a0}\n\nb"),
        ("  a  b\tc ", "\u{a0} a\u{a0} b\u{2003}c\u{a0}"),
        // What steers or hides.
        ("a\x1b[31m\u{202e}\0b", "a[31mb"),
    ];
    for (text, wire) in table {
        assert_eq!(escape_card(text), wire, "{text:?}");
    }
}

#[test]
fn an_authors_markdown_is_drawn_without_markers() {
    let card = Card::new()
        .with(TextBlock::markdown(
            "**api** is _up_, see [logs](https://logs.example/a)",
        ))
        .with(TextBlock::markdown("Done:\n- one\n- two\n\nBye &lt; `x`"))
        .with(TextBlock::link(
            "run [812] *",
            &"https://ci.example/a_(b)".parse().unwrap(),
        ))
        .with(FactSet::new().with_markdown("State", "**up**"));

    assert_eq!(
        card.to_text(),
        "api is up, see logs (https://logs.example/a)\nDone:\n- one\n- two\nBye &lt; `x`\n\
         run (812) * (https://ci.example/a%5F%28b%29)\nState  up"
    );
}
