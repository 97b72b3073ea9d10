//! Noticing that the caller hangs up before the answer: then the future that makes it is dropped.

use std::sync::Arc;

use crate::endpoint::Exchange;
use crate::webhook::Webhook;

/// Logs when it is dropped before [`Departure::disarm`].
pub(crate) struct Departure {
    exchange: Exchange,
    webhook: Option<Arc<Webhook>>,
}

impl Departure {
    pub(crate) fn of(exchange: Exchange, webhook: &Arc<Webhook>) -> Self {
        Self {
            exchange,
            webhook: Some(Arc::clone(webhook)),
        }
    }

    /// The answer is there.
    pub(crate) fn disarm(mut self) {
        self.webhook = None;
    }
}

impl Drop for Departure {
    fn drop(&mut self) {
        let Some(webhook) = &self.webhook else {
            return;
        };
        // Told by the line about the panic.
        if std::thread::panicking() {
            return;
        }
        let request_id = self.exchange.request_id;
        let waited_ms = self.exchange.received.elapsed().as_millis();
        tracing::warn!(
            %request_id,
            webhook = webhook.name(),
            code = "HL112",
            waited_ms,
            "the caller hung up before the answer; `hailer explain HL112`"
        );
    }
}
