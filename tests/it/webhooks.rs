//! `hailer init`, `hailer webhook` and `hailer config`: from an empty folder to a bot in Teams.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::command_line::{Ran, hailer};
use crate::server::{CONFIG, Server, project};
use crate::teams::{OTHER_TOKEN, TOKEN};

fn run<const N: usize>(folder: &Path, arguments: [&str; N], input: &str) -> Ran {
    hailer(arguments).folder(folder).input(input).run()
}

fn read(folder: &Path, file: &str) -> String {
    fs::read_to_string(folder.join(file)).unwrap()
}

#[tokio::test]
async fn an_empty_folder_becomes_a_bot() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();

    let init = run(place, ["init"], "");
    let added = run(place, ["webhook", "add", "ops", "--token-file", "-"], TOKEN);
    let check = run(place, ["check"], "");

    assert_eq!(
        (init.code, added.code, check.code),
        (Some(0), Some(0), Some(0)),
        "{init:?} {added:?} {check:?}"
    );
    assert!(
        init.out.ends_with("hailer webhook add NAME\n"),
        "{}",
        init.out
    );
    for part in [
        "1 of 3  In Teams",
        "Callback URL  https://YOUR-ADDRESS/webhook/ops",
        "3 of 3",
        "next:   start the bot",
    ] {
        assert!(added.err.contains(part), "{part}: {}", added.err);
    }
    assert!(
        check.out.starts_with("hailer.toml: fine · 1 webhook"),
        "{}",
        check.out
    );
    let secret = place.join("secrets/ops.token");
    assert_eq!(
        secret.metadata().unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert_eq!(
        place
            .join("secrets")
            .metadata()
            .unwrap()
            .permissions()
            .mode()
            & 0o777,
        0o700
    );
    assert_eq!(read(place, "secrets/ops.token"), format!("{TOKEN}\n"));
    let config = read(place, "hailer.toml");
    assert!(config.contains("# Webhooks follow, one table"), "{config}");
    assert!(
        config.ends_with("[webhook.ops]\ntoken = { file = \"secrets/ops.token\" }\n"),
        "{config}"
    );
    assert_eq!(run(place, ["init"], "").code, Some(1));
}

#[test]
fn a_damaged_token_is_told_at_once_and_never_shown() {
    let folder = project(CONFIG);

    for (pasted, part) in [
        (
            &TOKEN[..43],
            "that is 43 characters; a token has 44 and ends in \"=\"",
        ),
        (
            "WCXQE0U6B4wUvuoQv0HiM4FNZKazjXrg-S5TCHfipWI=",
            "character 33 cannot be part of a token",
        ),
        (
            "WCXQE0U6B4wUvuoQv0HiM4FNZKazjXrgCS5TCHfipQ==",
            "decodes to 31 bytes",
        ),
    ] {
        let ran = run(
            folder.path(),
            ["webhook", "add", "data", "--token-file", "-"],
            pasted,
        );

        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(ran.err.contains("error[HL103]: "), "{}", ran.err);
        assert!(ran.err.contains(part), "{part}: {}", ran.err);
        assert!(!ran.err.contains("WCXQ"), "{}", ran.err);
    }
    assert_eq!(read(folder.path(), "hailer.toml"), CONFIG);
    assert!(!folder.path().join("secrets").exists());
}

#[test]
fn without_a_terminal_nothing_is_asked() {
    let folder = project(CONFIG);
    let place = folder.path();

    let add = run(place, ["webhook", "add", "data"], "");
    let remove = run(place, ["webhook", "remove", "ops"], "");
    let again = run(
        place,
        ["webhook", "add", "ops", "--token-file", "ops.token"],
        "",
    );
    let bad = run(
        place,
        ["webhook", "add", "a/b", "--token-file", "ops.token"],
        "",
    );

    assert_eq!(
        (add.code, remove.code, again.code, bad.code),
        (Some(2), Some(2), Some(1), Some(2))
    );
    assert!(add.err.contains("--token-file FILE, or -"), "{}", add.err);
    assert!(remove.err.contains("--yes"), "{}", remove.err);
    assert!(
        again.err.contains("hailer webhook rotate ops"),
        "{}",
        again.err
    );
    assert_eq!(read(place, "hailer.toml"), CONFIG);
}

