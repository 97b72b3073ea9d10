//! Where keys were used: that one is used for the first time, or from another network, is worth a look.

/// One use of a key of a webhook.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KeyUse {
    /// The name of the webhook.
    pub webhook: String,
    /// The label of the key; never the key.
    pub label: String,
    /// The network from which it was used: `203.0.113.0/24`.
    pub network: String,
}

/// Whether a use of a key is new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeySeen {
    /// It was used from there before.
    Before,
    /// It was used before, from elsewhere.
    OtherNetwork,
    /// It was never used.
    First,
}
