//! Programs that do not want to end. None of them survives.

use std::path::Path;
use std::time::Duration;

use hailer_process::{CancellationToken, Ending, Launcher, Limits, LineVerdict, RunAs};

use crate::{eventually, gated, is_alive, is_root, pids, processes_of, run_both_ways, shell};

/// A user that nothing on this machine belongs to.
const NOBODY_ELSE: u32 = 61_234;

/// Notes its own number in the file, then goes on.
fn noting(file: &Path, then: &str) -> String {
    format!("echo $$ >> '{}'; {then}", file.display())
}

#[tokio::test]
async fn who_ignores_the_signal_is_killed_after_the_grace() {
    let script = "trap '' TERM INT HUP; while :; do sleep 1; done";
    let program = shell(script)
        .grace(Duration::from_millis(200))
        .time_limit(Duration::from_millis(300));

    for outcome in run_both_ways(&program).await {
        assert_eq!(outcome.ending, Ending::TimedOut);
        assert!(
            outcome.took >= Duration::from_millis(500),
            "{:?}",
            outcome.took
        );
    }
}

#[tokio::test]
async fn who_heeds_the_signal_may_say_goodbye() {
    let script = "trap 'echo goodbye; exit 3' TERM; echo hello; while :; do sleep 0.05; done";
    let program = shell(script).time_limit(Duration::from_millis(500));

    for outcome in run_both_ways(&program).await {
        assert_eq!(outcome.ending, Ending::TimedOut);
        assert_eq!(outcome.stdout.to_text(), "hello\ngoodbye\n");
    }
}

#[tokio::test]
async fn children_that_went_away_are_found_and_killed() {
    let folder = tempfile::tempdir().unwrap();
    let sleep = "sleep 1000";
    let ways = [
        (
            "in the background",
            format!("{sleep} & echo $! >> FILE; wait"),
        ),
        ("left behind", format!("{sleep} & echo $! >> FILE; exit 0")),
        (
            "in a session of its own",
            format!("setsid sh -c 'echo $$ >> FILE; exec {sleep}' & wait"),
        ),
        (
            "forked twice",
            format!(
                "(setsid sh -c 'sh -c \"echo \\$\\$ >> FILE; exec {sleep}\" & exit' &) ; while :; do [ -s FILE ] && exit 0; done"
            ),
        ),
        (
            "without an environment, but with a parent",
            format!("env -i setsid /bin/sh -c 'echo $$ >> FILE; exec /bin/{sleep}' & wait"),
        ),
    ];
    for (way, script) in ways {
        for (launcher, name) in [(gated(), "gated"), (Launcher::direct(), "direct")] {
            let file = folder
                .path()
                .join(format!("{name}-{}", way.replace(' ', "-")));
            let script = script.replace("FILE", &file.display().to_string());
            let program = shell(&script)
                .time_limit(Duration::from_millis(600))
                .grace(Duration::from_millis(50));

            let outcome = launcher.run(program, &CancellationToken::new()).await;

            let pids = pids(&file);
            assert!(!pids.is_empty(), "{way}: {outcome:?}");
            let alive: Vec<_> = pids.iter().filter(|it| is_alive(it)).collect();
            assert!(alive.is_empty(), "{way}: {alive:?} of {pids:?}");
            // The signal to the group reaches those that stayed in it.
            let is_in_group = way == "in the background";
            assert!(is_in_group || outcome.left_behind > 0, "{way}: {outcome:?}");
        }
    }
}

#[tokio::test]
async fn who_holds_the_pipe_holds_nobody_up() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pids");
    let script = noting(&file, "setsid sleep 1000 & echo $! >> FILE; echo done")
        .replace("FILE", &file.display().to_string());

    for outcome in run_both_ways(&shell(&script)).await {
        assert_eq!(outcome.ending, Ending::Exited(0));
        assert_eq!(outcome.stdout.to_text(), "done\n");
        assert_eq!(outcome.left_behind, 1);
    }
    assert!(pids(&file).iter().all(|it| !is_alive(it)));
}

#[tokio::test]
async fn a_cancelled_program_ends_with_all_that_it_started() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pids");
    let script = "setsid sleep 1000 & echo $! >> FILE; echo $$ >> FILE; echo ::ready; wait"
        .replace("FILE", &file.display().to_string());

    for launcher in [gated(), Launcher::direct()] {
        let cancellation = CancellationToken::new();
        let cancel = cancellation.clone();
        let program = shell(&script).on_line("::ready", move |_, _| {
            cancel.cancel();
            LineVerdict::Take
        });
        let outcome = launcher.run(program, &cancellation).await;

        assert_eq!(outcome.ending, Ending::Cancelled);
        assert!(outcome.stdout.is_empty());
    }
    assert_eq!(pids(&file).len(), 4);
    assert!(pids(&file).iter().all(|it| !is_alive(it)));
}

