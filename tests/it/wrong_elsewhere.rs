//! Verbs that need a part of the configuration, while another part of it is wrong.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::command_line::{Ran, hailer};
use crate::server::{CONFIG, Server, project};

const GOOD: &str = "[script.good]\nhelp = 'Say hello'\nexec = ['/bin/echo', 'hello']\n";

/// Each is wrong in another way, in a file of its own.
const WRONG: [&str; 4] = [
    "[script.bad]\nhelp = 'Bad'\nexec = ['/nowhere/at/all']\n",
    "[script.bad]\nhelp = 'Bad'\nexec = ['/bin/echo', '{nobody}']\nlissten = 1\n",
    "[script.bad\nhelp =\n",
    "[[permissions.rule]]\nallow = ['ping']\nto = ['group:nobody']\nwhen = 3\n",
];

fn with(folder: &Path, name: &str, text: impl AsRef<[u8]>) {
    let drop_ins = folder.join("conf.d");
    fs::create_dir_all(&drop_ins).unwrap();
    fs::write(drop_ins.join(name), text).unwrap();
}

fn folder() -> TempDir {
    let folder = project(CONFIG);
    with(folder.path(), "good.toml", GOOD);
    folder
}

/// Asserts that it is told in one line, and where to read more.
fn assert_warned(ran: &Ran) {
    let warnings = ran.err.lines().filter(|it| it.starts_with("warning: "));
    let warnings: Vec<&str> = warnings.collect();
    let [warning] = &warnings[..] else {
        panic!("{ran:?}")
    };
    assert!(warning.contains("conf.d/other.toml"), "{ran:?}");
    assert!(warning.contains("`hailer check`"), "{ran:?}");
    assert!(!ran.err.contains("error"), "{ran:?}");
}

#[tokio::test]
async fn a_message_reaches_the_bot_that_runs() {
    let server = Server::start().await;
    let address = server.teams.address.to_string();
    let send = || {
        hailer(["send", "echo hello"])
            .folder(server.folder.path())
            .variable("HAILER_SERVER__LISTEN", &address)
            .run()
    };
    for wrong in WRONG {
        with(server.folder.path(), "other.toml", wrong);

        let ran = send();

        assert_eq!(
            (ran.code, ran.out.as_str()),
            (Some(0), "hello\n"),
            "{ran:?}"
        );
        assert_warned(&ran);
    }
    with(server.folder.path(), "other.toml", b"\xff\xfe");
    assert_warned(&send());
}

#[test]
fn what_the_message_needs_has_to_be_right() {
    let folder = project(&CONFIG.replace("ops.token", "missing.token"));
    with(folder.path(), "other.toml", WRONG[0]);

    let ran = hailer(["send", "ping"]).folder(folder.path()).run();

    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(ran.err.contains("missing.token"), "{ran:?}");
    assert!(!ran.err.contains("/nowhere"), "{ran:?}");
    assert!(ran.err.contains("other.toml"), "{ran:?}");
}

#[test]
fn no_bot_is_started_with_half_a_configuration() {
    let folder = folder();
    with(folder.path(), "other.toml", WRONG[0]);

    let ran = hailer(["send", "ping"])
        .folder(folder.path())
        .variable("HAILER_SERVER__LISTEN", "127.0.0.1:9")
        .run();

    assert_eq!(ran.code, Some(5), "{ran:?}");
    let part = "no bot can be started for this message while something is wrong";
    assert!(ran.err.contains(part), "{ran:?}");
}

#[test]
fn a_script_is_tried_while_another_is_wrong() {
    let test =
        |folder: &TempDir, name: &str| hailer(["script", "test", name]).folder(folder.path()).run();
    for wrong in WRONG {
        let folder = folder();
        with(folder.path(), "other.toml", wrong);

        let ran = test(&folder, "good");

        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert!(ran.out.ends_with("\n\nhello\n"), "{ran:?}");
        assert_warned(&ran);
    }
    let folder = folder();
    with(folder.path(), "other.toml", WRONG[1]);
    let own = test(&folder, "bad");
    assert_eq!(own.code, Some(3), "{own:?}");
    let told = |part| own.err.matches(part).count();
    assert_eq!(told("placeholder {nobody}"), 1, "{own:?}");
    assert_eq!(told("unknown key `lissten`"), 1, "{own:?}");
}

#[test]
fn a_script_is_added_while_another_is_wrong() {
    for wrong in WRONG {
        let folder = folder();
        with(folder.path(), "other.toml", wrong);
        let add = |name: &str| {
            let script = "#!/bin/sh\necho '{\"hailer_spec\": 1, \"help\": \"New\"}'\n";
            crate::server::write_private(&folder.path().join("new.sh"), script);
            let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
            fs::set_permissions(folder.path().join("new.sh"), mode).unwrap();
            let words = ["script", "add", "./new.sh", "--name", name];
            hailer(words).folder(folder.path()).run()
        };

        let (added, taken) = (add("new"), add("good"));

        assert_eq!(added.code, Some(0), "{added:?}");
        assert_warned(&added);
        assert!(folder.path().join("conf.d/new.toml").exists());
        assert_eq!(taken.code, Some(1), "{taken:?}");
        if wrong.starts_with("[script.bad]") {
            let own = add("bad");
            assert!(own.err.contains("there is a command \"bad\" already"));
        }
    }
}

#[test]
fn a_program_beside_the_configuration_is_suggested_by_its_path() {
    let folder = project(CONFIG);
    fs::write(folder.path().join("one.sh"), "#!/bin/sh\n").unwrap();
    fs::write(folder.path().join("one.py"), "print(1)\n").unwrap();
    let two = "[script.two]\nhelp = 'Two'\nexec = ['/bin/echo', 'one.py']\n";
    let one = "[script.one]\nhelp = 'One'\nexec = ['one.sh']\n";
    with(folder.path(), "one.toml", format!("{one}{two}"));

    let ran = hailer(["check"]).folder(folder.path()).run();

    let place = "conf.d/one.toml:3:8";
    assert!(ran.out.contains("there is no program `one.sh`"), "{ran:?}");
    assert!(ran.out.contains(place), "{ran:?}");
    assert!(ran.out.contains("is \"./one.sh\""), "{ran:?}");
    assert!(
        ran.out
            .contains("`one.py` is not found where the script runs")
    );
}
