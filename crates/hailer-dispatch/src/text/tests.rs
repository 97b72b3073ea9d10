use std::path::Path;

use hailer_activity::{Activity, HmacKey, verify};
use proptest::prelude::{Just, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};
use serde_json::Value;

use super::MessageText;

/// Every sample body, with the text that it stands for.
#[test]
fn every_sample_gives_its_command_text() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let Some(stem) = name.strip_suffix(".expect.json") else {
            continue;
        };
        let expected: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let body = std::fs::read(path.with_file_name(format!("{stem}.json"))).unwrap();
        let activity = activity(body);

        let text = MessageText::from_activity(&activity, expected["bot"].as_str().unwrap());

        assert_eq!(
            text.command_text(),
            expected["command_text"].as_str().unwrap(),
            "{name}"
        );
        count += 1;
    }
    assert_eq!(count, 34, "samples");
}

fn activity(body: Vec<u8>) -> Activity {
    let key = HmacKey::from_base64("WCXQE0U6B4wUvuoQv0HiM4FNZKazjXrgCS5TCHfipWI=").unwrap();
    let header = key.sign(&body);
    Activity::parse(&verify(&[key], Some(header.as_bytes()), body.into()).unwrap()).unwrap()
}

fn raw(source: &str) -> String {
    MessageText::from_html(source, "ops").raw().to_owned()
}

#[test]
fn line_breaks_survive_in_the_raw_form() {
    assert_eq!(raw("<at>ops</at> note a\nb\r\nc\n"), "note a\nb\nc");
    assert_eq!(
        raw("<div><at>ops</at> a</div>\n<div>b</div>\n<div>&nbsp;</div>\n<div>c</div>"),
        "a\nb\n\nc"
    );
    assert_eq!(
        raw("<at>ops</at> list<ul><li>one</li><li>two</li></ul>end"),
        "list\none\ntwo\nend"
    );
}

#[test]
fn code_keeps_its_lines_and_indentation() {
    let source = "<at>ops</at> apply <codeblock class=\"Yaml\"><code>a:<br>&nbsp;&nbsp;b: \u{201c}x\u{201d}<br>\tc</code></codeblock> now";

    assert_eq!(raw(source), "apply\na:\n  b: \u{201c}x\u{201d}\n\tc\n now");
}

#[test]
fn what_is_quoted_from_another_message_is_gone() {
    assert_eq!(raw("<quoted messageId=\"1\"/><at>ops</at> ping"), "ping");
    assert_eq!(
        raw("<quoted messageId=\"1\">deploy api</quoted><at>ops</at> ping"),
        "ping"
    );
    assert_eq!(
        raw(
            "<blockquote itemtype=\"http://schema.skype.com/Reply\"><p>deploy</p></blockquote><p><at>ops</at> ping</p>"
        ),
        "ping"
    );
}

#[test]
fn a_quotation_that_is_no_reply_stays() {
    assert_eq!(
        raw("<at>ops</at> say <blockquote>hello</blockquote>"),
        "say\nhello"
    );
}

#[test]
fn only_the_exact_name_is_the_bot() {
    let text = MessageText::from_html(
        "<at>Deployer Lindqvist</at> and <at>DEPLOYER</at>: go",
        "Deployer",
    );

    assert_eq!(text.command_text(), "@Deployer Lindqvist and : go");
    assert_eq!(text.mentions()[0].name, "Deployer Lindqvist");
}

#[test]
fn typed_markup_never_becomes_a_mention() {
    let text = MessageText::from_html("<at>ops</at> echo &lt;at&gt;ops&lt;/at&gt; &amp;lt;", "ops");

    assert_eq!(text.command_text(), "echo <at>ops</at> &lt;");
    assert!(text.mentions().is_empty());
}

#[test]
fn raw_text_within_a_mention_is_no_part_of_the_name() {
    for source in [
        "<at><xmp><at>ops</at>",
        "<at>Dana <xmp></at><b></xmp>",
        "<a href=\"x\"><xmp><at>ops</at></xmp></a>",
    ] {
        let text = MessageText::from_html(source, "ops");

        assert!(
            !text.command_text().contains("at>"),
            "{source}: {}",
            text.command_text()
        );
        assert!(
            text.links().iter().all(|link| !link.label.contains("at>")),
            "{source}"
        );
    }
}

#[test]
fn a_lone_angle_bracket_is_text() {
    assert_eq!(raw("<at>ops</at> if a<b then 1 < 2"), "if a<b then 1 < 2");
}

#[test]
fn link_targets_are_kept_beside_the_text() {
    let text = MessageText::from_html(
        "<at>ops</at> see <a href=\"https://a.example/1\">the <b>page</b></a>",
        "ops",
    );

    assert_eq!(text.command_text(), "see the page");
    assert_eq!(text.links()[0].target, "https://a.example/1");
    assert_eq!(text.links()[0].label, "the page");
}

