//! The scripts in `examples/scripts`, each run as a message would run it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command_line::{Ran, hailer};
use crate::server::Server;
use crate::teams::TOKEN;
use crate::tls::tables;

fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/scripts")
}

/// Tries a script out; these are the words behind its name.
fn run(folder: &Path, words: &[&str]) -> Ran {
    let (name, words) = words.split_first().unwrap();
    hailer(["script", "test", name, "--"].iter().chain(words))
        .folder(folder)
        .variable("HAILER_TOKEN_OPS", TOKEN)
        .run()
}

/// Returns what a channel would read.
fn said(ran: &Ran) -> &str {
    let (_, said) = ran
        .out
        .split_once("\n\n")
        .unwrap_or_else(|| panic!("{ran:?}"));
    said.trim_end()
}

#[test]
fn the_configuration_is_fine() {
    let ran = hailer(["check", "--deny-warnings"])
        .folder(&scripts())
        .variable("HAILER_TOKEN_OPS", TOKEN)
        .run();

    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.out.contains("\nscripts   own session, "), "{ran:?}");
    let listed = fs::read_to_string(scripts().join("README.md")).unwrap();
    for entry in fs::read_dir(scripts().join("bin")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        assert!(listed.contains(&format!("| `{name} ")), "{name}");
    }
}

#[test]
fn disk_lists_what_is_nearly_full() {
    let all = run(&scripts(), &["disk", "--above", "0"]);
    assert!(said(&all).starts_with("file system"), "{all:?}");

    let none = run(&scripts(), &["disk", "--above", "100"]);
    assert_eq!(said(&none), "file system,size,used,free,full");

    let wrong = run(&scripts(), &["disk", "--above", "101"]);
    assert_eq!(wrong.code, Some(1));
    assert!(wrong.err.contains("from 0 to 100"), "{wrong:?}");
}

#[tokio::test]
async fn certificate_tells_how_long_it_is_valid() {
    let server = Server::builder()
        .and(&tables("localhost.cert.pem", "localhost.key.pem"))
        .start()
        .await;
    let port = server.teams.address.port().to_string();

    let ran = run(&scripts(), &["certificate", "127.0.0.1", "--port", &port]);

    assert!(
        said(&ran).starts_with("The certificate of 127.0.0.1 is valid for "),
        "{ran:?}"
    );
    let option = run(&scripts(), &["certificate", "-oProxyCommand=id"]);
    assert!(option.err.contains("must not begin with -") || option.code == Some(1));
}

#[test]
fn lookup_tells_addresses() {
    let ran = run(&scripts(), &["lookup", "localhost"]);
    assert!(
        said(&ran).contains("127.0.0.1") || said(&ran).contains("::1"),
        "{ran:?}"
    );

    let wrong = run(&scripts(), &["lookup", "no/host"]);
    assert!(
        wrong.err.contains("the name or the address of a host"),
        "{wrong:?}"
    );
}

#[test]
fn restart_can_be_tried_without_restarting() {
    let dry = run(&scripts(), &["restart", "api", "--dry-run"]);
    assert_eq!(said(&dry), "I would run: systemctl restart api.service");
    assert_eq!(dry.code, Some(0));

    let unknown = run(&scripts(), &["restart", "database"]);
    assert_eq!(unknown.code, Some(1));
    assert!(!unknown.out.contains("runs"), "{unknown:?}");
}

#[test]
fn tags_are_listed_with_their_days() {
    let folder = tempfile::tempdir().unwrap();
    let copied = Command::new("cp")
        .args(["-R", "bin", "logs", "hailer.toml"])
        .arg(folder.path())
        .current_dir(scripts())
        .status();
    assert!(copied.unwrap().success());
    let git = |arguments: &[&str]| {
        let status = Command::new("git")
            .args(["-c", "user.name=Jo", "-c", "user.email=jo@example.com"])
            .args(arguments)
            .current_dir(folder.path())
            .env("GIT_COMMITTER_DATE", "2026-11-24T10:00:00Z")
            .status();
        assert!(status.unwrap().success(), "{arguments:?}");
    };
    git(&["init", "-q"]);
    git(&["commit", "-q", "--allow-empty", "-m", "first"]);
    git(&["tag", "-a", "v1.0.0", "-m", "The first"]);

    let ran = run(folder.path(), &["tags"]);

    assert_eq!(said(&ran), "2026-11-24  v1.0.0  The first", "{ran:?}");
}

#[test]
fn logs_finds_the_last_lines() {
    let ran = run(&scripts(), &["logs", "app.log", "TIMEOUT", "--lines", "1"]);
    assert_eq!(
        said(&ran),
        "2026-11-24T10:01:12Z error Timeout after 5s: GET /orders"
    );

    let none = run(&scripts(), &["logs", "app.log", "$(id)"]);
    assert_eq!(said(&none), "There is no such line.");
    let outside = run(&scripts(), &["logs", "../hailer.toml", "token"]);
    assert_eq!(outside.code, Some(1));
    assert!(!outside.out.contains("HAILER_TOKEN_OPS"), "{outside:?}");
}

