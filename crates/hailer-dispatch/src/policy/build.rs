//! From what an admin wrote to a policy: names are looked up, globs are held against the commands that exist.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use hailer_activity::ObjectId;

use crate::approval::Confirming;
use crate::argument::Argument;
use crate::catalog::{Catalog, Entry};
use crate::policy::compiled::{
    Always, Bearing, CommandRules, CompiledCeiling, CompiledRule, People, Terms,
};
use crate::policy::condition::{self, Test};
use crate::policy::error::{PolicyError, PolicyErrors, Written};
use crate::policy::source::{
    Ceiling, Condition, ConfirmRule, DefaultPermission, Place, PolicySource, Rule, Verdict,
};
use crate::policy::{Membership, Policy, lower};
use crate::spec::Effect;
use crate::suggest::nearest;

/// What even a stranger needs to find out why they may do nothing.
const FOR_ANYBODY: [&str; 3] = ["help", "whoami", "ping"];

/// What every person needs to find out why they may not do something, and to say that they mean what they may do.
const FOR_PEOPLE: [&str; 3] = ["why", "can", "yes"];

impl Policy {
    /// Makes a policy for these commands.
    ///
    /// # Errors
    ///
    /// Every group that does not exist, every glob that matches no command and every condition that no argument can
    /// meet.
    pub fn build(source: PolicySource, catalog: &Catalog) -> Result<Self, PolicyErrors> {
        let groups = source.groups.iter().map(|it| it.name.as_str().into());
        let unknown = source
            .groups
            .iter()
            .zip(0..)
            .filter(|(group, _)| group.is_unknown);
        let mut builder = Builder {
            catalog,
            unknown: unknown.map(|(_, index)| index).collect(),
            errors: Vec::new(),
            policy: Self {
                blocked: source.blocked.iter().map(lower).collect(),
                memberships: memberships(&source),
                names: names(&source),
                groups: groups.collect(),
                ..Self::of_default(source.default, catalog)
            },
        };
        for name in &source.auditors {
            let group = builder.group(name, Written::Permissions, "auditors");
            builder.policy.auditors.extend(group);
        }
        for (index, ceiling) in source.ceilings.into_iter().enumerate() {
            builder.add_ceiling(index, ceiling);
        }
        for (index, rule) in source.rules.into_iter().enumerate() {
            builder.add_rule(index, &rule);
        }
        for (index, freeze) in source.freezes.iter().enumerate() {
            builder.add_freeze(index, freeze);
        }
        builder.add_declared_approvals();
        for (index, rule) in source.approvals.into_iter().enumerate() {
            builder.add_approval(index, rule);
        }
        builder.add_confirmations(&source.confirm);
        builder.policy.glass_breakers =
            builder.people(&source.glass_breakers, Written::BreakGlass, "people", false);
        let Builder { policy, errors, .. } = builder;
        if errors.is_empty() {
            Ok(policy)
        } else {
            Err(PolicyErrors { errors })
        }
    }

    /// Makes a policy without groups, webhooks and rules: for tests, and for a bot of one's own.
    pub fn of_default(default: DefaultPermission, catalog: &Catalog) -> Self {
        Self {
            default,
            blocked: HashSet::new(),
            memberships: HashMap::new(),
            names: HashMap::new(),
            groups: Vec::new(),
            auditors: Vec::new(),
            ceilings: HashMap::new(),
            channel_names: HashMap::new(),
            rules: Vec::new(),
            approvals: Vec::new(),
            confirm_within: ConfirmRule::default().within,
            confirm_place: None,
            glass_breakers: People::default(),
            commands: catalog.iter().map(no_rules).collect(),
            paths: catalog
                .iter()
                .map(Entry::path)
                .map(str::to_owned)
                .zip(0..)
                .collect(),
        }
    }
}

fn memberships(source: &PolicySource) -> HashMap<String, Vec<Membership>> {
    let mut memberships: HashMap<String, Vec<Membership>> = HashMap::new();
    for (group, written) in source.groups.iter().enumerate() {
        for member in &written.members {
            let tenant = member.tenant.as_ref().map(|it| it.as_str().to_owned());
            let of_person = memberships.entry(lower(&member.id)).or_default();
            of_person.push(Membership { group, tenant });
        }
    }
    memberships
}

fn names(source: &PolicySource) -> HashMap<String, Vec<ObjectId>> {
    let mut names: HashMap<String, Vec<ObjectId>> = HashMap::new();
    for member in source.groups.iter().flat_map(|it| &it.members) {
        let Some(name) = &member.name else {
            continue;
        };
        let people = names.entry(name.trim().to_lowercase()).or_default();
        if !people.iter().any(|it| lower(it) == lower(&member.id)) {
            people.push(member.id.clone());
        }
    }
    names
}

