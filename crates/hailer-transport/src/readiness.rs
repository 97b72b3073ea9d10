//! Whether webhooks are served, for those who ask before they send traffic.

use std::sync::atomic::{AtomicU8, Ordering};

/// Something besides the server that should work: a store. `/-/ready` tells its problem and stays 200: without it
/// the bot still answers, and where replicas share it, all of them would be taken out at once.
pub trait ReadyCheck: Send + Sync + 'static {
    /// Returns the name that the probe shows.
    fn name(&self) -> &'static str;

    /// Returns what is wrong now, in a line without secrets; `None` when all is well. Asked for each probe, so it
    /// must not block.
    fn problem(&self) -> Option<String>;

    /// Returns what else is worth telling while all is well.
    fn note(&self) -> Option<String> {
        None
    }
}

/// Where the server is in its life; shared between the listeners.
#[derive(Debug, Default)]
pub(crate) struct Readiness(AtomicU8);

/// One stage of the server's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Webhooks are not yet served.
    Starting,
    /// Webhooks are served.
    Serving,
    /// No new connections; requests in flight are being answered.
    Stopping,
}

impl Readiness {
    const SERVING: u8 = 1;
    const STOPPING: u8 = 2;

    pub(crate) fn begin_serving(&self) {
        self.0.store(Self::SERVING, Ordering::Release);
    }

    pub(crate) fn begin_stopping(&self) {
        self.0.store(Self::STOPPING, Ordering::Release);
    }

    pub(crate) fn stage(&self) -> Stage {
        match self.0.load(Ordering::Acquire) {
            Self::SERVING => Stage::Serving,
            Self::STOPPING => Stage::Stopping,
            _ => Stage::Starting,
        }
    }
}
