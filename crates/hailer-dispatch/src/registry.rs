//! The commands of a bot: checked at start, found for each message.

use std::sync::Arc;

use crate::call::Call;
use crate::catalog::{Catalog, Entry};
use crate::command::{AnyCommand, Registration};
use crate::cooldown::Cooldowns;
use crate::hook::AnyHook;
use crate::invocation::{Inquiry, Invocation};
use crate::lock;
use crate::misunderstanding::{Misunderstanding, UsageProblem};
use crate::pattern::Patterns;
use crate::policy::Policy;
use crate::reader::Reader;
use crate::text::MessageText;
use crate::tree::{Found, Tree};

use understand::misused;

mod check;
mod understand;

pub use check::{RegistryError, RegistryErrors};

/// A command as the registry keeps it.
struct Registered {
    entry: Arc<Entry>,
    reader: Reader,
    command: Arc<dyn AnyCommand>,
    type_name: &'static str,
    hooks: Arc<[Arc<dyn AnyHook>]>,
}

/// The commands of a bot.
#[derive(Default)]
pub struct Registry {
    commands: Vec<Registered>,
    tree: Tree,
    patterns: Patterns,
    catalog: Arc<Catalog>,
    cooldowns: Cooldowns,
}

impl Registry {
    /// Registers commands, in the order in which help lists them.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with any of them, at once: see [`RegistryError`].
    pub fn build(
        registrations: impl IntoIterator<Item = Registration>,
    ) -> Result<Self, RegistryErrors> {
        let mut registry = Self::default();
        let mut errors = Vec::new();
        let mut literals = Vec::new();
        for registration in registrations {
            registry.add(registration, &mut literals, &mut errors);
        }
        if let Err(error) = registry.patterns.finish(&literals) {
            errors.push(RegistryError::Patterns {
                why: error.to_string(),
            });
        }
        registry.check_replacements(&mut errors);
        registry.check_examples(&mut errors);
        if errors.is_empty() {
            Ok(registry)
        } else {
            Err(RegistryErrors { errors })
        }
    }

    /// Returns what is registered, for help and reference.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// Finds the command that a message asks for, checks who may run it and reads its arguments.
    ///
    /// # Errors
    ///
    /// A [`Misunderstanding`], which words its own answer.
    pub fn dispatch(
        &self,
        inquiry: &Arc<Inquiry>,
        policy: Policy,
    ) -> Result<Call, Misunderstanding> {
        let (index, mut matches) = self.understand(&inquiry.text, policy)?;
        let registered = self.registered(index)?;
        let entry = &registered.entry;
        // A job was let pass when it was asked for.
        if let Some(cooldown) = entry.spec().cooldown
            && inquiry.job.get().is_none()
        {
            self.cooldowns
                .begin(index, cooldown, inquiry)
                .map_err(|wait| Misunderstanding::TooSoon {
                    entry: Arc::clone(entry),
                    wait,
                })?;
        }
        let arguments = if entry.leaves_a_trace() {
            lock::given(entry, registered.reader.declared(), &matches)
        } else {
            Vec::new()
        };
        let lock = entry.lock().map(|name| lock::fill(name, &arguments));
        let bound = Arc::clone(&registered.command)
            .bind(&mut matches)
            .map_err(|error| misused(registered, UsageProblem::Other(error.kind().to_string())))?;
        Ok(Call {
            entry: Arc::clone(entry),
            bound,
            invocation: Invocation::new(
                Arc::clone(inquiry),
                Arc::clone(entry),
                Arc::clone(&self.catalog),
                policy,
            ),
            hooks: Arc::clone(&registered.hooks),
            lock,
            arguments,
        })
    }

    /// Says whether a message seems to mean a command that answers at once; only [`Call::is_immediate`] knows.
    ///
    /// Asked before [`Registry::dispatch`], which runs what authors wrote to read values.
    pub fn seems_immediate(&self, text: &MessageText) -> bool {
        let Found::Command { index, .. } = self.tree.find(text.command_text().split(' ')) else {
            return false;
        };
        self.commands
            .get(index)
            .is_some_and(|it| it.entry.spec().is_immediate)
    }

    fn permitted(&self, index: usize, policy: Policy) -> Result<&Registered, Misunderstanding> {
        let registered = self.registered(index)?;
        if policy.permits(&registered.entry) {
            return Ok(registered);
        }
        Err(Misunderstanding::NotPermitted {
            entry: Arc::clone(&registered.entry),
        })
    }

    /// The tree and the patterns give only indices of commands that exist.
    fn registered(&self, index: usize) -> Result<&Registered, Misunderstanding> {
        self.commands.get(index).ok_or(Misunderstanding::Empty)
    }
}

impl std::fmt::Debug for Registry {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let paths: Vec<&str> = self.commands.iter().map(|it| it.entry.path()).collect();
        formatter
            .debug_struct("Registry")
            .field("commands", &paths)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
