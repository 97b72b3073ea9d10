//! Who may run what: decided in one place, without reading or writing anything.
//!
//! A [`Policy`] is made once of what an admin wrote and of the commands that exist. Which rules speak of which command
//! is found then, so that a decision costs the same however many rules there are for other commands.

mod asker;
mod asking;
mod build;
mod compiled;
mod condition;
mod decision;
mod error;
mod freeze;
mod glob;
mod lookup;
mod near_miss;
mod need;
mod permit;
mod source;
mod terms;
mod values;
mod vote;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use hailer_activity::{ChannelId, ObjectId};

use crate::spec::Effect;
use compiled::{Always, Bearing, CommandRules, CompiledCeiling, CompiledRule, People, Terms};

pub use asker::Asker;
pub(crate) use asking::HeldCall;
pub use asking::{AskedFor, Asking};
pub use decision::{Decision, Grant, NearMiss, Refusal};
pub use error::{PolicyError, PolicyErrors, Written};
pub use freeze::Freeze;
pub use need::Need;
pub use permit::Permit;
pub use source::{
    ApprovalRule, Ceiling, Condition, ConfirmRule, DefaultPermission, Group, Member, NamedChannel,
    Place, PolicySource, Rule, Verdict, Whom,
};
pub(crate) use values::{Values, is_canonical, name_of};
pub use vote::{Evidence, NotCounted, Unreleased, Voter, Way};

/// Who may run what, ready to decide.
#[derive(Debug, Clone)]
pub struct Policy {
    default: DefaultPermission,
    /// Ids of people in lower case, as in all maps here.
    blocked: HashSet<String>,
    memberships: HashMap<String, Vec<Membership>>,
    groups: Vec<Arc<str>>,
    auditors: Vec<usize>,
    ceilings: HashMap<String, CompiledCeiling>,
    channel_names: HashMap<ChannelId, Arc<str>>,
    /// Who goes by which name in groups: a help for asking, never for deciding.
    names: HashMap<String, Vec<ObjectId>>,
    rules: Vec<CompiledRule>,
    approvals: Vec<(CompiledRule, Terms)>,
    confirm_within: Duration,
    confirm_place: Option<Arc<str>>,
    glass_breakers: People,
    /// By the index of the command.
    commands: Vec<CommandRules>,
    paths: HashMap<String, usize>,
}

/// That a person is in a group, for one tenant or for all.
#[derive(Debug, Clone)]
struct Membership {
    group: usize,
    tenant: Option<String>,
}

/// What is true of somebody whichever command they mean; found once for a message.
#[derive(Debug, Clone)]
pub(crate) struct Standing<'p> {
    asker: Asker<'p>,
    ceiling: Option<&'p CompiledCeiling>,
    /// Why nothing at all is done for them.
    barred: Option<Refusal>,
    is_person: bool,
    groups: Vec<usize>,
}

/// What one rule says before the arguments are known, or after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    Yes,
    No,
    Perhaps,
}

impl Policy {
    /// Decides about the command of a path as far as that can be done without its arguments. What does not exist is
    /// refused.
    pub fn decide_about(&self, path: &str, asker: Asker<'_>) -> Decision {
        let command = self.paths.get(path).copied().unwrap_or(usize::MAX);
        self.decide_early(&self.standing(asker), command)
    }

    /// Finds out what is true of somebody whichever command they mean.
    pub(crate) fn standing<'p>(&'p self, asker: Asker<'p>) -> Standing<'p> {
        let ceiling = self.ceilings.get(asker.webhook);
        let person = asker.person.filter(|id| id.is_guid()).map(lower);
        let barred = ceiling
            .and_then(|it| it.bars(&asker))
            .or_else(|| match &person {
                Some(id) if self.blocked.contains(id) => Some(Refusal::Blocked),
                Some(_) | None => None,
            });
        Standing {
            groups: person
                .as_deref()
                .map_or_else(Vec::new, |id| self.groups_of(id, &asker)),
            is_person: person.is_some(),
            barred,
            ceiling,
            asker,
        }
    }

