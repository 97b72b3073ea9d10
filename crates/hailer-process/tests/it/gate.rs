//! Nothing runs before it is released, and nothing at all when it never is.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use hailer_process::{CancellationToken, Ending, LaunchError, Launcher, Limits, Program};

use crate::{LONG, eventually, gated, is_alive, shell};

fn touching(witness: &Path) -> Program {
    shell(&format!("echo ran > '{}'", witness.display()))
}

#[tokio::test]
async fn a_program_that_is_not_released_never_runs() {
    let folder = tempfile::tempdir().unwrap();
    let witness = folder.path().join("witness");
    let prepared = gated().prepare(touching(&witness)).await.unwrap();
    let pid = prepared.identity().unwrap().pid.to_string();
    assert!(is_alive(&pid) && !witness.exists());

    drop(prepared);

    assert!(eventually(|| !is_alive(&pid)));
    assert!(!witness.exists());
}

#[tokio::test]
async fn a_released_program_runs_as_the_process_that_was_named() {
    let prepared = gated().prepare(shell("echo $$")).await.unwrap();
    let identity = prepared.identity().unwrap().clone();
    assert!(identity.is_alive());

    let running = prepared.release().await.unwrap();
    assert_eq!(running.identity(), &identity);
    let outcome = running.wait(&CancellationToken::new()).await;

    assert_eq!(outcome.ending, Ending::Exited(0));
    assert_eq!(outcome.stdout.to_text(), format!("{}\n", identity.pid));
    assert!(outcome.enforced.is_gated && outcome.enforced.has_no_new_privileges);
    assert!(!identity.is_alive());
}

#[tokio::test]
async fn a_cancelled_program_is_not_even_begun() {
    let folder = tempfile::tempdir().unwrap();
    let witness = folder.path().join("witness");
    let cancelled = CancellationToken::new();
    cancelled.cancel();

    for launcher in [gated(), Launcher::direct()] {
        let outcome = launcher.run(touching(&witness), &cancelled).await;
        assert_eq!(outcome.ending, Ending::Cancelled);
    }

    assert!(!witness.exists());
}

#[test]
fn a_runner_without_orders_ends() {
    for input in [
        &b""[..],
        b"\0\0\0\x02{}",
        b"\xff\xff\xff\xff",
        b"\0\0\0\x02",
    ] {
        let mut runner = Command::new(env!("CARGO_BIN_EXE_hailer-runner"))
            .arg("__run")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        runner.stdin.take().unwrap().write_all(input).unwrap();
        assert_eq!(runner.wait().unwrap().code(), Some(125));
    }
}

/// Gives a runner a whole order and then these bytes, as a bot that is killed right then would; returns its code.
fn order(witness: &Path, then: &[u8]) -> Option<i32> {
    let order = format!(
        r#"{{"nonce":"n","program":"/bin/sh","arguments":["-c","echo ran > '{}'"],"environment":{{}},"directory":"/","limits":{{"open_files":null,"file_size":null,"memory":null,"cpu_time":null,"processes":null}},"paths":null,"run_as":null,"may_gain_privileges":false}}"#,
        witness.display()
    );
    let mut runner = Command::new(env!("CARGO_BIN_EXE_hailer-runner"))
        .arg("__run")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut input = runner.stdin.take().unwrap();
    let length = u32::try_from(order.len()).unwrap().to_be_bytes();
    input.write_all(&length).unwrap();
    input.write_all(order.as_bytes()).unwrap();
    input.write_all(then).unwrap();
    drop(input);
    runner.wait().unwrap().code()
}

#[test]
fn a_bot_that_dies_before_the_gate_has_started_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let witness = folder.path().join("witness");

    assert_ne!(order(&witness, b""), Some(0));
    assert_ne!(order(&witness, b"x"), Some(0));
    assert!(!witness.exists());

    assert_eq!(order(&witness, b"!"), Some(0));
    assert!(witness.exists());
}

#[tokio::test]
async fn what_cannot_start_says_why_and_runs_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let plain = folder.path().join("plain.sh");
    std::fs::write(&plain, "echo ran\n").unwrap();
    let never = CancellationToken::new();
    let path = plain.display().to_string();

    for launcher in [gated(), Launcher::direct()] {
        let say = async |path: &str| {
            let outcome = launcher.run(Program::new(path, LONG), &never).await;
            let Ending::FailedToStart(error) = outcome.ending else {
                panic!("{:?}", outcome.ending)
            };
            error.to_string()
        };
        assert_eq!(
            say("sh").await,
            "`sh` is not an absolute path; write the whole path"
        );
        assert_eq!(say("/nowhere").await, "`/nowhere` is not a file");
        assert_eq!(say("/tmp").await, "`/tmp` is not a file");
        assert_eq!(
            say(&path).await,
            format!("`{path}` is not executable; run chmod +x on it")
        );
    }
    crate::world::make_executable(&plain);
    let outcome = gated().run(Program::new(&plain, LONG), &never).await;
    assert!(matches!(
        outcome.ending,
        Ending::FailedToStart(LaunchError::NotExecutable(_))
    ));
}

#[tokio::test]
async fn a_missing_interpreter_is_told_from_a_program_that_failed() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("script");
    std::fs::write(&script, "#!/no/such/interpreter\n").unwrap();
    crate::world::make_executable(&script);
    let never = CancellationToken::new();

    for launcher in [gated(), Launcher::direct()] {
        let outcome = launcher.run(Program::new(&script, LONG), &never).await;
        assert!(
            matches!(
                outcome.ending,
                Ending::FailedToStart(LaunchError::Refused { .. })
            ),
            "{:?}",
            outcome.ending
        );
        assert!(outcome.stdout.is_empty());
    }
    let outcome = gated()
        .run(shell("printf '%032d' 0; exit 127"), &never)
        .await;
    assert_eq!(outcome.ending, Ending::Exited(127));
}

#[tokio::test]
async fn limits_without_a_runner_are_refused() {
    let program = shell("true").limits(Limits::default());

    let error = Launcher::direct().prepare(program).await.unwrap_err();

    assert_eq!(
        error.to_string(),
        "limits need a runner; call `hailer_process::runner::main()` first thing in `main`"
    );
}

#[tokio::test]
async fn what_is_no_runner_is_found_out() {
    for runner in ["/bin/true", "/bin/echo", "/no/such/file"] {
        let error = Launcher::gated(runner)
            .prepare(shell("true"))
            .await
            .unwrap_err();
        assert!(matches!(error, LaunchError::Runner { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn a_nul_is_refused_by_name() {
    let program = shell("true").argument("a\0b");
    let error = gated().prepare(program).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "argument 3 holds a NUL character; take it out"
    );

    let program = shell("true").variable("A", "a\0b");
    let error = gated().prepare(program).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "variable A holds a NUL character; take it out"
    );

    let program = shell("true").variable("A=B", "x");
    let error = gated().prepare(program).await.unwrap_err();
    assert!(matches!(error, LaunchError::VariableName { .. }));
}
