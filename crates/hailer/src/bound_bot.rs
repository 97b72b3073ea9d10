//! A bot that has its addresses, and serves until it is told to stop.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hailer_dispatch::Catalog;
use hailer_transport::{AdminPages, Server, Tail};

use crate::bot::StartError;
use crate::generation::{Current, Generation};
use crate::reloader::Reloader;
use crate::running_bot::RunningBot;

/// A bot that has its addresses.
pub struct BoundBot {
    server: Server,
    current: Arc<Current>,
    /// What it begins with.
    first: Arc<Generation>,
    shutdown_grace: Duration,
}

impl BoundBot {
    pub(crate) fn new(server: Server, current: Arc<Current>, shutdown_grace: Duration) -> Self {
        Self {
            server,
            first: current.get(),
            current,
            shutdown_grace,
        }
    }

    /// Returns the address of the webhooks, with the port that port 0 became.
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// Returns the address of metrics and probes, if there is one.
    pub fn admin_address(&self) -> Option<SocketAddr> {
        self.server.admin_address()
    }

    /// Returns what the bot can do.
    pub fn catalog(&self) -> &Catalog {
        self.first.responder.registry().catalog()
    }

    /// Returns what exchanges configuration and commands while the bot runs.
    pub fn reloader(&self) -> Reloader {
        Reloader::new(
            Arc::clone(&self.current),
            self.server.certificates().cloned(),
        )
    }

    /// Returns the bot as others may look at it while it runs.
    pub fn running(&self) -> RunningBot {
        RunningBot::new(Arc::clone(&self.current))
    }

    /// Serves these pages on the admin listener, beside metrics and probes.
    pub fn serve_pages(&self, pages: Arc<dyn AdminPages>) {
        self.server.serve_pages(pages);
    }

    /// Returns where exchanges can be listened to as they happen.
    pub fn tail(&self) -> Tail {
        self.server.tail()
    }

    /// Serves until `shutdown` resolves; then requests in flight are answered, and commands that still run may end
    /// within `shutdown_grace`. Needs a tokio runtime.
    ///
    /// # Errors
    ///
    /// [`StartError::Serve`] when worker threads cannot be started or a listener dies.
    pub async fn run(self, shutdown: impl Future<Output = ()>) -> Result<(), StartError> {
        let Self {
            server,
            current,
            first,
            shutdown_grace,
        } = self;
        let lasting = Arc::clone(first.responder.lasting());
        drop(first);
        let (begun, stopping) = tokio::sync::oneshot::channel();
        let shutdown = async move {
            shutdown.await;
            // Nobody waits for it when the server has ended by itself.
            let _ = begun.send(Instant::now());
        };
        let served = server.run(shutdown).await.map_err(StartError::Serve);
        let taken = stopping
            .await
            .map_or(Duration::ZERO, |begun| begun.elapsed());
        let left = shutdown_grace.saturating_sub(taken);
        let last = current.get();
        let background = async {
            if let Some(background) = &last.background {
                background.stop(left).await;
            }
        };
        tokio::join!(background, lasting.stop(left));
        served
    }
}

impl std::fmt::Debug for BoundBot {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("BoundBot")
            .field("address", &self.address())
            .finish_non_exhaustive()
    }
}

/// Resolves when the process is told to stop: by its service manager or by Ctrl+C.
pub async fn stop_signal() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    if let Ok(mut terminated) =
        tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
    {
        tokio::select! {
            _ = terminated.recv() => {}
            _ = interrupted => {}
        }
        return;
    }
    let _ = interrupted.await;
}
