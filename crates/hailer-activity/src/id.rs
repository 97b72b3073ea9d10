//! The ids that Teams sends, each its own type so that a team is never taken for a channel.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes the id as Teams wrote it.
            pub fn new(id: impl Into<String>) -> Self {
                Self(id.into())
            }

            /// Returns the id as Teams wrote it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(id: &str) -> Self {
                Self(id.to_owned())
            }
        }
    };
}

id! {
    /// Identifies one message: milliseconds since 1970, as a string.
    ActivityId
}
id! {
    /// Identifies a channel, for example `19:…@thread.tacv2`.
    ChannelId
}
id! {
    /// Identifies a conversation: the channel, with `;messageid=` and the thread's root behind it.
    ConversationId
}
id! {
    /// Identifies a team by its thread id, which equals the id of its General channel. It is not the
    /// team's GUID in Microsoft Graph.
    TeamId
}
id! {
    /// Identifies a Microsoft 365 tenant (a GUID).
    TenantId
}
id! {
    /// Identifies an account within Teams, for example `29:…`.
    TeamsUserId
}
id! {
    /// Identifies a person in Entra ID (a GUID): `aadObjectId` on the wire. Together with the tenant it
    /// is the only thing about a sender that may decide what they may do.
    ObjectId
}

impl ObjectId {
    /// Says whether the id has the form of a GUID, as every real person's has.
    pub fn is_guid(&self) -> bool {
        let groups = [8, 4, 4, 4, 12];
        let mut parts = self.0.split('-');
        groups.iter().all(|&length| {
            parts.next().is_some_and(|part| {
                part.len() == length && part.bytes().all(|byte| byte.is_ascii_hexdigit())
            })
        }) && parts.next().is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_guids_are_guids() {
        assert!(ObjectId::from("c2d9f3a4-61be-4e07-b8d5-90a1f7e3624b").is_guid());

        for other in [
            "",
            "c2d9f3a4",
            "c2d9f3a4-61be-4e07-b8d5-90a1f7e3624b-",
            "29:1kPq7R",
            "c2d9f3a4-61be-4e07-b8d5-90a1f7e3624z",
        ] {
            assert!(!ObjectId::from(other).is_guid(), "{other}");
        }
    }
}
