//! What the bot can do, and who may run it: decided for everybody whom the configuration names, not guessed from rules.

use hailer::{Config, Decision, Entry, Group, Permissions, RunningBot, Standpoint, Wanted};
use serde_json::{Value, json};

use super::access::parameter;

/// More people than that are not asked about one by one.
const MOST_PEOPLE: usize = 100;

/// Describes every command, for one webhook.
pub(super) fn describe(bot: &RunningBot, query: &str) -> Value {
    let permissions = bot.permissions();
    let config = permissions.config();
    let wanted = parameter(query, "webhook");
    let webhook = config
        .webhooks
        .iter()
        .find(|it| wanted.as_ref().is_none_or(|name| it.name == *name));
    let Some(webhook) = webhook else {
        return json!({ "commands": [] });
    };
    let asked = Asked::of(config, &webhook.name);
    let commands = permissions.catalog().iter();
    json!({
        "webhook": webhook.name,
        "isCut": asked.is_cut,
        "commands": commands.map(|it| to_json(&permissions, &asked, it)).collect::<Vec<_>>(),
    })
}

/// Everybody about whom is asked.
struct Asked<'c> {
    anyone: Option<Standpoint>,
    groups: Vec<(&'c Group, Vec<(String, Standpoint)>)>,
    is_cut: bool,
}

impl<'c> Asked<'c> {
    fn of(config: &'c Config, webhook: &str) -> Self {
        let places = [format!("webhook:{webhook}")];
        let at = |person: &str| {
            let wanted = Wanted {
                person,
                places: &places,
                tenant: None,
            };
            config.standpoint(&wanted).ok()
        };
        let mut left = MOST_PEOPLE;
        let groups = config.permissions.groups.iter().map(|group| {
            let members = group.members.iter().take(left).filter_map(|member| {
                let id = member.id.as_str();
                let name = member.name.clone().unwrap_or_else(|| id.to_owned());
                Some((name, at(id)?))
            });
            let members: Vec<_> = members.collect();
            left -= members.len();
            (group, members)
        });
        let groups: Vec<_> = groups.collect();
        Self {
            anyone: at("anyone"),
            groups,
            is_cut: left == 0,
        }
    }
}

fn to_json(permissions: &Permissions, asked: &Asked<'_>, entry: &Entry) -> Value {
    json!({
        "path": entry.path(),
        "usage": entry.usage(),
        "summary": entry.summary(),
        "group": entry.group(),
        "effect": entry.effect().as_str(),
        "aliases": entry.aliases(),
        "isHidden": entry.is_hidden(),
        "isJob": entry.is_job(),
        "who": who(permissions, asked, entry.path()),
    })
}

/// Says who may run a command: everyone; or whole groups; or some of their members.
fn who(permissions: &Permissions, asked: &Asked<'_>, path: &str) -> Vec<Value> {
    let decide = |standpoint: &Standpoint| permissions.decide_about(path, standpoint);
    let everyone = asked.anyone.as_ref().map(decide);
    let mut all: Vec<Value> = everyone.iter().map(|it| line("everyone", it)).collect();
    for (group, members) in &asked.groups {
        let decisions: Vec<Decision> = members.iter().map(|(_, it)| decide(it)).collect();
        let Some(first) = decisions.first() else {
            continue;
        };
        let is_same = |it: &Decision| word(it) == word(first);
        if decisions.iter().all(is_same) {
            if everyone.as_ref().map(word) != Some(word(first)) {
                all.push(line(&format!("group {}", group.name), first));
            }
            continue;
        }
        for ((name, _), decision) in members.iter().zip(&decisions) {
            if everyone.as_ref().map(word) != Some(word(decision)) {
                all.push(line(name, decision));
            }
        }
    }
    all
}

fn line(who: &str, decision: &Decision) -> Value {
    json!({
        "who": who,
        "may": word(decision),
        "why": decision.to_string(),
        "place": decision.place(),
    })
}

fn word(decision: &Decision) -> &'static str {
    match decision {
        Decision::Permitted(_) => "yes",
        Decision::Refused(_) => "no",
        Decision::Depends => "depends",
    }
}
