//! Who asks, and from where: all that a policy decides by.

use hailer_activity::{Activity, ChannelId, ObjectId, TeamId, TenantId};

/// Who asks, and from where. The display name is not among it: people choose it themselves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asker<'a> {
    /// The tenant that vouches for the person.
    pub tenant: Option<&'a TenantId>,
    /// The person in Entra ID.
    pub person: Option<&'a ObjectId>,
    /// The webhook whose key signed the message.
    pub webhook: &'a str,
    /// The team.
    pub team: Option<&'a TeamId>,
    /// The channel.
    pub channel: Option<ChannelId>,
}

impl<'a> Asker<'a> {
    /// Takes from a message what decides.
    pub fn of(activity: &'a Activity, webhook: &'a str) -> Self {
        let from = activity.from.as_ref();
        Self {
            tenant: activity.tenant(),
            person: from.and_then(|from| from.aad_object_id.as_ref()),
            webhook,
            team: activity.team(),
            channel: activity.channel(),
        }
    }
}
