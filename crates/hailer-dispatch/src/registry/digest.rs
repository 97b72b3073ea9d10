//! What an approval is bound to: a hash of the command in its version, its arguments, its place and its requester.

use sha2::{Digest, Sha256};

use crate::invocation::Inquiry;
use crate::registry::Registered;

/// Names the way in which a call is hashed.
const VERSION: &str = "hailer-call-1";

/// Hashes everything that somebody approves who approves a call. Each part has its length before it, so that no two calls
/// have the same bytes.
pub(super) fn digest(
    registered: &Registered,
    arguments: &[(String, String)],
    inquiry: &Inquiry,
) -> String {
    let entry = &registered.entry;
    let activity = &inquiry.activity;
    let id = |id: Option<String>| id.unwrap_or_default();
    let from = activity.from.as_ref();
    let mut parts = vec![
        VERSION.to_owned(),
        format!("{:?}", entry.spec()),
        entry.usage().to_owned(),
        registered.command.version(),
        inquiry.webhook.to_string(),
        id(activity.tenant().map(ToString::to_string)),
        id(activity.team().map(ToString::to_string)),
        id(activity.channel().map(|it| it.to_string())),
        id(from
            .and_then(|it| it.aad_object_id.as_ref())
            .map(ToString::to_string)),
    ];
    for (name, value) in arguments {
        parts.extend([name.clone(), value.clone()]);
    }
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let bytes = hash.finalize();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
