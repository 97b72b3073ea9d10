//! What the kernel holds a program to.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What the kernel holds each process of a run to. No process ever writes a core file: secrets would be in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// How many files it may have open.
    pub open_files: Option<u64>,
    /// How large a file may be that it writes, in bytes.
    pub file_size: Option<u64>,
    /// How much address space it may take, in bytes. Node and Java reserve far more than they use.
    pub memory: Option<u64>,
    /// How long it may compute; waiting does not count.
    pub cpu_time: Option<Duration>,
    /// How many processes its user may have. The kernel counts those of everything that the user runs, so it makes
    /// sense with a user of its own only; it does not hold root.
    pub processes: Option<u64>,
}

impl Default for Limits {
    /// 1,024 open files and 1 GiB a file.
    fn default() -> Self {
        Self {
            open_files: Some(1024),
            file_size: Some(1024 * 1024 * 1024),
            memory: None,
            cpu_time: None,
            processes: None,
        }
    }
}

/// The user and the group that a program runs as; further groups are given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunAs {
    /// The user's number.
    pub user: u32,
    /// The group's number.
    pub group: u32,
}