    fn groups_of(&self, id: &str, asker: &Asker<'_>) -> Vec<usize> {
        let is_vouched = |wanted: &str| {
            let tenant = asker.tenant;
            tenant.is_some_and(|it| it.as_str().eq_ignore_ascii_case(wanted))
        };
        let memberships = self.memberships.get(id).into_iter().flatten();
        memberships
            .filter(|it| it.tenant.as_deref().is_none_or(is_vouched))
            .map(|it| it.group)
            .collect()
    }

    /// Decides about a command as far as that can be done without its arguments.
    pub(crate) fn decide_early(&self, standing: &Standing<'_>, command: usize) -> Decision {
        self.decide(standing, command, None)
    }

    /// Decides about a command with the arguments that [`Policy::tested`] names.
    pub(crate) fn decide_finally(
        &self,
        standing: &Standing<'_>,
        command: usize,
        values: &Values,
    ) -> Decision {
        self.decide(standing, command, Some(values))
    }

    /// Makes the proof that a command may run.
    ///
    /// `values` reads the arguments that rules look at; it is asked only when the decision depends on them.
    pub(crate) fn permit(
        &self,
        standing: &Standing<'_>,
        command: usize,
        values: impl FnOnce(&[String]) -> Values,
    ) -> Result<Permit, Refusal> {
        let mut decision = self.decide_early(standing, command);
        if decision == Decision::Depends {
            let values = values(self.tested(command));
            decision = self.decide_finally(standing, command, &values);
        }
        match decision {
            Decision::Permitted(grant) => Ok(Permit::new(command, grant)),
            Decision::Refused(refusal) => Err(refusal),
            Decision::Depends => Err(Refusal::NoRule(NearMiss::default())),
        }
    }

    /// Returns the arguments of a command that rules look at.
    pub(crate) fn tested(&self, command: usize) -> &[String] {
        self.commands
            .get(command)
            .map_or(&[], |it| it.tested.as_slice())
    }

    /// Says whether a command may run with some arguments at least.
    pub(crate) fn may_run(&self, standing: &Standing<'_>, command: usize) -> bool {
        !matches!(self.decide_early(standing, command), Decision::Refused(_))
    }

    /// Says whether somebody may ask what others may do.
    pub(crate) fn is_auditor(&self, standing: &Standing<'_>) -> bool {
        standing.barred.is_none() && self.auditors.iter().any(|it| standing.groups.contains(it))
    }

    /// Returns the groups that somebody is in, by name.
    pub(crate) fn group_names(&self, standing: &Standing<'_>) -> Vec<Arc<str>> {
        let names = standing.groups.iter();
        names
            .filter_map(|it| self.groups.get(*it).cloned())
            .collect()
    }

    /// Returns the people whom the groups note under a name, each once.
    pub(crate) fn people_called(&self, name: &str) -> &[ObjectId] {
        self.names
            .get(&name.trim().to_lowercase())
            .map_or(&[], Vec::as_slice)
    }

    fn decide(&self, standing: &Standing<'_>, command: usize, values: Option<&Values>) -> Decision {
        if let Some(refusal) = &standing.barred {
            return Decision::Refused(refusal.clone());
        }
        // A command that this policy was not made for is one that nothing allows.
        let Some(rules) = self.commands.get(command) else {
            return Decision::Refused(Refusal::NoRule(NearMiss::default()));
        };
        match (rules.always, standing.is_person) {
            (Always::Anybody, _) | (Always::People, true) => {
                return Decision::Permitted(Grant::Always);
            }
            (Always::Nobody | Always::People, false) => {
                return Decision::Refused(Refusal::NoIdentity);
            }
            (Always::Nobody, true) => {}
        }
        if let Some(refusal) = standing
            .ceiling
            .and_then(|it| it.refuses(&standing.asker, command, rules))
        {
            return Decision::Refused(refusal);
        }
        self.decide_by_rules(standing, rules, values)
    }

