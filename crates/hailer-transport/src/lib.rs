//! Microsoft Teams' outgoing webhooks over HTTP: who may speak, how much, how fast, and what they get back.
//!
//! Two halves. The [`Gate`] is pure: bytes and a moment in, an activity or a refusal out; tests use it
//! without a socket. The [`Server`] puts it on the network with limits in time and size, and gives each
//! admitted activity to a [`Handler`].
//!
//! ```
//! use hailer_activity::HmacKey;
//! use hailer_transport::{Authorization, Gate, Webhook};
//!
//! let key = HmacKey::from_base64("WCXQE0U6B4wUvuoQv0HiM4FNZKazjXrgCS5TCHfipWI=")?;
//! let body = br#"{"type":"message","text":"<at>ops</at> ping"}"#;
//! let header = key.sign(body);
//! let gate = Gate::new([Webhook::new("ops", "Ops", vec![key])], None)?;
//!
//! let signed = Authorization::One(header.as_bytes());
//! let admitted = gate.admit("ops", signed, body[..].into(), chrono::Utc::now())?;
//! assert_eq!(admitted.webhook.mention(), "Ops");
//!
//! let refused = gate.admit("ops", Authorization::None, body[..].into(), chrono::Utc::now());
//! assert_eq!(refused.unwrap_err().reason(), "missing_header");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod admin;
mod answer;
mod authorization;
mod body;
mod cause;
mod clock;
mod departure;
mod endpoint;
mod error;
mod field_path;
mod gate;
mod handler;
mod last_host;
mod limits;
mod metrics;
mod options;
mod pages;
mod ping;
mod proof;
mod readiness;
mod refusal;
mod refusal_log;
mod rejection;
mod reload;
mod report;
mod request_head;
mod response;
mod server;
mod service;
mod tls;
mod unread_body;
mod watch;
mod webhook;

pub use answer::{Answer, Outcome};
pub use authorization::Authorization;
pub use cause::{CAUSES, Cause};
pub use clock::Clock;
pub use error::{DuplicateWebhook, PemProblem, ServeError};
pub use gate::{Admitted, Gate};
pub use handler::{Handler, Inbound};
pub use limits::Limits;
pub use metrics::Metrics;
pub use options::{ServerOptions, TlsFiles};
pub use pages::{AdminPages, Tail};
pub use ping::ping_body;
pub use proof::{reload_request, watch_request};
pub use readiness::ReadyCheck;
pub use refusal::{Refused, StatusGroup};
pub use reload::{RELOAD, Reloads};
pub use report::{Report, ReportAnswer, ReportDesk};
pub use server::Server;
pub use service::{Service, Services};
pub use tls::{Certificate, Certificates};
pub use webhook::Webhook;
