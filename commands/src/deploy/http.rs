//! Asking other systems over HTTP: within a time, and in words that a channel may read.

use std::error::Error;
use std::sync::OnceLock;
use std::time::Duration;

use crate::deploy::words::took;

/// Returns the client that all share; it is made when first needed, as it reads the system's certificates.
pub(super) fn client() -> Option<&'static reqwest::Client> {
    static CLIENT: OnceLock<Option<reqwest::Client>> = OnceLock::new();
    CLIENT.get_or_init(make).as_ref()
}

/// Why there is no client.
pub(super) const NO_CLIENT: &str = "this machine has no certificates to check others with";

fn make() -> Option<reqwest::Client> {
    // Fails when somebody else has installed one, which does as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("hailer/", env!("CARGO_PKG_VERSION")))
        .build()
        .ok()
}

/// Words an error for the channel, which must not learn hosts and addresses: the end of a sentence.
pub(super) fn explain(error: &reqwest::Error, limit: Duration) -> String {
    if error.is_timeout() {
        return format!("gives no answer within {}", took(limit));
    }
    let mut causes = String::new();
    let mut next: Option<&dyn Error> = Some(error);
    while let Some(cause) = next {
        causes.push_str(&cause.to_string().to_lowercase());
        next = cause.source();
    }
    let known = [
        ("connection refused", "refuses the connection"),
        ("dns error", "has a name that is not known"),
        ("certificate", "has a certificate that is not accepted"),
        ("connection reset", "hangs up"),
        ("connection closed", "hangs up"),
        ("unreachable", "cannot be reached"),
    ];
    let found = known.iter().find(|(sign, _)| causes.contains(sign));
    found
        .map_or("gives no proper answer", |(_, words)| words)
        .to_owned()
}
