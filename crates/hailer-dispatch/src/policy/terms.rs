//! From what is written about approvals and confirmations to what each command asks for.

use std::sync::Arc;

use crate::approval::{Approval, Confirming, Via};
use crate::catalog::Entry;
use crate::policy::build::{Builder, note_arguments};
use crate::policy::compiled::{Always, Bearing, People, Terms};
use crate::policy::error::Written;
use crate::policy::source::{ApprovalRule, ConfirmRule, Rule, Verdict};
use crate::spec::Effect;

impl Builder<'_> {
    /// Takes what commands ask for themselves.
    pub(super) fn add_declared_approvals(&mut self) {
        let catalog = self.catalog;
        for (index, entry) in catalog.iter().enumerate() {
            let Some(approval) = &entry.spec().approval else {
                continue;
            };
            let terms = self.terms(approval, Written::Command);
            if let Some(rules) = self.policy.commands.get_mut(index) {
                rules.declared = Some(terms);
            }
        }
    }

    /// Takes what the configuration asks for. Where it could hold for a call or not, it holds: as for a rule that denies.
    pub(super) fn add_approval(&mut self, index: usize, written: ApprovalRule) {
        let at = Written::Approval(index);
        let terms = self.terms(&written.approval, at);
        let rule = Rule {
            place: written.place,
            verdict: Verdict::Deny,
            commands: written.commands,
            effects: written.effects,
            to: written.to,
            unless: written.unless,
            places: written.places,
            when: written.when,
            say: None,
        };
        let mut commands: Vec<usize> = Vec::new();
        for glob in &rule.commands {
            let found = self.commands(glob, at, "commands");
            if !found.is_empty() && found.iter().all(|it| self.is_always(*it)) {
                let text =
                    format!("approval is asked for \"{glob}\", which everybody may always run");
                let help = "fix: take it out".to_owned();
                self.note(at, "commands", glob, text, help);
            }
            commands.extend(found);
        }
        commands.sort_unstable();
        commands.dedup();
        let compiled = self.compile(&rule, at);
        self.check_conditions(&rule, &commands, at);
        let index = self.policy.approvals.len();
        self.policy.approvals.push((compiled, terms));
        for command in commands {
            let Some(tests) = self.tests(command, &rule, at) else {
                continue;
            };
            if let Some(rules) = self.policy.commands.get_mut(command) {
                note_arguments(&tests, &mut rules.asked);
                rules.asks.push(Bearing { rule: index, tests });
            }
        }
    }

    fn is_always(&self, command: usize) -> bool {
        let rules = self.policy.commands.get(command);
        rules.is_some_and(|it| it.always != Always::Nobody)
    }

    /// Looks up who may approve. A group that nobody knows approves nothing.
    fn terms(&mut self, approval: &Approval, at: Written) -> Terms {
        let by: Option<People> =
            (!approval.by.is_empty()).then(|| self.people(&approval.by, at, "by", false));
        for via in &approval.via {
            if let Via::Webhook(name) = via {
                self.webhook_named(name, at, "via");
            }
        }
        Terms::new(approval, by)
    }

    /// Finds out which commands ask their sender again.
    pub(super) fn add_confirmations(&mut self, written: &ConfirmRule) {
        self.policy.confirm_within = written.within;
        self.policy.confirm_place = written.place.as_deref().map(Arc::from);
        let mut globs = |list: &[String], key| -> Vec<usize> {
            let found = list
                .iter()
                .map(|glob| self.commands(glob, Written::Confirm, key));
            found.flatten().collect()
        };
        let named = globs(&written.commands, "commands");
        let spared = globs(&written.except, "except");
        let catalog = self.catalog;
        for (index, (rules, entry)) in self
            .policy
            .commands
            .iter_mut()
            .zip(catalog.iter())
            .enumerate()
        {
            rules.confirms = named.contains(&index)
                || (asks_by_itself(entry, written.destructive) && !spared.contains(&index));
            rules.confirms &= rules.always == Always::Nobody;
        }
    }
}

fn asks_by_itself(entry: &Entry, destructive: bool) -> bool {
    match entry.spec().confirming {
        Confirming::Always => true,
        Confirming::Never => false,
        Confirming::ByEffect => destructive && entry.effect() == Effect::Destructive,
    }
}
