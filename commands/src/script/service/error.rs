//! Why a service gave no answer: words for the channel, which learns no host, and the cause for the log.

use std::error::Error;
use std::time::Duration;

use hailer::{CommandError, Effect};

use super::network::Forbidden;
use crate::script::config::Script;
use crate::script::run::show_time;

/// Why there is no answer. The texts are for the log and a terminal; none holds more of the URL than its host.
#[derive(Debug, thiserror::Error)]
pub(super) enum CallError {
    /// Nothing can be checked.
    #[error("this machine has no certificates to check others with; install ca-certificates")]
    NoCertificates,
    /// The name leads to an address that must not be called.
    #[error("`{host}` is not called: {reason}; add it to `allow_addresses` if it is meant")]
    Forbidden { host: String, reason: Forbidden },
    /// Nobody is there.
    #[error("`{host}` cannot be reached: {why}")]
    Unreachable { host: String, why: String },
    /// Somebody else is there, it seems.
    #[error("the certificate of `{host}` is not accepted: {why}")]
    Certificate { host: String, why: String },
    /// The connection broke before there was an answer.
    #[error("`{host}` broke off: {why}")]
    BrokeOff { host: String, why: String },
    /// The time is over.
    #[error("`{host}` did not answer within {}", show_time(*limit))]
    Slow { host: String, limit: Duration },
    /// Nobody wants the answer any more.
    #[error("it was stopped")]
    Cancelled,
}

impl CallError {
    /// Sorts what a client complains about.
    pub(super) fn of(error: &reqwest::Error, host: &str) -> Self {
        let host = host.to_owned();
        let mut why = "it gives no proper answer".to_owned();
        let mut next = error.source();
        while let Some(cause) = next {
            if let Some(Forbidden(address)) = cause.downcast_ref() {
                let reason = Forbidden(*address);
                return Self::Forbidden { host, reason };
            }
            if cause.downcast_ref::<rustls::Error>().is_some() {
                let why = cause.to_string();
                return Self::Certificate { host, why };
            }
            why = cause.to_string();
            next = inner(cause);
        }
        if error.is_connect() {
            let why = if error.is_timeout() {
                format!("no connection within {}", show_time(super::CONNECT))
            } else {
                why
            };
            return Self::Unreachable { host, why };
        }
        Self::BrokeOff { host, why }
    }

    /// Tells whether trying again may help.
    pub(super) fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::BrokeOff { .. } => true,
            Self::NoCertificates
            | Self::Forbidden { .. }
            | Self::Certificate { .. }
            | Self::Slow { .. }
            | Self::Cancelled => false,
        }
    }

    /// Words it for the channel, and keeps it for the log.
    pub(super) fn told(self, script: &Script) -> CommandError {
        let name = &script.name;
        let admin = "Whoever runs this bot finds the reason in its log.";
        let text = match &self {
            Self::Unreachable { .. } => format!(
                "The service behind {name} cannot be reached, so nothing was done. Try again in a minute; if it stays so, tell whoever runs this bot."
            ),
            Self::NoCertificates => format!(
                "I can check no certificates, so I did not call the service behind {name}. {admin}"
            ),
            Self::Forbidden { .. } => format!(
                "The service behind {name} is at an address that I must not call, so nothing was done. {admin}"
            ),
            Self::Certificate { .. } => format!(
                "The certificate of the service behind {name} is not accepted, so nothing was done. {admin}"
            ),
            Self::BrokeOff { .. } => {
                format!("The service behind {name} broke off. {}", doubt(script))
            }
            Self::Slow { limit, .. } => format!(
                "The service behind {name} did not answer within {}. {}",
                show_time(*limit),
                doubt(script)
            ),
            Self::Cancelled => format!("{name} was stopped. {}", doubt(script)),
        };
        match self {
            // Somebody wanted that: nothing is wrong that a log should keep.
            Self::Cancelled => CommandError::told(text),
            cause => CommandError::told(text).caused_by(cause),
        }
    }
}

/// An I/O error shows what it wraps as itself, not as its source.
fn inner<'a>(cause: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match cause.downcast_ref::<std::io::Error>() {
        Some(error) => error
            .get_ref()
            .map(|it| it as &(dyn Error + 'static))
            .or_else(|| cause.source()),
        None => cause.source(),
    }
}

/// Says what to do when nobody knows whether it was done.
pub(super) fn doubt(script: &Script) -> &'static str {
    if script.is_idempotent || script.effect == Effect::Read {
        "You can safely try again."
    } else {
        "It may have been done all the same: look before you try again."
    }
}
