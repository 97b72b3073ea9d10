//! Who somebody is and where they stand, as people write it: for tests of rules, and for asking on a command line.

use hailer_activity::{ChannelId, ObjectId, TeamId, TenantId};
use hailer_dispatch::{Asker, Group, Member, Place};

use super::rule;
use super::webhook::WebhookConfig;

/// A person whom no group has.
pub(crate) const ANYONE: &str = "anyone";

/// The id of that person.
const NOBODY: &str = "00000000-0000-0000-0000-000000000000";

/// Who somebody is, and where they speak.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Standpoint {
    /// The tenant.
    pub tenant: Option<TenantId>,
    /// The person.
    pub person: ObjectId,
    /// The webhook by which they speak.
    pub webhook: String,
    /// The team.
    pub team: Option<TeamId>,
    /// The channel.
    pub channel: Option<ChannelId>,
}

/// A standpoint as it is written.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// An id, the name of a member, `group:NAME` for its first member, or `anyone`.
    pub person: &'a str,
    /// `webhook:NAME`, `team:ID`, `channel:ID`; a channel also by its name or id alone.
    pub places: &'a [String],
    /// The tenant; that of the webhook when left out.
    pub tenant: Option<&'a str>,
}

/// Why a standpoint cannot be found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}; {help}")]
pub struct NoStandpoint {
    /// `as` or `in`.
    pub key: &'static str,
    /// What is wrong.
    pub text: String,
    /// What to do about it.
    pub help: String,
}

impl Standpoint {
    /// Finds out who is meant, and where. What is left out is what the webhook is pinned to.
    ///
    /// # Errors
    ///
    /// Nobody, several people or no place has that name.
    pub(crate) fn find(
        wanted: &Wanted<'_>,
        webhooks: &[WebhookConfig],
        groups: &[Group],
    ) -> Result<Self, NoStandpoint> {
        let wrong = |(text, help)| NoStandpoint {
            key: "in",
            text,
            help,
        };
        let person = person(wanted.person, groups)?;
        let (mut webhook, mut team, mut channel) = (None, None, None);
        for place in wanted.places {
            let has_kind = ["webhook:", "team:", "channel:"]
                .iter()
                .any(|kind| place.starts_with(kind));
            let place = if has_kind {
                rule::place(place, webhooks).map_err(wrong)?
            } else {
                Place::Channel(rule::channel(place, webhooks).map_err(wrong)?)
            };
            match place {
                Place::Webhook(name) => webhook = Some(name),
                Place::Team(id) => team = Some(id),
                Place::Channel(id) => channel = Some(id),
            }
        }
        let pinned = match &webhook {
            None => webhooks.first(),
            Some(name) => {
                let found = webhooks.iter().find(|it| it.name == *name);
                let known: Vec<&str> = webhooks.iter().map(|it| it.name.as_str()).collect();
                let text = format!("there is no webhook \"{name}\"");
                Some(found.ok_or_else(|| wrong((text, format!("known: {}", known.join(", ")))))?)
            }
        };
        let ceiling = pinned.map(|it| &it.ceiling);
        let of_webhook = ceiling.and_then(|it| it.tenant.clone());
        Ok(Self {
            tenant: wanted
                .tenant
                .map(TenantId::from)
                .or(of_webhook)
                .or(person.1),
            person: person.0,
            webhook: pinned.map(|it| it.name.clone()).unwrap_or_default(),
            team: team.or_else(|| ceiling.and_then(|it| it.team.clone())),
            channel,
        })
    }

    /// Returns it as rules see it.
    pub fn asker(&self) -> Asker<'_> {
        Asker {
            tenant: self.tenant.as_ref(),
            person: Some(&self.person),
            webhook: &self.webhook,
            team: self.team.as_ref(),
            channel: self.channel.clone(),
        }
    }
}

/// Finds a person, with the tenant that a group notes for them.
fn person(written: &str, groups: &[Group]) -> Result<(ObjectId, Option<TenantId>), NoStandpoint> {
    let wrong = |text: String, help: &str| NoStandpoint {
        key: "as",
        text,
        help: help.to_owned(),
    };
    let taken = |it: &Member| (it.id.clone(), it.tenant.clone());
    let members = || groups.iter().flat_map(|it| &it.members);
    let id = ObjectId::from(written);
    if written == ANYONE {
        return Ok((NOBODY.into(), None));
    }
    if id.is_guid() {
        let noted = members().find(|it| it.id == id);
        return Ok((id, noted.and_then(|it| it.tenant.clone())));
    }
    if let Some(name) = written.strip_prefix("group:") {
        let group = groups.iter().find(|it| it.name == name);
        let first = group.and_then(|it| it.members.first());
        return first.map(taken).ok_or_else(|| {
            let text = format!("there is no group \"{name}\" with members");
            wrong(text, "write the name of a [group.NAME]")
        });
    }
    let is_called = |it: &&Member| {
        let name = it.name.as_deref().unwrap_or_default();
        name.trim().to_lowercase() == written.trim().to_lowercase()
    };
    let mut found: Vec<&Member> = members().filter(is_called).collect();
    found.dedup_by(|left, right| left.id == right.id);
    match found.as_slice() {
        [] => Err(wrong(
            format!("nobody is called \"{written}\" in any group"),
            "write the id that `whoami` shows, a name from [group.NAME], group:NAME, or anyone",
        )),
        [first, others @ ..] if others.iter().all(|it| it.id == first.id) => Ok(taken(first)),
        _ => Err(wrong(
            format!("several people are called \"{written}\""),
            "write the id that `whoami` shows",
        )),
    }
}
