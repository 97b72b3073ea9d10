//! What holds for every text in every kind of block.

use hailer_reply::{MESSAGE_LIMIT, Reply, Style, escape, read_message, sanitise};
use proptest::prelude::*;

use crate::foreign_text::{cases, foreign_text};

fn any_reply() -> impl Strategy<Value = Reply> {
    prop::collection::vec((0..3_u8, foreign_text()), 1..6).prop_map(|blocks| {
        blocks
            .into_iter()
            .fold(Reply::text(""), |reply, (kind, text)| match kind {
                0 => reply.then_text(text),
                1 => reply.then_markdown(text),
                _ => reply.then_code(text),
            })
    })
}

fn is_hostile(character: char) -> bool {
    character.is_control() && character != '\n' && character != '\t'
        || matches!(character, '\u{200b}' | '\u{2060}' | '\u{feff}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        || matches!(
            character,
            '\u{2028}' | '\u{2029}' | '\u{e0000}'..='\u{e007f}'
        )
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn text_comes_back_as_it_was(text in foreign_text()) {
        let text = format!("{text}.");

        let message = Reply::text(text.as_str()).to_message();

        let read = read_message(message.json()).expect("our own message is readable");
        prop_assert_eq!(read.to_plain(), sanitise(&text));
    }

    #[test]
    fn code_comes_back_as_it_was(text in foreign_text()) {
        let text = format!("{text}.");

        let message = Reply::code(text.as_str()).to_message();

        let read = read_message(message.json()).expect("our own message is readable");
        prop_assert_eq!(read.to_plain(), sanitise(&text));
    }

    #[test]
    fn escaped_text_comes_back_from_markdown(text in foreign_text()) {
        let reply = Reply::markdown(format!("**by** {} .", escape(&text)));

        prop_assert_eq!(reply.to_plain(), format!("by {} .", sanitise(&text)));
    }

    #[test]
    fn a_message_reads_as_its_reply(reply in any_reply()) {
        let message = reply.to_message();

        let read = read_message(message.json()).expect("our own message is readable");
        prop_assert_eq!(read.to_plain(), reply.to_plain());
    }

    #[test]
    fn a_message_is_harmless(reply in any_reply()) {
        let message = reply.to_message();

        let json: serde_json::Value = serde_json::from_str(message.json()).expect("valid JSON");
        let text = json["text"].as_str().expect("a text");
        let without_ours = text.replace("<br>", "").replace("<pre>", "").replace("</pre>", "");
        prop_assert_eq!(json.as_object().map(serde_json::Map::len), Some(2));
        prop_assert!(!without_ours.contains('<'), "{}", text);
        prop_assert!(!text.chars().any(is_hostile), "{:?}", text);
        prop_assert!(message.json().len() <= MESSAGE_LIMIT);
        prop_assert_eq!(message.json().find("\"text\":\""), Some(18));
    }

    #[test]
    fn no_reply_is_blank(reply in any_reply()) {
        prop_assert!(!reply.to_plain().trim().is_empty());
        let read = read_message(reply.to_message().json()).expect("our own message is readable");
        prop_assert!(!read.to_plain().trim().is_empty());
    }

    #[test]
    fn any_wire_text_is_drawn_without_hostile_characters(text in foreign_text()) {
        let json = serde_json::json!({ "type": "message", "text": text }).to_string();

        let read = read_message(&json).expect("a message");

        prop_assert!(!read.to_plain().chars().any(is_hostile));
        let ansi = read.to_terminal(Style::Ansi);
        let ours = ["\x1b[1m", "\x1b[22m", "\x1b[3m", "\x1b[23m"];
        let without_ours = ours.iter().fold(ansi, |text, sequence| text.replace(sequence, ""));
        prop_assert!(!without_ours.chars().any(is_hostile), "{:?}", without_ours);
    }
}
