//! Where people stand and who they are: the webhooks, their channels and everybody who can be spoken as.

use std::net::SocketAddr;
use std::sync::Arc;

use hailer::{Config, HmacKey, RunningBot, TeamsMessage, WebhookConfig};
use hailer_transport::Service;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::config::{Person, PlaygroundConfig, everybody};
use crate::server::PlayedBot;

/// Channels of a team about which the configuration says nothing.
const CHANNELS: [&str; 3] = ["deploys", "general", "incidents"];

/// The bot that is spoken to, and what is known of the world around it.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) bot: RunningBot,
    pub(crate) address: SocketAddr,
    playground: PlaygroundConfig,
    is_demo: bool,
}

/// Who speaks, and where.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Speaker {
    pub(crate) webhook: String,
    pub(crate) name: String,
    /// The Entra ID; made of the name when left out.
    pub(crate) id: Option<String>,
    pub(crate) channel: String,
}

impl Stage {
    pub(crate) fn new(playground: &PlaygroundConfig, bot: PlayedBot) -> Self {
        let PlayedBot {
            bot,
            address,
            is_demo,
            announce: _,
        } = bot;
        Self {
            playground: playground.clone(),
            address,
            is_demo,
            bot,
        }
    }

    fn config(&self) -> Arc<Config> {
        self.bot.config()
    }

    /// Returns what the bot itself answers with now, to ask its gate why it refuses.
    pub(crate) fn service(&self) -> Arc<Service> {
        self.bot.service()
    }

    /// Returns a webhook and the key by which it signs.
    pub(crate) fn webhook(&self, name: &str) -> Option<(WebhookConfig, HmacKey)> {
        let config = self.config();
        let webhook = config.webhooks.iter().find(|it| it.name == name)?;
        Some((webhook.clone(), webhook.keys.first()?.clone()))
    }

    /// Returns everything that the page starts with.
    pub(crate) fn to_json(&self) -> Value {
        let config = self.config();
        let webhooks = config.webhooks.iter().map(|webhook| {
            json!({
                "name": webhook.name,
                "mention": webhook.mention,
                "channels": channels(webhook),
            })
        });
        let people = everybody(&self.playground, &config);
        let people = people.iter().map(|person| {
            let groups = groups(&config, person);
            json!({ "name": person.name, "id": person.entra_id(), "groups": groups })
        });
        json!({
            "version": env!("CARGO_PKG_VERSION"),
            "isDemo": self.is_demo,
            "address": self.address.to_string(),
            "contact": config.bot.contact,
            "limit": hailer_reply::MESSAGE_LIMIT,
            "webhooks": webhooks.collect::<Vec<_>>(),
            "people": people.collect::<Vec<_>>(),
        })
    }

    /// Writes what Teams would send for what somebody types at this moment.
    pub(crate) fn message(&self, speaker: &Speaker, typed: &str) -> Option<TeamsMessage> {
        let (webhook, _) = self.webhook(&speaker.webhook)?;
        let message = match behind_mention(typed.trim(), &webhook.mention) {
            Some(text) => TeamsMessage::new(&webhook.mention, text),
            None => TeamsMessage::without_mention(typed.trim()),
        };
        let message = message
            .from_person(&speaker.name)
            .in_channel(&speaker.channel)
            .known_to(&self.config(), &webhook.name);
        let id = speaker.id.as_deref();
        Some(match id {
            Some(id) => message.with_person_id(id),
            None => message,
        })
    }
}

fn groups<'c>(config: &'c Config, person: &Person) -> Vec<&'c str> {
    let id = person.entra_id();
    let groups = config.permissions.groups.iter();
    groups
        .filter(|group| group.members.iter().any(|it| it.id.as_str() == id))
        .map(|group| group.name.as_str())
        .collect()
}

fn channels(webhook: &WebhookConfig) -> Vec<String> {
    let named = webhook.ceiling.channels.iter();
    let named: Vec<String> = named
        .map(|it| it.name.clone().unwrap_or_else(|| it.id.as_str().to_owned()))
        .collect();
    if named.is_empty() {
        CHANNELS.map(str::to_owned).to_vec()
    } else {
        named
    }
}

/// Returns what stands behind the mention, whatever its case; nothing when the text does not begin with it.
fn behind_mention<'t>(typed: &'t str, mention: &str) -> Option<&'t str> {
    let rest = typed.strip_prefix('@')?;
    let (name, behind) = rest.split_at_checked(mention.len())?;
    let ends = behind.chars().next().is_none_or(|it| !it.is_alphanumeric());
    (name.eq_ignore_ascii_case(mention) && ends).then(|| behind.trim_start())
}

#[cfg(test)]
mod tests {
    use super::behind_mention;

    #[test]
    fn a_mention_in_front_is_taken_off() {
        assert_eq!(behind_mention("@ops  status", "ops"), Some("status"));
        assert_eq!(behind_mention("@OPS", "ops"), Some(""));
        assert_eq!(behind_mention("@ops: help", "ops"), Some(": help"));
        assert_eq!(behind_mention("@Ops Bot help", "ops bot"), Some("help"));
        for other in ["@opsy help", "help", "@\u{f6}ps", "@"] {
            assert_eq!(behind_mention(other, "ops"), None, "{other}");
        }
    }
}
