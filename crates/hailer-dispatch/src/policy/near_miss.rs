//! What a refused person is told to do: ask a group, go elsewhere, or use other arguments.

use std::sync::Arc;

use crate::policy::compiled::{Bearing, CommandRules, CompiledRule};
use crate::policy::decision::NearMiss;
use crate::policy::{Policy, Standing};

impl Policy {
    /// Looks for the rules that would have allowed a command, had one thing been different. Only what is refused
    /// pays for it.
    pub(super) fn near_miss(&self, standing: &Standing<'_>, rules: &CommandRules) -> NearMiss {
        let mut near = NearMiss::default();
        for bearing in &rules.allow {
            let Some(rule) = self.rules.get(bearing.rule) else {
                continue;
            };
            let is_mine = rule.is_about(&standing.groups);
            match (is_mine, rule.holds_at(&standing.asker)) {
                (true, true) => {
                    near.with.push(wanted(bearing));
                    near.note(rule);
                }
                (true, false) => {
                    near.is_elsewhere = true;
                    let names = self.names_of_places(rule);
                    near.elsewhere.extend(names);
                    near.note(rule);
                }
                (false, true) => {
                    let groups = rule.to.groups.iter();
                    near.groups
                        .extend(groups.filter_map(|it| self.groups.get(*it).cloned()));
                }
                (false, false) => {}
            }
        }
        if near.place.is_none() {
            let rules = || rules.allow.iter().filter_map(|it| self.rules.get(it.rule));
            let here = rules().find(|it| it.holds_at(&standing.asker));
            if let Some(rule) = here {
                near.note(rule);
            }
            // What a rule of another place has to say was not meant for here.
            near.place = near
                .place
                .or_else(|| Some(Arc::clone(&rules().next()?.place)));
        }
        unique(&mut near.groups);
        unique(&mut near.elsewhere);
        near
    }

    fn names_of_places(&self, rule: &CompiledRule) -> Vec<Arc<str>> {
        let channels = rule.channels.iter();
        let named: Vec<_> = channels
            .filter_map(|it| self.channel_names.get(it).cloned())
            .collect();
        if rule.channels.is_empty() && rule.teams.is_empty() {
            rule.webhooks.clone()
        } else {
            named
        }
    }
}

impl NearMiss {
    fn note(&mut self, rule: &CompiledRule) {
        if self.place.is_none() {
            self.place = Some(Arc::clone(&rule.place));
            self.say.clone_from(&rule.say);
        }
    }
}

/// Writes the arguments that a rule wants as people would type them.
pub(super) fn wanted(bearing: &Bearing) -> String {
    let tests: Vec<String> = bearing.tests.iter().map(ToString::to_string).collect();
    tests.join(" and ")
}

fn unique(names: &mut Vec<Arc<str>>) {
    let mut seen: Vec<Arc<str>> = Vec::new();
    names.retain(|name| {
        let is_new = !seen.contains(name);
        if is_new {
            seen.push(Arc::clone(name));
        }
        is_new
    });
}
