//! What programs try, and what becomes of it: real processes, ours and hostile ones.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod gate;
mod hostile;
mod orphan;
mod output;
mod world;

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, Instant};

use hailer_process::{CancellationToken, Launcher, Outcome, Program};

/// Long enough for any test that is not about time.
const LONG: Duration = Duration::from_secs(60);

/// The launcher with a runner.
fn gated() -> Launcher {
    Launcher::gated(env!("CARGO_BIN_EXE_hailer-runner"))
}

/// A shell script, which a test may do with: nothing that anybody typed is in it.
fn shell(script: &str) -> Program {
    Program::new("/bin/sh", LONG)
        .arguments(["-c", script])
        .variable("PATH", "/usr/bin:/bin")
        .without_cgroup()
}

/// Runs it with a runner and without.
async fn run_both_ways(program: &Program) -> [Outcome; 2] {
    let never = CancellationToken::new();
    [
        gated().run(program.clone(), &never).await,
        Launcher::direct().run(program.clone(), &never).await,
    ]
}

/// Tells whether a process is alive.
fn is_alive(pid: &str) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let state = stat.rsplit_once(')').map(|(_, rest)| rest.trim_start());
    state.is_some_and(|it| !it.starts_with(['Z', 'X']))
}

/// Reads the numbers that a script wrote down.
fn pids(file: &Path) -> Vec<String> {
    let text = fs::read_to_string(file).unwrap_or_default();
    text.split_whitespace().map(str::to_owned).collect()
}

/// Waits for something that another process does soon.
fn eventually(is_so: impl Fn() -> bool) -> bool {
    let give_up = Instant::now() + Duration::from_secs(10);
    while Instant::now() < give_up {
        if is_so() {
            return true;
        }
        std::thread::yield_now();
    }
    false
}

/// Counts the living processes of a user.
fn processes_of(user: u32) -> usize {
    let entries = fs::read_dir("/proc").unwrap().flatten();
    let own = entries.filter(|it| it.metadata().is_ok_and(|data| data.uid() == user));
    own.filter(|it| it.file_name().to_str().is_some_and(is_alive))
        .count()
}

fn is_root() -> bool {
    fs::metadata("/proc/self").unwrap().uid() == 0
}