/// A token is changed while the bot answers: none of its messages is lost.
#[tokio::test]
async fn both_tokens_hold_while_one_is_replaced() {
    let folder = project(&format!("# mine\n{CONFIG}# stays\n"));
    let place = folder.path();

    let rotated = run(
        place,
        ["webhook", "rotate", "ops", "--token-file", "other.token"],
        "",
    );
    let twice = run(
        place,
        ["webhook", "rotate", "ops", "--token-file", "other.token"],
        "",
    );

    assert_eq!(
        (rotated.code, twice.code),
        (Some(0), Some(1)),
        "{rotated:?} {twice:?}"
    );
    let config = read(place, "hailer.toml");
    assert!(
        config.starts_with("# mine\n") && config.ends_with("# stays\n"),
        "{config}"
    );
    assert!(
        config.contains("previous_token = { file = 'ops.token' }"),
        "{config}"
    );
    assert!(
        config.contains("token = { label = \"20")
            && config.contains("file = \"secrets/ops.token\""),
        "{config}"
    );
    let keys = run(place, ["keys", "list"], "");
    assert!(keys.out.contains("ops              20"), "{keys:?}");
    let list = run(place, ["webhook", "list"], "");
    assert!(list.out.contains("two tokens hold"), "{}", list.out);
    let finished = run(place, ["webhook", "rotate", "ops", "--finish"], "");
    assert_eq!(finished.code, Some(0), "{finished:?}");
    assert!(
        finished.err.contains("delete ops.token yourself"),
        "{}",
        finished.err
    );
    assert!(!read(place, "hailer.toml").contains("previous_token"));
    assert_eq!(read(place, "secrets/ops.token"), format!("{OTHER_TOKEN}\n"));

    let removed = run(place, ["webhook", "remove", "ops", "--yes"], "");
    assert_eq!(removed.code, Some(0), "{removed:?}");
    assert!(!place.join("secrets/ops.token").exists());
    assert!(!read(place, "hailer.toml").contains("[webhook"));
}

#[tokio::test]
async fn the_first_message_is_waited_for() {
    let server = Server::start().await;
    let list = crate::doctor::beside(&server, hailer(["webhook", "list"])).run();
    server.say("ping").await;
    let after = crate::doctor::beside(&server, hailer(["webhook", "list", "--json"])).run();

    assert!(
        list.out.contains("/webhook/ops · no message yet"),
        "{}",
        list.out
    );
    let json: serde_json::Value = serde_json::from_str(&after.out).unwrap();
    assert!(json[0]["last_message"].is_string(), "{json:#}");
    let folder = project(CONFIG);
    let waited = run(
        folder.path(),
        [
            "webhook",
            "add",
            "data",
            "--token-file",
            "other.token",
            "--wait",
            "1s",
        ],
        "",
    );
    assert_eq!(waited.code, Some(6), "{waited:?}");
    assert!(waited.err.contains("HL151 nothing came"), "{}", waited.err);
}

#[test]
fn what_holds_is_shown_with_its_place_and_no_secret() {
    let folder = project(&format!("{CONFIG}[store]\nurl = 'sqlite:x.db'\n"));

    let ran = hailer(["config", "show"])
        .folder(folder.path())
        .variable("HAILER_LOG__LEVEL", "warn")
        .run();
    let example = hailer(["config", "example"]).run();

    assert_eq!(ran.code, Some(0), "{ran:?}");
    for (setting, origin) in [
        ("server.listen = \"127.0.0.1:0\"", "# hailer.toml"),
        ("log.level = \"warn\"", "# HAILER_LOG__LEVEL"),
        ("limits.max_skew = \"300000 ms\"", "# left out"),
        ("store.url = 'sqlite:x.db'", "# hailer.toml"),
        (
            "webhook.ops.token = { file = 'ops.token' }",
            "# hailer.toml",
        ),
    ] {
        let line = ran.out.lines().find(|it| it.starts_with(setting));
        let line = line.unwrap_or_else(|| panic!("{setting}: {}", ran.out));
        assert!(line.ends_with(origin), "{line}");
    }
    assert!(example.out.contains("[webhook.ops]"), "{}", example.out);
}
