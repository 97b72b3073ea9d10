//! One approval that a call needs: whose yes, how many, by which ways, in words.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::approval::Via;
use crate::misunderstanding::join;
use crate::policy::compiled::{People, Terms};
use crate::policy::{Policy, Standing};
use crate::spec::Effect;

/// So many other webhooks are named; more are only said to be others.
const MOST_NAMED: usize = 3;

/// One approval that a call needs.
#[derive(Debug, Clone)]
pub struct Need {
    /// Where it is written; nowhere when the command asks for it itself.
    pub(super) place: Option<Arc<str>>,
    pub(super) by: Option<People>,
    pub(super) groups: Vec<Arc<str>>,
    pub(super) count: u32,
    pub(super) expires: Duration,
    pub(super) run_within: Duration,
    pub(super) via: Vec<Via>,
    /// The same for people, who know what they mention.
    ways: Arc<str>,
    pub(super) follow_up: Option<Arc<str>>,
}

impl Policy {
    /// Takes terms for a call of somebody.
    pub(super) fn need(
        &self,
        place: Option<Arc<str>>,
        terms: &Terms,
        effect: Effect,
        standing: &Standing<'_>,
    ) -> Need {
        let groups = terms.by.iter().flat_map(|it| &it.groups);
        let mut via = terms.via.clone();
        if via.is_empty() {
            if effect != Effect::Destructive {
                via.push(Via::SameWebhook);
            }
            via.extend([Via::OtherWebhook, Via::CommandLine]);
        }
        Need {
            place,
            by: terms.by.clone(),
            groups: groups
                .filter_map(|it| self.groups.get(*it).cloned())
                .collect(),
            count: terms.count,
            expires: terms.expires,
            run_within: terms.run_within,
            ways: self.ways(&via, effect, standing.asker.webhook).into(),
            via,
            follow_up: terms.follow_up.clone(),
        }
    }

    /// Says by which ways a yes counts, for people. They read it wherever they are, so nothing is "here".
    fn ways(&self, via: &[Via], effect: Effect, own: &str) -> String {
        let mut bots: Vec<String> = Vec::new();
        for via in via {
            match via {
                Via::SameWebhook => bots.push(self.spoken(own)),
                Via::Webhook(name) => bots.push(self.spoken(name)),
                Via::OtherWebhook => {
                    let capable = self.ceilings.iter().filter(|(name, ceiling)| {
                        *name != own && ceiling.max_effect.is_none_or(|max| effect <= max)
                    });
                    let mut names: Vec<String> =
                        capable.map(|(_, it)| it.spoken.to_string()).collect();
                    names.sort();
                    match names.len() {
                        1..=MOST_NAMED => bots.append(&mut names),
                        _ => bots.push(format!("another webhook than {}", self.spoken(own))),
                    }
                }
                Via::CommandLine => {}
            }
        }
        bots.dedup();
        let typed = (!bots.is_empty()).then(|| format!("typed to {}", join(bots, "or")));
        let line = via
            .contains(&Via::CommandLine)
            .then(|| "on the command line".to_owned());
        let ways: Vec<String> = typed.into_iter().chain(line).collect();
        ways.join(", or ")
    }

    fn spoken(&self, webhook: &str) -> String {
        let ceiling = self.ceilings.get(webhook);
        ceiling.map_or_else(|| format!("@{webhook}"), |it| it.spoken.to_string())
    }
}

impl Need {
    /// Returns where it is written; `None` when the command asks for it itself.
    pub fn place(&self) -> Option<&str> {
        self.place.as_deref()
    }

    /// Returns how many people have to say yes.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// Returns the groups whose members may say yes; none when whoever may run the same may.
    pub fn groups(&self) -> &[Arc<str>] {
        &self.groups
    }

    /// Returns by which ways a yes counts.
    pub fn via(&self) -> &[Via] {
        &self.via
    }

    /// Returns the follow-up by which those who can approve are told.
    pub fn follow_up(&self) -> Option<&str> {
        self.follow_up.as_deref()
    }

    /// Says by which ways a yes counts, for people.
    pub fn ways(&self) -> &str {
        &self.ways
    }

    /// Says what is still needed of it when this many have said yes, for people: `1 more of the group "sre"`.
    pub fn rest(&self, counted: usize) -> String {
        let counted = u32::try_from(counted).unwrap_or(u32::MAX);
        let rest = self.count.saturating_sub(counted);
        let whose = match (&self.by, rest) {
            (Some(people), _) if !people.is_everyone => format!("more {}", self.of_groups()),
            (by, 1) => format!("more person{}", may_run(by.as_ref())),
            (by, _) => format!("more people{}", may_run(by.as_ref())),
        };
        format!("{rest} {whose}, {}", self.ways)
    }

    fn of_groups(&self) -> String {
        let groups: Vec<String> = self.groups.iter().map(|it| format!("\"{it}\"")).collect();
        match groups.as_slice() {
            [group] => format!("of the group {group}"),
            groups => format!("of the groups {}", groups.join(" or ")),
        }
    }

    /// Says whose yes counts, for people: `2 of the group "sre"`.
    pub fn people(&self) -> String {
        let others = if self.count == 1 {
            "other person"
        } else {
            "other people"
        };
        let count = self.count;
        match &self.by {
            Some(people) if !people.is_everyone => format!("{count} {}", self.of_groups()),
            by => format!("{count} {others}{}", may_run(by.as_ref())),
        }
    }
}

/// Where nobody is named, whoever may run the same approves it.
fn may_run(by: Option<&People>) -> &'static str {
    match by {
        None => " who may run it",
        Some(_) => "",
    }
}

impl fmt::Display for Need {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "a yes of {}, {}", self.people(), self.ways())
    }
}
