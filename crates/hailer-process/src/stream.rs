//! One of a program's outputs on its way in: masked, looked through, kept.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncRead, AsyncReadExt};

use crate::capture::Captured;
use crate::line::LineFilter;
use crate::log_file::LogFile;
use crate::mask::MaskStream;

/// As much as a pipe holds.
const CHUNK: usize = 64 * 1024;

/// What becomes of one output.
#[derive(Debug)]
pub(crate) struct Sink {
    pub(crate) mask: MaskStream,
    pub(crate) lines: Option<LineFilter>,
    pub(crate) captured: Captured,
    pub(crate) log: Option<Arc<Mutex<LogFile>>>,
}

impl Sink {
    /// Reads to the end. What has arrived is in the sink also when nobody waits for the end any more.
    pub(crate) async fn drain(&mut self, from: Option<impl AsyncRead + Unpin>) {
        let Some(mut from) = from else { return };
        let mut chunk = vec![0; CHUNK];
        loop {
            match from.read(&mut chunk).await {
                Ok(0) | Err(_) => return,
                Ok(count) => self.take(chunk.get(..count).unwrap_or_default()),
            }
        }
    }

    pub(crate) fn take(&mut self, bytes: &[u8]) {
        let Self {
            mask,
            lines,
            captured,
            log,
        } = self;
        mask.feed(bytes, |certain| {
            look(lines, captured, log.as_ref(), certain)
        });
    }

    /// Lets go of what was held back; nothing more comes.
    pub(crate) fn finish(mut self) -> Captured {
        let Self {
            mask,
            lines,
            captured,
            log,
        } = &mut self;
        mask.finish(|certain| look(lines, captured, log.as_ref(), certain));
        if let Some(lines) = lines {
            lines.finish(|kept| keep(captured, log.as_ref(), kept));
        }
        self.captured
    }
}

fn look(
    lines: &mut Option<LineFilter>,
    captured: &mut Captured,
    log: Option<&Arc<Mutex<LogFile>>>,
    bytes: &[u8],
) {
    match lines {
        Some(lines) => lines.feed(bytes, |kept| keep(captured, log, kept)),
        None => keep(captured, log, bytes),
    }
}

fn keep(captured: &mut Captured, log: Option<&Arc<Mutex<LogFile>>>, bytes: &[u8]) {
    captured.push(bytes);
    if let Some(log) = log {
        log.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .write(bytes);
    }
}
