//! The host that Teams last called: a tunnel that has a new name shows by it.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

/// The `Host` of each webhook's last message.
#[derive(Debug, Default)]
pub(crate) struct LastHosts {
    webhooks: RwLock<HashMap<String, String>>,
}

impl LastHosts {
    /// Notes the host of a signed message. It hardly ever changes, so that this is a look in most cases.
    pub(crate) fn note(&self, webhook: &str, host: Option<&str>) {
        let Some(host) = host else {
            return;
        };
        let webhooks = self.webhooks.read().unwrap_or_else(PoisonError::into_inner);
        if webhooks.get(webhook).is_some_and(|it| it == host) {
            return;
        }
        drop(webhooks);
        let mut webhooks = self
            .webhooks
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        webhooks.insert(webhook.to_owned(), host.to_owned());
    }

    /// Returns the host of the last message.
    pub(crate) fn of(&self, webhook: &str) -> Option<String> {
        let webhooks = self.webhooks.read().unwrap_or_else(PoisonError::into_inner);
        webhooks.get(webhook).cloned()
    }
}
