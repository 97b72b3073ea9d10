//! How to serve: addresses, TLS, limits.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::limits::Limits;
use crate::readiness::ReadyCheck;
use crate::reload::Reloads;

/// How to serve.
#[derive(Clone)]
pub struct ServerOptions {
    /// Where webhooks are served; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where health, readiness and metrics are served; nowhere when left out.
    pub admin_listen: Option<SocketAddr>,
    /// Certificate and key, when no proxy in front speaks TLS.
    pub tls: Option<TlsFiles>,
    /// What one caller may take.
    pub limits: Limits,
    /// Time for requests in flight to be answered after shutdown has begun; counted in whole seconds,
    /// rounded up.
    pub shutdown_grace: Duration,
    /// Worker threads; one for each processor when left out.
    pub workers: Option<usize>,
    /// What `/-/ready` looks at besides the server.
    pub ready_checks: Vec<Arc<dyn ReadyCheck>>,
    /// Who answers `POST /-/reload`; nobody when left out.
    pub reloads: Option<Arc<dyn Reloads>>,
}

/// The files that TLS needs, both in PEM form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The server's certificate, then those that lead to the root.
    pub cert: PathBuf,
    /// The private key.
    pub key: PathBuf,
}

impl ServerOptions {
    /// Teams waits five seconds: whoever still waits after that gets nothing.
    pub const SHUTDOWN_GRACE: Duration = Duration::from_secs(5);

    /// Returns the defaults for an address: no admin listener, no TLS.
    pub fn new(listen: SocketAddr) -> Self {
        Self {
            listen,
            admin_listen: None,
            tls: None,
            limits: Limits::default(),
            shutdown_grace: Self::SHUTDOWN_GRACE,
            workers: None,
            ready_checks: Vec::new(),
            reloads: None,
        }
    }
}

impl std::fmt::Debug for ServerOptions {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("ServerOptions")
            .field("listen", &self.listen)
            .field("admin_listen", &self.admin_listen)
            .field("tls", &self.tls)
            .field("limits", &self.limits)
            .field("shutdown_grace", &self.shutdown_grace)
            .field("workers", &self.workers)
            .finish_non_exhaustive()
    }
}
