//! Asking one endpoint, and saying in words why it does not answer.

use std::error::Error;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use crate::status::config::Endpoint;

/// What one check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Checked<'e> {
    pub(super) endpoint: &'e Endpoint,
    pub(super) health: Health,
    pub(super) took: Duration,
}

/// How an endpoint is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Health {
    /// It answers, with this status.
    Up(u16),
    /// It answers, but late.
    Slow(u16),
    /// It does not, and why.
    Down(String),
}

/// The HTTP client, made when first needed: it reads the system's certificates.
#[derive(Debug, Default)]
pub(super) struct Client {
    client: OnceLock<Option<reqwest::Client>>,
}

impl Client {
    /// Asks an endpoint.
    pub(super) async fn check<'e>(&self, endpoint: &'e Endpoint) -> Checked<'e> {
        let Some(client) = self.client.get_or_init(client) else {
            let health = Health::Down("this machine has no certificates to check with".to_owned());
            return Checked {
                endpoint,
                health,
                took: Duration::ZERO,
            };
        };
        let begun = Instant::now();
        let answer = client
            .get(&endpoint.url)
            .timeout(endpoint.timeout)
            .send()
            .await;
        let took = begun.elapsed();
        let health = match answer {
            Ok(response) => judge(endpoint, response.status().as_u16(), took),
            Err(error) => Health::Down(explain(&error, endpoint.timeout)),
        };
        Checked {
            endpoint,
            health,
            took,
        }
    }
}

fn client() -> Option<reqwest::Client> {
    // Fails when somebody else has installed one, which does as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("hailer/", env!("CARGO_PKG_VERSION")))
        .build()
        .ok()
}

fn judge(endpoint: &Endpoint, status: u16, took: Duration) -> Health {
    let is_good = match endpoint.expect {
        Some(expected) => status == expected,
        None => (200..400).contains(&status),
    };
    match (is_good, endpoint.expect) {
        (true, _) if took > endpoint.slow_after => Health::Slow(status),
        (true, _) => Health::Up(status),
        (false, Some(expected)) => {
            Health::Down(format!("it answers {status} instead of {expected}"))
        }
        (false, None) => Health::Down(format!("it answers {status}")),
    }
}

/// Words an error for the channel, which must not learn hosts and addresses.
fn explain(error: &reqwest::Error, timeout: Duration) -> String {
    if error.is_timeout() {
        return format!("no answer within {}", super::show_time(timeout));
    }
    let mut causes = String::new();
    let mut next: Option<&dyn Error> = Some(error);
    while let Some(cause) = next {
        causes.push_str(&cause.to_string().to_lowercase());
        next = cause.source();
    }
    let known = [
        ("connection refused", "the connection is refused"),
        ("dns error", "its name is not known"),
        ("certificate", "its certificate is not accepted"),
        ("connection reset", "it hangs up"),
        ("connection closed", "it hangs up"),
        ("unreachable", "there is no way to it"),
    ];
    let words = known
        .iter()
        .find(|(sign, _)| causes.contains(sign))
        .map(|(_, words)| *words);
    words.unwrap_or("it gives no proper answer").to_owned()
}
