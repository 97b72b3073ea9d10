//! What the launcher tells the runner, and what the runner answers.
//!
//! The order comes on standard input, so that arguments and secrets stand in no list of processes; then comes one byte,
//! the gate, then what the program reads. The answer is the first thing on standard output.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::path::PathBuf;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::enforced::Enforced;
use crate::limits::{Limits, RunAs};

/// The argument that makes a runner of a binary.
pub(crate) const MARKER: &str = "__run";

/// The byte that opens the gate.
pub(crate) const GATE: u8 = b'!';

/// No frame is longer: Linux takes no longer list of arguments.
const LONGEST: u32 = 8 * 1024 * 1024;

/// What to run, and how.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Order {
    /// Known to nobody but the launcher and the runner: what begins with it was not written by the program.
    pub(crate) nonce: String,
    pub(crate) program: PathBuf,
    pub(crate) arguments: Vec<String>,
    pub(crate) environment: BTreeMap<String, String>,
    pub(crate) directory: PathBuf,
    pub(crate) limits: Limits,
    pub(crate) paths: Option<Paths>,
    pub(crate) run_as: Option<RunAs>,
    pub(crate) may_gain_privileges: bool,
}

/// Which files a program may use.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Paths {
    pub(crate) readable: Vec<PathBuf>,
    pub(crate) writable: Vec<PathBuf>,
}

/// What the runner answers, before it waits at the gate.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Answer {
    /// Everything is prepared.
    Ready(Enforced),
    /// Something cannot be prepared, so nothing will run.
    Cannot(Cannot),
}

/// Why something cannot be prepared or started.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Cannot {
    pub(crate) step: String,
    /// The number of the system's error.
    pub(crate) code: i32,
}

impl Cannot {
    pub(crate) fn new(step: &str, error: &io::Error) -> Self {
        Self {
            step: step.to_owned(),
            code: error.raw_os_error().unwrap_or_default(),
        }
    }

    pub(crate) fn source(&self) -> io::Error {
        io::Error::from_raw_os_error(self.code)
    }
}

/// Writes a value behind its length.
pub(crate) fn frame<T: Serialize>(value: &T) -> io::Result<Vec<u8>> {
    let json = serde_json::to_vec(value)?;
    let length = u32::try_from(json.len()).ok().filter(|it| *it <= LONGEST);
    let length = length.ok_or(io::ErrorKind::ArgumentListTooLong)?;
    let mut frame = length.to_be_bytes().to_vec();
    frame.extend_from_slice(&json);
    Ok(frame)
}

/// Returns the length of the frame that begins with these bytes.
pub(crate) fn length(bytes: [u8; 4]) -> io::Result<usize> {
    let length = Some(u32::from_be_bytes(bytes)).filter(|it| *it <= LONGEST);
    let length = length.ok_or(io::ErrorKind::InvalidData)?;
    usize::try_from(length).map_err(|_| io::ErrorKind::InvalidData.into())
}

/// Reads a frame, and not a byte more.
pub(crate) fn read_frame<T: DeserializeOwned>(from: &mut impl Read) -> io::Result<T> {
    let mut head = [0; 4];
    from.read_exact(&mut head)?;
    let mut json = vec![0; length(head)?];
    from.read_exact(&mut json)?;
    Ok(serde_json::from_slice(&json)?)
}

/// Writes a frame at once.
pub(crate) fn write_frame<T: Serialize>(to: &mut impl Write, value: &T) -> io::Result<()> {
    to.write_all(&frame(value)?)?;
    to.flush()
}
