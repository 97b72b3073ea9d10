//! The certificate as Teams meets it: known roots, nothing fetched to fill a gap, TLS 1.2 at least.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use chrono::{DateTime, Utc};
use hailer_commands::certificate::{Facts, facts};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};

use super::report::Check;

/// Certificates are renewed a month before their end; two weeks before it, that has failed.
const SOON: i64 = 14;

/// Checks certificates as usual, and remembers what came.
#[derive(Debug)]
pub(crate) struct Recorder {
    usual: Arc<WebPkiServerVerifier>,
    seen: Mutex<Option<Seen>>,
}

/// What a server sent.
#[derive(Debug, Clone)]
struct Seen {
    chain: Vec<Option<Facts>>,
    verdict: Result<(), Error>,
    version: &'static str,
}

impl Recorder {
    /// Trusts the roots that browsers trust, and those of a file.
    pub(crate) fn new(more_roots: Option<&Path>) -> anyhow::Result<Arc<Self>> {
        let mut roots = RootCertStore::empty();
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        if let Some(path) = more_roots {
            let place = path.display();
            let read = || format!("cannot read certificates from {place}");
            for root in CertificateDer::pem_file_iter(path).with_context(read)? {
                let root = root.with_context(read)?;
                roots.add(root).with_context(read)?;
            }
        }
        let usual = WebPkiServerVerifier::builder_with_provider(
            Arc::new(roots),
            Arc::new(default_provider()),
        );
        Ok(Arc::new(Self {
            usual: usual.build().context("there are no known roots")?,
            seen: Mutex::default(),
        }))
    }

    /// Returns what TLS uses.
    pub(crate) fn config(self: &Arc<Self>) -> anyhow::Result<ClientConfig> {
        Ok(
            ClientConfig::builder_with_provider(Arc::new(default_provider()))
                .with_safe_default_protocol_versions()
                .context("TLS cannot be used")?
                .dangerous()
                .with_custom_certificate_verifier(Arc::clone(self) as _)
                .with_no_client_auth(),
        )
    }

    /// Judges what came; none when there was no handshake that far.
    pub(crate) fn judge(&self, host: &str, now: DateTime<Utc>) -> Option<Check> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.as_ref().map(|seen| seen.judge(host, now))
    }

    fn note_version(&self, version: &'static str) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(seen) = seen.as_mut() {
            seen.version = version;
        }
    }
}

const ROW: &str = "certificate";

impl Seen {
    fn judge(&self, host: &str, now: DateTime<Utc>) -> Check {
        let Some(Some(own)) = self.chain.first() else {
            return Check::fail(
                ROW,
                "HL132",
                "the server sends no certificate that can be read",
            );
        };
        let until = own.not_after.format("%Y-%m-%d");
        let error = match &self.verdict {
            Ok(()) => {
                let days = (own.not_after - now).num_days();
                let text = format!(
                    "{host} · by {} · until {until} ({days} days) · {}",
                    own.issuer, self.version
                );
                if days < SOON {
                    return Check::warn(ROW, "HL132", text)
                        .with_fix("renew it; the renewal that should have run has not");
                }
                return Check::ok(ROW, text);
            }
            Err(error) => error,
        };
        match error {
            Error::InvalidCertificate(error) => self.refuse(own, error, host),
            other => Check::fail(ROW, "HL132", format!("TLS fails: {other}")),
        }
    }

    fn refuse(&self, own: &Facts, error: &CertificateError, host: &str) -> Check {
        let text = match error {
            CertificateError::UnknownIssuer => return self.no_way_to_a_root(own),
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                let until = own.not_after.format("%Y-%m-%d");
                format!("the certificate of {} expired on {until}", own.subject)
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                "the certificate is not valid yet; is a clock wrong?".to_owned()
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                format!("the certificate is for {}, not for {host}", own.subject)
            }
            other => format!("the certificate cannot be used: {other}"),
        };
        Check::fail(ROW, "HL132", text)
    }

    fn no_way_to_a_root(&self, own: &Facts) -> Check {
        let last = self.chain.last().and_then(Option::as_ref).unwrap_or(own);
        if own.is_self_issued {
            let text = format!(
                "the certificate of {} is self-signed: nobody vouches for it",
                own.subject
            );
            return Check::fail(ROW, "HL132", text);
        }
        let is_linked = self.chain.windows(2).all(|pair| match pair {
            [Some(one), Some(next)] => one.issuer == next.subject,
            _ => false,
        });
        if self.chain.len() > 1 && is_linked {
            let authority = &last.issuer;
            let text = format!("its authority, {authority}, is not one that Teams knows");
            return Check::fail(ROW, "HL132", text);
        }
        let count = self.chain.len();
        let certificates = if count == 1 {
            "certificate is"
        } else {
            "certificates are"
        };
        let text = format!(
            "the certificate chain is incomplete: {count} {certificates} sent, and that of {} is missing\n\
             (a browser hides this by fetching it)",
            last.issuer
        );
        Check::fail(ROW, "HL131", text)
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
