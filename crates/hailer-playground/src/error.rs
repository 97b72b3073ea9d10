//! Why there is no playground.

use std::io;
use std::net::SocketAddr;

/// Why the playground cannot start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlaygroundError {
    /// Others could reach it, and speak to the bot as anybody.
    #[error(
        "the playground only listens on this computer (you asked for {address}); use 127.0.0.1 or [::1]"
    )]
    NotLoopback {
        /// The address that was asked for.
        address: SocketAddr,
    },
    /// The address is taken, or not this machine's.
    #[error("cannot listen on {address} for the playground: {source}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The system gives no random numbers.
    #[error("the system gives no random numbers for the key of the playground")]
    NoRandomNumbers,
    /// The listener died.
    #[error("the playground's listener ended: {source}")]
    Run {
        /// What the system says.
        #[source]
        source: io::Error,
    },
}
