//! What requests are answered with, exchanged as one while the server runs.
//!
//! A request takes the service once, when its body is there, and keeps it until its reply: keys, commands and rules of
//! two configurations never meet in one request, and what is in flight ends as it began.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use crate::gate::Gate;
use crate::handler::Handler;
use crate::metrics::{Metrics, WebhookMetrics};
use crate::report::ReportDesk;

/// Who may speak and who answers.
pub struct Service {
    gate: Gate,
    handler: Arc<dyn Handler>,
    body_limit: Option<usize>,
    reports: Option<Arc<dyn ReportDesk>>,
    metrics: HashMap<String, WebhookMetrics>,
}

/// Knows which service holds at this moment.
pub trait Services: Send + Sync + 'static {
    /// Returns what holds now. Asked for each request, so it must not block.
    fn current(&self) -> Arc<Service>;
}

impl Service {
    /// Puts a gate before a handler. What is counted goes on from where a service before it stood.
    pub fn new(gate: Gate, handler: Arc<dyn Handler>, metrics: &Metrics) -> Self {
        let of_webhooks = gate.webhooks().map(|webhook| {
            let name = webhook.name();
            (name.to_owned(), WebhookMetrics::new(metrics, name))
        });
        Self {
            metrics: of_webhooks.collect(),
            body_limit: None,
            reports: None,
            gate,
            handler,
        }
    }

    /// Takes bodies of so many bytes, whatever the server was started with.
    #[must_use]
    pub fn with_body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = Some(bytes);
        self
    }

    /// Takes reports of other systems, too.
    #[must_use]
    pub fn with_reports(mut self, desk: Arc<dyn ReportDesk>) -> Self {
        self.reports = Some(desk);
        self
    }

    /// Returns who may speak.
    pub fn gate(&self) -> &Gate {
        &self.gate
    }

    pub(crate) fn handler(&self) -> &dyn Handler {
        &*self.handler
    }

    pub(crate) fn reports(&self) -> Option<&dyn ReportDesk> {
        self.reports.as_deref()
    }

    pub(crate) fn body_limit(&self) -> Option<usize> {
        self.body_limit
    }

    pub(crate) fn metrics_of(&self, webhook: &str) -> Option<&WebhookMetrics> {
        self.metrics.get(webhook)
    }
}

/// One that is never exchanged.
impl Services for Arc<Service> {
    fn current(&self) -> Arc<Service> {
        Self::clone(self)
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Service")
            .field("gate", &self.gate)
            .finish_non_exhaustive()
    }
}
