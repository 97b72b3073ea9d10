//! Asking one endpoint, and saying in words why it does not answer.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use crate::backend::{client, why};
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
            Err(error) => Health::Down(why(&error, endpoint.timeout)),
        };
        Checked {
            endpoint,
            health,
            took,
        }
    }
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
