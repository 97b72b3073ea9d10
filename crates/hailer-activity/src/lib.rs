//! The wire format of Microsoft Teams outgoing webhooks: who signed a body, and what it says.
//!
//! A webhook request is a JSON *activity* whose raw bytes are signed with the webhook's security token.
//! The signature lives beside the activity for one reason: [`Activity::parse`] takes nothing but a
//! [`VerifiedBody`], and only [`verify`] makes one, so no code path can read an unverified message.
//!
//! ```
//! use hailer_activity::{Activity, HmacKey, verify};
//!
//! let key = HmacKey::from_base64("WCXQE0U6B4wUvuoQv0HiM4FNZKazjXrgCS5TCHfipWI=")?;
//! let body = br#"{"type":"message","text":"<at>ops</at> ping"}"#;
//! let header = key.sign(body);
//!
//! let verified = verify(&[key], Some(header.as_bytes()), body.to_vec().into())?;
//! let activity = Activity::parse(&verified)?;
//! assert_eq!(activity.text.as_deref(), Some("<at>ops</at> ping"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod activity;
mod id;
mod parse;
mod signature;
mod signing_secret;

pub use activity::{
    Account, Activity, Attachment, ChannelData, ClientInfo, Conversation, Mention, Reference,
};
pub use id::{ActivityId, ChannelId, ConversationId, ObjectId, TeamId, TeamsUserId, TenantId};
pub use parse::ParseError;
pub use signature::{HmacKey, KeyError, SignatureError, VerifiedBody, verify};
pub use signing_secret::{SecretError, SigningSecret};
