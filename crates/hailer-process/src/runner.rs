//! The process between the bot and a foreign program: prepares itself, waits at the gate, becomes the program.
//!
//! What has to be done between the start of a process and the start of its program cannot be done without `unsafe` in
//! the process of the bot, which has threads. So the bot starts its own binary again, and that does it.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use crate::order::{Answer, Cannot, GATE, MARKER, Order, read_frame, write_frame};

mod prepare;

use prepare::prepare;

/// So long the runner waits at the gate; a bot that needs longer has lost it.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a shell answers for a program that cannot be started.
pub(crate) const NOT_STARTED: i32 = 127;

/// The runner gave up before the gate was opened.
const NOT_RELEASED: i32 = 125;

static IS_RUNNER: AtomicBool = AtomicBool::new(false);

/// Makes a runner of this binary: call it first thing in `main`, before any thread is started.
///
/// It returns at once unless the process was started as a runner; then it never returns. After it
/// [`Launcher::find`](crate::Launcher::find) knows that this binary can be started as one.
///
/// # Examples
///
/// ```
/// hailer_process::runner::main();
/// // … and only then what the program is for
/// ```
pub fn main() {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next().as_deref() == Some(OsStr::new(MARKER)) && arguments.next().is_none() {
        leave(run());
    }
    IS_RUNNER.store(true, Ordering::Relaxed);
}

/// Tells whether this binary can be started as a runner.
pub(crate) fn is_runner() -> bool {
    IS_RUNNER.load(Ordering::Relaxed)
}

#[expect(
    clippy::disallowed_methods,
    reason = "nothing of a runner's caller must run, and there is nothing to drop"
)]
fn leave(code: i32) -> ! {
    std::process::exit(code)
}

/// Returns only when nothing was started.
fn run() -> i32 {
    // Unbuffered: what stands behind the gate is the program's.
    let streams = (own(io::stdin()), own(io::stdout()));
    let (Ok(mut input), Ok(mut output)) = streams else {
        return NOT_RELEASED;
    };
    let Ok(order) = read_frame::<Order>(&mut input) else {
        return NOT_RELEASED;
    };
    let answer = match prepare(&order, &[input.as_raw_fd(), output.as_raw_fd()]) {
        Ok(enforced) => Answer::Ready(enforced),
        Err(cannot) => Answer::Cannot(cannot),
    };
    let is_ready = matches!(answer, Answer::Ready(_));
    if write_frame(&mut output, &answer).is_err() || !is_ready {
        return NOT_RELEASED;
    }
    if !is_opened(input) {
        return NOT_RELEASED;
    }
    let cannot = become_program(&order);
    // The nonce tells it from the output of a program; that nobody reads it changes nothing.
    let _ = output.write_all(order.nonce.as_bytes());
    let _ = write_frame(&mut output, &cannot);
    NOT_STARTED
}

fn own(stream: impl AsFd) -> io::Result<File> {
    Ok(File::from(stream.as_fd().try_clone_to_owned()?))
}

/// Waits until the gate is opened; it never is when the bot is gone.
fn is_opened(mut input: File) -> bool {
    let give_up = Instant::now() + PATIENCE;
    loop {
        let left = give_up.saturating_duration_since(Instant::now());
        let Ok(timeout) = Timespec::try_from(left) else {
            return false;
        };
        let mut watched = [PollFd::new(&input, PollFlags::IN)];
        match poll(&mut watched, Some(&timeout)) {
            Ok(0) => return false,
            Ok(_) => break,
            Err(Errno::INTR) => {}
            Err(_) => return false,
        }
    }
    let mut byte = [0];
    input.read_exact(&mut byte).is_ok() && byte == [GATE]
}

/// Replaces this process; returns why it could not.
fn become_program(order: &Order) -> Cannot {
    let arguments = order.arguments.iter().map(OsString::from);
    let mut command = Command::new(&order.program);
    command
        .args(arguments)
        .env_clear()
        .envs(&order.environment)
        .current_dir(&order.directory);
    Cannot::new("start the program", &command.exec())
}
