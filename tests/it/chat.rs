//! `hailer chat` from a script: standard input is no terminal here.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::command_line::{Ran, hailer};
use crate::server::{CONFIG, project};

fn chat(arguments: &[&str], script: &str) -> Ran {
    let folder = project(CONFIG);
    hailer(["chat"].iter().chain(arguments))
        .folder(folder.path())
        .input(script)
        .run()
}

#[test]
fn a_script_gets_answers_and_nothing_else() {
    let ran = chat(&[], "echo one\n\n@ops echo two\necho three");

    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{ran:?}");
    assert_eq!(ran.out, "one\ntwo\nthree\n");
}

#[test]
fn the_exit_code_is_0_whatever_the_answers_are() {
    let ran = chat(&[], "frobnicate\necho\n");

    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{ran:?}");
    assert!(
        ran.out.starts_with("I don't know \"frobnicate\"."),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("echo needs a text."), "{}", ran.out);
}

#[test]
fn people_and_channels_are_those_that_were_asked_for() {
    let script = "whoami\n/as Jo Lind\n/in general\nwhoami\n";

    let ran = chat(&["--as", "Dan", "--in", "deploys"], script);

    assert_eq!(ran.code, Some(0), "{ran:?}");
    let all =
        |begin: &str| -> Vec<&str> { ran.out.lines().filter(|it| it.starts_with(begin)).collect() };
    let names = all("You are ");
    assert!(
        names[0].starts_with("You are Dan;") && names[1].starts_with("You are Jo Lind;"),
        "{names:?}"
    );
    for id in ["person ", "channel "] {
        let ids = all(id);
        assert!(ids.len() == 2 && ids[0] != ids[1], "{ids:?}");
    }
}

#[test]
fn lines_that_continue_are_one_message() {
    let ran = chat(&[], "echo a \\\n  b\necho ```\nx \\\ny\n```\necho cut \\");

    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{ran:?}");
    assert_eq!(ran.out, "a \n  b\n```\nx \\\ny\n```\ncut\n");
}

#[test]
fn a_phone_types_as_phones_do() {
    let ran = chat(
        &[],
        "/phone on\necho \"a\" --b\n/phone off\necho \"a\" --b\n",
    );

    assert_eq!(
        ran.out, "\u{201C}a\u{201D} \u{2014}b\n\"a\" --b\n",
        "{ran:?}"
    );
}

#[test]
fn the_last_reply_can_be_seen_as_teams_would_get_it() {
    let ran = chat(&[], "echo a <b>\n/json\n/quit\necho never said\n");

    assert_eq!(ran.code, Some(0), "{ran:?}");
    let json = ran.out.strip_prefix("a <b>\n").unwrap();
    let reply: Value = serde_json::from_str(json).unwrap();
    assert_eq!(reply["text"], "a &lt;b&gt;");
}

#[test]
fn a_mistake_in_a_script_ends_it() {
    for (script, says) in [
        ("echo a\n/frob\necho b\n", "error: there is no /frob; "),
        ("echo a\n/as\necho b\n", "error: /as needs a name"),
    ] {
        let ran = chat(&[], script);

        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert_eq!(ran.out, "a\n");
        assert!(ran.err.starts_with(says), "{}", ran.err);
    }
    let ran = chat(&[], "/json\n");
    assert_eq!(ran.code, Some(2), "{ran:?}");
}

#[test]
fn a_slash_can_be_said() {
    let ran = chat(&[], "//etc\n");

    assert!(ran.out.starts_with("I don't know \"/etc\"."), "{}", ran.out);
}

#[test]
fn the_demo_can_be_talked_to_and_a_script_leaves_no_history() {
    let folder = tempfile::tempdir().unwrap();

    let ran = hailer(["chat"]).folder(folder.path()).input("ping\n").run();

    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{ran:?}");
    assert!(ran.out.starts_with("pong · hailer "), "{}", ran.out);
    let mut files: Vec<_> = fs::read_dir(folder.path().join(".hailer"))
        .unwrap()
        .map(|it| it.unwrap().file_name())
        .collect();
    files.sort();
    assert_eq!(files, ["demo", "dev-token"]);
    let token = fs::metadata(folder.path().join(".hailer/dev-token")).unwrap();
    assert_eq!(token.permissions().mode() & 0o777, 0o600);
}

#[test]
fn the_bots_address_may_be_taken() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let folder = project(CONFIG);

    let ran = hailer(["chat"])
        .folder(folder.path())
        .variable("HAILER_SERVER__LISTEN", &address)
        .input("echo a\n")
        .run();

    assert_eq!((ran.code, ran.out.as_str()), (Some(0), "a\n"), "{ran:?}");
}
