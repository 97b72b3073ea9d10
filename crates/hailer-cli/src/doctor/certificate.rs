//! The certificate as Teams meets it: known roots, nothing fetched to fill a gap, TLS 1.2 at least.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use chrono::{DateTime, Utc};
use hailer_commands::certificate::{self, Facts, Seen};
use rustls::client::WebPkiServerVerifier;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{CertificateError, ClientConfig, Error, RootCertStore};

use super::report::Check;

/// Certificates are renewed a month before their end; two weeks before it, that has failed.
const SOON: i64 = 14;

/// Looks at the certificate while the round trip is made.
#[derive(Debug)]
pub(crate) struct Recorder(Arc<certificate::Recorder>);

impl Recorder {
    /// Trusts the roots that browsers trust, and those of a file.
    pub(crate) fn new(more_roots: Option<&Path>) -> anyhow::Result<Self> {
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
        let usual = usual.build().context("there are no known roots")?;
        Ok(Self(certificate::Recorder::new(usual)))
    }

    /// Returns what TLS uses.
    pub(crate) fn config(&self) -> anyhow::Result<ClientConfig> {
        self.0.config().context("TLS cannot be used")
    }

    /// Judges what came; none when there was no handshake that far.
    pub(crate) fn judge(&self, host: &str, now: DateTime<Utc>) -> Option<Check> {
        self.0.seen().map(|seen| Met(seen).judge(host, now))
    }
}

/// What a server showed, to be judged.
struct Met(Seen);

const ROW: &str = "certificate";

impl Met {
    fn judge(&self, host: &str, now: DateTime<Utc>) -> Check {
        let Some(Some(own)) = self.0.chain.first() else {
            return Check::fail(
                ROW,
                "HL132",
                "the server sends no certificate that can be read",
            );
        };
        let until = own.not_after.format("%Y-%m-%d");
        let error = match &self.0.verdict {
            Ok(()) => {
                let days = (own.not_after - now).num_days();
                let text = format!(
                    "{host} · by {} · until {until} ({days} days) · {}",
                    own.issuer, self.0.version
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
        let last = self.0.chain.last().and_then(Option::as_ref).unwrap_or(own);
        if own.is_self_issued {
            let text = format!(
                "the certificate of {} is self-signed: nobody vouches for it",
                own.subject
            );
            return Check::fail(ROW, "HL132", text);
        }
        let is_linked = self.0.chain.windows(2).all(|pair| match pair {
            [Some(one), Some(next)] => one.issuer == next.subject,
            _ => false,
        });
        if self.0.chain.len() > 1 && is_linked {
            let authority = &last.issuer;
            let text = format!("its authority, {authority}, is not one that Teams knows");
            return Check::fail(ROW, "HL132", text);
        }
        let count = self.0.chain.len();
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
