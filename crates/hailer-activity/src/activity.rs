//! The activity: one message as Teams sends it.
//!
//! Every field is optional, because captures of real requests differ in what they leave out or send as
//! `null`. Fields that no command needs are not read at all, so Teams may change them freely.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::id::{ActivityId, ChannelId, ConversationId, ObjectId, TeamId, TeamsUserId, TenantId};

/// One message that mentions the webhook, in the Bot Framework's activity format.
///
/// Source: [Activity schema](https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference#activity-object).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Activity {
    /// `"message"` in every request seen from an outgoing webhook.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// The message's id; the same for a message that Teams sends twice.
    pub id: Option<ActivityId>,
    /// When the message was sent (RFC 3339), as written; [`Activity::sent_at`] reads it.
    pub timestamp: Option<String>,
    /// The same moment with the sender's offset.
    pub local_timestamp: Option<String>,
    /// The sender's IANA time zone.
    pub local_timezone: Option<String>,
    /// Where a registered bot would answer; of no use to an outgoing webhook.
    pub service_url: Option<String>,
    /// `"msteams"`.
    pub channel_id: Option<String>,
    /// Who wrote the message.
    pub from: Option<Account>,
    /// Where it was written.
    pub conversation: Option<Conversation>,
    /// `null` in every real capture.
    pub recipient: Option<Account>,
    /// `"plain"`, although [`Activity::text`] holds HTML.
    pub text_format: Option<String>,
    /// The sender's language, for example `en-GB`.
    pub locale: Option<String>,
    /// The message as an HTML fragment.
    pub text: Option<String>,
    /// An HTML copy of the message, then images.
    #[serde(deserialize_with = "list_without_nulls")]
    pub attachments: Vec<Attachment>,
    /// Client information; mentions in some old captures.
    #[serde(deserialize_with = "list_without_nulls")]
    pub entities: Vec<Value>,
    /// The ids of team, channel and tenant.
    pub channel_data: Option<ChannelData>,
    /// `null` even for replies; see [`Activity::thread_root`].
    pub reply_to_id: Option<ActivityId>,
}

/// Who wrote a message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Account {
    /// The account within Teams.
    pub id: Option<TeamsUserId>,
    /// The display name: chosen by people, so shown and never compared.
    pub name: Option<String>,
    /// The person in Entra ID; `null` for guests in some captures.
    pub aad_object_id: Option<ObjectId>,
}

/// Where a message was written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Conversation {
    /// `true` for channels.
    pub is_group: Option<bool>,
    /// The channel, with `;messageid=<root>` behind it.
    pub id: Option<ConversationId>,
    /// `null` in every capture.
    pub name: Option<String>,
    /// `"channel"`.
    pub conversation_type: Option<String>,
    /// The tenant.
    pub tenant_id: Option<TenantId>,
}

/// Something attached to a message.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Attachment {
    /// `text/html` for the copy of the message, `image/*` for pictures.
    pub content_type: Option<String>,
    /// Where a picture lies; it cannot be fetched without Teams' own authentication.
    pub content_url: Option<String>,
    /// The HTML of the copy.
    pub content: Option<Value>,
    /// A file name.
    pub name: Option<String>,
}

/// What Teams adds to the activity.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ChannelData {
    /// The channel.
    pub teams_channel_id: Option<ChannelId>,
    /// The team.
    pub teams_team_id: Option<TeamId>,
    /// The channel once more.
    pub channel: Option<Reference<ChannelId>>,
    /// The team once more.
    pub team: Option<Reference<TeamId>>,
    /// The tenant.
    pub tenant: Option<Reference<TenantId>>,
}

/// An object that holds nothing but an id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference<Id> {
    /// The id.
    pub id: Option<Id>,
}

/// Somebody mentioned in a message, from an entity of type `mention`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention<'a> {
    /// The name as it stands in the text.
    pub name: &'a str,
    /// The account within Teams.
    pub id: Option<&'a str>,
}

