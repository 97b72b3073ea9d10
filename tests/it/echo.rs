//! `echo` shows exactly the text it was given: no markup, no mention, no change.

use serde_json::Value;

use crate::http::Response;
use crate::server::Server;

/// What a person types behind `echo`, and what travels back.
const TYPED: [(&str, &str); 38] = [
    ("hello world", "hello world"),
    (
        "Hello, World! (42 %) = {fine}; ok?",
        "Hello, World! (42 %) = {fine}; ok?",
    ),
    // HTML
    ("a < b && b > c", "a &lt; b &amp;&amp; b &gt; c"),
    ("<b>bold</b>", "&lt;b&gt;bold&lt;/b&gt;"),
    ("<at>ops</at> hi", "&lt;at&gt;ops&lt;/at&gt; hi"),
    (
        "&lt;at&gt;ops&lt;/at&gt;",
        "&amp;lt;at&amp;gt;ops&amp;lt;/at&amp;gt;",
    ),
    ("&amp;amp;", "&amp;amp;amp;"),
    (
        "<script>alert(1)</script>",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
    ),
    ("\"double\" 'single'", "\"double\" 'single'"),
    // Markdown
    (
        "**bold** _it_ ~~gone~~",
        r"\*\*bold\*\* \_it\_ \~\~gone\~\~",
    ),
    (
        "[label](https://x.example)",
        r"\[label\](https://x.example)",
    ),
    ("![image](x.png)", r"!\[image\](x.png)"),
    ("`code` and ```fence```", r"\`code\` and \`\`\`fence\`\`\`"),
    ("# title", r"\# title"),
    ("- item", r"\- item"),
    ("1. item", r"1\. item"),
    ("> quote", "&gt; quote"),
    (r"a\*b \ c\", r"a\\\*b \\ c\\"),
    ("---", r"\---"),
    // What people really say
    ("snake_case_name v1.2.3-rc.1", "snake_case_name v1.2.3-rc.1"),
    (
        r"C:\Users\mira /var/log/*.log",
        r"C:\Users\mira /var/log/\*.log",
    ),
    (
        "https://ci.example/run?a=1&b=2_3#x",
        "https://ci.example/run?a=1&amp;b=2_3#x",
    ),
    ("mira@contoso.example", "mira@contoso.example"),
    ("--force key=value -x", "--force key=value -x"),
    ("--help", "--help"),
    ("\u{2014}force \u{201c}open", "\u{2014}force \u{201c}open"),
    ("it's 5 o'clock", "it's 5 o'clock"),
    ("echo echo", "echo echo"),
    // Space
    ("one\ntwo\n\nthree", "one<br>two<br><br>three"),
    ("a  b", "a&nbsp; b"),
    // The world
    ("naïve café größer", "naïve café größer"),
    ("日本語のテキスト", "日本語のテキスト"),
    ("مرحبا بالعالم", "مرحبا بالعالم"),
    ("שלום עולם", "שלום עולם"),
    ("🚀 👩‍🚀 👍🏽 🇩🇪", "🚀 👩‍🚀 👍🏽 🇩🇪"),
    ("می\u{200c}خواهم", "می\u{200c}خواهم"),
    ("𝔘𝔫𝔦𝔠𝔬𝔡𝔢 ⒜ ﬀ", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 ⒜ ﬀ"),
    ("e\u{301} is not é", "e\u{301} is not é"),
];

/// What Teams' editor sends for what a person saw, and what travels back.
const EDITED: [(&str, &str); 14] = [
    ("echo <strong>bold</strong> <em>it</em>", "bold it"),
    ("echo one<br>two", "one<br>two"),
    ("<p>echo one</p><p>two</p>", "one<br>two"),
    ("echo&nbsp;a&nbsp;b", "a b"),
    ("echo &lt;at&gt;ops&lt;/at&gt;", "&lt;at&gt;ops&lt;/at&gt;"),
    ("echo &amp;lt;at&amp;gt;", "&amp;lt;at&amp;gt;"),
    (
        "echo &quot;x&quot; &#39;y&#39; &#x3c;z&#62;",
        "\"x\" 'y' &lt;z&gt;",
    ),
    (
        "echo <a href=\"https://x.example/?a=1&amp;b=2\">the label</a>",
        "the label",
    ),
    ("echo <at>Dana Osei</at> hi", "@Dana Osei hi"),
    ("echo hi <at>ops</at>", "hi"),
    (
        "echo go <img alt=\"🚀\" itemtype=\"http://schema.skype.com/Emoji\" src=\"x\"> now",
        "go 🚀 now",
    ),
    ("echo <code>a * b</code>", r"a \* b"),
    ("echo <pre>a\n  b</pre>", "a<br>&nbsp; b"),
    ("echo a\u{200b}b\u{202e}c\u{feff}", "abc"),
];

#[tokio::test]
async fn what_is_typed_comes_back() {
    let server = Server::start().await;

    for (typed, wire) in TYPED {
        let response = server.say(&format!("echo {typed}")).await;

        assert_eq!(response.wire(), wire, "{typed:?}");
        assert_eq!(response.text(), typed);
        assert_is_plain(&response);
    }
}

#[tokio::test]
async fn what_was_seen_in_the_editor_comes_back() {
    let server = Server::start().await;

    for (html, wire) in EDITED {
        let response = server.teams.say_html(html).await;

        assert_eq!(response.wire(), wire, "{html}");
        assert_is_plain(&response);
    }
}

#[tokio::test]
async fn whatever_is_typed_no_tag_and_no_mention_comes_back() {
    let server = Server::start().await;
    let parts = [
        "<at>", "</at>", "<", ">", "&", "&lt;", "at", "ops", "*", "_", "`", "\\", "[", "](", ")",
        "\n", " ", "x",
    ];
    // A fixed walk over pairs and triples: the same texts in every run.
    for (first, one) in parts.iter().enumerate() {
        let mut typed = String::from("echo .");
        for (second, two) in parts.iter().enumerate() {
            let three = parts[(first * 7 + second * 5) % parts.len()];
            typed.push_str(&format!("{one}{two}{three}"));
        }
        typed.push('.');
        let shown = typed.strip_prefix("echo ").unwrap();

        let response = server.say(&typed).await;

        assert_is_plain(&response);
        assert_eq!(response.text(), shown);
    }
}

#[tokio::test]
async fn a_text_that_is_too_long_is_cut_and_says_so() {
    let server = Server::start().await;
    let typed = "0123456789abcdef ".repeat(3_000);

    let response = server.say(&format!("echo {typed}")).await;

    let text = response.text();
    assert!(
        response.body.len() <= 28_000 && response.body.len() > 26_000,
        "{}",
        response.body.len()
    );
    assert!(
        text.starts_with("0123456789abcdef 0123456789abcdef"),
        "{}",
        &text[..100]
    );
    assert!(
        !text.trim_end().ends_with("cdef"),
        "{}",
        &text[text.len() - 200..]
    );
}

#[tokio::test]
async fn echo_without_a_text_says_how() {
    let server = Server::start().await;

    let response = server.say("echo").await;

    assert_eq!(response.outcome(), "usage");
    assert_eq!(
        response.text(),
        "echo needs a text.\n@ops echo <text>\nFor example: @ops echo hello world"
    );
}

/// Checks that nothing in the reply could be drawn as a tag but our own line breaks.
fn assert_is_plain(response: &Response) {
    let json: Value = serde_json::from_str(&response.body).unwrap();
    let wire = response.wire().replace("<br>", "");
    assert!(!wire.contains(['<', '>']), "{wire}");
    assert_eq!(json["type"], "message");
    assert!(json.get("attachments").is_none());
    assert!(json.get("entities").is_none());
}
