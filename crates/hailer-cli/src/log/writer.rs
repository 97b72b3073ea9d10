//! Writing the log: lines of one moment go out together, what is wrong goes out at once.
//!
//! A system call for each message costs more than understanding it. So lines wait for up to a tenth of a second;
//! the price is that a process that is killed loses those of its last moment. A panic, an error and an orderly end
//! lose none.

use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

/// How long a line may wait: nobody who watches a log notices it.
const PATIENCE: Duration = Duration::from_millis(100);

/// As many bytes as are worth a system call by themselves.
const ENOUGH: usize = 64 * 1024;

/// Collects the lines of a log, and writes them to standard error.
#[derive(Debug, Clone, Default)]
pub(super) struct LogWriter {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    lines: Mutex<Vec<u8>>,
    is_waiting: Condvar,
}

/// Writes one line.
#[derive(Debug)]
pub(super) struct LineWriter<'w> {
    shared: &'w Shared,
    is_urgent: bool,
}

impl LogWriter {
    /// Begins to write what is collected, on a thread of its own.
    pub(super) fn start() -> io::Result<Self> {
        let writer = Self::default();
        let shared = Arc::clone(&writer.shared);
        thread::Builder::new()
            .name("hailer-log".to_owned())
            .spawn(move || {
                loop {
                    shared.wait_for_lines();
                    thread::sleep(PATIENCE);
                    shared.flush();
                }
            })?;
        Ok(writer)
    }

    /// Writes what is collected.
    pub(super) fn flush(&self) {
        self.shared.flush();
    }
}

impl Shared {
    fn wait_for_lines(&self) {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        while lines.is_empty() {
            lines = self
                .is_waiting
                .wait(lines)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Nobody can be told that the log cannot be written.
    fn flush(&self) {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = io::stderr().write_all(&lines);
        lines.clear();
    }
}

impl Write for LineWriter<'_> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut lines = self
            .shared
            .lines
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if lines.is_empty() {
            self.shared.is_waiting.notify_one();
        }
        lines.extend_from_slice(line);
        let is_enough = lines.len() >= ENOUGH;
        drop(lines);
        if self.is_urgent || is_enough {
            self.shared.flush();
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'w> MakeWriter<'w> for LogWriter {
    type Writer = LineWriter<'w>;

    fn make_writer(&'w self) -> LineWriter<'w> {
        LineWriter {
            shared: &self.shared,
            is_urgent: true,
        }
    }

    fn make_writer_for(&'w self, metadata: &Metadata<'_>) -> LineWriter<'w> {
        LineWriter {
            shared: &self.shared,
            is_urgent: *metadata.level() < Level::INFO,
        }
    }
}
