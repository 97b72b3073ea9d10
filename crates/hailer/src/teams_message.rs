//! A message as Teams would send it: what tests and `hailer send` put through the real path.

mod phone;

use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::json;

use crate::config::{ANYONE, Config, Wanted};

/// A message as Teams would send it, with the same fields in the same order.
///
/// # Examples
///
/// ```
/// use hailer::TeamsMessage;
///
/// let body = TeamsMessage::new("ops", "deploy status").from_person("mira").to_json(chrono::Utc::now());
/// assert!(body.contains("<at>ops</at> deploy status"));
/// ```
#[derive(Debug, Clone)]
pub struct TeamsMessage {
    bot: Option<String>,
    typed: String,
    person: String,
    channel: String,
    /// The name of the thread; the message begins one of its own when there is none.
    thread: Option<String>,
    platform: &'static str,
    known: Known,
}

/// The ids of a message that are not made up.
#[derive(Debug, Clone, Default)]
struct Known {
    person: Option<String>,
    tenant: Option<String>,
    team: Option<String>,
    channel: Option<String>,
}

/// The tenant of made-up messages.
const TENANT: &str = "00000000-0000-4000-8000-00000000d001";

impl TeamsMessage {
    /// Writes a message to a bot: what a person types behind the mention.
    pub fn new(bot: &str, text: &str) -> Self {
        Self {
            bot: Some(bot.to_owned()),
            ..Self::without_mention(text)
        }
    }

    /// Writes a message that mentions nobody: for a bot whose name is not known.
    pub fn without_mention(text: &str) -> Self {
        Self {
            bot: None,
            typed: text.to_owned(),
            person: "Mira Novak".to_owned(),
            channel: "general".to_owned(),
            thread: None,
            platform: "Windows",
            known: Known::default(),
        }
    }

    /// Takes from a configuration what a message to this webhook would carry: the tenant and the team that the webhook
    /// is pinned to, and the ids that are noted there for the names of the person and the channel. So whoever tries
    /// something out has the rights of the person they name.
    #[must_use]
    pub fn known_to(mut self, config: &Config, webhook: &str) -> Self {
        let find = |person: &str, places: &[String]| {
            let wanted = Wanted {
                person,
                places,
                tenant: None,
            };
            config.standpoint(&wanted).ok()
        };
        let by = format!("webhook:{webhook}");
        let there = find(ANYONE, std::slice::from_ref(&by));
        let in_channel = find(ANYONE, &[by.clone(), format!("channel:{}", self.channel)]);
        let person = find(&self.person, std::slice::from_ref(&by));
        let person = person.filter(|_| self.person != ANYONE);
        self.known = Known {
            tenant: person
                .as_ref()
                .and_then(|it| it.tenant.clone())
                .or_else(|| there.as_ref()?.tenant.clone())
                .map(|it| it.to_string()),
            person: person.map(|it| it.person.to_string()),
            team: there.and_then(|it| Some(it.team?.to_string())),
            channel: in_channel.and_then(|it| Some(it.channel?.to_string())),
        };
        self
    }

    /// Names the person who writes. The same name is always the same person.
    #[must_use]
    pub fn from_person(mut self, name: &str) -> Self {
        name.clone_into(&mut self.person);
        self
    }

    /// Names the channel. The same name is always the same channel.
    #[must_use]
    pub fn in_channel(mut self, name: &str) -> Self {
        name.clone_into(&mut self.channel);
        self
    }

    /// Replies in a thread. The same name is always the same thread of a channel.
    #[must_use]
    pub fn in_thread(mut self, name: &str) -> Self {
        self.thread = Some(name.to_owned());
        self
    }

    /// Gives the person this id in Entra ID, whatever their name.
    #[must_use]
    pub fn with_person_id(mut self, id: &str) -> Self {
        self.known.person = Some(id.to_owned());
        self
    }

    /// Types the text as the keyboard of a phone does: quotes become curly ones, and `--` a dash.
    #[must_use]
    pub fn typed_on_phone(mut self) -> Self {
        self.typed = phone::retype(&self.typed);
        self.platform = "Android";
        self
    }

    /// Returns the person's id in Entra ID: made of the name, unless it is given or a configuration knows it.
    pub fn person_id(&self) -> String {
        if let Some(id) = &self.known.person {
            return id.clone();
        }
        let id = stable_id(&self.person.to_lowercase());
        format!("{:08x}-0000-4000-8000-{:012x}", id >> 32, id & 0xffff_ffff)
    }