#[test]
fn joiners_stay_and_invisible_characters_go() {
    let family = "\u{1F468}\u{200D}\u{1F469}";
    let source = format!(
        "<at>ops</at>\u{200B} a\u{FEFF}b\u{2060} {family} \u{645}\u{200C}\u{646}\u{0}\u{1b}[31m"
    );

    assert_eq!(
        raw(&source),
        format!("ab {family} \u{645}\u{200C}\u{646}[31m")
    );
}

#[test]
fn tags_nested_ten_thousand_deep_are_refused_unread() {
    for tag in ["div", "at", "b", "code", "span", "blockquote", "a", "<"] {
        let source = format!("<at>ops</at> {}x", format!("<{tag}>").repeat(10_000));

        let text = MessageText::from_html(&source, "ops");

        assert!(
            text.is_too_complex() && text.command_text().is_empty(),
            "{tag}"
        );
    }
}

#[test]
fn many_tags_are_read() {
    for tag in ["div", "at", "b", "code", "span", "blockquote", "a"] {
        let source = format!("<at>ops</at> {}x", format!("<{tag}>").repeat(900));

        assert_eq!(
            MessageText::from_html(&source, "ops")
                .raw()
                .trim_start_matches('@'),
            "x",
            "{tag}"
        );
    }
}

#[test]
fn an_entity_tells_the_id_of_a_mention() {
    let body = r#"{"text":"<at>ops</at> page <at>Dana</at>","entities":[{"type":"mention","mentioned":{"id":"29:d","name":"Dana"}}]}"#;

    let text = MessageText::from_activity(&activity(body.into()), "ops");

    assert_eq!(text.mentions()[0].id.as_deref(), Some("29:d"));
}

/// Pieces that messages of Teams are made of, and pieces that break parsers.
fn pieces() -> impl Strategy<Value = String> {
    let known = prop_oneof![
        Just("<at>ops</at>"),
        Just("<at>Dana Osei</at>"),
        Just("<at>"),
        Just("</at>"),
        Just("<at/>"),
        Just("&nbsp;"),
        Just("<p>"),
        Just("</p>"),
        Just("<br>"),
        Just("<code>"),
        Just("</code>"),
        Just("<codeblock>"),
        Just("</codeblock>"),
        Just("<quoted/>"),
        Just("<b>"),
        Just("</b>"),
        Just("<"),
        Just("<<b>at>"),
        Just("a<b"),
        Just("\u{200B}"),
        Just("\u{FEFF}"),
        Just("\u{0}"),
        Just("\r\n"),
        Just("\t"),
        Just("\u{3000}"),
        Just("<xmp>"),
        Just("</xmp>"),
        Just("<!--"),
        Just("-->"),
        Just("<a href=\"x\">"),
        Just("</a>"),
        Just("<table><tr><td>"),
        Just("<svg>"),
    ];
    let piece = prop_oneof![3 => known.prop_map(str::to_owned), 1 => any::<String>().prop_map(|it| it.replace('&', "+"))];
    proptest::collection::vec(piece, 0..12).prop_map(|it| it.concat())
}

proptest! {
    #[test]
    fn nothing_but_text_comes_out(source in pieces()) {
        let text = MessageText::from_html(&source, "ops");
        let line = text.command_text();

        prop_assert!(!line.contains("<at>") && !line.contains("</at>"), "{line:?}");
        prop_assert!(!line.chars().any(|it| it.is_control() || it == '\u{200B}' || it == '\u{FEFF}'), "{line:?}");
        prop_assert!(text.spans().iter().all(|it| text.raw().get(it.range.clone()).is_some()));
    }

    #[test]
    fn joiners_are_never_lost(words in "[a-z\u{200C}\u{200D}]{1,20}") {
        let text = MessageText::from_html(&format!("<at>ops</at><i>x</i> {words}"), "ops");

        prop_assert_eq!(text.command_text(), format!("x {words}"));
    }

    #[test]
    fn what_came_out_comes_out_again(source in pieces()) {
        let first = MessageText::from_html(&source, "ops");
        let written = first.command_text().replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");

        let second = MessageText::from_html(&written, "ops");

        prop_assert_eq!(second.command_text(), first.command_text());
    }

    #[test]
    fn the_short_way_and_the_long_way_agree(
        before in "[ \r\n]{0,2}",
        words in proptest::collection::vec(prop_oneof![
            any::<String>().prop_map(|it| it.replace(['<', '&'], " ")),
            Just("&nbsp;".to_owned()), Just("&lt;at&gt;".to_owned()), Just("&amp;amp;".to_owned()), Just(":".to_owned()),
        ], 0..6),
    ) {
        let source = format!("{before}<at>ops</at>{}", words.concat());
        let short = super::fast::normalise(&source, "ops");
        prop_assert!(short.is_some());

        let long = MessageText::from_markup(&source, "ops");

        prop_assert_eq!(short.unwrap_or_default(), long.raw());
    }
}
