//! Everything that a run has started, however far it went away, and its end.
//!
//! A process belongs to a run when it is in its session, its group or its control group, descends from it, or carries
//! its mark in the environment. One that leaves the session, loses its parents and clears its environment before anybody
//! looks is found in the control group only.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use crate::cgroup::Cgroup;
use crate::identity::Identity;
use crate::process_table::Process;

/// The variable that marks every process of a run.
pub(crate) const RUN_ID: &str = "HAILER_RUN_ID";

/// A process that waits for a device cannot die; nobody waits for it longer than this.
const DYING: Duration = Duration::from_secs(5);

/// A process in the middle of a fork or an `exec` can be overlooked, but not so often.
pub(crate) const THOROUGH: u32 = 3;

/// How long to wait before looking again.
const PAUSE: Duration = Duration::from_millis(3);

/// Returns the name of a run's temporary folder; `None` for what cannot be the id of a run.
pub(crate) fn folder_name(run_id: &str) -> Option<String> {
    let is_id = run_id.len() == 32 && run_id.bytes().all(|it| it.is_ascii_hexdigit());
    is_id.then(|| format!("hailer-{run_id}"))
}

/// What a sweep found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Swept {
    /// So many processes were alive.
    pub(crate) found: usize,
    /// So many are still.
    pub(crate) left: usize,
}

/// The processes of one run.
#[derive(Debug, Clone)]
pub(crate) struct Tree {
    identity: Identity,
    /// Its process group, and its session if it has one, have the number of the first process, also after its end.
    leads_group: bool,
    cgroup: Option<Arc<Cgroup>>,
    /// When it was started; unknown of an orphan.
    begun: Option<Instant>,
    /// Who was seen once, by number and start, belongs to the run also when nothing says so any more.
    seen: Arc<Mutex<HashSet<(i32, u64)>>>,
}

impl Tree {
    pub(crate) fn new(identity: Identity, leads_group: bool, cgroup: Option<Arc<Cgroup>>) -> Self {
        Self {
            identity,
            leads_group,
            cgroup,
            begun: Some(Instant::now()),
            seen: Arc::default(),
        }
    }

    /// A run of a bot that is gone. When its first process is, too, its number may name another group by now: only the
    /// mark decides then.
    pub(crate) fn of_orphan(identity: &Identity) -> Self {
        Self {
            identity: identity.clone(),
            leads_group: identity.is_alive(),
            cgroup: None,
            begun: None,
            seen: Arc::default(),
        }
    }

    pub(crate) fn identity(&self) -> &Identity {
        &self.identity
    }

    pub(crate) fn has_cgroup(&self) -> bool {
        self.cgroup.is_some()
    }

    /// Sends a signal to the process group of the first process.
    pub(crate) fn signal_group(&self, signal: Signal) {
        if let Some(group) = Pid::from_raw(self.identity.pid) {
            // Nobody in it is as good as everybody told.
            let _ = kill_process_group(group, signal);
        }
    }

    /// Returns the living processes of the run.
    pub(crate) fn members(&self) -> Vec<Process> {
        if let Some(cgroup) = &self.cgroup {
            let members = cgroup.members();
            return members.into_iter().filter_map(Process::read).collect();
        }
        let own = i32::try_from(std::process::id()).unwrap_or_default();
        let elapsed = self.begun.map_or(Duration::MAX, |it| it.elapsed());
        let all: Vec<Process> = Process::all_since(self.identity.pid, elapsed)
            .into_iter()
            .filter(|it| it.start_time >= self.identity.start_time && it.pid != own)
            .collect();
        let Identity {
            pid, start_time, ..
        } = self.identity;
        // The kernel gives a number away again only when no group has it any more.
        let is_reused = |it: &Process| it.pid == pid && it.start_time != start_time;
        let leads_group = self.leads_group && !all.iter().any(is_reused);
        let is_near = |it: &Process| leads_group && (it.session == pid || it.group == pid);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let was_seen = |it: &Process| seen.contains(&(it.pid, it.start_time));
        let mut members: HashSet<i32> = all
            .iter()
            .filter(|it| is_near(it) || was_seen(it) || self.is_member(it))
            .map(|it| it.pid)
            .collect();
        loop {
            let is_child =
                |it: &&Process| members.contains(&it.parent) && !members.contains(&it.pid);
            let children: Vec<i32> = all.iter().filter(is_child).map(|it| it.pid).collect();
            if children.is_empty() {
                break;
            }
            members.extend(children);
        }
        let members: Vec<Process> = all
            .into_iter()
            .filter(|it| members.contains(&it.pid) && !it.is_dead)
            .collect();
        seen.extend(members.iter().map(|it| (it.pid, it.start_time)));
        members
    }

    fn is_member(&self, process: &Process) -> bool {
        let Identity {
            pid,
            start_time,
            run_id,
            ..
        } = &self.identity;
        let is_first = process.pid == *pid && process.start_time == *start_time;
        is_first || process.has_variable(RUN_ID, run_id)
    }

    /// Kills everything, again and again until nothing was found for so many times in a row.
    pub(crate) fn kill_and_wait(&self, looks: u32) -> Swept {
        let give_up = Instant::now() + DYING;
        let mut found = HashSet::new();
        let mut clean = 0;
        loop {
            let struck = self.strike();
            let left = struck.len();
            clean = if left == 0 { clean + 1 } else { 0 };
            found.extend(struck);
            if clean >= looks || Instant::now() > give_up {
                return Swept {
                    found: found.len(),
                    left,
                };
            }
            std::thread::sleep(PAUSE);
        }
    }

    /// Kills everything once; returns what that was.
    fn strike(&self) -> Vec<i32> {
        let members = self.members();
        if members.is_empty() {
            return Vec::new();
        }
        if let Some(cgroup) = &self.cgroup {
            cgroup.kill();
        }
        // All of a group at once: who forks faster than we count does not escape.
        if members.iter().any(|it| it.group == self.identity.pid) {
            self.signal_group(Signal::KILL);
        }
        for member in &members {
            // Gone meanwhile, or a program with the rights of another user: the caller counts what stays.
            let _ = member.signal(Signal::KILL);
        }
        members.iter().map(|it| it.pid).collect()
    }
}
