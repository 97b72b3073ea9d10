//! HTTP as every verb speaks it: no proxy of the environment, no redirects, a limit in time.

use std::time::Duration;

use anyhow::Context;
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder};

/// The time to reach somebody on this computer.
pub(crate) const NEAR: Duration = Duration::from_secs(3);

/// Begins a client.
pub(crate) fn builder() -> ClientBuilder {
    // Fails when somebody else has installed one, which does as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .redirect(Policy::none())
        .no_proxy()
        .connect_timeout(NEAR)
}

/// Returns a client for what is near.
pub(crate) fn near() -> anyhow::Result<Client> {
    builder().build().context("cannot speak HTTP")
}

/// Returns the deepest cause of an error: what a person can act on.
pub(crate) fn cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}
