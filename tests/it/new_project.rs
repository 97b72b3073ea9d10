//! `hailer new`: what it writes compiles without a warning, passes its own tests and answers.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use hailer::Environment;

use crate::command_line::{Ran, hailer};
use crate::server::{Server, binary};

/// Arguments of every type: as they must be given, and as they may be left out.
const COMMANDS: [&[&str]; 6] = [
    &[
        "every",
        "text:text",
        "integer:integer",
        "number:number",
        "flag:flag",
        "zone:choice=eu-west-1,2xl,staging",
        "duration:duration",
        "version:version",
        "url:url",
        "person:person",
        "code:code",
        "list:list",
    ],
    &[
        "every optional",
        "text:text?",
        "integer:integer?",
        "number:number?",
        "flag:flag?",
        "zone:choice?",
        "duration:duration?",
        "version:version?",
        "url:url?",
        "person:person?",
        "code:code?",
        "list:list?",
    ],
    &["tell", "person:person", "words:rest"],
    &["tell-all", "words:rest?"],
    // Names that mean something to Rust, to cargo or to the source itself.
    &["move", "args:choice=a,b", "dry-run:flag"],
    &["reply"],
];

fn new(folder: &Path, arguments: &[&str]) -> Ran {
    hailer(["new"].iter().chain(arguments)).folder(folder).run()
}

fn new_command(folder: &Path, name: &str, arguments: &[&str]) -> Ran {
    let arguments = arguments.iter().flat_map(|it| ["--arg", it]);
    let all: Vec<&str> = ["command", name].into_iter().chain(arguments).collect();
    new(folder, &all)
}

fn checkout() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// Makes a project in a folder of its own, without building it.
fn project() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let ran = new(folder.path(), &["mybot"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let root = folder.path().join("mybot");
    (folder, root)
}

fn files_below(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).unwrap().map(|it| it.unwrap().path());
    entries
        .map(|it| if it.is_dir() { files_below(&it) } else { 1 })
        .sum()
}

fn cargo_test(project: &Path, target: &Path) -> Output {
    let environment = Environment::from_process();
    Command::new(environment.get("CARGO").unwrap_or("cargo"))
        .args(["test", "--offline"])
        .current_dir(project)
        .env("CARGO_TARGET_DIR", target)
        .env_remove("RUSTFLAGS")
        .output()
        .unwrap()
}

/// The slowest test of all: it compiles Hailer a second time, for somebody else's program. Its folders stay below
/// `target`, so that the next run compiles little.
#[tokio::test]
async fn a_new_project_compiles_passes_its_tests_and_answers() {
    let binary = binary();
    let target = binary.ancestors().nth(2).unwrap().join("new-project");
    let folder = target.join("source");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let checkout = checkout();

    let ran = new(
        &folder,
        &["mybot", "--hailer-path", checkout.to_str().unwrap()],
    );
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let root = folder.join("mybot");
    for command in COMMANDS {
        let ran = new_command(&root, command[0], &command[1..]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
    }

    let output = cargo_test(&root, &target);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{}\n{said}",
        String::from_utf8_lossy(&output.stdout)
    );
    assert!(!said.contains("warning"), "{said}");

    let bot = target.join("debug/mybot");
    let mut command = Command::new(&bot);
    command
        .current_dir(&root)
        .env_clear()
        .env("HAILER_SERVER__LISTEN", "127.0.0.1:0")
        .env("HAILER_SERVER__ADMIN_LISTEN", "127.0.0.1:0");
    let server = Server::spawn(command, tempfile::tempdir().unwrap()).await;
    assert!(
        server.banner.contains("people type @mybot"),
        "{}",
        server.banner
    );
    let said = hailer(["send", "hello Mira"])
        .folder(&root)
        .variable("HAILER_SERVER__LISTEN", &server.teams.address.to_string())
        .run();
    assert_eq!(
        (said.code, said.out.as_str()),
        (Some(0), "Hello, Mira!\n"),
        "{said:?}"
    );
    assert!(!said.err.contains("a bot was started"), "{}", said.err);
}

#[test]
fn what_was_written_is_told_with_what_to_do_next() {
    let folder = tempfile::tempdir().unwrap();

    let made = new(folder.path(), &["mybot"]);
    let root = folder.path().join("mybot");
    let added = new_command(
        &root,
        "restart",
        &["service:choice=api,web", "when:duration?"],
    );

    for part in [
        "added: mybot/Cargo.toml ",
        "added: mybot/src/commands/hello.rs ",
    ] {
        assert!(made.out.contains(part), "{}", made.out);
    }
    let next = made.out.lines().last().unwrap();
    assert!(next.starts_with("next:  cd mybot && cargo run "), "{next}");
    assert_eq!(
        added.out,
        "added:    src/commands/restart.rs  the command; people type restart\n\
         added:    tests/restart.rs         its test\n\
         injected: src/commands.rs          2 lines: registers it\n\
         next:     cargo test --test restart\n"
    );
    assert_eq!((made.code, added.code), (Some(0), Some(0)));
}

