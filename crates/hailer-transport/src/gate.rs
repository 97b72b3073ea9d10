//! The gate: a request's parts in, an admitted activity or a refusal out.
//!
//! Pure, so that the same code guards the server and a test without a socket: no I/O and no clock.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::hint::black_box;
use std::slice;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use hailer_activity::{Activity, HmacKey, ParseError, SignatureError, VerifiedBody, verify};

use crate::authorization::Authorization;
use crate::error::DuplicateWebhook;
use crate::field_path::field_path;
use crate::refusal::Refused;
use crate::webhook::Webhook;

/// A header of the right form, to spend an HMAC on where the caller gives none.
const DECOY_HEADER: &[u8] = b"HMAC AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

/// Decides which requests come in.
///
/// Every refusal for want of a right signature costs the same number of HMACs over the body, whether
/// the webhook exists or not, so that time tells nobody which names do.
#[derive(Debug)]
pub struct Gate {
    webhooks: HashMap<String, Arc<Webhook>>,
    max_skew: Option<Duration>,
    /// The most keys that a webhook has: what every signature failure is made to cost.
    most_keys: usize,
    decoy: HmacKey,
}

/// An activity that came in.
#[derive(Clone, Debug)]
pub struct Admitted {
    /// The webhook whose key signed it.
    pub webhook: Arc<Webhook>,
    /// What Teams sent.
    pub activity: Activity,
    /// The same as it was signed.
    pub body: Bytes,
    /// Which of the webhook's keys signed it, counted from 0.
    pub key_index: usize,
}

impl Gate {
    /// Makes a gate for these webhooks. Activities whose time is further than `max_skew` from ours are
    /// refused; without it their time is not looked at.
    ///
    /// # Errors
    ///
    /// [`DuplicateWebhook`] when two webhooks share a name.
    pub fn new(
        webhooks: impl IntoIterator<Item = Webhook>,
        max_skew: Option<Duration>,
    ) -> Result<Self, DuplicateWebhook> {
        let mut by_name = HashMap::new();
        for webhook in webhooks {
            let name = webhook.name().to_owned();
            if by_name.insert(name.clone(), Arc::new(webhook)).is_some() {
                return Err(DuplicateWebhook { name });
            }
        }
        let most_keys = by_name.values().map(|it| it.keys().len()).max();
        Ok(Self {
            webhooks: by_name,
            max_skew,
            most_keys: most_keys.unwrap_or_default().max(1),
            decoy: random_key(),
        })
    }

    /// Admits a request, or says why not.
    ///
    /// # Errors
    ///
    /// A [`Refused`]; callers must answer all of [`StatusGroup::Unauthorized`](crate::StatusGroup) alike.
    pub fn admit(
        &self,
        name: &str,
        authorization: Authorization<'_>,
        body: Bytes,
        now: DateTime<Utc>,
    ) -> Result<Admitted, Refused> {
        let (webhook, verified) = self.admit_bytes(name, authorization, body)?;
        let activity = parse(webhook, &verified)?;
        self.check_freshness(webhook, &activity, now)?;
        Ok(Admitted {
            webhook: Arc::clone(webhook),
            activity,
            body: verified.to_bytes(),
            key_index: verified.key_index(),
        })
    }

    /// Admits the bytes of a request for their signature alone.
    pub(crate) fn admit_bytes(
        &self,
        name: &str,
        authorization: Authorization<'_>,
        body: Bytes,
    ) -> Result<(&Arc<Webhook>, VerifiedBody), Refused> {
        let Some(webhook) = self.webhooks.get(name) else {
            self.spend_hmacs(0, &body);
            return Err(Refused::UnknownWebhook);
        };
        let verified = self.verify(webhook, authorization, body)?;
        Ok((webhook, verified))
    }

    /// Returns the webhook of a name.
    pub fn webhook(&self, name: &str) -> Option<&Arc<Webhook>> {
        self.webhooks.get(name)
    }

    /// Returns every webhook, in no order.
    pub fn webhooks(&self) -> impl Iterator<Item = &Arc<Webhook>> {
        self.webhooks.values()
    }

    fn verify(
        &self,
        webhook: &Arc<Webhook>,
        authorization: Authorization<'_>,
        body: Bytes,
    ) -> Result<VerifiedBody, Refused> {
        let header = match authorization {
            Authorization::None => None,
            Authorization::One(value) => Some(value),
            Authorization::Several => {
                self.spend_hmacs(0, &body);
                return Err(Refused::SeveralSignatures {
                    webhook: Arc::clone(webhook),
                });
            }
        };
        let copy = body.clone();
        verify(webhook.keys(), header, body).map_err(|error| {
            let spent = match error {
                SignatureError::Mismatch => webhook.keys().len(),
                _ => 0,
            };
            self.spend_hmacs(spent, &copy);
            Refused::Signature {
                webhook: Arc::clone(webhook),
                error,
                body_length: copy.len(),
            }
        })
    }

    /// Makes up for the HMACs that a refusal did not need.
    fn spend_hmacs(&self, spent: usize, body: &Bytes) {
        for _ in spent..self.most_keys {
            let keys = slice::from_ref(&self.decoy);
            let _ = black_box(verify(keys, Some(DECOY_HEADER), body.clone()));
        }
    }

    fn check_freshness(
        &self,
        webhook: &Arc<Webhook>,
        activity: &Activity,
        now: DateTime<Utc>,
    ) -> Result<(), Refused> {
        let Some(limit) = self.max_skew else {
            return Ok(());
        };
        let Some(sent_at) = activity.sent_at() else {
            return Err(Refused::Undated {
                webhook: Arc::clone(webhook),
            });
        };
        let skew = sent_at.signed_duration_since(now);
        // A limit that chrono cannot hold is longer than history.
        let allowed = TimeDelta::from_std(limit).unwrap_or(TimeDelta::MAX);
        if skew.abs() > allowed {
            return Err(Refused::Stale {
                webhook: Arc::clone(webhook),
                skew,
                limit,
            });
        }
        Ok(())
    }
}

fn parse(webhook: &Arc<Webhook>, verified: &VerifiedBody) -> Result<Activity, Refused> {
    Activity::parse(verified).map_err(|error| match error {
        ParseError::WrongShape { source } => Refused::WrongShape {
            webhook: Arc::clone(webhook),
            field: field_path(verified.as_bytes(), source.line(), source.column()),
        },
        error => Refused::Malformed {
            webhook: Arc::clone(webhook),
            error: Arc::new(error),
        },
    })
}

/// Returns a key that nobody knows, so that no signature can match it.
#[expect(clippy::expect_used, reason = "64 hex digits are base64 of 48 bytes")]
fn random_key() -> HmacKey {
    let digits: String = (0..4)
        .map(|part: u8| format!("{:016x}", RandomState::new().hash_one(part)))
        .collect();
    HmacKey::from_base64(&digits).expect("64 hex digits are base64 of 48 bytes")
}

#[cfg(test)]
mod tests;
