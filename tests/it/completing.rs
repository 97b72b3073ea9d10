//! What surrounds the verbs: help, completions, exit codes, readers that go away.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use crate::command_line::hailer;
use crate::server::{CONFIG, project};

const VERBS: [&str; 7] = [
    "serve",
    "check",
    "send",
    "sign",
    "verify",
    "commands",
    "completions",
];

#[test]
fn completions_name_every_verb_in_every_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = hailer(["completions", shell]).run();

        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{shell}");
        for word in VERBS.into_iter().chain(["token-file"]) {
            assert!(ran.out.contains(word), "{shell} lacks {word}");
        }
    }
}

#[test]
fn help_is_one_screen_with_every_verb() {
    let ran = hailer(["--help"]).run();

    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    assert!(ran.out.lines().count() <= 24, "{}", ran.out);
    for verb in VERBS {
        assert!(ran.out.contains(verb), "{verb}");
        let ran = hailer([verb, "--help"]).run();
        assert_eq!(ran.code, Some(0), "{verb}");
        assert!(ran.out.contains("Example"), "{verb}: {}", ran.out);
    }
}

#[test]
fn a_wrong_command_line_is_a_usage_error() {
    for arguments in [
        &["nonsense"][..],
        &["send"],
        &["sign"],
        &["sign", "--token-file", "a", "--token-env", "b"],
        &["verify", "--token-env", "b"],
        &["send", "ping", "--url", "http://127.0.0.1:1/webhook/ops"],
        &["commands", "--json", "--markdown"],
        &["completions", "nonsense"],
        &["serve", "--listen", "here"],
        &["check", "--nonsense"],
    ] {
        let ran = hailer(arguments).run();

        assert_eq!(ran.code, Some(2), "{arguments:?}: {ran:?}");
        assert_eq!(ran.out, "", "{arguments:?}");
        assert!(ran.err.starts_with("error: "), "{arguments:?}: {}", ran.err);
    }
}

#[test]
fn no_option_takes_a_token_itself() {
    for verb in ["send", "sign", "verify"] {
        let ran = hailer([verb, "--token", "x"]).run();

        assert_eq!(ran.code, Some(2), "{verb}");
    }
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let folder = project(CONFIG);
    for arguments in [
        &["commands", "--json"][..],
        &["commands", "--markdown"],
        &["completions", "zsh"],
        &["--help"],
        &["check"],
    ] {
        let mut child = hailer(arguments)
            .folder(folder.path())
            .into_command()
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Gone before the first byte is written.
        drop(child.stdout.take());

        let status = child.wait().unwrap();

        let mut err = BufReader::new(child.stderr.take().unwrap()).lines();
        assert_eq!(err.next().transpose().unwrap(), None, "{arguments:?}");
        assert_eq!(status.code(), Some(0), "{arguments:?}");
    }
}
