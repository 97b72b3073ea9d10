//! `hailer seen`: who wrote from where, with the lines of the configuration that need their ids.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context;
use chrono::{DateTime, Local};
use clap::Args;
use hailer::{Environment, WebhookConfig};
use hailer_store::{OpenError, Role, Sighting, Store, StoreUrl};
use serde_json::{Value, json};

use crate::audit::filter::moment;
use crate::exit::{Exit, Failure};
use crate::kept::{self, block_on};
use crate::output;
use crate::project::{Modules, Project, Source};

#[derive(Debug, Args)]
pub(crate) struct SeenOptions {
    /// Only this webhook
    #[arg(long, value_name = "NAME")]
    webhook: Option<String>,
    /// Only who wrote since then: 2h, 7d, 2026-11-24, or 2026-11-24T16:40
    #[arg(long, value_name = "WHEN")]
    since: Option<String>,
    /// Print it as JSON
    #[arg(long)]
    json: bool,
}

/// Reads what the bot noted.
pub(crate) fn run(
    config: Option<&Path>,
    options: &SeenOptions,
    environment: &Environment,
    modules: Modules<'_>,
) -> Result<Exit, Failure> {
    let project = Project::load(Source::find(config), None, environment, modules)?;
    let url = kept::place(&project.config, "nothing, so nobody was noted")?;
    let since = moment("since", options.since.as_deref())?.unwrap_or_default();
    block_on(async {
        let mut all = read(&url).await?;
        let is_wanted = |name: &str| options.webhook.as_deref().is_none_or(|it| it == name);
        all.retain(|it| is_wanted(&it.webhook));
        let mut webhooks = project.config.webhooks.clone();
        webhooks.retain(|it| is_wanted(&it.name));
        // Where a webhook belongs is older than what is asked for.
        let recent: Vec<Sighting> = all
            .iter()
            .filter(|it| it.last_ms >= since)
            .cloned()
            .collect();
        output::print(&if options.json {
            format!("{:#}", to_json(&all, &recent, &webhooks))
        } else {
            to_text(&all, &recent, &webhooks)
        })?;
        Ok(Exit::Fine)
    })
}

/// Returns every sighting of a store; none of one that does not exist yet.
pub(crate) async fn read(url: &StoreUrl) -> Result<Vec<Sighting>, Failure> {
    let store = match Store::open(url, Role::Tool).await {
        // A bot that never ran has seen nobody.
        Err(OpenError::Missing { .. }) => return Ok(Vec::new()),
        store => store.with_context(|| format!("cannot open {url}"))?,
    };
    let found = store.sightings().await;
    Ok(found.context("cannot read who was seen")?)
}

/// Where a webhook was used first, which is where it belongs.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Home<'s> {
    pub(crate) first_ms: i64,
    pub(crate) tenant: &'s str,
    pub(crate) team: &'s str,
    /// How many teams it was used from.
    pub(crate) teams: usize,
}

impl<'s> Home<'s> {
    /// Finds it among sightings, the oldest first; none when the webhook was never used.
    pub(crate) fn of(webhook: &str, seen: &'s [Sighting]) -> Option<Self> {
        let mut here = seen.iter().filter(|it| it.webhook == webhook).peekable();
        let first = *here.peek()?;
        let mut teams: Vec<&str> = here.map(|it| it.team.as_str()).collect();
        teams.sort_unstable();
        teams.dedup();
        Some(Self {
            first_ms: first.first_ms,
            tenant: &first.tenant,
            team: &first.team,
            teams: teams.len(),
        })
    }

    /// Returns the lines that hold the webhook to this place, without those that it has.
    pub(crate) fn pins(&self, webhook: &WebhookConfig) -> Vec<String> {
        let ceiling = &webhook.ceiling;
        let lines = [
            ("tenant", self.tenant, ceiling.tenant.is_some()),
            ("team", self.team, ceiling.team.is_some()),
        ];
        let missing = lines
            .into_iter()
            .filter(|(_, id, has_it)| !has_it && !id.is_empty());
        missing
            .map(|(key, id, _)| format!("{key} = {}", quoted(id)))
            .collect()
    }
}

/// Writes a text as TOML does: names and ids are chosen by others.
fn quoted(text: &str) -> String {
    toml_edit::Value::from(text).to_string()
}

/// A person, wherever they wrote.
#[derive(Debug)]
struct Known<'s> {
    name: &'s str,
    webhooks: Vec<&'s str>,
    last_ms: i64,
}