    /// Any rule that denies beats all that allow, so those are looked at first.
    fn decide_by_rules(
        &self,
        standing: &Standing<'_>,
        rules: &CommandRules,
        values: Option<&Values>,
    ) -> Decision {
        let mut depends = false;
        for bearing in &rules.deny {
            match self.says(bearing, standing, values) {
                (Says::Yes, Some(rule)) => return Decision::Refused(rule.refusal()),
                (Says::Perhaps, _) => depends = true,
                (Says::Yes | Says::No, _) => {}
            }
        }
        let mut grant = self.granted_by_default(rules);
        let mut perhaps = false;
        if grant.is_none() {
            for bearing in &rules.allow {
                match self.says(bearing, standing, values) {
                    (Says::Yes, Some(rule)) => {
                        let place = Arc::clone(&rule.place);
                        grant = Some(Grant::Rule { place });
                        break;
                    }
                    (Says::Perhaps, _) => perhaps = true,
                    (Says::Yes | Says::No, _) => {}
                }
            }
        }
        match grant {
            Some(_) if depends => Decision::Depends,
            Some(grant) => Decision::Permitted(grant),
            None if perhaps => Decision::Depends,
            None => Decision::Refused(Refusal::NoRule(self.near_miss(standing, rules))),
        }
    }

    fn granted_by_default(&self, rules: &CommandRules) -> Option<Grant> {
        let is_granted = match self.default {
            DefaultPermission::Allow => true,
            DefaultPermission::Read => rules.effect == Effect::Read,
            DefaultPermission::Deny => false,
        };
        is_granted.then_some(if rules.checks_itself {
            Grant::ChecksItself
        } else {
            Grant::Default(self.default)
        })
    }

    fn says(
        &self,
        bearing: &Bearing,
        standing: &Standing<'_>,
        values: Option<&Values>,
    ) -> (Says, Option<&CompiledRule>) {
        let rule = self.rules.get(bearing.rule);
        let is_meant =
            |it: &CompiledRule| it.is_about(&standing.groups) && it.holds_at(&standing.asker);
        let says = match values {
            _ if !rule.is_some_and(is_meant) => Says::No,
            _ if bearing.tests.is_empty() => Says::Yes,
            None => Says::Perhaps,
            Some(values) if bearing.tests.iter().all(|test| test.holds(values)) => Says::Yes,
            Some(_) => Says::No,
        };
        (says, rule)
    }
}

impl CompiledCeiling {
    /// Says why nothing is done for a message that says it comes from elsewhere.
    fn bars(&self, asker: &Asker<'_>) -> Option<Refusal> {
        let place = || Arc::clone(&self.place);
        if let Some(pinned) = &self.tenant
            && !asker
                .tenant
                .is_some_and(|it| it.as_str().eq_ignore_ascii_case(pinned.as_str()))
        {
            return Some(Refusal::OtherTenant { place: place() });
        }
        if self.team.is_some() && self.team.as_ref() != asker.team {
            return Some(Refusal::OtherTeam { place: place() });
        }
        None
    }

    fn refuses(&self, asker: &Asker<'_>, command: usize, rules: &CommandRules) -> Option<Refusal> {
        let place = || Arc::clone(&self.place);
        if let Some(max) = self.max_effect.filter(|max| rules.effect > *max) {
            return Some(Refusal::OverEffect {
                place: place(),
                max,
            });
        }
        if let Some(commands) = &self.commands
            && !commands.contains(&command)
        {
            return Some(Refusal::OtherCommands { place: place() });
        }
        let is_here = |(id, _): &(ChannelId, _)| Some(id) == asker.channel.as_ref();
        if !self.channels.is_empty() && !self.channels.iter().any(is_here) {
            let names = self.channels.iter().filter_map(|(_, name)| name.clone());
            return Some(Refusal::OtherChannel {
                place: place(),
                names: names.collect(),
            });
        }
        None
    }
}

impl<'p> Standing<'p> {
    /// Returns who it is, and from where.
    pub(crate) fn asker(&self) -> &Asker<'p> {
        &self.asker
    }

    /// Returns why nothing at all is done for them, if that is so.
    pub(crate) fn barred(&self) -> Option<&Refusal> {
        self.barred.as_ref()
    }
}

fn lower(id: &ObjectId) -> String {
    id.as_str().to_ascii_lowercase()
}
