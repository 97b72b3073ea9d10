//! What a real CommonMark reader makes of our escapes: exactly the text, and nothing else.

use hailer_reply::{Reply, escape, read_message, sanitise};
use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::foreign_text::{cases, foreign_text};

const WITHOUT_EXTENSIONS: Options = Options::empty();

fn with_tables() -> Options {
    Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH
}

/// Reads Markdown that must be one paragraph of text and `<br>`.
fn read_paragraphs(markdown: &str, options: Options) -> Result<String, String> {
    let mut text = String::new();
    for event in Parser::new_ext(markdown, options) {
        match event {
            Event::Start(Tag::Paragraph) | Event::End(TagEnd::Paragraph) => {}
            Event::Text(part) => text.push_str(&part),
            Event::InlineHtml(tag) if &*tag == "<br>" => text.push('\n'),
            // A text that is nothing but one line break.
            Event::Start(Tag::HtmlBlock) | Event::End(TagEnd::HtmlBlock) if markdown == "<br>" => {}
            Event::Html(tag) if &*tag == "<br>" && markdown == "<br>" => text.push('\n'),
            other => return Err(format!("{other:?} in {markdown:?}")),
        }
    }
    Ok(text)
}

/// Spaces and tabs travel as characters that look alike.
fn blur(text: &str) -> String {
    text.replace('\u{a0}', " ").replace('\u{2003}', "\t")
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn escaped_text_is_drawn_as_it_was(text in foreign_text()) {
        for options in [WITHOUT_EXTENSIONS, with_tables()] {
            let drawn = read_paragraphs(&escape(&text), options);

            prop_assert_eq!(drawn.map(|drawn| blur(&drawn)), Ok(blur(&sanitise(&text))));
        }
    }

    #[test]
    fn escaped_text_is_drawn_as_it_was_within_markdown(text in foreign_text()) {
        let message = Reply::markdown(format!("see {} there", escape(&text))).to_message();
        let wire = read_message(message.json()).expect("our own message is readable");

        let drawn = read_paragraphs(wire.text(), with_tables()).map(|drawn| blur(&drawn));

        prop_assert_eq!(drawn, Ok(blur(&format!("see {} there", sanitise(&text)))));
    }

    #[test]
    fn code_is_one_html_block(text in foreign_text()) {
        let reply = Reply::text("before").then_code(format!("x{text}x")).then_text("after");
        let message = reply.to_message();
        let wire = read_message(message.json()).expect("our own message is readable");

        let mut html = String::new();
        let mut paragraphs = 0;
        for event in Parser::new_ext(wire.text(), with_tables()) {
            match event {
                Event::Html(part) => html.push_str(&part),
                Event::Start(Tag::Paragraph) => paragraphs += 1,
                Event::End(TagEnd::Paragraph) | Event::Start(Tag::HtmlBlock) | Event::End(TagEnd::HtmlBlock) => {}
                Event::Text(part) => prop_assert!(&*part == "before" || &*part == "after", "{:?}", part),
                other => prop_assert!(false, "{other:?}"),
            }
        }

        let escaped = sanitise(&text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        prop_assert_eq!(paragraphs, 2);
        prop_assert_eq!(html.trim_end_matches('\n'), format!("<pre>x{escaped}x</pre>"));
    }
}

#[test]
fn an_authors_markdown_keeps_its_meaning() {
    let reply = Reply::markdown(
        "**api** is _up_, see [logs](https://logs.example/a?b=1)\n\n`a -> b && c` <at>x</at>",
    );
    let message = reply.to_message();
    let wire = read_message(message.json()).expect("our own message is readable");

    let mut html = String::new();
    pulldown_cmark::html::push_html(&mut html, Parser::new(wire.text()));

    assert_eq!(
        html,
        "<p><strong>api</strong> is <em>up</em>, see <a href=\"https://logs.example/a?b=1\">logs</a></p>\n\
         <p><code>a -&gt; b &amp;&amp; c</code> &lt;at&gt;x&lt;/at&gt;</p>\n"
    );
}
