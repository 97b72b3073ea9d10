//! Looking at a service, and saying in words what is wrong with it.

mod dns;
mod http;
mod query;
mod tls;

use std::io;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant, SystemTime};

use futures_util::StreamExt;
use futures_util::stream;
use rustls_platform_verifier::Verifier;
use tokio::net::TcpStream;
use tokio::time::{timeout, timeout_at};

use crate::backend::{cause, client, late};
use crate::status::config::{Probe, Service};

/// How many are looked at at the same time.
const AT_ONCE: usize = 32;

/// What one look found.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Checked {
    pub(super) health: Health,
    pub(super) took: Duration,
}

/// How something is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Health {
    /// As it should be, and what was seen.
    Up(String),
    /// It answers, but late.
    Slow(String),
    /// It is beyond a limit, or soon will be.
    Warning(String),
    /// It is not as it should be, and why.
    Down(String),
    /// There was no time to look.
    NotAsked,
}

/// What looks need, made when first needed: it reads the system's certificates.
#[derive(Debug, Default)]
pub(super) struct Prober {
    http: OnceLock<Option<reqwest::Client>>,
    tls: OnceLock<Option<Arc<Verifier>>>,
}

impl Prober {
    /// Looks at services, many at once; what is not done in time is not asked.
    pub(super) async fn check_all(
        &self,
        services: Vec<&Service>,
        now: SystemTime,
        within: Duration,
    ) -> Vec<Checked> {
        let deadline = tokio::time::Instant::now() + within;
        let checks = services.into_iter().map(|service| async move {
            let check = timeout_at(deadline, self.check(service, now)).await;
            check.unwrap_or(Checked {
                health: Health::NotAsked,
                took: Duration::ZERO,
            })
        });
        // The look of each is boxed, so that those of many services take little room.
        let checks = checks.map(|check| Box::pin(check) as futures_util::future::BoxFuture<'_, _>);
        let checks: Vec<_> = checks.collect();
        stream::iter(checks).buffered(AT_ONCE).collect().await
    }

    async fn check(&self, service: &Service, now: SystemTime) -> Checked {
        let begun = Instant::now();
        let look = timeout(service.timeout, self.look(service, now)).await;
        let health = look.unwrap_or_else(|_| Health::Down(late(service.timeout)));
        let (health, took) = match &service.probe {
            Probe::Sample(mood) => mood.now(&service.name, now),
            _ => (health, begun.elapsed()),
        };
        let health = match (health, &service.probe) {
            (Health::Up(seen), Probe::Query { .. }) => Health::Up(seen),
            (Health::Up(seen), Probe::Tls { .. }) if took <= service.slow_after => Health::Up(seen),
            (Health::Up(seen), _) if took > service.slow_after => {
                Health::Slow(format!("{seen} in {}", show_time(took)))
            }
            (Health::Up(seen), _) => Health::Up(format!("{seen} in {}", show_time(took))),
            (other, _) => other,
        };
        Checked { health, took }
    }

    async fn look(&self, service: &Service, now: SystemTime) -> Health {
        match &service.probe {
            Probe::Http {
                url,
                expect,
                contains,
            } => match self.http.get_or_init(client) {
                Some(client) => http::look(client, url, *expect, contains.as_deref()).await,
                None => no_certificates(),
            },
            Probe::Tcp { address } => match TcpStream::connect(address).await {
                Ok(_) => Health::Up("connected".to_owned()),
                Err(error) => unheard(&error),
            },
            Probe::Tls {
                host,
                port,
                warn,
                critical,
                roots,
            } => {
                let usual = || tls::verifier(&[]);
                let verifier = match roots.as_slice() {
                    [] => self.tls.get_or_init(usual).clone(),
                    roots => tls::verifier(roots),
                };
                match verifier {
                    Some(verifier) => {
                        let limits = (*warn, *critical);
                        tls::look(verifier, (host, *port), limits, now).await
                    }
                    None => no_certificates(),
                }
            }
            Probe::Dns { host, addresses } => dns::look(host, addresses).await,
            Probe::Query {
                prometheus,
                expression,
                unit,
                warn,
                critical,
            } => {
                let series = query::ask(prometheus, expression, now).await;
                query::judge(series, unit, (*warn, *critical))
            }
            Probe::Sample(_) => Health::NotAsked,
        }
    }
}

fn no_certificates() -> Health {
    Health::Down("this machine has no certificates to check with".to_owned())
}

/// Says why there is no connection.
fn unheard(error: &io::Error) -> Health {
    Health::Down(cause(error).alone.to_owned())
}

/// Writes how long something took.
pub(super) fn show_time(time: Duration) -> String {
    if time < Duration::from_secs(1) {
        format!("{} ms", time.as_millis())
    } else {
        format!("{:.1} s", time.as_secs_f64())
    }
}