#[test]
fn the_configuration_is_fine_and_its_token_private() {
    use std::os::unix::fs::PermissionsExt;

    let (_folder, root) = project();

    let checked = hailer(["check"]).folder(&root).run();

    assert_eq!(
        (checked.code, checked.err.as_str()),
        (Some(0), ""),
        "{checked:?}"
    );
    assert!(checked.out.contains("fine · 1 webhook"), "{}", checked.out);
    let token = fs::metadata(root.join(".hailer/dev-token")).unwrap();
    assert_eq!(token.permissions().mode() & 0o777, 0o600);
    assert!(
        fs::read_to_string(root.join(".gitignore"))
            .unwrap()
            .contains("\n.hailer/\n")
    );
}

#[test]
fn a_dry_run_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let ran = new(folder.path(), &["mybot", "--dry-run"]);
    assert!(
        ran.out.contains("would add: mybot/src/main.rs "),
        "{}",
        ran.out
    );
    assert_eq!((ran.code, files_below(folder.path())), (Some(0), 0));

    let (_folder, root) = project();
    let before = files_below(&root);
    let list = fs::read_to_string(root.join("src/commands.rs")).unwrap();

    let ran = new(&root, &["command", "restart", "--dry-run"]);

    assert!(
        ran.out.contains("would inject: src/commands.rs "),
        "{}",
        ran.out
    );
    assert_eq!((ran.code, files_below(&root)), (Some(0), before));
    assert_eq!(
        fs::read_to_string(root.join("src/commands.rs")).unwrap(),
        list
    );
}

#[test]
fn what_is_there_stays_unless_it_is_forced() {
    let (folder, root) = project();
    fs::write(root.join("src/main.rs"), "mine").unwrap();
    let token = fs::read(root.join(".hailer/dev-token")).unwrap();
    let main = || fs::read_to_string(root.join("src/main.rs")).unwrap();

    let refused = new(folder.path(), &["mybot"]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(
        refused
            .err
            .starts_with("error: mybot exists and is not empty\n  fix: "),
        "{}",
        refused.err
    );
    assert_eq!(main(), "mine");

    let forced = new(folder.path(), &["mybot", "--force"]);
    assert_eq!(forced.code, Some(0), "{forced:?}");
    assert_ne!(main(), "mine");
    assert_eq!(fs::read(root.join(".hailer/dev-token")).unwrap(), token);

    let refused = new(&root, &["command", "hello"]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(
        refused.err.contains("src/commands/hello.rs exists already"),
        "{}",
        refused.err
    );
    let list = fs::read_to_string(root.join("src/commands.rs")).unwrap();
    let forced = new(&root, &["command", "hello", "--force"]);
    assert_eq!(forced.code, Some(0), "{forced:?}");
    assert_eq!(
        fs::read_to_string(root.join("src/commands.rs")).unwrap(),
        list
    );
}

#[test]
fn a_command_is_made_from_any_folder_of_the_project() {
    let (_folder, root) = project();

    let ran = new(&root.join("src/commands"), &["command", "deploy run"]);

    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(
        root.join("src/commands/deploy_run.rs").exists()
            && root.join("tests/deploy_run.rs").exists()
    );
}

#[test]
fn a_list_that_is_not_understood_is_left_to_its_author() {
    let (_folder, root) = project();
    let list = "//! Mine.\n\npub mod hello;\n";
    fs::write(root.join("src/commands.rs"), list).unwrap();

    let ran = new(&root, &["command", "restart"]);

    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.err
            .ends_with("\n    pub mod restart;\n    .command(restart::Restart)\n"),
        "{}",
        ran.err
    );
    assert!(root.join("src/commands/restart.rs").exists());
    assert_eq!(
        fs::read_to_string(root.join("src/commands.rs")).unwrap(),
        list
    );
}

#[test]
fn mistakes_are_told_before_anything_is_written() {
    let (folder, root) = project();
    let before = files_below(folder.path());

    for (arguments, code, part) in [
        (&["My Bot"] as &[&str], 2, "`My Bot` cannot name a project"),
        (&["tokio"], 2, "try tokio-bot"),
        (&[], 2, "<NAME>"),
        (
            &["x", "--hailer-path", "src"],
            2,
            "is no checkout of Hailer",
        ),
        (&["command"], 2, "<NAME>"),
        (
            &["command", "Restart"],
            2,
            "`Restart` cannot name a command",
        ),
        (
            &["command", "x", "--arg", "when:duraton"],
            2,
            "did you mean `duration`?",
        ),
        (
            &["command", "x", "--arg", "a:rest", "--arg", "b:text"],
            2,
            "write it last",
        ),
    ] {
        let ran = new(&root, arguments);
        assert_eq!(ran.code, Some(code), "{arguments:?}: {ran:?}");
        assert!(ran.err.contains(part), "{arguments:?}: {}", ran.err);
    }
    let outside = new(folder.path(), &["command", "x"]);
    assert_eq!(outside.code, Some(1), "{outside:?}");
    assert!(
        outside.err.contains("this folder belongs to no bot"),
        "{}",
        outside.err
    );
    assert_eq!(files_below(folder.path()), before);
}
