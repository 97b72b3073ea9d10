//! TLS from two PEM files.

use std::path::Path;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::{Error, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::error::ServeError;
use crate::options::TlsFiles;

/// Reads certificate and key: TLS 1.2 and 1.3, no client certificates.
pub(crate) fn server_config(files: &TlsFiles) -> Result<ServerConfig, ServeError> {
    let chain = read_chain(&files.cert)?;
    let key = read_key(&files.key)?;
    let refused = |source| match source {
        rustls::Error::InconsistentKeys(_) => ServeError::KeyMismatch {
            cert: files.cert.clone(),
            key: files.key.clone(),
        },
        source => ServeError::Tls {
            cert: files.cert.clone(),
            source,
        },
    };
    ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(refused)?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(refused)
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
