//! Remembering what a server showed while it was checked as usual.

use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::ring::default_provider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};

use crate::certificate::{Facts, facts};

/// Has certificates checked as usual, and remembers what came.
#[derive(Debug)]
pub struct Recorder {
    usual: Arc<dyn ServerCertVerifier>,
    seen: Mutex<Option<Seen>>,
}

/// What a server sent.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Its own certificate, then the others; none for one that cannot be read.
    pub chain: Vec<Option<Facts>>,
    /// Whether it was accepted.
    pub verdict: Result<(), Error>,
    /// The version of TLS, as people write it.
    pub version: &'static str,
}

impl Recorder {
    /// Leaves the verdict to another.
    pub fn new(usual: Arc<dyn ServerCertVerifier>) -> Arc<Self> {
        Arc::new(Self {
            usual,
            seen: Mutex::default(),
        })
    }

    /// Returns what TLS uses.
    ///
    /// # Errors
    ///
    /// When the provider of cryptography has no version of TLS in common with us.
    pub fn config(self: &Arc<Self>) -> Result<ClientConfig, Error> {
        Ok(
            ClientConfig::builder_with_provider(Arc::new(default_provider()))
                .with_safe_default_protocol_versions()?
                .dangerous()
                .with_custom_certificate_verifier(Arc::clone(self) as _)
                .with_no_client_auth(),
        )
    }

    /// Returns what came; none when there was no handshake that far.
    pub fn seen(&self) -> Option<Seen> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.clone()
    }

    fn note_version(&self, version: &'static str) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(seen) = seen.as_mut() {
            seen.version = version;
        }
    }
}

impl ServerCertVerifier for Recorder {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verified = self.usual.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        );
        let chain = std::iter::once(end_entity).chain(intermediates);
        let seen = Seen {
            chain: chain.map(|it| facts(it)).collect(),
            verdict: verified.as_ref().map(|_| ()).map_err(Error::clone),
            version: "TLS",
        };
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(seen);
        verified
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.note_version("TLS 1.2");
        self.usual.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.note_version("TLS 1.3");
        self.usual.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.usual.supported_verify_schemes()
    }
}
