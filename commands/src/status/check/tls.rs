//! Looking at a certificate: whether it is accepted, and for how long yet.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use chrono::{DateTime, TimeDelta, Utc};
use rustls::crypto::ring::default_provider;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{CertificateError, Error};
use rustls_platform_verifier::Verifier;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::certificate::{Facts, Recorder};
use crate::moment::span;
use crate::status::check::{Health, unheard};

/// Trusts those whom the system knows, and these.
pub(super) fn verifier(roots: &[CertificateDer<'static>]) -> Option<Arc<Verifier>> {
    let roots = roots.iter().cloned();
    let made = Verifier::new_with_extra_roots(roots, Arc::new(default_provider()));
    made.ok().map(Arc::new)
}

pub(super) async fn look(
    usual: Arc<Verifier>,
    (host, port): (&str, u16),
    limits: (Duration, Duration),
    now: SystemTime,
) -> Health {
    let Ok(name) = ServerName::try_from(host.to_owned()) else {
        return Health::Down("its name is none that a certificate could have".to_owned());
    };
    let recorder = Recorder::new(usual);
    let Ok(config) = recorder.config() else {
        return Health::Down("TLS cannot be used here".to_owned());
    };
    let stream = match TcpStream::connect((host, port)).await {
        Ok(stream) => stream,
        Err(error) => return unheard(&error),
    };
    let connected = TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await;
    match (recorder.seen(), connected) {
        (Some(seen), _) => {
            let own = seen.chain.into_iter().next().flatten();
            judge(own, seen.verdict, limits, now.into())
        }
        (None, Err(error)) if error.get_ref().is_some_and(|it| it.is::<Error>()) => {
            Health::Down("it does not speak TLS as we do".to_owned())
        }
        (None, Err(error)) => unheard(&error),
        (None, Ok(_)) => Health::Down("it shows no certificate".to_owned()),
    }
}

fn judge(
    facts: Option<Facts>,
    verdict: Result<(), Error>,
    (warn, critical): (Duration, Duration),
    now: DateTime<Utc>,
) -> Health {
    let Some(facts) = facts else {
        return Health::Down("its certificate cannot be read".to_owned());
    };
    let left = facts.not_after - now;
    if left < TimeDelta::zero() {
        return Health::Down(format!("its certificate ended {} ago", span(-left)));
    }
    if let Err(error) = verdict {
        return Health::Down(refusal(&error, &facts));
    }
    let ends = format!("its certificate ends in {}", span(left));
    // Longer times than those that can be counted are enough.
    let left = left.to_std().unwrap_or(Duration::MAX);
    if left < critical {
        Health::Down(ends)
    } else if left < warn {
        Health::Warning(ends)
    } else {
        Health::Up(format!(
            "certificate until {}",
            facts.not_after.format("%Y-%m-%d")
        ))
    }
}

/// Says why a certificate is not accepted.
fn refusal(error: &Error, facts: &Facts) -> String {
    let Error::InvalidCertificate(error) = error else {
        return "it does not speak TLS as we do".to_owned();
    };
    match error {
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            format!("its certificate is for {}", facts.subject)
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "its certificate is not valid yet".to_owned()
        }
        CertificateError::UnknownIssuer if facts.is_self_issued => {
            "nobody vouches for its certificate but itself".to_owned()
        }
        CertificateError::UnknownIssuer => {
            format!("its certificate is by {}, whom I don't know", facts.issuer)
        }
        _ => "its certificate is not accepted".to_owned(),
    }
}