fn no_rules(entry: &Entry) -> CommandRules {
    let effect = entry.permission_effect();
    let is_one_of = |names: &[&str]| effect == Effect::Read && names.contains(&entry.path());
    let always = if is_one_of(&FOR_ANYBODY) {
        Always::Anybody
    } else if is_one_of(&FOR_PEOPLE) {
        Always::People
    } else {
        Always::Nobody
    };
    CommandRules {
        effect,
        checks_itself: entry.checks_itself(),
        always,
        deny: Vec::new(),
        allow: Vec::new(),
        tested: Vec::new(),
        confirms: entry.spec().confirming == Confirming::Always,
        asks: Vec::new(),
        asked: Vec::new(),
        // Until groups are looked up, nobody is in them.
        declared: entry.spec().approval.as_ref().map(|it| {
            let by = (!it.by.is_empty()).then(People::default);
            Terms::new(it, by)
        }),
    }
}

pub(super) struct Builder<'c> {
    pub(super) catalog: &'c Catalog,
    errors: Vec<PolicyError>,
    pub(super) policy: Policy,
    /// The groups of which nobody knows who is in them.
    pub(super) unknown: HashSet<usize>,
}

impl Builder<'_> {
    fn add_ceiling(&mut self, index: usize, ceiling: Ceiling) {
        let at = Written::Ceiling(index);
        let commands = ceiling.commands.map(|globs| {
            let found = globs
                .iter()
                .flat_map(|it| self.commands(it, at, "commands"));
            found.collect()
        });
        let channels = ceiling.channels.into_iter().map(|channel| {
            let name: Option<Arc<str>> = channel.name.map(Into::into);
            if let Some(name) = &name {
                let names = &mut self.policy.channel_names;
                names.insert(channel.id.clone(), Arc::clone(name));
            }
            (channel.id, name)
        });
        let spoken = match ceiling.mention.as_str() {
            "" => format!("@{}", ceiling.webhook),
            mention if *mention == ceiling.webhook => format!("@{mention}"),
            mention => format!("@{mention} (webhook {})", ceiling.webhook),
        };
        let compiled = CompiledCeiling {
            spoken: spoken.into(),
            place: ceiling.place.into(),
            tenant: ceiling.tenant,
            team: ceiling.team,
            channels: channels.collect(),
            max_effect: ceiling.max_effect,
            commands,
        };
        self.policy.ceilings.insert(ceiling.webhook, compiled);
    }

    fn add_rule(&mut self, index: usize, rule: &Rule) {
        let at = Written::Rule(index);
        let key = key_of(rule.verdict);
        let mut commands: Vec<usize> = Vec::new();
        for glob in &rule.commands {
            let found = self.commands(glob, at, key);
            if rule.verdict == Verdict::Deny && !found.is_empty() {
                self.refuse_to_deny_help(glob, &found, at);
            }
            commands.extend(found);
        }
        commands.sort_unstable();
        commands.dedup();
        let index = self.policy.rules.len();
        let compiled = self.compile(rule, at);
        self.policy.rules.push(compiled);
        self.check_conditions(rule, &commands, at);
        let has_effect = |command: &usize| {
            let entry = self.catalog.get(*command);
            entry.is_some_and(|it| rule.effects.contains(&it.permission_effect()))
        };
        if !rule.effects.is_empty() && !commands.is_empty() && !commands.iter().any(has_effect) {
            let text = "none of the commands of this rule has its effect".to_owned();
            let help = "fix: correct `effect`; `hailer commands` shows that of each".to_owned();
            self.note(at, "effect", "", text, help);
        }
        for command in commands {
            self.bear_on(command, index, rule, at);
        }
    }

    pub(super) fn compile(&mut self, rule: &Rule, at: Written) -> CompiledRule {
        let mut compiled = CompiledRule {
            place: rule.place.as_str().into(),
            say: rule.say.as_deref().map(Into::into),
            frozen: None,
            to: self.people(&rule.to, at, "to", rule.verdict == Verdict::Deny),
            unless: self.people(&rule.unless, at, "unless", rule.verdict == Verdict::Allow),
            webhooks: Vec::new(),
            teams: Vec::new(),
            channels: Vec::new(),
        };
        for place in &rule.places {
            match place {
                Place::Webhook(name) => compiled.webhooks.push(self.webhook(name, at)),
                Place::Team(id) => compiled.teams.push(id.clone()),
                Place::Channel(id) => compiled.channels.push(id.clone()),
            }
        }
        compiled
    }

    /// A rule that could never hold would let its author believe that it does.
    fn refuse_to_deny_help(&mut self, glob: &str, found: &[usize], at: Written) {
        let commands = &self.policy.commands;
        let is_always = |it: &usize| {
            commands
                .get(*it)
                .is_some_and(|rules| rules.always != Always::Nobody)
        };
        if found.iter().all(is_always) {
            let text = format!("rule denies \"{glob}\", which everybody may always run");
            let help = "fix: take it out; [permissions] blocked keeps a person from everything";
            self.note(at, "deny", glob, text, help.to_owned());
        }
    }

    /// Looks for arguments that no command of the rule has; some of its commands may lack one.
    pub(super) fn check_conditions(&mut self, rule: &Rule, commands: &[usize], at: Written) {
        if commands.is_empty() {
            return;
        }
        for condition in &rule.when {
            let mut names: Vec<String> = Vec::new();
            let mut is_found = false;
            for entry in commands.iter().filter_map(|it| self.catalog.get(*it)) {
                is_found |= condition::find(entry.arguments(), &condition.argument).is_some();
                names.extend(entry.arguments().iter().map(|it| it.name.clone()));
            }
            if is_found {
                continue;
            }
            names.sort_unstable();
            names.dedup();
            let help = match nearest(&condition.argument, names.iter().map(String::as_str)).first()
            {
                Some(near) => format!("did you mean `{near}`?"),
                None if names.is_empty() => "its commands take none".to_owned(),
                None => format!("known: {}", names.join(", ")),
            };
            let argument = &condition.argument;
            let text = format!("no command of this rule has an argument `{argument}`");
            self.note(at, "when", argument, text, help);
        }
    }

    fn bear_on(&mut self, command: usize, index: usize, rule: &Rule, at: Written) {
        let Some(tests) = self.tests(command, rule, at) else {
            return;
        };
        let Some(rules) = self.policy.commands.get_mut(command) else {
            return;
        };
        note_arguments(&tests, &mut rules.tested);
        let bearing = Bearing { rule: index, tests };
        match rule.verdict {
            Verdict::Allow => rules.allow.push(bearing),
            Verdict::Deny => rules.deny.push(bearing),
        }
    }

    /// Returns what a rule asks of the arguments of a command; `None` when it can never hold for it.
    pub(super) fn tests(&mut self, command: usize, rule: &Rule, at: Written) -> Option<Vec<Test>> {
        let entry = self.catalog.get(command)?;
        if !rule.effects.is_empty() && !rule.effects.contains(&entry.permission_effect()) {
            return None;
        }
        let mut tests = Vec::new();
        for condition in &rule.when {
            // A rule on an argument that a command does not have never holds for it.
            let argument = condition::find(entry.arguments(), &condition.argument)?;
            tests.push(self.test(condition, argument, entry, rule.verdict, at)?);
        }
        Some(tests)
    }

    fn test(
        &mut self,
        condition: &Condition,
        argument: &Argument,
        entry: &Entry,
        verdict: Verdict,
        at: Written,
    ) -> Option<Test> {
        let path = entry.path();
        if verdict == Verdict::Deny && !argument.is_canonical {
            let name = &argument.name;
            let (does, help) = match at {
                Written::Approval(_) => (
                    "asks for approval",
                    "fix: leave `when` out, so that each call is approved",
                ),
                _ => (
                    "denies",
                    "fix: allow the values that are right instead; what is not allowed is refused",
                ),
            };
            let text = format!(
                "rule {does} by `{name}` of {path}, which can be written in more than one way"
            );
            self.note(at, "when", name, text, help.to_owned());
            return None;
        }
        match Test::new(condition, argument, verdict) {
            Ok(test) => Some(test),
            Err(bad) => {
                let name = &condition.argument;
                let text = format!("`{name}` of {path} can never be \"{}\"", bad.value);
                self.note(at, "when", name, text, bad.why);
                None
            }
        }
    }

    pub(super) fn note(
        &mut self,
        at: Written,
        key: &'static str,
        value: &str,
        text: String,
        help: String,
    ) {
        let value = value.to_owned();
        self.errors.push(PolicyError {
            at,
            key,
            value,
            text,
            help,
        });
    }
}

pub(super) fn note_arguments(tests: &[Test], noted: &mut Vec<String>) {
    for test in tests {
        if !noted.iter().any(|it| it == test.argument()) {
            noted.push(test.argument().to_owned());
        }
    }
}

fn key_of(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Allow => "allow",
        Verdict::Deny => "deny",
    }
}
