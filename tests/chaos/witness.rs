//! Marks on disk that say what really ran, whatever the bot believes.

use std::collections::HashMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// Names the file for the bot.
pub(crate) const VARIABLE: &str = "CHAOS_WITNESS";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    Began,
    Ended,
}

/// What the marks say of one job.
#[derive(Clone, Debug, Default)]
pub(crate) struct Marks {
    /// When it began, in milliseconds since 1970: once for each time.
    pub(crate) began: Vec<i64>,
    /// How often it came to its end.
    pub(crate) ended: usize,
}

/// Leaves a mark that stays even if the machine stops.
#[expect(
    clippy::disallowed_methods,
    reason = "the harness tells its own bot where to write, beside the configuration under test"
)]
pub(crate) fn write(event: Event, job: &str) -> io::Result<()> {
    let path = std::env::var_os(VARIABLE).map(PathBuf::from);
    let path = path.ok_or_else(|| io::Error::other("no file for the witness"))?;
    let word = match event {
        Event::Began => "began",
        Event::Ended => "ended",
    };
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let mut file = OpenOptions::new().append(true).create(true).open(path)?;
    // In one call, so that lines of several writers never mix.
    file.write_all(format!("{word} {job} {}\n", now.as_millis()).as_bytes())?;
    file.sync_data()
}

/// Reads all marks, by job.
pub(crate) fn read(path: &Path) -> HashMap<String, Marks> {
    let text = fs::read_to_string(path).unwrap_or_default();
    let mut jobs: HashMap<String, Marks> = HashMap::new();
    for line in text.lines() {
        let parts: Vec<&str> = line.split(' ').collect();
        let [word, job, at] = parts[..] else {
            panic!("a mark that cannot be read: {line}");
        };
        let marks = jobs.entry(job.to_owned()).or_default();
        match word {
            "began" => marks.began.push(at.parse().unwrap()),
            _ => marks.ended += 1,
        }
    }
    jobs
}
