//! Starts programs, in two steps where there is a runner.

use std::convert::Infallible;
use std::fs::Permissions;
use std::future::ready;
use std::io;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use hailer_failpoint as failpoint;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::cgroup::Cgroup;
use crate::enforced::Enforced;
use crate::error::LaunchError;
use crate::identity::Identity;
use crate::order::{Answer, MARKER, Order, frame, length};
use crate::outcome::{Ending, Outcome};
use crate::prepared::{Gate, Prepared};
use crate::program::Program;
use crate::runner;
use crate::running::Guard;
use crate::tree::{RUN_ID, Tree, folder_name};

/// This binary, also when its file was replaced or removed since it was started.
const OWN_BINARY: &str = "/proc/self/exe";

/// A runner answers within milliseconds; a machine may be busy.
const RUNNER_ANSWERS: Duration = Duration::from_secs(10);

/// Starts programs.
///
/// With a runner a program is started in two steps, in a session of its own, under the limits of the kernel. Without
/// one it starts when it is released, in a process group of its own, and [`Enforced`] says so.
#[derive(Debug, Clone)]
pub struct Launcher {
    runner: Option<PathBuf>,
}

impl Launcher {
    /// Takes this binary for the runner when its `main` called [`runner::main`]; otherwise there is none.
    pub fn find() -> Self {
        if runner::is_runner() {
            Self::gated(OWN_BINARY)
        } else {
            Self::direct()
        }
    }

    /// Takes another binary for the runner, one whose `main` calls [`runner::main`].
    pub fn gated(runner: impl Into<PathBuf>) -> Self {
        Self {
            runner: Some(runner.into()),
        }
    }

    /// Starts programs without a runner.
    pub fn direct() -> Self {
        Self { runner: None }
    }

    /// Prepares a program up to the point where only [`Prepared::release`] is missing. Nothing of it has run then; to
    /// drop it instead means that nothing ever will.
    ///
    /// # Errors
    ///
    /// A [`LaunchError`]: it cannot be started, or not within its bounds.
    pub async fn prepare(&self, program: Program) -> Result<Prepared, LaunchError> {
        program.check()?;
        let run_id = random_id().map_err(|source| temporary(&program, source))?;
        let folder = temporary_folder(&program, &run_id)?;
        let Some(runner) = &self.runner else {
            return match program.needs_runner() {
                Some(what) => Err(LaunchError::NoRunner { what }),
                None => Ok(Prepared::direct(program, folder, run_id)),
            };
        };
        let broken = |source| LaunchError::Runner {
            runner: runner.clone(),
            source,
        };
        let nonce = random_id().map_err(broken)?;
        let mut child = start(runner, &run_id).map_err(broken)?;
        let identity = identity_of(&child, &run_id).map_err(broken)?;
        failpoint::hit("process-after-spawn");
        let cgroup = program
            .wants_cgroup
            .then(|| Cgroup::create(&run_id))
            .flatten();
        let cgroup = cgroup
            .filter(|it| it.add(identity.pid).is_ok())
            .map(Arc::new);
        let guard = Guard::new(Tree::new(identity, true, cgroup), folder);
        let order = order(&program, &guard, &run_id, &nonce);
        let answer = timeout(RUNNER_ANSWERS, talk(&mut child, &order)).await;
        let answer = answer.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
        let enforced = match answer.map_err(broken)? {
            Answer::Ready(enforced) => enforced,
            Answer::Cannot(cannot) => {
                return Err(LaunchError::Preparation {
                    source: cannot.source(),
                    step: cannot.step,
                });
            }
        };
        let enforced = Enforced {
            has_cgroup: guard.tree().has_cgroup(),
            ..enforced
        };
        let gate = Gate {
            child,
            guard,
            nonce,
        };
        Ok(Prepared::gated(program, gate, enforced))
    }

    /// Runs a program to its end, whatever that is. To drop the future kills everything that it has started.
    pub async fn run(&self, program: Program, cancellation: &CancellationToken) -> Outcome {
        let noted = self.run_noted(program, cancellation, |_| ready(Ok::<_, Infallible>(())));
        match noted.await {
            Ok(outcome) => outcome,
            Err(never) => match never {},
        }
    }

