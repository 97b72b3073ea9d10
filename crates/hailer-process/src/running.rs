//! A program that runs: read, watched, ended.

use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::process::{Child, ChildStdin};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::capture::Captured;
use crate::enforced::Enforced;
use crate::error::LaunchError;
use crate::identity::Identity;
use crate::order::{Cannot, read_frame};
use crate::outcome::{Ending, Outcome};
use crate::program::Program;
use crate::runner::NOT_STARTED;
use crate::stream::Sink;
use crate::tree::{Swept, THOROUGH, Tree};

/// A process that nobody can reach may hold a pipe for ever.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// So long the end of the output may come after the end of the program.
const BLINK: Duration = Duration::from_millis(5);

/// A program that runs. To drop it kills everything that it has started.
#[derive(Debug)]
pub struct Running {
    program: Program,
    child: Child,
    guard: Guard,
    nonce: Option<String>,
    enforced: Enforced,
    sinks: (Sink, Sink),
    begun: Instant,
}

/// Why the waiting ended.
enum Event {
    Ended(Option<ExitStatus>),
    Late,
    Unwanted,
}

impl Running {
    pub(crate) fn new(
        program: Program,
        child: Child,
        guard: Guard,
        nonce: Option<String>,
        enforced: Enforced,
        sinks: (Sink, Sink),
    ) -> Self {
        Self {
            program,
            child,
            guard,
            nonce,
            enforced,
            sinks,
            begun: Instant::now(),
        }
    }

    /// Returns which process the program is.
    pub fn identity(&self) -> &Identity {
        self.guard.tree().identity()
    }

    /// Reads what it writes until it ends, its time is over or nobody wants it any more; then kills what is left of it.
    ///
    /// It is asked to end first and killed after its grace. Nothing that it started outlives this.
    pub async fn wait(mut self, cancellation: &CancellationToken) -> Outcome {
        let (mut out, mut error) = self.sinks;
        let child = &mut self.child;
        let (stdin, stdout, stderr) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let attention = Attention {
            program: &self.program,
            child,
            guard: &mut self.guard,
            begun: self.begun,
        };
        let (event, took, swept) = {
            let traffic = async {
                tokio::join!(
                    feed(stdin, &self.program.input),
                    out.drain(stdout),
                    error.drain(stderr)
                );
            };
            attention.pay(std::pin::pin!(traffic), cancellation).await
        };
        let (stdout, stderr) = (out.finish(), error.finish());
        let ending = ending(&event, &self.program.path, self.nonce.as_deref(), &stdout);
        Outcome {
            stdout: of_program(&ending, stdout),
            ending,
            stderr,
            took,
            enforced: self.enforced,
            left_behind: swept.found,
        }
    }
}

/// What is needed to see a program to its end.
struct Attention<'r> {
    program: &'r Program,
    child: &'r mut Child,
    guard: &'r mut Guard,
    begun: Instant,
}

impl Attention<'_> {
    /// Waits for the end while its traffic goes on, brings it about when it must, and cleans up.
    async fn pay(
        self,
        mut traffic: Pin<&mut impl Future<Output = ()>>,
        cancellation: &CancellationToken,
    ) -> (Event, Duration, Swept) {
        let limit = self.program.time_limit.saturating_sub(self.begun.elapsed());
        let mut limit = std::pin::pin!(sleep(limit));
        let mut is_silent = false;
        let event = loop {
            tokio::select! {
                status = self.child.wait() => break Event::Ended(status.ok()),
                () = &mut traffic, if !is_silent => is_silent = true,
                () = &mut limit => break Event::Late,
                () = cancellation.cancelled() => break Event::Unwanted,
            }
        };
        if !matches!(event, Event::Ended(_)) {
            // Whoever loses its parent by the signal is known by then.
            self.guard.look().await;
            self.guard.tree().signal_group(Signal::TERM);
            let mut grace = std::pin::pin!(sleep(self.program.grace));
            loop {
                tokio::select! {
                    _ = self.child.wait() => break,
                    () = &mut traffic, if !is_silent => is_silent = true,
                    () = &mut grace => break,
                }
            }
        }
        let took = self.begun.elapsed();
        if !is_silent {
            // The last process to end closed the pipes before it was reported, so there is nothing to wait for.
            is_silent = timeout(BLINK, &mut traffic).await.is_ok();
        }
        // Who still holds a pipe may be about to become another program.
        let looks = if is_silent { 1 } else { THOROUGH };
        let swept = self.guard.sweep(looks).await;
        if !is_silent {
            // Whoever holds the pipe now cannot be reached; what came is there.
            let _ = timeout(LAST_WORDS, traffic).await;
        }
        (event, took, swept)
    }
}