#[tokio::test]
async fn dropping_the_future_kills_the_tree() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pids");
    let script =
        "trap '' TERM; setsid sleep 1000 & echo $! >> FILE; echo $$ >> FILE; echo ::ready; wait"
            .replace("FILE", &file.display().to_string());

    for launcher in [gated(), Launcher::direct()] {
        let ready = CancellationToken::new();
        let is_ready = ready.clone();
        let program = shell(&script).on_line("::ready", move |_, _| {
            is_ready.cancel();
            LineVerdict::Take
        });
        let never = CancellationToken::new();
        tokio::select! {
            outcome = launcher.run(program, &never) => panic!("{outcome:?}"),
            () = ready.cancelled() => {}
        }
        assert!(eventually(|| pids(&file).iter().all(|it| !is_alive(it))));
    }
    assert_eq!(pids(&file).len(), 4);
}

#[tokio::test]
async fn a_fork_bomb_ends_at_its_limit_and_leaves_nobody() {
    if !is_root() {
        return;
    }
    let limits = Limits {
        processes: Some(40),
        ..Limits::default()
    };
    let program = shell("f() { f | f & }; f; f; while :; do sleep 0.1; done")
        .limits(limits)
        .run_as(RunAs {
            user: NOBODY_ELSE,
            group: NOBODY_ELSE,
        })
        .time_limit(Duration::from_millis(500))
        .grace(Duration::from_millis(100));

    let outcome = gated().run(program, &CancellationToken::new()).await;

    assert!(
        matches!(outcome.ending, Ending::TimedOut | Ending::Exited(_)),
        "{outcome:?}"
    );
    assert_eq!(outcome.enforced.user, Some(NOBODY_ELSE));
    assert_eq!(processes_of(NOBODY_ELSE), 0);
}

#[tokio::test]
async fn who_wants_too_much_memory_gets_none() {
    let limits = Limits {
        memory: Some(256 * 1024 * 1024),
        ..Limits::default()
    };
    let program = shell("exec tail /dev/zero").limits(limits);

    let outcome = gated().run(program, &CancellationToken::new()).await;

    assert!(
        matches!(outcome.ending, Ending::Exited(1) | Ending::Signalled(_)),
        "{outcome:?}"
    );
    assert!(outcome.enforced.limits.contains(&"memory".to_owned()));
}

#[tokio::test]
async fn who_computes_too_long_is_stopped_by_the_kernel() {
    let limits = Limits {
        cpu_time: Some(Duration::from_secs(1)),
        ..Limits::default()
    };
    let program = shell("while :; do :; done").limits(limits);

    let outcome = gated().run(program, &CancellationToken::new()).await;

    // SIGXCPU
    assert_eq!(outcome.ending, Ending::Signalled(24));
}

#[tokio::test]
async fn a_file_grows_to_its_limit_only() {
    let limits = Limits {
        file_size: Some(100_000),
        ..Limits::default()
    };
    let program = shell("head -c 1000000 /dev/zero > big; wc -c < big").limits(limits);

    let outcome = gated().run(program, &CancellationToken::new()).await;

    assert_eq!(outcome.stdout.to_text().trim(), "100000");
}

#[tokio::test]
async fn a_death_by_signal_is_told() {
    for outcome in run_both_ways(&shell("kill -SEGV $$")).await {
        assert_eq!(outcome.ending, Ending::Signalled(11));
    }
}

#[tokio::test]
async fn nothing_leaves_a_control_group() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pids");
    // Out of the session, without a parent, without the mark.
    let script = "(env -i setsid /bin/sh -c '/bin/sh -c \"echo \\$\\$ >> FILE; exec /bin/sleep 1000\" & exit' &) ; while :; do [ -s FILE ] && exit 0; done"
        .replace("FILE", &file.display().to_string());
    let program = shell(&script).with_cgroup();

    let outcome = gated().run(program, &CancellationToken::new()).await;

    if outcome.enforced.has_cgroup {
        assert!(pids(&file).iter().all(|it| !is_alive(it)));
        assert_eq!(outcome.left_behind, 1);
    } else {
        // Not ours to leave behind.
        for pid in pids(&file) {
            let _ = std::process::Command::new("/bin/kill")
                .args(["-9", &pid])
                .status();
        }
    }
}
