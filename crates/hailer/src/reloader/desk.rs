//! Where somebody else asks for a reload and waits for its outcome: the admin listener.

use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::BoxFuture;
use hailer_transport::Reloads;
use tokio::sync::{mpsc, oneshot};

use crate::generation::Current;

/// Requests that wait; more than that is a mistake.
const MOST_WAITING: usize = 8;

/// Brings requests to whoever reloads.
#[derive(Debug)]
pub(crate) struct ReloadDesk {
    requests: mpsc::Sender<ReloadRequest>,
    /// Taken by whoever reloads.
    received: Mutex<Option<mpsc::Receiver<ReloadRequest>>>,
}

/// Somebody asks for a reload.
#[derive(Debug)]
pub struct ReloadRequest {
    answer: oneshot::Sender<Result<String, String>>,
}

impl ReloadRequest {
    /// Says what changed, or what is wrong.
    pub fn answer(self, outcome: Result<String, String>) {
        // Whoever asked may have hung up.
        let _ = self.answer.send(outcome);
    }
}

impl Default for ReloadDesk {
    fn default() -> Self {
        let (requests, received) = mpsc::channel(MOST_WAITING);
        Self {
            requests,
            received: Mutex::new(Some(received)),
        }
    }
}

impl ReloadDesk {
    /// Returns what is asked for, to the first who wants it.
    pub(crate) fn take(&self) -> Option<mpsc::Receiver<ReloadRequest>> {
        self.received().take()
    }

    async fn ask(&self) -> Result<String, String> {
        if self.received().is_some() {
            return Err("error: this bot does not read its configuration again".to_owned());
        }
        let (answer, answered) = oneshot::channel();
        let full = |_| "error: too many wait for a reload already".to_owned();
        self.requests
            .try_send(ReloadRequest { answer })
            .map_err(full)?;
        let stopping = |_| "error: the bot is stopping".to_owned();
        answered.await.map_err(stopping)?
    }

    fn received(&self) -> std::sync::MutexGuard<'_, Option<mpsc::Receiver<ReloadRequest>>> {
        self.received.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The desk, as the admin listener knows it.
pub(crate) struct AdminDesk(pub(crate) Arc<Current>);

impl Reloads for AdminDesk {
    fn reload(&self) -> BoxFuture<'static, Result<String, String>> {
        let current = Arc::clone(&self.0);
        Box::pin(async move { current.desk().ask().await })
    }
}