/// What the sender's client says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientInfo<'a> {
    /// The language, for example `en-GB`.
    pub locale: Option<&'a str>,
    /// The country, for example `GB`.
    pub country: Option<&'a str>,
    /// `Windows`, `Mac`, `Web`, `iOS`, `Android` or something newer.
    pub platform: Option<&'a str>,
    /// The IANA time zone.
    pub timezone: Option<&'a str>,
}

impl Activity {
    /// Returns the moment the message was sent, when the activity says one.
    pub fn sent_at(&self) -> Option<DateTime<Utc>> {
        let text = self.timestamp.as_deref()?;
        DateTime::parse_from_rfc3339(text)
            .ok()
            .map(|moment| moment.to_utc())
    }

    /// Returns the tenant, wherever the activity carries it.
    pub fn tenant(&self) -> Option<&TenantId> {
        let of_conversation = self
            .conversation
            .as_ref()
            .and_then(|it| it.tenant_id.as_ref());
        let of_channel = || self.channel_data.as_ref()?.tenant.as_ref()?.id.as_ref();
        of_conversation.or_else(of_channel)
    }

    /// Returns the team.
    pub fn team(&self) -> Option<&TeamId> {
        let data = self.channel_data.as_ref()?;
        data.teams_team_id
            .as_ref()
            .or_else(|| data.team.as_ref()?.id.as_ref())
    }

    /// Returns the channel; when Teams' own field is missing, the conversation without its thread.
    pub fn channel(&self) -> Option<ChannelId> {
        let named = || {
            let data = self.channel_data.as_ref()?;
            data.teams_channel_id
                .clone()
                .or_else(|| data.channel.as_ref()?.id.clone())
        };
        let from_conversation = || {
            let id = self.conversation.as_ref()?.id.as_ref()?.as_str();
            Some(ChannelId::from(id.split(';').next().unwrap_or(id)))
        };
        named().or_else(from_conversation)
    }

    /// Returns the message that began the thread: what stands behind `;messageid=`. It equals
    /// [`Activity::id`] when the message itself begins one.
    pub fn thread_root(&self) -> Option<ActivityId> {
        let id = self.conversation.as_ref()?.id.as_ref()?.as_str();
        let root = id
            .split(';')
            .find_map(|part| part.strip_prefix("messageid="))?;
        (!root.is_empty()).then(|| ActivityId::from(root))
    }

    /// Returns the first HTML copy of the message.
    pub fn html(&self) -> Option<&str> {
        let copy = self
            .attachments
            .iter()
            .find(|it| it.content_type.as_deref() == Some("text/html"));
        copy?.content.as_ref()?.as_str()
    }

    /// Returns who is mentioned, as far as entities say so. Real outgoing webhooks were never seen to
    /// send such entities: the text's `<at>` elements are what can be relied on.
    pub fn mentions(&self) -> impl Iterator<Item = Mention<'_>> {
        self.entities_of_type("mention").filter_map(|entity| {
            let mentioned = entity.get("mentioned")?;
            Some(Mention {
                name: mentioned.get("name")?.as_str()?,
                id: mentioned.get("id").and_then(Value::as_str),
            })
        })
    }

    /// Returns what the sender's client says of itself.
    pub fn client_info(&self) -> Option<ClientInfo<'_>> {
        let entity = self.entities_of_type("clientInfo").next()?;
        let text = |key: &str| entity.get(key).and_then(Value::as_str);
        Some(ClientInfo {
            locale: text("locale"),
            country: text("country"),
            platform: text("platform"),
            timezone: text("timezone"),
        })
    }

    fn entities_of_type<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Value> {
        self.entities
            .iter()
            .filter(move |entity| entity.get("type").and_then(Value::as_str) == Some(kind))
    }
}

/// Teams writes `null` for an empty list, and may write it for an item.
fn list_without_nulls<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let list = Option::<Vec<Option<T>>>::deserialize(deserializer)?;
    Ok(list.unwrap_or_default().into_iter().flatten().collect())
}
