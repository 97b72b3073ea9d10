//! What a webhook can do at most: the team it belongs to, its channels, its commands.

use hailer_activity::{ObjectId, TeamId, TenantId};
use hailer_dispatch::{Ceiling, Effect, NamedChannel};

use super::code;
use super::problem::Problem;
use super::report::shown;
use super::section::{Item, Section};
use super::spots::Spots;

/// The effects by the names that commands have for them.
pub(super) const EFFECTS: [(&str, Effect); 3] = [
    ("read", Effect::Read),
    ("write", Effect::Write),
    ("destructive", Effect::Destructive),
];

/// Stands for every channel.
const EVERY: &str = "*";

/// Reads the keys of a webhook that limit what it can do.
pub(super) fn read(section: &Section<'_>) -> (Ceiling, Spots) {
    let mut spots = Spots::new(section.reading(), section.origin());
    let commands = section.items("commands").map(|items| {
        let mut globs = Vec::new();
        for (glob, origin) in items {
            spots.add("commands", &glob, origin);
            globs.push(glob);
        }
        globs
    });
    let ceiling = Ceiling {
        webhook: section.name().to_owned(),
        mention: String::new(),
        place: spots.short(section.origin()),
        tenant: read_tenant(section),
        team: section.string("team").map(TeamId::new),
        channels: read_channels(section),
        max_effect: section.choice("max_effect", &EFFECTS),
        commands,
    };
    (ceiling, spots)
}

/// Reads the id of a tenant, which is a GUID.
pub(super) fn read_tenant(section: &Section<'_>) -> Option<TenantId> {
    let id = section.string("tenant")?;
    if !ObjectId::from(id.as_str()).is_guid() {
        section.note_at("tenant", no_guid("tenant", &id));
    }
    Some(TenantId::new(id))
}

pub(super) fn no_guid(what: &str, id: &str) -> Problem {
    let text = format!("\"{}\" is not the id of a {what}", shown(id));
    let help = if id.contains('*') {
        "fix: name each one; wildcards are no ids"
    } else {
        "fix: write the GUID that `whoami` shows"
    };
    Problem::error(code::NO_ID, text).with_help(help)
}

/// Reads channels: ids, or ids with the names that people know them by.
fn read_channels(section: &Section<'_>) -> Vec<NamedChannel> {
    const HELP: &str = "write ids as `whoami` shows them: [\"19:…@thread.tacv2\"], or [{ id = \"19:…\", name = \"deploys\" }]";
    if section.entry("channels").is_none() {
        return Vec::new();
    }
    let items = section.texts_and_tables("channels", HELP);
    if items.is_empty() {
        let text = "`channels` lets nothing run anywhere";
        let help = "fix: name channels by the ids that `whoami` shows, or write [\"*\"]";
        section.note_at(
            "channels",
            Problem::error(code::NO_ID, text).with_help(help),
        );
    }
    let is_every = |it: &Item<'_>| matches!(it, Item::Text(EVERY));
    if items.iter().any(is_every) {
        return Vec::new();
    }
    items.into_iter().filter_map(read_channel).collect()
}

fn read_channel(item: Item<'_>) -> Option<NamedChannel> {
    match item {
        Item::Text(id) => Some(NamedChannel {
            id: id.into(),
            name: None,
        }),
        Item::Table(table) => {
            let (id, name) = (table.string("id"), table.string("name"));
            if id.is_none() {
                let text = "a channel has no `id`";
                let help = "fix: write the id that `whoami` shows there";
                table.note_missing(Problem::error(code::MISSING_KEY, text).with_help(help));
            }
            Some(NamedChannel {
                id: id?.as_str().into(),
                name,
            })
        }
    }
}