    /// Returns the body that Teams would send at this moment.
    pub fn to_json(&self, now: DateTime<Utc>) -> String {
        let Self {
            bot,
            typed,
            person,
            channel,
            thread,
            platform,
            known,
        } = self;
        let html = to_html(typed);
        let bot = bot.as_deref().map(to_html);
        let at = bot
            .as_ref()
            .map_or_else(String::new, |bot| format!("<at>{bot}</at> "));
        let span = bot.map_or_else(String::new, |bot| format!("<span itemscope=\"\" itemtype=\"http://schema.skype.com/Mention\" itemid=\"0\">{bot}</span>&nbsp;"));
        let id = next_id(now).to_string();
        let root = thread.as_deref().map_or_else(|| id.clone(), thread_root);
        let timestamp = now
            .to_rfc3339_opts(SecondsFormat::Micros, true)
            .replace('Z', "0Z");
        let made_up = |name: &str| format!("19:{:016x}@thread.tacv2", stable_id(name));
        let channel = known.channel.clone().unwrap_or_else(|| made_up(channel));
        let team = known.team.clone().unwrap_or_else(|| made_up("team"));
        let tenant = known.tenant.as_deref().unwrap_or(TENANT);
        let copy = format!("<div><div>{span}{html}</div>\n</div>");
        json!({
            "type": "message",
            "id": id,
            "timestamp": timestamp,
            "localTimestamp": timestamp.replace('Z', "+00:00"),
            "serviceUrl": "https://smba.trafficmanager.net/emea/",
            "channelId": "msteams",
            "from": { "id": format!("29:{:016x}", stable_id(person)), "name": person, "aadObjectId": self.person_id() },
            "conversation": {
                "isGroup": true, "id": format!("{channel};messageid={root}"), "name": null,
                "conversationType": "channel", "tenantId": tenant,
            },
            "recipient": null,
            "textFormat": "plain",
            "attachmentLayout": null,
            "membersAdded": [],
            "membersRemoved": [],
            "locale": "en-US",
            "text": format!("{at}{html}\n"),
            "attachments": [{
                "contentType": "text/html", "contentUrl": null, "content": copy, "name": null, "thumbnailUrl": null,
            }],
            "entities": [{
                "type": "clientInfo", "locale": "en-US", "country": "US", "platform": platform, "timezone": "Etc/UTC",
            }],
            "channelData": {
                "teamsChannelId": channel, "teamsTeamId": team, "channel": { "id": channel },
                "team": { "id": team }, "tenant": { "id": tenant },
            },
            "replyToId": null,
            "value": null,
            "localTimezone": "Etc/UTC",
        })
        .to_string()
    }
}

/// Returns the moment in milliseconds, as Teams does for an id; two messages of one millisecond differ all the same.
fn next_id(now: DateTime<Utc>) -> i64 {
    static LAST: AtomicI64 = AtomicI64::new(0);
    let now = now.timestamp_millis();
    let next = |last: i64| Some(now.max(last + 1));
    LAST.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next)
        .map_or(now, |last| now.max(last + 1))
}

/// Makes up the message that began a thread: as many digits as a moment in milliseconds has.
fn thread_root(name: &str) -> String {
    (1_000_000_000_000 + stable_id(name) % 500_000_000_000).to_string()
}

/// Writes what a person types the way Teams' editor sends it.
pub(crate) fn to_html(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace("  ", "&nbsp; ")
}

/// FNV-1a: the same number for the same name on every machine, which is all it is for.
fn stable_id(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use hailer_activity::{Activity, HmacKey, verify};
    use hailer_dispatch::MessageText;

    use super::*;

    fn activity(message: &TeamsMessage) -> Activity {
        let key = HmacKey::from_base64("WCXQE0U6B4wUvuoQv0HiM4FNZKazjXrgCS5TCHfipWI=").unwrap();
        let body = message.to_json(Utc::now());
        let header = key.sign(body.as_bytes());
        Activity::parse(&verify(&[key], Some(header.as_bytes()), body.into()).unwrap()).unwrap()
    }

    #[test]
    fn what_is_typed_arrives_as_typed() {
        let typed = "echo a <b> & \u{201C}c\u{201D}   d\n  e";

        let activity = activity(&TeamsMessage::new("ops bot", typed));

        assert_eq!(
            MessageText::from_activity(&activity, "Ops Bot").raw(),
            typed
        );
    }

    #[test]
    fn a_phone_curls_quotes_and_joins_dashes() {
        let message = TeamsMessage::new("ops", "deploy \"a b\" --env x").typed_on_phone();

        assert_eq!(
            MessageText::from_activity(&activity(&message), "ops").raw(),
            "deploy \u{201C}a b\u{201D} \u{2014}env x"
        );
    }

    #[test]
    fn a_person_is_a_person_with_a_guid() {
        let mira = TeamsMessage::new("ops", "x").from_person("Mira");

        let activity = activity(&mira);

        let from = activity.from.as_ref().unwrap();
        assert!(from.aad_object_id.as_ref().unwrap().is_guid());
        assert_eq!(
            mira.person_id(),
            TeamsMessage::new("ops", "y")
                .from_person("mira")
                .person_id()
        );
        assert!(activity.sent_at().is_some() && activity.thread_root().is_some());
    }
}
