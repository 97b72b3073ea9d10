//! A disk so small that a test can fill it.

/// Runs one test again where this user may mount; where not even that is allowed, it says so and is left out.
pub(crate) fn run_as_root_of_a_namespace(test: &str) {
    let myself = std::env::current_exe().expect("this program");
    let probe = std::process::Command::new("unshare")
        .args(["-Urm", "mount", "-t", "tmpfs", "none", "/mnt"])
        .output();
    if !probe.is_ok_and(|output| output.status.success()) {
        eprintln!("left out: this user may neither mount a small disk nor make a namespace");
        return;
    }
    let passed = std::process::Command::new("unshare")
        .arg("-Urm")
        .arg(myself)
        .args(["--exact", test])
        .status();
    assert!(passed.expect("unshare").success());
}

/// A disk of 4 MiB with a file on it that can be removed.
pub(crate) struct SmallDisk {
    pub(crate) path: std::path::PathBuf,
    ballast: std::path::PathBuf,
    _folder: tempfile::TempDir,
}

impl SmallDisk {
    /// Mounts one; `None` when this user may not mount anything.
    pub(crate) fn new() -> Option<Self> {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("disk");
        std::fs::create_dir(&path).expect("folder");
        let mut mount = std::process::Command::new("mount");
        let mounted = mount
            .args(["-t", "tmpfs", "-o", "size=4m", "none"])
            .arg(&path)
            .output()
            .expect("mount");
        if !mounted.status.success() {
            return None;
        }
        let ballast = path.join("ballast");
        std::fs::write(&ballast, vec![0; 1 << 20]).expect("ballast");
        Some(Self {
            path,
            ballast,
            _folder: folder,
        })
    }

    /// Makes room again.
    pub(crate) fn free(&self) {
        std::fs::remove_file(&self.ballast).expect("removed");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ended = std::process::Command::new("umount")
            .arg("-l")
            .arg(&self.path)
            .status();
    }
}
