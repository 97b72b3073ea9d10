//! The processes of this machine, as `/proc` tells them.

use std::fs;
use std::io;
use std::time::Duration;

use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

/// No machine starts more processes in a second.
const FASTEST_FORKS: f64 = 500_000.0;

/// What `/proc/PID/stat` says of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Process {
    pub(crate) pid: i32,
    pub(crate) parent: i32,
    pub(crate) group: i32,
    pub(crate) session: i32,
    /// When it started, in clock ticks since the machine did.
    pub(crate) start_time: u64,
    /// Whether it is dead and only waits for its parent to notice.
    pub(crate) is_dead: bool,
}

impl Process {
    /// Reads one process; `None` when there is none of that number.
    pub(crate) fn read(pid: i32) -> Option<Self> {
        let stat = fs::read(format!("/proc/{pid}/stat")).ok()?;
        parse(pid, &String::from_utf8_lossy(&stat))
    }

    /// Returns all processes that may have been started since one with this number was, so long ago.
    pub(crate) fn all_since(first: i32, elapsed: Duration) -> Vec<Self> {
        // To read them costs most of what a sweep does, and numbers only grow until they start again.
        let least = if may_have_restarted(first, elapsed) {
            0
        } else {
            first
        };
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        let pids = entries.filter_map(|it| it.file_name().to_str()?.parse().ok());
        pids.filter(|it| *it >= least)
            .filter_map(Self::read)
            .collect()
    }

    /// Tells whether a variable of its environment has this value.
    pub(crate) fn has_variable(&self, name: &str, value: &str) -> bool {
        let Ok(environment) = fs::read(format!("/proc/{}/environ", self.pid)) else {
            return false;
        };
        let wanted = format!("{name}={value}");
        environment
            .split(|it| *it == 0)
            .any(|it| it == wanted.as_bytes())
    }

    /// Sends a signal to exactly this process, whatever becomes of its number meanwhile.
    ///
    /// # Errors
    ///
    /// It is gone, or it is not ours to signal.
    pub(crate) fn signal(&self, signal: Signal) -> io::Result<()> {
        let pid = Pid::from_raw(self.pid).ok_or(io::ErrorKind::NotFound)?;
        let handle = pidfd_open(pid, PidfdFlags::empty())?;
        // From here on the handle means one process for good; is it still the one that we saw?
        let now = Self::read(self.pid).ok_or(io::ErrorKind::NotFound)?;
        if now.start_time != self.start_time {
            return Err(io::ErrorKind::NotFound.into());
        }
        Ok(pidfd_send_signal(&handle, signal)?)
    }
}

/// Tells whether the kernel may have begun to give numbers from the lowest again.
fn may_have_restarted(first: i32, elapsed: Duration) -> bool {
    let read = |path| fs::read_to_string(path).unwrap_or_default();
    let most = read("/proc/sys/kernel/pid_max").trim().parse::<f64>();
    let last = read("/proc/loadavg");
    let last = last.split_whitespace().next_back().map(str::parse::<i32>);
    let (Ok(most), Some(Ok(last))) = (most, last) else {
        return true;
    };
    last < first || elapsed.as_secs_f64() * FASTEST_FORKS > most
}

/// The name of the program stands in parentheses and may hold anything, parentheses and spaces included.
fn parse(pid: i32, stat: &str) -> Option<Process> {
    let (_, behind_name) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = behind_name.split_whitespace().collect();
    let number = |index: usize| fields.get(index)?.parse().ok();
    Some(Process {
        pid,
        parent: number(1)?,
        group: number(2)?,
        session: number(3)?,
        start_time: fields.get(19)?.parse().ok()?,
        is_dead: matches!(*fields.first()?, "Z" | "X"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_parentheses_shifts_nothing() {
        let stat = "7 (a) Z 1 (b) S 3 5 6 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 4711 1 2 3";

        let process = parse(7, stat).unwrap();

        assert_eq!((process.parent, process.group, process.session), (3, 5, 6));
        assert_eq!((process.start_time, process.is_dead), (4711, false));
        assert_eq!(parse(7, "7 (a"), None);
        assert_eq!(parse(7, "7 (a) S 1"), None);
    }

    #[test]
    fn this_process_is_among_all() {
        let own = i32::try_from(std::process::id()).unwrap();

        assert!(
            Process::all_since(own, Duration::ZERO)
                .iter()
                .any(|it| it.pid == own && !it.is_dead)
        );
        assert!(!Process::read(own).unwrap().has_variable("NO_SUCH", "x"));
    }
}