/// A folder with the scripts, and a configuration without them.
fn folder_to_add_to() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let copied = Command::new("cp")
        .arg("-R")
        .arg(scripts().join("bin"))
        .arg(folder.path())
        .status();
    assert!(copied.unwrap().success());
    let toml = "[webhook.ops]\ntoken = { env = \"HAILER_TOKEN_OPS\" }\n";
    fs::write(folder.path().join("hailer.toml"), toml).unwrap();
    folder
}

fn add(folder: &Path, words: &[&str]) -> Ran {
    hailer(["script", "add"].iter().chain(words))
        .folder(folder)
        .variable("HAILER_TOKEN_OPS", TOKEN)
        .run()
}

#[test]
fn a_script_that_describes_itself_is_added() {
    let folder = folder_to_add_to();

    let added = add(folder.path(), &["bin/backup.sh", "--name", "save"]);
    let tried = run(
        folder.path(),
        &["save", "orders", "--keep", "3", "--dry-run"],
    );
    let again = add(folder.path(), &["bin/backup.sh", "--name", "save"]);
    let taken = add(folder.path(), &["bin/backup.sh", "--name", "help"]);

    assert_eq!(added.code, Some(0), "{added:?}");
    assert!(
        added.out.contains("write; as it says of itself"),
        "{added:?}"
    );
    assert_eq!(said(&tried), "I would back up orders and keep 3 backups.");
    let file = fs::read_to_string(folder.path().join("conf.d/save.toml")).unwrap();
    assert!(
        file.contains("example = \"save orders --dry-run\""),
        "{file}"
    );
    assert_eq!(again.code, Some(1));
    assert!(again.err.contains("is not overwritten"), "{again:?}");
    assert!(
        taken.err.contains("there is a command \"help\" already"),
        "{taken:?}"
    );
}

#[tokio::test]
async fn a_script_in_python_describes_itself() {
    let folder = folder_to_add_to();
    let server = Server::builder()
        .and(&tables("localhost.cert.pem", "localhost.key.pem"))
        .start()
        .await;
    let port = server.teams.address.port().to_string();

    let added = add(folder.path(), &["bin/certificate.py"]);
    let ran = run(
        folder.path(),
        &["certificate", "127.0.0.1", "--port", &port],
    );

    assert_eq!(added.code, Some(0), "{added:?}");
    assert!(said(&ran).contains(" is valid for "), "{ran:?}");
}

#[test]
fn a_description_is_data_and_loosens_nothing() {
    let hostile = r#"{"hailer_spec": 1, "help": "x\" # ]]\\", "group": "a\"]\\u0022 [script.evil]",
        "args": [{"name": "a", "help": "}]\\n'''\"\"\" sudo = true"}], "words": ["{a}", "'; touch CANARY"]}"#;
    let shell = |json: &str| format!("#!/bin/sh\ncat <<'END'\n{json}\nEND\n");
    let folder = folder_to_add_to();
    let write = |name: &str, text: &str, mode: u32| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
    };
    write("calm.sh", &shell(hostile), 0o755);
    let sudo = shell("{\"hailer_spec\": 1, \"help\": \"x\", \"sudo\": true}");
    write("sudo.sh", &sudo, 0o755);
    let lines = shell("{\"hailer_spec\": 1, \"help\": \"x\\nsudo = true\"}");
    write("lines.sh", &lines, 0o755);
    write("open.sh", "#!/bin/sh\ntouch ran\n", 0o777);

    let calm = add(folder.path(), &["calm.sh"]);
    let others = ["sudo.sh", "lines.sh", "open.sh"].map(|it| add(folder.path(), &[it]));

    assert_eq!(calm.code, Some(0), "{calm:?}");
    assert!(calm.out.contains("effect   destructive"), "{calm:?}");
    let file = fs::read_to_string(folder.path().join("conf.d/calm.toml")).unwrap();
    assert!(
        !file.lines().any(|it| it.trim_start().starts_with("sudo")),
        "{file}"
    );
    let listed = hailer(["commands"])
        .folder(folder.path())
        .variable("HAILER_TOKEN_OPS", TOKEN)
        .run();
    let script = listed.out.lines().filter(|it| it.contains("destructive"));
    let script: Vec<&str> = script.collect();
    assert!(
        script.iter().any(|it| it.starts_with("calm <a>")),
        "{listed:?}"
    );
    for (refused, part) in others
        .iter()
        .zip(["`sudo` is not its own", "text of one line", "HL232"])
    {
        assert_eq!(refused.code, Some(1), "{refused:?}");
        assert!(refused.err.contains(part), "{refused:?}");
    }
    assert!(!folder.path().join("ran").exists());
    let files = fs::read_dir(folder.path().join("conf.d")).unwrap();
    assert_eq!(files.count(), 1);
}
