//! How to serve: addresses, TLS, limits.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use crate::limits::Limits;

/// How to serve.
#[derive(Clone, Debug)]
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
        }
    }
}
