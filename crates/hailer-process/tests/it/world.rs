//! What a program finds: its arguments, its environment, its folder, and nothing else of ours.

use std::fs;
use std::os::fd::AsFd;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use hailer_process::{CancellationToken, PathRules, Program, RunAs};

use crate::{LONG, gated, is_root, run_both_ways, shell};

pub(crate) fn make_executable(file: &Path) {
    fs::set_permissions(file, fs::Permissions::from_mode(0o755)).unwrap();
}

#[tokio::test]
async fn arguments_arrive_as_they_are() {
    let arguments = [
        "$(touch canary)",
        "`id`",
        "a b",
        "",
        "*",
        "~",
        "-n",
        "--",
        "';\n\"",
        "ä\u{202e}",
    ];
    let program = Program::new("/usr/bin/printf", LONG)
        .argument("[%s]")
        .arguments(arguments);

    for outcome in run_both_ways(&program).await {
        let expected: String = arguments.iter().map(|it| format!("[{it}]")).collect();
        assert_eq!(outcome.stdout.to_text(), expected);
    }
}

#[tokio::test]
async fn the_environment_is_what_was_given() {
    let program = Program::new("/usr/bin/env", LONG).variable("A", "1 2");

    for outcome in run_both_ways(&program).await {
        let text = outcome.stdout.to_text();
        let mut names: Vec<_> = text
            .lines()
            .map(|it| it.split_once('=').unwrap().0)
            .collect();
        names.sort_unstable();
        assert_eq!(names, ["A", "HAILER_RUN_ID", "TMPDIR"]);
    }
}

#[tokio::test]
async fn it_runs_in_a_folder_of_its_own_that_is_gone_afterwards() {
    let script =
        "pwd; echo x > file; mkdir -p d/e; stat -c %a .; [ \"$PWD\" = \"$TMPDIR\" ] && echo same";

    for outcome in run_both_ways(&shell(script)).await {
        let text = outcome.stdout.to_text();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[1..], ["700", "same"]);
        assert!(!Path::new(lines[0]).exists(), "{text}");
    }
}

#[tokio::test]
async fn another_folder_may_be_named() {
    let folder = tempfile::tempdir().unwrap();

    for outcome in run_both_ways(&shell("pwd").directory(folder.path())).await {
        let expected = format!("{}\n", folder.path().display());
        assert_eq!(outcome.stdout.to_text(), expected);
    }
    assert!(folder.path().exists());
    let missing = shell("pwd").directory("/no/such/folder");
    let error = gated().prepare(missing).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "there is no folder `/no/such/folder` to run in"
    );
}

#[tokio::test]
async fn no_descriptor_is_inherited() {
    // One that outlives `exec`, as whoever starts the bot may leave behind.
    let file = fs::File::open("/dev/null").unwrap();
    rustix::io::fcntl_setfd(file.as_fd(), rustix::io::FdFlags::empty()).unwrap();

    let outcome = gated()
        .run(shell("ls /proc/self/fd"), &CancellationToken::new())
        .await;

    // The fourth is the list itself.
    assert_eq!(outcome.stdout.to_text(), "0\n1\n2\n3\n");
}

#[tokio::test]
async fn it_leads_a_session_without_a_terminal() {
    let outcome = gated()
        .run(
            shell("cut -d' ' -f5-7 /proc/$$/stat; echo $$; ulimit -c"),
            &CancellationToken::new(),
        )
        .await;

    let text = outcome.stdout.to_text();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[0], format!("{0} {0} 0", lines[1]));
    assert_eq!(lines[2], "0");
}

#[tokio::test]
async fn paths_that_are_not_named_are_out_of_reach() {
    let folder = tempfile::tempdir().unwrap();
    let [secret, open, own] = ["secret", "open", "own"].map(|it| folder.path().join(it));
    fs::write(&secret, "secret").unwrap();
    fs::write(&open, "open").unwrap();
    fs::create_dir(&own).unwrap();
    let script = format!(
        "cat {0}; cat {1}; echo x > {1} || echo kept; echo x > {2}/file && echo written; echo x > \"$TMPDIR/y\" && echo temporary",
        secret.display(),
        open.display(),
        own.display()
    );
    let program = shell(&script).restrict_paths(vec![open.clone()], vec![own.clone()]);

    let outcome = gated().run(program, &CancellationToken::new()).await;

    // A kernel without path rules says so, and then there is nothing to see.
    if outcome.enforced.paths != PathRules::NotEnforced {
        assert_eq!(
            outcome.stdout.to_text(),
            "openkept\nwritten\ntemporary\n",
            "{}",
            outcome.stderr.to_text()
        );
        assert_eq!(fs::read_to_string(open).unwrap(), "open");
    }
}

#[tokio::test]
async fn it_may_run_as_somebody_else() {
    if !is_root() {
        return;
    }
    let (user, group) = (61_235, 61_236);
    let program = shell("id -u; id -g; id -G; echo x > \"$TMPDIR/mine\" && echo written")
        .run_as(RunAs { user, group });

    let outcome = gated().run(program, &CancellationToken::new()).await;

    assert_eq!(outcome.stdout.to_text(), "61235\n61236\n61236\nwritten\n");
    assert_eq!(outcome.enforced.user, Some(user));
}
