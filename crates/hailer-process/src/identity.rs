//! Which process it was, told apart from another that got its number later.

use std::fs;

use serde::{Deserialize, Serialize};

use crate::process_table::Process;
use crate::tree::{Swept, THOROUGH, Tree, folder_name};

/// A process, named so that no other is ever taken for it: not after its number was given again, nor after the machine
/// was started again. To be kept with a job, for [`kill_orphan`] after a crash.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Identity {
    /// Names the time since the machine was started.
    pub boot_id: String,
    /// The process's number.
    pub pid: i32,
    /// When it started, in clock ticks since the machine did.
    pub start_time: u64,
    /// Names the run; every process of it has this in its environment, unless it cleared that.
    pub run_id: String,
}

/// What became of an orphan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrphanKill {
    /// Nothing of the run was alive.
    Gone,
    /// So many processes were killed.
    Killed(usize),
    /// So many processes are still alive: they are not ours to kill, or cannot die.
    Left(usize),
}

impl Identity {
    pub(crate) fn of(pid: i32, run_id: &str) -> Option<Self> {
        Some(Self {
            boot_id: boot_id()?,
            pid,
            start_time: Process::read(pid)?.start_time,
            run_id: run_id.to_owned(),
        })
    }

    /// Tells whether exactly this process runs still.
    pub fn is_alive(&self) -> bool {
        self.process().is_some()
    }

    pub(crate) fn process(&self) -> Option<Process> {
        let is_same_boot = boot_id().is_some_and(|it| it == self.boot_id);
        Process::read(self.pid)
            .filter(|it| is_same_boot && it.start_time == self.start_time && !it.is_dead)
    }
}

/// Kills what is left of a run whose bot is gone, waits up to five seconds until it is dead, and removes its temporary
/// folder where that is in the system's.
///
/// A process that has its number by now is left alone. Blocks: call it before the bot serves, or on a thread that may.
pub fn kill_orphan(identity: &Identity) -> OrphanKill {
    if boot_id().is_none_or(|it| it != identity.boot_id) {
        return OrphanKill::Gone;
    }
    let tree = Tree::of_orphan(identity);
    let swept = tree.kill_and_wait(THOROUGH);
    if let Some(name) = folder_name(&identity.run_id) {
        // Mostly there is none: it was removed, or is elsewhere.
        let _ = fs::remove_dir_all(std::env::temp_dir().join(name));
    }
    match swept {
        Swept { found: 0, .. } => OrphanKill::Gone,
        Swept { found, left: 0 } => OrphanKill::Killed(found),
        Swept { left, .. } => OrphanKill::Left(left),
    }
}

fn boot_id() -> Option<String> {
    let text = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(text.trim().to_owned())
}