    /// As [`Launcher::run`], once `note` has written down which process the program will be; it is not told without a
    /// runner, as there is no process yet. A runner waits for it no longer than ten seconds.
    ///
    /// # Errors
    ///
    /// Those of `note`: then nothing of the program has run, or ever will.
    pub async fn run_noted<E, F>(
        &self,
        program: Program,
        cancellation: &CancellationToken,
        note: impl FnOnce(Option<Identity>) -> F,
    ) -> Result<Outcome, E>
    where
        F: Future<Output = Result<(), E>>,
    {
        let prepared = match self.prepare(program).await {
            Ok(prepared) => prepared,
            Err(error) => return Ok(Outcome::not_started(error)),
        };
        note(prepared.identity().cloned()).await?;
        if cancellation.is_cancelled() {
            return Ok(Outcome::without_output(Ending::Cancelled));
        }
        failpoint::hit("process-before-gate");
        Ok(match prepared.release().await {
            Ok(running) => {
                failpoint::hit("process-after-gate");
                let outcome = running.wait(cancellation).await;
                failpoint::hit("process-after-exit");
                outcome
            }
            Err(error) => Outcome::not_started(error),
        })
    }
}

fn start(runner: &Path, run_id: &str) -> io::Result<Child> {
    Command::new(runner)
        .arg(MARKER)
        .env_clear()
        .env(RUN_ID, run_id)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
}

/// Gives the order and reads the answer.
async fn talk(child: &mut Child, order: &Order) -> io::Result<Answer> {
    let (Some(input), Some(output)) = (&mut child.stdin, &mut child.stdout) else {
        return Err(io::ErrorKind::BrokenPipe.into());
    };
    input.write_all(&frame(order)?).await?;
    input.flush().await?;
    let mut head = [0; 4];
    output.read_exact(&mut head).await?;
    let mut json = vec![0; length(head)?];
    output.read_exact(&mut json).await?;
    Ok(serde_json::from_slice(&json)?)
}

fn order(program: &Program, guard: &Guard, run_id: &str, nonce: &str) -> Order {
    let folder = guard.folder().to_owned();
    let directory = program.directory.clone().unwrap_or_else(|| folder.clone());
    let mut paths = program.paths.clone();
    if let Some(paths) = &mut paths {
        paths.readable.push(program.path.clone());
        paths.readable.push(directory.clone());
        paths.writable.push(folder.clone());
    }
    Order {
        nonce: nonce.to_owned(),
        program: program.path.clone(),
        arguments: program.arguments.clone(),
        environment: environment(program, &folder, run_id),
        directory,
        limits: program.limits.clone().unwrap_or_default(),
        paths,
        run_as: program.run_as,
        may_gain_privileges: program.may_gain_privileges,
    }
}

/// Returns the whole environment of a program.
pub(crate) fn environment(
    program: &Program,
    folder: &Path,
    run_id: &str,
) -> std::collections::BTreeMap<String, String> {
    let mut environment = program.environment.clone();
    let folder = folder.to_string_lossy().into_owned();
    environment.entry("TMPDIR".to_owned()).or_insert(folder);
    environment.insert(RUN_ID.to_owned(), run_id.to_owned());
    environment
}

pub(crate) fn identity_of(child: &Child, run_id: &str) -> io::Result<Identity> {
    let pid = child.id().and_then(|it| i32::try_from(it).ok());
    pid.and_then(|pid| Identity::of(pid, run_id))
        .ok_or_else(|| io::ErrorKind::NotFound.into())
}

/// Readable by its owner only, who is the one that the program runs as.
fn temporary_folder(program: &Program, run_id: &str) -> Result<TempDir, LaunchError> {
    let folder = tempfile::Builder::new()
        .prefix(&folder_name(run_id).unwrap_or_default())
        .rand_bytes(0)
        .permissions(Permissions::from_mode(0o700))
        .tempdir_in(&program.temporary_root)
        .map_err(|source| temporary(program, source))?;
    if let Some(run_as) = program.run_as {
        chown(folder.path(), Some(run_as.user), Some(run_as.group))
            .map_err(|source| temporary(program, source))?;
    }
    Ok(folder)
}

fn temporary(program: &Program, source: io::Error) -> LaunchError {
    LaunchError::Temporary {
        root: program.temporary_root.clone(),
        source,
    }
}

fn random_id() -> io::Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(bytes.iter().map(|it| format!("{it:02x}")).collect())
}
