//! What somebody is told who may not do something: whom it is for, where it works, whom to ask.

use std::sync::Arc;

use hailer_reply::escape;

use super::{bold, join};
use crate::policy::{NearMiss, Refusal};
use crate::spec::Effect;

/// Words a refusal as Markdown. `path` is the command's; it is blank when nothing at all is done for the person.
pub(super) fn word(refusal: &Refusal, path: &str, sender: &str, contact: Option<&str>) -> String {
    let name = escape(sender);
    let path = bold(path);
    match refusal {
        Refusal::OtherTenant { .. } => format!(
            "{name}, this webhook belongs to another organisation, so I do nothing here. {}",
            ask(contact)
        ),
        Refusal::OtherTeam { .. } => format!(
            "{name}, this webhook belongs to another team, so I do nothing here. {}",
            ask(contact)
        ),
        Refusal::Blocked => format!("{name}, you are blocked here. {}", ask(contact)),
        Refusal::NoIdentity => format!(
            "{name}, Teams sends no Entra ID for you, so no rule can let you run {path}. {}",
            ask(contact)
        ),
        Refusal::OverEffect { max, .. } => {
            let most = match max {
                Effect::Read => "commands that only look",
                Effect::Write | Effect::Destructive => "commands that can be undone",
            };
            format!(
                "{name}, only {most} run here, and {path} does more. {}",
                ask(contact)
            )
        }
        Refusal::OtherCommands { .. } => {
            format!("{name}, {path} does not run here. {}", ask(contact))
        }
        Refusal::OtherChannel { names, .. } => works_in(&path, names),
        Refusal::Rule { say: Some(say), .. } => format!("{name}: {}", escape(say)),
        Refusal::Rule { say: None, .. } => {
            format!(
                "{name}, a rule keeps you from {path} here. {}",
                ask(contact)
            )
        }
        Refusal::Frozen { say, until, .. } => {
            let say = say.as_deref().map_or_else(String::new, |say| {
                format!(": {}", escape(say.trim_end_matches('.')))
            });
            format!(
                "{path} is frozen until {}{say}. Nothing was started.",
                escape(until)
            )
        }
        Refusal::NoRule(near) => no_rule(near, &path, &name, contact),
    }
}

/// Words the nearest thing that would help: other arguments, another place, a group to ask.
fn no_rule(near: &NearMiss, path: &str, name: &str, contact: Option<&str>) -> String {
    if let Some(say) = &near.say {
        return format!("{name}: {}", escape(say));
    }
    if !near.with.is_empty() {
        let with = join(near.with.iter().map(|it| bold(it)).collect(), "or");
        return format!(
            "{name}, you may run {path} only with {with}. {}",
            ask(contact)
        );
    }
    if near.is_elsewhere {
        return works_in(path, &near.elsewhere);
    }
    let groups: Vec<String> = near
        .groups
        .iter()
        .map(|it| format!("\"{}\"", escape(it)))
        .collect();
    match groups.len() {
        0 => format!(
            "{name}, {path} needs a permission you don't have here. {}",
            ask(contact)
        ),
        1 => format!(
            "{name}, {path} is for the group {}. {}",
            join(groups, "or"),
            ask(contact)
        ),
        _ => format!(
            "{name}, {path} is for the groups {}. {}",
            join(groups, "and"),
            ask(contact)
        ),
    }
}

fn works_in(path: &str, names: &[Arc<str>]) -> String {
    let names: Vec<String> = names.iter().map(|it| format!("*{}*", escape(it))).collect();
    if names.is_empty() {
        format!("{path} works in another channel, not here.")
    } else {
        format!("{path} works in {}, not here.", join(names, "or"))
    }
}

/// Says whom to ask: a channel is a place, anything else is somebody.
fn ask(contact: Option<&str>) -> String {
    match contact {
        None => "Ask whoever runs this bot.".to_owned(),
        Some(channel) if channel.starts_with('#') => format!("Ask in {}.", escape(channel)),
        Some(somebody) => format!("Ask {}.", escape(somebody)),
    }
}
