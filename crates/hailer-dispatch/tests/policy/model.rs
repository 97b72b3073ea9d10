//! What a policy should say, written a second time as plainly as it can be: every rule is looked at for every question.

use hailer_dispatch::{
    Ceiling, DefaultPermission, Effect, Place, PolicySource, Rule, Verdict, Whom,
};

use crate::setting::From;

/// A command and the values of its arguments, as a person means them.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) path: &'static str,
    pub(crate) effect: Effect,
    pub(crate) arguments: Vec<(&'static str, &'static str)>,
}

/// Says whether somebody may, and by which rule that was decided.
pub(crate) fn decide(source: &PolicySource, from: &From, asked: &Asked) -> (bool, Option<String>) {
    let ceiling = source.ceilings.iter().find(|it| it.webhook == from.webhook);
    if let Some(ceiling) = ceiling {
        let other_tenant = ceiling.tenant.is_some() && ceiling.tenant != from.tenant;
        if other_tenant || (ceiling.team.is_some() && ceiling.team != from.team) {
            return (false, Some(ceiling.place.clone()));
        }
    }
    let id = from.person.as_ref().filter(|it| it.as_str().len() == 36);
    if id.is_some_and(|id| source.blocked.contains(id)) {
        return (false, None);
    }
    if ["help", "whoami"].contains(&asked.path) || (asked.path == "why" && id.is_some()) {
        return (true, None);
    }
    if id.is_none() {
        return (false, None);
    }
    if let Some(ceiling) = ceiling.filter(|it| !is_below(it, from, asked)) {
        return (false, Some(ceiling.place.clone()));
    }
    let matching = |verdict, keeps: fn(&Rule) -> bool| {
        let mut rules = source.rules.iter().filter(|it| keeps(it));
        rules.find(|it| it.verdict == verdict && holds(it, source, from, asked))
    };
    let by_default = match source.default {
        DefaultPermission::Allow => true,
        DefaultPermission::Read => asked.effect == Effect::Read,
        DefaultPermission::Deny => false,
    };
    // What is refused whatever the arguments are is refused before they are read, by the rule that does so.
    if let Some(rule) = matching(Verdict::Deny, |it| it.when.is_empty()) {
        return (false, Some(rule.place.clone()));
    }
    let could_be_allowed = |it: &Rule| {
        let whatever = Rule {
            when: Vec::new(),
            ..it.clone()
        };
        it.verdict == Verdict::Allow && holds(&whatever, source, from, asked)
    };
    if !by_default && !source.rules.iter().any(could_be_allowed) {
        return (false, None);
    }
    if let Some(rule) = matching(Verdict::Deny, |_| true) {
        return (false, Some(rule.place.clone()));
    }
    match matching(Verdict::Allow, |_| true) {
        _ if by_default => (true, None),
        Some(rule) => (true, Some(rule.place.clone())),
        None => (false, None),
    }
}

fn is_below(ceiling: &Ceiling, from: &From, asked: &Asked) -> bool {
    let channels = &ceiling.channels;
    ceiling.max_effect.is_none_or(|max| asked.effect <= max)
        && ceiling
            .commands
            .as_ref()
            .is_none_or(|globs| globs.iter().any(|glob| is_like(glob, asked.path)))
        && (channels.is_empty()
            || channels
                .iter()
                .any(|it| Some(&it.id) == from.channel.as_ref()))
}

fn holds(rule: &Rule, source: &PolicySource, from: &From, asked: &Asked) -> bool {
    rule.commands.iter().any(|glob| is_like(glob, asked.path))
        && (rule.effects.is_empty() || rule.effects.contains(&asked.effect))
        && rule.to.iter().any(|it| is_in(it, source, from))
        && !rule.unless.iter().any(|it| is_in(it, source, from))
        && is_there(&rule.places, from)
        && rule.when.iter().all(|condition| {
            let mut given = asked.arguments.iter();
            let value = given.find(|(name, _)| *name == condition.argument);
            let values = &condition.values;
            value.is_some_and(|(_, value)| values.iter().any(|it| is_value(it, value)))
        })
}

fn is_in(whom: &Whom, source: &PolicySource, from: &From) -> bool {
    let Whom::Group(name) = whom else {
        return true;
    };
    let group = source.groups.iter().find(|it| it.name == *name).unwrap();
    group.members.iter().any(|it| {
        Some(&it.id) == from.person.as_ref() && (it.tenant.is_none() || it.tenant == from.tenant)
    })
}

fn is_there(places: &[Place], from: &From) -> bool {
    let kinds: [fn(&Place) -> bool; 3] = [
        |it| matches!(it, Place::Webhook(_)),
        |it| matches!(it, Place::Team(_)),
        |it| matches!(it, Place::Channel(_)),
    ];
    kinds.iter().all(|is_kind| {
        let mut of_kind = places.iter().filter(|it| is_kind(it)).peekable();
        of_kind.peek().is_none()
            || of_kind.any(|it| match it {
                Place::Webhook(name) => *name == from.webhook,
                Place::Team(id) => Some(id) == from.team.as_ref(),
                Place::Channel(id) => Some(id) == from.channel.as_ref(),
            })
    })
}

fn is_value(wanted: &str, value: &str) -> bool {
    match (wanted.split_once(".."), value.parse::<i64>()) {
        (Some((from, to)), Ok(value)) => {
            (from.parse().unwrap_or(i64::MIN)..=to.parse().unwrap_or(i64::MAX)).contains(&value)
        }
        (None, _) | (_, Err(_)) => is_like(wanted, value),
    }
}

/// Tries every text that a star may stand for.
fn is_like(glob: &str, text: &str) -> bool {
    match glob.chars().next() {
        None => text.is_empty(),
        Some('*') => (0..=text.len()).any(|at| is_like(&glob[1..], &text[at..])),
        Some(letter) => text.starts_with(letter) && is_like(&glob[1..], &text[1..]),
    }
}
