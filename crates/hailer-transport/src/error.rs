//! Why the server cannot start or go on.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Two webhooks share a name, so that their address would be the same.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "two webhooks are named `{name}`; each needs a name of its own, because it is part of the address"
)]
pub struct DuplicateWebhook {
    /// The name.
    pub name: String,
}

/// Why the server cannot start or go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The address is taken, not of this machine, or needs a privilege.
    #[error("cannot listen on {address}; is it of this machine, and is no other program using it?")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// A file for TLS is missing or may not be read.
    #[error("cannot read `{}`", path.display())]
    TlsFile {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The certificate file is there, but no certificate in PEM form is in it.
    #[error("`{}` holds no certificate; it must have a `BEGIN CERTIFICATE` block, the server's own first", path.display())]
    NoCertificate {
        /// The file.
        path: PathBuf,
    },
    /// The key file is there, but no private key in PEM form is in it.
    #[error("`{}` holds no private key; it must have a `BEGIN PRIVATE KEY` block without a password", path.display())]
    NoPrivateKey {
        /// The file.
        path: PathBuf,
    },
    /// A PEM block begins, but cannot be read to its end.
    #[error("`{}` is broken: {problem}", path.display())]
    BrokenPem {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: PemProblem,
    },
    /// The private key belongs to another certificate.
    #[error(
        "the private key in `{}` does not fit the certificate in `{}`; use the pair that was issued together",
        key.display(),
        cert.display()
    )]
    KeyMismatch {
        /// The certificate file.
        cert: PathBuf,
        /// The key file.
        key: PathBuf,
    },
    /// Certificate and key can be read, but TLS cannot use them.
    #[error("the certificate in `{}` cannot be used", cert.display())]
    Tls {
        /// The certificate file.
        cert: PathBuf,
        /// What the TLS library says.
        source: rustls::Error,
    },
    /// The server stops for a reason of the system's.
    #[error("the server cannot go on")]
    Run {
        /// What the system says.
        source: io::Error,
    },
}

/// What is wrong with a PEM file.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct PemProblem(#[from] rustls::pki_types::pem::Error);
