//! TLS from two PEM files, which can be read again while connections are taken.

use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::{Error, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use crate::error::ServeError;
use crate::options::TlsFiles;

/// The certificate that new connections get. Clones share it.
#[derive(Clone, Debug)]
pub struct Certificates {
    held: Arc<RwLock<Arc<CertifiedKey>>>,
}

/// A certificate that was read and can be used.
#[derive(Clone, Debug)]
pub struct Certificate(Arc<CertifiedKey>);

impl Certificates {
    pub(crate) fn read(files: &TlsFiles) -> Result<Self, ServeError> {
        Ok(Self {
            held: Arc::new(RwLock::new(Certificate::read(files)?.0)),
        })
    }

    /// Gives this certificate to new connections from now on; those that are open stay as they are.
    pub fn exchange(&self, certificate: Certificate) {
        *self.held.write().unwrap_or_else(PoisonError::into_inner) = certificate.0;
    }
}

impl Certificate {
    /// Reads certificate and key, and checks that they belong together.
    ///
    /// # Errors
    ///
    /// A [`ServeError`] when a file cannot be read or used.
    pub fn read(files: &TlsFiles) -> Result<Self, ServeError> {
        let chain = read_chain(&files.cert)?;
        let key = read_key(&files.key)?;
        let certified = CertifiedKey::from_der(chain, key, &ring::default_provider());
        let certified = certified.map_err(|source| match source {
            rustls::Error::InconsistentKeys(_) => ServeError::KeyMismatch {
                cert: files.cert.clone(),
                key: files.key.clone(),
            },
            source => refused(files, source),
        })?;
        Ok(Self(Arc::new(certified)))
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        Some(Arc::clone(&held))
    }
}

/// TLS 1.2 and 1.3, no client certificates.
pub(crate) fn server_config(
    files: &TlsFiles,
    certificates: &Certificates,
) -> Result<ServerConfig, ServeError> {
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|source| refused(files, source))?
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(certificates.clone()));
    Ok(config)
}

fn refused(files: &TlsFiles, source: rustls::Error) -> ServeError {
    ServeError::Tls {
        cert: files.cert.clone(),
        source,
    }
}

fn read_chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, ServeError> {
    let pem = read(path)?;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    let chain = chain.map_err(|problem| broken(path, problem))?;
    if chain.is_empty() {
        return Err(ServeError::NoCertificate {
            path: path.to_owned(),
        });
    }
    Ok(chain)
}

fn read_key(path: &Path) -> Result<PrivateKeyDer<'static>, ServeError> {
    PrivateKeyDer::from_pem_slice(&read(path)?).map_err(|problem| match problem {
        Error::NoItemsFound => ServeError::NoPrivateKey {
            path: path.to_owned(),
        },
        problem => broken(path, problem),
    })
}

fn read(path: &Path) -> Result<Vec<u8>, ServeError> {
    std::fs::read(path).map_err(|source| ServeError::TlsFile {
        path: path.to_owned(),
        source,
    })
}

fn broken(path: &Path, problem: Error) -> ServeError {
    ServeError::BrokenPem {
        path: path.to_owned(),
        problem: problem.into(),
    }
}
