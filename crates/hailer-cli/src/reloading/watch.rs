//! Noticing that files changed, whatever way they are changed: written, put in another's place, or by a symbolic link
//! that leads elsewhere.
//!
//! Their state is asked for a few times a second. Messages of the file system would say it sooner, but say nothing on
//! network file systems, and miss what happens behind a symbolic link.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};

use hailer::SourceFiles;

/// Soon enough that a token that was removed is dead within a second.
const LOOK: Duration = Duration::from_millis(200);

/// So many files are looked at that often; more of them less often, so that nobody pays for a thousand scripts.
const FILES_A_LOOK: usize = 500;

/// A token that was removed is dead within a second also then.
const LONGEST_LOOK: Duration = Duration::from_millis(800);

/// Files that change together, or are written bit by bit, are waited for.
const SETTLE: Duration = Duration::from_millis(150);

/// A file that is written without end is read as it is.
const LONGEST_SETTLING: Duration = Duration::from_secs(2);

/// What tells one state of a file from the next; nothing when it cannot be looked at.
type State = Option<Stamp>;

/// How all files are.
pub(crate) type States = BTreeMap<PathBuf, State>;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stamp {
    is_file: bool,
    length: u64,
    modified: Option<SystemTime>,
    /// Device, number, mode and time of the last change of any of them.
    identity: (u64, u64, u32, i64, i64),
}

/// Watches files.
#[derive(Debug)]
pub(crate) struct FileWatch {
    known: States,
}

impl FileWatch {
    /// Watches files that were read since then: whatever changed after that is news.
    pub(crate) fn new(files: &SourceFiles, read_since: SystemTime) -> Self {
        let mut watch = Self {
            known: States::new(),
        };
        watch.read(&States::new(), files, read_since);
        watch
    }

    /// Notes that the files were read since then, when they were in these states.
    pub(crate) fn read(&mut self, states: &States, files: &SourceFiles, read_since: SystemTime) {
        let now = look(files.paths());
        let known = now.into_iter().map(|(path, state)| {
            let state = match states.get(&path) {
                Some(state) => state.clone(),
                // Whoever changed it may have done so before or after it was read.
                None if state.as_ref().is_some_and(|it| it.is_since(read_since)) => None,
                None => state,
            };
            (path, state)
        });
        self.known = known.collect();
    }

    /// Returns how the files are.
    pub(crate) async fn states(&self) -> States {
        look_aside(self.known.keys().cloned().collect()).await
    }

    /// Waits until a file is in another state, and all of them are at rest.
    pub(crate) async fn changed(&self) {
        loop {
            tokio::time::sleep(between_looks(self.known.len())).await;
            let mut last = self.states().await;
            if last == self.known {
                continue;
            }
            let begun = Instant::now();
            while begun.elapsed() < LONGEST_SETTLING {
                tokio::time::sleep(SETTLE).await;
                let now = self.states().await;
                if now == last {
                    break;
                }
                last = now;
            }
            return;
        }
    }
}

fn between_looks(files: usize) -> Duration {
    let times = files.div_ceil(FILES_A_LOOK).max(1);
    LOOK.saturating_mul(u32::try_from(times).unwrap_or(u32::MAX))
        .min(LONGEST_LOOK)
}

impl Stamp {
    fn of(path: &PathBuf) -> State {
        let metadata = fs::metadata(path).ok()?;
        Some(Self {
            is_file: metadata.is_file(),
            length: metadata.len(),
            modified: metadata.modified().ok(),
            identity: identity(&metadata),
        })
    }

    fn is_since(&self, time: SystemTime) -> bool {
        self.modified.is_some_and(|it| it >= time)
    }
}

#[cfg(unix)]
fn identity(metadata: &fs::Metadata) -> (u64, u64, u32, i64, i64) {
    use std::os::unix::fs::MetadataExt;
    (
        metadata.dev(),
        metadata.ino(),
        metadata.mode(),
        metadata.ctime(),
        metadata.ctime_nsec(),
    )
}

#[cfg(not(unix))]
fn identity(_: &fs::Metadata) -> (u64, u64, u32, i64, i64) {
    (0, 0, 0, 0, 0)
}

fn look(paths: Vec<PathBuf>) -> States {
    let states = paths.into_iter().map(|path| {
        let state = Stamp::of(&path);
        (path, state)
    });
    states.collect()
}

/// A file system that hangs must not hold up whoever waits.
async fn look_aside(paths: Vec<PathBuf>) -> States {
    let looked = tokio::task::spawn_blocking(move || look(paths)).await;
    looked.unwrap_or_default()
}