/// Gives the program what it reads; one that does not want it all has its reasons.
async fn feed(stdin: Option<ChildStdin>, input: &[u8]) {
    if let Some(mut stdin) = stdin {
        let _ = stdin.write_all(input).await;
        let _ = stdin.shutdown().await;
    }
}

fn ending(event: &Event, program: &Path, nonce: Option<&str>, stdout: &Captured) -> Ending {
    let status = match event {
        Event::Late => return Ending::TimedOut,
        Event::Unwanted => return Ending::Cancelled,
        Event::Ended(status) => status.unwrap_or_default(),
    };
    if status.code() == Some(NOT_STARTED)
        && let Some(cannot) = refusal(nonce, stdout)
    {
        return Ending::FailedToStart(LaunchError::Refused {
            program: PathBuf::from(program),
            source: cannot.source(),
        });
    }
    match (status.code(), status.signal()) {
        (Some(code), _) => Ending::Exited(code),
        (None, Some(signal)) => Ending::Signalled(signal),
        (None, None) => Ending::Exited(0),
    }
}

/// Reads what a runner says that could not become the program. Programs cannot say it: they do not know the nonce.
fn refusal(nonce: Option<&str>, stdout: &Captured) -> Option<Cannot> {
    let whole = stdout.to_whole()?;
    let mut said = whole.strip_prefix(nonce?.as_bytes())?;
    read_frame(&mut said).ok()
}

fn of_program(ending: &Ending, stdout: Captured) -> Captured {
    match ending {
        Ending::FailedToStart(_) => Captured::default(),
        Ending::Exited(_) | Ending::Signalled(_) | Ending::TimedOut | Ending::Cancelled => stdout,
    }
}

/// Kills everything that a run has started, and removes its folder, at the latest when it is dropped.
#[derive(Debug)]
pub(crate) struct Guard {
    tree: Tree,
    folder: Option<TempDir>,
}

impl Guard {
    pub(crate) fn new(tree: Tree, folder: TempDir) -> Self {
        Self {
            tree,
            folder: Some(folder),
        }
    }

    pub(crate) fn tree(&self) -> &Tree {
        &self.tree
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.as_ref().map_or(Path::new("/"), TempDir::path)
    }

    /// Looks who belongs to the run.
    async fn look(&self) {
        let tree = self.tree.clone();
        // Fails only while the runtime stops, and then the guard is dropped next.
        let _ = tokio::task::spawn_blocking(move || tree.members()).await;
    }

    /// Kills what is left and cleans up.
    async fn sweep(&mut self, looks: u32) -> Swept {
        let (tree, folder) = (self.tree.clone(), self.folder.take());
        let swept = tokio::task::spawn_blocking(move || clean_up(&tree, folder, looks));
        swept.await.unwrap_or_default()
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let Some(folder) = self.folder.take() else {
            return;
        };
        let tree = self.tree.clone();
        // Dropping must not wait, and there may be no runtime any more.
        let sweeper = std::thread::Builder::new().name("hailer-sweep".to_owned());
        let sweeper = sweeper.spawn(move || clean_up(&tree, Some(folder), THOROUGH));
        if sweeper.is_err() {
            self.tree.signal_group(Signal::KILL);
        }
    }
}

fn clean_up(tree: &Tree, folder: Option<TempDir>, looks: u32) -> Swept {
    let swept = tree.kill_and_wait(looks);
    if let Some(folder) = folder {
        // What is left of it is below the temporary folder of the system, which is cleaned.
        let _ = folder.close();
    }
    swept
}
