//! A control group for each run, where the kernel and the rights of the bot allow one: nothing in it can leave.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A control group of our own, removed when it is dropped.
#[derive(Debug)]
pub(crate) struct Cgroup {
    path: PathBuf,
}

impl Cgroup {
    /// Makes a group below the one that the bot is in; `None` where that is not possible.
    pub(crate) fn create(run_id: &str) -> Option<Self> {
        let path = own_group()?.join(format!("hailer-{run_id}"));
        fs::create_dir(&path).ok()?;
        let group = Self { path };
        // Without it there is no way to kill everybody at once, which is what the group is for.
        group.path.join("cgroup.kill").exists().then_some(group)
    }

    /// Moves a process into the group.
    pub(crate) fn add(&self, pid: i32) -> io::Result<()> {
        fs::write(self.path.join("cgroup.procs"), pid.to_string())
    }

    /// Returns the processes in the group; dead ones are not listed.
    pub(crate) fn members(&self) -> Vec<i32> {
        let text = fs::read_to_string(self.path.join("cgroup.procs")).unwrap_or_default();
        text.lines().filter_map(|it| it.parse().ok()).collect()
    }

    /// Kills everything in the group at once, forks under way included.
    pub(crate) fn kill(&self) {
        // Nobody in it, or a group that is gone: both are what is wanted.
        let _ = fs::write(self.path.join("cgroup.kill"), "1");
    }
}

impl Drop for Cgroup {
    fn drop(&mut self) {
        // A group stays busy for a moment after its last process died.
        let give_up = Instant::now() + Duration::from_millis(200);
        while let Err(error) = fs::remove_dir(&self.path) {
            if error.kind() == io::ErrorKind::NotFound || Instant::now() > give_up {
                return;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

/// Finds the folder of the group that this process is in.
fn own_group() -> Option<PathBuf> {
    let groups = fs::read_to_string("/proc/self/cgroup").ok()?;
    let group = groups.lines().find_map(|it| it.strip_prefix("0::"))?;
    let mounts = fs::read_to_string("/proc/self/mounts").ok()?;
    let mount = mounts.lines().find_map(|line| {
        let mut fields = line.split(' ').skip(1);
        let (path, kind) = (fields.next()?, fields.next()?);
        (kind == "cgroup2").then_some(path)
    })?;
    Some(Path::new(mount).join(group.trim_start_matches('/')))
}
