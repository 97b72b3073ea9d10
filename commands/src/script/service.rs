//! The work of a script that is a service: a signed POST to a URL, and its answer.
//!
//! Decision: no redirect is followed, no proxy is asked, and an address is checked after its name was resolved, for each
//! connection anew. The price is that nothing is kept open from one call to the next.

mod answer;
mod error;
mod network;
mod post;
mod url;

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use hailer::{CancellationToken, SigningSecret};
use hailer_process::Masker;

use crate::script::config::Script;
use crate::script::context::Context;
use crate::script::run::{Finished, secrets, show_time};

pub use network::{Network, NetworkError};
pub(super) use url::Allowed;
pub use url::{ServiceUrl, UrlRefusal};

use error::CallError;
use network::Guard;
use post::Order;

/// Who does not answer a connection by then is out.
const CONNECT: Duration = Duration::from_secs(5);

/// A service that does the work of a command.
#[derive(Clone)]
pub struct Service {
    url: ServiceUrl,
    /// The newest first; while it is exchanged there are two.
    secrets: Vec<SigningSecret>,
    allowed: Vec<Network>,
    /// Made when it is first needed: it reads the system's certificates.
    client: Arc<OnceLock<Option<reqwest::Client>>>,
}

impl Service {
    /// Takes where a service is and by which secrets calls are signed. Addresses that are not public are called only
    /// when they are in one of these networks.
    pub fn new(url: ServiceUrl, secrets: Vec<SigningSecret>, allowed: Vec<Network>) -> Self {
        Self {
            url,
            secrets,
            allowed,
            client: Arc::default(),
        }
    }

    /// Returns where it is, without what may be secret of it.
    pub fn place(&self) -> String {
        self.url.to_string()
    }

    /// Says what holds a call, for a terminal.
    pub(super) fn held(&self, script: &Script) -> String {
        let again = if script.is_idempotent {
            "tried again"
        } else {
            "tried once"
        };
        format!(
            "{again}, {} at most; up to {} KiB; no redirects, no proxy; {}",
            show_time(script.time_limit),
            script.kept.div_ceil(1024),
            match self.allowed.len() {
                0 => "public addresses only".to_owned(),
                count => format!("public addresses and {count} of `allow_addresses`"),
            }
        )
    }

    fn client(&self) -> Result<&reqwest::Client, CallError> {
        let client = self.client.get_or_init(|| make_client(&self.allowed));
        client.as_ref().ok_or(CallError::NoCertificates)
    }
}

fn make_client(allowed: &[Network]) -> Option<reqwest::Client> {
    // Fails when somebody else has installed one, which does as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .no_proxy()
        .connect_timeout(CONNECT)
        .pool_max_idle_per_host(0)
        .dns_resolver(Guard::new(allowed.to_vec()))
        .user_agent(concat!("hailer/", env!("CARGO_PKG_VERSION")))
        .build()
        .ok()
}

impl fmt::Debug for Service {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Service({})", self.url)
    }
}

/// Has a service do the work of one call.
pub(super) async fn call(
    script: &Script,
    service: &Service,
    context: &Context,
    cancellation: &CancellationToken,
) -> Finished {
    let order = Order {
        key: &context.key,
        body: context.to_json(script.pass.as_deref()),
        most: script.kept,
        is_idempotent: script.is_idempotent,
        masker: Masker::new(secrets(script, context)),
    };
    let calling = tokio::time::timeout(script.time_limit, post::post(service, &order));
    let outcome = tokio::select! {
        () = cancellation.cancelled() => Err(CallError::Cancelled),
        outcome = calling => outcome.unwrap_or_else(|_| Err(CallError::Slow {
            host: service.url.host().to_owned(),
            limit: script.time_limit,
        })),
    };
    match outcome {
        Ok(response) => answer::finish(script, response),
        Err(error) => Finished::Failed(error.told(script)),
    }
}
