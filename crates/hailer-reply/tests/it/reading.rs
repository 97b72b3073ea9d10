//! Messages drawn for a terminal.

use hailer_reply::{ReadError, Style, read_message};

#[expect(clippy::expect_used, reason = "a helper of tests")]
fn draw(text: &str, style: Style) -> String {
    let json = serde_json::json!({ "type": "message", "text": text }).to_string();
    read_message(&json).expect("a message").to_terminal(style)
}

#[test]
fn wire_text_is_drawn_without_markup() {
    let table = [
        ("a<br>b<br/>c<br />d", "a\nb\nc\nd"),
        ("one\n\ntwo", "one\ntwo"),
        ("soft\nbreak", "soft break"),
        (
            "&lt;at&gt; &amp;lt; &#x41;&quot;&nbsp;&emsp;.",
            "<at> &lt; A\" \t.",
        ),
        ("a & b &unknown; &", "a & b &unknown; &"),
        (r"\*a\* C:\Users \\", r"*a* C:\Users \"),
        (
            "**bold** and *it* and _it_ and __bold__",
            "bold and it and it and bold",
        ),
        ("***both*** **a *b* c**", "both a b c"),
        ("snake_case 2*3*4 a * b ** c", "snake_case 234 a * b ** c"),
        ("**open and _open", "**open and _open"),
        ("**a _b**", "a _b"),
        ("snake_case end_", "snake_case end_"),
        ("_start snake_case", "_start snake_case"),
        ("`a *b* \\` c", "a *b* \\ c"),
        ("``a ` b`` ` c", "a ` b ` c"),
        (
            "[logs](https://logs.example)",
            "logs (https://logs.example)",
        ),
        (
            "[https://a.example](https://a.example)",
            "https://a.example",
        ),
        (
            "[**b**](http://x/\\_a&amp;b) [no] (link) ](x)",
            "b (http://x/_a&b) [no] (link) ](x)",
        ),
        (
            "<pre>a *b*\n\n&lt;/pre&gt; \\*\n</pre>",
            "a *b*\n\n</pre> \\*\n",
        ),
        ("x\n\n<pre>\n\ny</pre>\n\nz", "x\n\ny\nz"),
        ("<pre>never closed", "<pre>never closed"),
        ("<b>other tags</b>", "<b>other tags</b>"),
        ("\u{1b}[2J&#27;[31m&#x9b;\u{202e}red", "[2J&#27;[31mred"),
        ("", ""),
    ];
    for (wire, drawn) in table {
        assert_eq!(draw(wire, Style::Plain), drawn, "{wire:?}");
    }
}

#[test]
fn emphasis_can_be_ansi() {
    assert_eq!(
        draw("**a** _b_ \\*c\\*", Style::Ansi),
        "\x1b[1ma\x1b[22m \x1b[3mb\x1b[23m *c*"
    );
}

#[test]
fn a_terminal_shows_the_gaps_that_teams_shows() {
    let wire = "Up: **all**.<br>Now.\n\n<pre>\n  @ops status [x]  what &lt;is&gt; up\n\n@ops\n@ no\n</pre>\n\nMore";

    assert_eq!(
        draw(wire, Style::Monochrome),
        "Up: all.\nNow.\n\n    @ops status [x]  what <is> up\n\n  @ops\n  @ no\n\nMore"
    );
    assert_eq!(
        draw(wire, Style::Ansi),
        "Up: \x1b[1mall\x1b[22m.\nNow.\n\n    \x1b[1m@ops status [x]\x1b[22m  what <is> up\n\n  \
         \x1b[1m@ops\x1b[22m\n  @ no\n\nMore"
    );
}

#[test]
fn a_message_without_text_is_empty() {
    for json in [
        r#"{"type":"message"}"#,
        r#"{"type":"message","text":null,"attachments":[{}]}"#,
    ] {
        assert_eq!(read_message(json).expect("a message").text(), "");
    }
}

#[test]
fn what_is_no_message_is_refused() {
    assert!(matches!(
        read_message("<html>"),
        Err(ReadError::NotJson { .. })
    ));
    assert!(matches!(
        read_message(r#"{"type":"message","text":1}"#),
        Err(ReadError::NotJson { .. })
    ));
    assert!(
        matches!(read_message(r#"{"type":"typing"}"#), Err(ReadError::NotAMessage { kind }) if kind == "typing")
    );
}

#[test]
fn hostile_wire_text_is_read_in_linear_time() {
    let size = 400_000;
    for piece in [
        "*a ",
        "_a* ",
        "[",
        "](",
        "[a](",
        "`",
        "` `` ``` ",
        "\\`` ",
        "&",
        "&#",
        "<pre>",
        "<",
        "\\",
        "**a_",
    ] {
        let text = piece.repeat(size / piece.len());

        // Quadratic work would take minutes.
        let started = std::time::Instant::now();
        draw(&text, Style::Ansi);

        assert!(
            started.elapsed().as_secs() < 20,
            "{piece:?} takes {:?}",
            started.elapsed()
        );
    }
}
