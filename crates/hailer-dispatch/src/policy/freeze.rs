//! Freezes: rules that deny for a while, whatever changes something.

use std::collections::HashSet;
use std::sync::Arc;

use crate::catalog::Entry;
use crate::lock;
use crate::policy::build::{Builder, note_arguments};
use crate::policy::compiled::{Bearing, Frozen};
use crate::policy::condition::{self, Test};
use crate::policy::error::Written;
use crate::policy::source::{Condition, Rule, Verdict};
use crate::spec::Effect;

/// A freeze that holds now. Commands that only look, and those that run despite what people hold, are never frozen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Freeze {
    /// What is frozen, for whom and where, as a rule that denies.
    pub rule: Rule,
    /// The commands that are not, as globs over their paths.
    pub except: Vec<String>,
    /// Only what takes one of these locks, or one below; everything when there is none.
    pub locks: Vec<String>,
    /// When it ends, in milliseconds since 1970.
    pub until_ms: i64,
    /// The same as people read it.
    pub until: String,
}

impl Builder<'_> {
    pub(super) fn add_freeze(&mut self, index: usize, freeze: &Freeze) {
        let at = Written::Freeze(index);
        let except: HashSet<usize> = freeze
            .except
            .iter()
            .flat_map(|glob| self.commands(glob, at, "except"))
            .collect();
        let named: Vec<usize> = freeze
            .rule
            .commands
            .iter()
            .flat_map(|glob| self.commands(glob, at, "commands"))
            .collect();
        let is_frozen =
            |entry: &Entry| entry.effect() != Effect::Read && !entry.runs_despite_holds();
        let mut commands: Vec<usize> = named
            .into_iter()
            .filter(|it| !except.contains(it))
            .filter(|it| self.catalog.get(*it).is_some_and(is_frozen))
            .collect();
        commands.sort_unstable();
        commands.dedup();
        self.check_conditions(&freeze.rule, &commands, at);
        self.check_locks(freeze, &commands, at);
        let rule = self.policy.rules.len();
        let mut compiled = self.compile(&freeze.rule, at);
        compiled.frozen = Some(Frozen {
            until_ms: freeze.until_ms,
            until: Arc::from(freeze.until.as_str()),
        });
        self.policy.rules.push(compiled);
        for command in commands {
            self.freeze(command, rule, freeze, at);
        }
    }

    fn freeze(&mut self, command: usize, rule: usize, freeze: &Freeze, at: Written) {
        let Some(tests) = self.tests(command, &freeze.rule, at) else {
            return;
        };
        let Some(entry) = self.catalog.get(command) else {
            return;
        };
        let of_locks: Vec<Vec<Test>> = if freeze.locks.is_empty() {
            vec![Vec::new()]
        } else {
            let locks = freeze.locks.iter();
            locks
                .filter_map(|lock| tests_of_lock(entry, lock))
                .collect()
        };
        let Some(rules) = self.policy.commands.get_mut(command) else {
            return;
        };
        for more in of_locks {
            let tests = [tests.clone(), more].concat();
            note_arguments(&tests, &mut rules.tested);
            rules.deny.push(Bearing { rule, tests });
        }
    }

    fn check_locks(&mut self, freeze: &Freeze, commands: &[usize], at: Written) {
        let entries = || commands.iter().filter_map(|it| self.catalog.get(*it));
        let unknown: Vec<&String> = freeze
            .locks
            .iter()
            .filter(|lock| !entries().any(|entry| tests_of_lock(entry, lock).is_some()))
            .collect();
        let mut known: Vec<&str> = entries().filter_map(Entry::lock).collect();
        known.sort_unstable();
        known.dedup();
        let help = if known.is_empty() {
            "fix: leave `locks` out; no command that it could freeze takes one".to_owned()
        } else {
            format!("known: {}", known.join(", "))
        };
        for lock in unknown {
            let text = format!("no command that it could freeze takes the lock \"{lock}\"");
            self.note(at, "locks", lock, text, help.clone());
        }
    }
}

/// Returns what the arguments of a command must be for it to take a lock, or one below; `None` when it never does. Where that
/// cannot be told from the arguments, it counts as taking it.
fn tests_of_lock(entry: &Entry, lock: &str) -> Option<Vec<Test>> {
    let mut declared = entry.lock()?.split('/');
    let mut tests = Vec::new();
    for wanted in lock.trim_end_matches('/').split('/') {
        let part = declared.next()?;
        let Some(name) = lock::whole_placeholder(part) else {
            if part.contains('{') || part.eq_ignore_ascii_case(wanted) {
                continue;
            }
            return None;
        };
        let argument = condition::find(entry.arguments(), name)?;
        if !argument.is_canonical {
            continue;
        }
        let condition = Condition {
            argument: argument.name.clone(),
            values: vec![wanted.to_owned()],
        };
        tests.push(Test::new(&condition, argument, Verdict::Deny).ok()?);
    }
    Some(tests)
}
