//! A webhook: one team's entry in the configuration.

use std::borrow::Cow;

use hailer_activity::HmacKey;

/// One team's outgoing webhook: its name in the address, the mention people type, and its keys.
#[derive(Clone, Debug)]
pub struct Webhook {
    name: String,
    mention: String,
    keys: Vec<HmacKey>,
    labels: Vec<String>,
}

impl Webhook {
    /// Takes a webhook's entry. Several keys are for changing a security token: each of them is accepted.
    /// A webhook without a key refuses everybody.
    pub fn new(name: impl Into<String>, mention: impl Into<String>, keys: Vec<HmacKey>) -> Self {
        Self {
            name: name.into(),
            mention: mention.into(),
            keys,
            labels: Vec::new(),
        }
    }

    /// Says what each key is called in the log, in their order.
    #[must_use]
    pub fn with_labels(mut self, labels: Vec<String>) -> Self {
        self.labels = labels;
        self
    }

    /// Returns what a key is called; its number when it has no name.
    pub fn label(&self, key_index: usize) -> Cow<'_, str> {
        match self.labels.get(key_index) {
            Some(label) => label.as_str().into(),
            None => key_index.to_string().into(),
        }
    }

    /// Returns the name: the last part of the address, as it stands there.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the name that people mention in Teams.
    pub fn mention(&self) -> &str {
        &self.mention
    }

    pub(crate) fn keys(&self) -> &[HmacKey] {
        &self.keys
    }
}
