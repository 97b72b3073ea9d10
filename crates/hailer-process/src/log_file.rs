//! The whole output of a run in a file, up to a limit.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// A file that stops growing at its limit. Both streams go into it, in the order in which they were read.
#[derive(Debug)]
pub(crate) struct LogFile {
    file: File,
    left: u64,
}

impl LogFile {
    /// Makes the file, readable by its owner only, in place of one that is there.
    pub(crate) fn create(path: &Path, limit: u64) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        Ok(Self {
            file: options.open(path)?,
            left: limit,
        })
    }

    /// Writes as much as fits; a full disk ends the log, not the run.
    pub(crate) fn write(&mut self, bytes: &[u8]) {
        let room = usize::try_from(self.left).unwrap_or(usize::MAX);
        let kept = bytes.get(..room.min(bytes.len())).unwrap_or_default();
        if kept.is_empty() {
            return;
        }
        self.left -= kept.len() as u64;
        if self.file.write_all(kept).is_err() {
            self.left = 0;
        }
    }
}
