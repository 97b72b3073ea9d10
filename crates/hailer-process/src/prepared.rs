//! A program that would run, and has not.

use std::io;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};

use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::process::{Child, Command};

use crate::capture::Captured;
use crate::enforced::Enforced;
use crate::error::LaunchError;
use crate::identity::Identity;
use crate::launcher::{environment, identity_of};
use crate::line::{LineFilter, Stream};
use crate::log_file::LogFile;
use crate::order::GATE;
use crate::program::Program;
use crate::running::{Guard, Running};
use crate::stream::Sink;
use crate::tree::Tree;

/// What the runner says of a failure must fit.
const LEAST_KEPT: usize = 1024;

/// A program that would run, and has not. To drop it means that it never will.
#[derive(Debug)]
pub struct Prepared {
    program: Program,
    state: State,
    enforced: Enforced,
}

/// How far it is.
#[derive(Debug)]
enum State {
    /// A runner waits at the gate.
    Gated(Box<Gate>),
    /// Nothing was started yet.
    Direct { folder: TempDir, run_id: String },
}

/// A runner that waits.
#[derive(Debug)]
pub(crate) struct Gate {
    pub(crate) child: Child,
    pub(crate) guard: Guard,
    pub(crate) nonce: String,
}

impl Prepared {
    pub(crate) fn gated(program: Program, gate: Gate, enforced: Enforced) -> Self {
        Self {
            program,
            state: State::Gated(Box::new(gate)),
            enforced,
        }
    }

    pub(crate) fn direct(program: Program, folder: TempDir, run_id: String) -> Self {
        Self {
            program,
            state: State::Direct { folder, run_id },
            enforced: Enforced::default(),
        }
    }

    /// Returns which process the program will be: to be written down before it is released. Its number names its
    /// process group and its session, too. `None` without a runner: then there is no process yet.
    pub fn identity(&self) -> Option<&Identity> {
        match &self.state {
            State::Gated(gate) => Some(gate.guard.tree().identity()),
            State::Direct { .. } => None,
        }
    }

    /// Returns what the program will be held to.
    pub fn enforced(&self) -> &Enforced {
        &self.enforced
    }

    /// Lets the program run. A runner waits for that no longer than ten seconds.
    ///
    /// # Errors
    ///
    /// Without a runner: the program cannot be started. Either way: its log cannot be made.
    pub async fn release(self) -> Result<Running, LaunchError> {
        let Self {
            program,
            state,
            enforced,
        } = self;
        let (out, error) = sinks(&program)?;
        let (mut child, guard, nonce) = match state {
            State::Gated(gate) => (gate.child, gate.guard, Some(gate.nonce)),
            State::Direct { folder, run_id } => {
                let (child, guard) = start(&program, folder, &run_id)?;
                (child, guard, None)
            }
        };
        if nonce.is_some()
            && let Some(input) = &mut child.stdin
        {
            // A runner that is gone says why by how it ended.
            let _ = input.write_all(&[GATE]).await;
        }
        Ok(Running::new(
            program,
            child,
            guard,
            nonce,
            enforced,
            (out, error),
        ))
    }
}

/// Starts the program itself.
fn start(program: &Program, folder: TempDir, run_id: &str) -> Result<(Child, Guard), LaunchError> {
    let refused = |source: io::Error| LaunchError::Refused {
        program: program.path.clone(),
        source,
    };
    let directory = program.directory.as_deref().unwrap_or(folder.path());
    let child = Command::new(&program.path)
        .args(&program.arguments)
        .env_clear()
        .envs(environment(program, folder.path(), run_id))
        .current_dir(directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
        .map_err(refused)?;
    let identity = identity_of(&child, run_id).map_err(refused)?;
    Ok((child, Guard::new(Tree::new(identity, true, None), folder)))
}

/// Makes the sinks of both outputs.
fn sinks(program: &Program) -> Result<(Sink, Sink), LaunchError> {
    let log = match &program.log {
        Some((path, limit)) => {
            let file = LogFile::create(path, *limit);
            let file = file.map_err(|source| LaunchError::Temporary {
                root: path.clone(),
                source,
            })?;
            Some(Arc::new(Mutex::new(file)))
        }
        None => None,
    };
    let sink = |stream| Sink {
        mask: program.masker.stream(),
        lines: filter(program, stream),
        captured: Captured::new(program.kept.max(LEAST_KEPT)),
        log: log.clone(),
    };
    Ok((sink(Stream::Out), sink(Stream::Error)))
}

fn filter(program: &Program, stream: Stream) -> Option<LineFilter> {
    let (prefix, look) = program.lines.as_ref()?;
    let look = Arc::clone(look);
    let look = move |line: &str| {
        let mut look = look.lock().unwrap_or_else(PoisonError::into_inner);
        look(stream, line)
    };
    Some(LineFilter::new(prefix, Box::new(look)))
}