/// Gathers people or channels; each is told by its id.
fn gather<'s>(
    seen: &'s [Sighting],
    id: impl Fn(&'s Sighting) -> &'s str,
) -> Vec<(&'s str, Known<'s>)> {
    let mut found: BTreeMap<&str, Known<'_>> = BTreeMap::new();
    for sighting in seen.iter().filter(|it| !id(it).is_empty()) {
        let known = found.entry(id(sighting)).or_insert_with(|| Known {
            name: &sighting.name,
            webhooks: Vec::new(),
            last_ms: 0,
        });
        if sighting.last_ms >= known.last_ms {
            (known.name, known.last_ms) = (&sighting.name, sighting.last_ms);
        }
        if !known.webhooks.contains(&sighting.webhook.as_str()) {
            known.webhooks.push(&sighting.webhook);
        }
    }
    let mut found: Vec<_> = found.into_iter().collect();
    found.sort_by_key(|(_, known)| std::cmp::Reverse(known.last_ms));
    found
}

fn to_text(all: &[Sighting], recent: &[Sighting], webhooks: &[WebhookConfig]) -> String {
    if recent.is_empty() {
        return "nobody was seen; type the mention and `help` in the team".to_owned();
    }
    let mut out = String::from("Webhooks\n");
    for webhook in webhooks {
        let name = &webhook.name;
        let Some(home) = Home::of(name, all) else {
            out.push_str(&format!("  {name}: nobody wrote by it\n"));
            continue;
        };
        out.push_str(&format!("  {name}: first message {}\n", at(home.first_ms)));
        out.push_str(&pinning(&home, webhook));
    }
    out.push_str("\nChannels, for `channels` of a webhook\n");
    for (id, known) in gather(recent, |it| &it.channel) {
        out.push_str(&format!("  {}, {}\n", quoted(id), noted(&known)));
    }
    out.push_str("\nPeople, for `members` of a group\n");
    for (id, known) in gather(recent, |it| &it.person) {
        let (id, name) = (quoted(id), quoted(known.name));
        out.push_str(&format!(
            "  {{ id = {id}, name = {name} }},  # {}\n",
            noted(&known)
        ));
    }
    out.trim_end().to_owned()
}

fn pinning(home: &Home<'_>, webhook: &WebhookConfig) -> String {
    let name = &webhook.name;
    let mut out = String::new();
    if home.teams > 1 {
        out.push_str(&format!(
            "    it was used from {} teams; a webhook belongs to one: has somebody its token?\n",
            home.teams
        ));
    }
    let lines = home.pins(webhook);
    if lines.is_empty() {
        out.push_str("    pinned: messages from elsewhere are refused\n");
        return out;
    }
    out.push_str(&format!(
        "    not pinned; to refuse messages from elsewhere, add to [webhook.{name}]:\n"
    ));
    for line in lines {
        out.push_str(&format!("      {line}\n"));
    }
    out
}

fn noted(known: &Known<'_>) -> String {
    format!(
        "by {}, last {}",
        known.webhooks.join(" and "),
        at(known.last_ms)
    )
}

fn at(milliseconds: i64) -> String {
    DateTime::from_timestamp_millis(milliseconds).map_or_else(String::new, |it| {
        it.with_timezone(&Local)
            .format("%Y-%m-%d %H:%M")
            .to_string()
    })
}

fn to_json(all: &[Sighting], recent: &[Sighting], webhooks: &[WebhookConfig]) -> Value {
    let time = |at: i64| DateTime::from_timestamp_millis(at).map(|it| it.to_rfc3339());
    let of_webhooks = webhooks.iter().map(|webhook| {
        let home = Home::of(&webhook.name, all);
        json!({
            "name": webhook.name,
            "first": home.as_ref().and_then(|it| time(it.first_ms)),
            "tenant": home.as_ref().map(|it| it.tenant),
            "team": home.as_ref().map(|it| it.team),
            "teams": home.as_ref().map_or(0, |it| it.teams),
            "paste": home.map_or_else(Vec::new, |it| it.pins(webhook)),
        })
    });
    let channels = gather(recent, |it| &it.channel).into_iter().map(
        |(id, known)| json!({ "id": id, "webhooks": known.webhooks, "last": time(known.last_ms) }),
    );
    let people = gather(recent, |it| &it.person).into_iter().map(|(id, known)| {
        json!({ "id": id, "name": known.name, "webhooks": known.webhooks, "last": time(known.last_ms) })
    });
    json!({
        "webhooks": of_webhooks.collect::<Vec<_>>(),
        "channels": channels.collect::<Vec<_>>(),
        "people": people.collect::<Vec<_>>(),
    })
}
