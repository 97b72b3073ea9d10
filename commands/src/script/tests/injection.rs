//! What people type to get something else run, against every type of argument.

use std::fs;

use crate::script::argument::{ArgumentType, Pattern, ScriptArgument};

use super::{CancellationToken, Context, Finished, Folder, Launcher, RECORDER, Value, run, value};

/// Would run something, leave a word, or become an option, somewhere.
const BASES: [&str; 56] = [
    "$(touch CANARY)",
    "`touch CANARY`",
    ";touch CANARY",
    "; touch CANARY ;",
    "|touch CANARY",
    "||touch CANARY",
    "&touch CANARY",
    "&&touch CANARY",
    "\ntouch CANARY",
    "\r\ntouch CANARY\r\n",
    "\0touch CANARY",
    ">CANARY",
    ">>CANARY",
    "<(touch CANARY)",
    "$(<CANARY)",
    "${IFS}touch${IFS}CANARY",
    "';touch CANARY;'",
    "\";touch CANARY;\"",
    "'$(touch CANARY)'",
    "\"`touch CANARY`\"",
    "\\`touch CANARY\\`",
    "{service}",
    "{{service}}",
    "{value}",
    "%00",
    "%0atouch CANARY",
    "%n%n%s",
    "-rf",
    "--help",
    "--",
    "-",
    "--exec=touch CANARY",
    "-oProxyCommand=touch CANARY",
    "@/etc/passwd",
    "@CANARY",
    "../../etc/passwd",
    "/etc/passwd",
    "..\\..\\x",
    "~",
    "~root",
    "*",
    "?",
    "[a-z]",
    "$HOME",
    "$0",
    "!!",
    "#",
    "\u{1b}[31m",
    "\u{202e}txt.exe",
    "\u{2028}touch CANARY",
    "é\u{301}",
    "😀",
    " ",
    "\t",
    "-1",
    "1e309",
];

/// Puts a payload where a value is expected.
const AROUND: [&str; 10] = [
    "PAYLOAD",
    "apiPAYLOAD",
    "PAYLOADapi",
    "api PAYLOAD",
    "5PAYLOAD",
    "https://x/PAYLOAD",
    "a.PAYLOAD",
    "PAYLOADPAYLOAD",
    "\"PAYLOAD\"",
    "2026-11-24PAYLOAD",
];

pub(super) fn payloads() -> Vec<String> {
    let around = |base: &str| AROUND.map(|it| it.replace("PAYLOAD", base));
    let mut payloads: Vec<String> = BASES.into_iter().flat_map(around).collect();
    payloads.push("x".repeat(5000));
    payloads
}

pub(super) fn types() -> Vec<ArgumentType> {
    let (least, most) = (Some(1), Some(10));
    vec![
        ArgumentType::Text { lines: false },
        ArgumentType::Text { lines: true },
        ArgumentType::Integer { least, most },
        ArgumentType::Number { least, most },
        ArgumentType::Choice {
            choices: vec!["api".to_owned()],
        },
        ArgumentType::Duration,
        ArgumentType::DateTime,
        ArgumentType::Version,
        ArgumentType::Url,
        ArgumentType::Host,
        ArgumentType::Path {
            root: "/tmp".into(),
        },
        ArgumentType::Person,
        ArgumentType::Pattern(Pattern::new("[a-z]+|[0-9]+").unwrap()),
        ArgumentType::Secret,
    ]
}

#[test]
fn there_are_five_hundred_payloads() {
    assert!(payloads().len() >= 500);
}

#[tokio::test]
async fn whatever_is_typed_stays_one_word_of_the_argument_vector() {
    let folder = Folder::new().script("record.sh", RECORDER);
    let record = folder.path().join("record");
    let mut script = folder
        .read(&format!(
            "[script.x]\nhelp = \"x\"\nexec = [\"./record.sh\", \"first\", \"{{value}}\", \"last\"]\ncwd = \".\"\n\
             env = {{ RECORD = \"{}\" }}\nargs = [{{ name = \"value\", help = \"x\" }}]\n",
            record.display()
        ))
        .remove(0);
    let mut accepted = 0;
    for kind in types() {
        let argument = ScriptArgument::new("value", "x", kind);
        let values: Vec<String> = payloads()
            .iter()
            .filter_map(|typed| value::read(&argument, typed).ok())
            .collect();
        accepted += values.len();
        for one in &values {
            assert!(!one.starts_with('-') && !one.contains('\0'), "{one:?}");
        }
        script.arguments = vec![argument];
        let context = Context {
            values: vec![("value".to_owned(), Value::Many(values.clone()))],
            ..Context::default()
        };

        let finished = run(
            &script,
            &Launcher::direct(),
            &context,
            &CancellationToken::new(),
            |_| std::future::ready(Ok(())),
            |_| {},
        )
        .await;

        assert!(matches!(finished, Finished::Done(_)), "{finished:?}");
        let recorded = fs::read_to_string(&record).unwrap();
        let recorded: Vec<&str> = recorded.split_terminator('\0').collect();
        let expected: Vec<&str> = std::iter::once("first")
            .chain(values.iter().map(String::as_str))
            .chain(["last"])
            .collect();
        assert_eq!(recorded, expected, "{:?}", script.arguments);
        assert!(!folder.path().join("CANARY").exists());
    }
    // Texts take most of it, and the strict types next to nothing.
    assert!(accepted > 500, "{accepted}");
}

#[test]
fn strict_types_take_nothing_of_it() {
    let strict = [
        ArgumentType::Integer {
            least: Some(1),
            most: Some(10),
        },
        ArgumentType::Duration,
        ArgumentType::Version,
        ArgumentType::DateTime,
    ];
    for kind in strict {
        let argument = ScriptArgument::new("value", "x", kind.clone());
        for typed in payloads() {
            let read = value::read(&argument, &typed);
            let is_plain = |text: &str| {
                text.chars()
                    .all(|it| it.is_ascii_alphanumeric() || "-.:+ ".contains(it))
            };
            assert!(
                read.is_err() || is_plain(&read.unwrap()),
                "{kind:?} {typed:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_message_does_no_more_than_a_value() {
    let folder = Folder::new().script("record.sh", RECORDER);
    let record = folder.path().join("record");
    let canary = folder.path().join("CANARY");
    let bot = folder.bot(&format!(
        "[script.x]\nhelp = \"x\"\nexec = [\"./record.sh\", \"--\", \"{{value}}\"]\ncwd = \".\"\n\
         env = {{ RECORD = \"{}\" }}\nargs = [{{ name = \"value\", help = \"x\" }}]\n",
        record.display()
    ));
    for typed in [
        "\"$(touch CANARY)\"",
        "\"`touch CANARY`\"",
        "\"; touch CANARY\"",
        "'a\" || touch CANARY \"'",
        "\"--exec=touch CANARY\"",
        "{value}",
    ] {
        let _ = fs::remove_file(&record);
        bot.say(&format!("x {typed}")).await;
        let recorded = fs::read_to_string(&record).unwrap_or_default();
        let words = recorded.split_terminator('\0').count();
        assert!(words == 2 || recorded.is_empty(), "{typed}: {recorded:?}");
        assert!(!canary.exists(), "{typed}");
    }
}
