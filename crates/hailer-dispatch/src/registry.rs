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
use crate::policy::{Asker, Asking, Decision, HeldCall, Permit, Policy, Refusal, Standing, Values};
use crate::reader::Reader;
use crate::secret::{self, Secrets};
use crate::text::MessageText;
use crate::tree::{Found, Tree};

use understand::misused;

mod check;
mod digest;
mod error;
mod judge;
mod separate;
mod understand;

pub use error::{RegistryError, RegistryErrors};
pub use judge::Judgement;

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
    cooldowns: Arc<Cooldowns>,
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

    /// Goes on with the cooldowns that commands of the same paths began in another registry.
    #[must_use]
    pub fn following(mut self, before: &Self) -> Self {
        self.cooldowns = Arc::clone(&before.cooldowns);
        self
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
        self: &Arc<Self>,
        inquiry: &Arc<Inquiry>,
        policy: &Arc<Policy>,
    ) -> Result<Call, Misunderstanding> {
        self.dispatch_at(inquiry, policy, Pause::Kept)
    }

    /// Does the same for a message that was let pass before, and waited: for a second word, or for its turn.
    ///
    /// # Errors
    ///
    /// As [`Registry::dispatch`].
    pub fn dispatch_again(
        self: &Arc<Self>,
        inquiry: &Arc<Inquiry>,
        policy: &Arc<Policy>,
    ) -> Result<Call, Misunderstanding> {
        self.dispatch_at(inquiry, policy, Pause::Passed)
    }

    fn dispatch_at(
        self: &Arc<Self>,
        inquiry: &Arc<Inquiry>,
        policy: &Arc<Policy>,
        pause: Pause,
    ) -> Result<Call, Misunderstanding> {
        let standing = policy.standing(Asker::of(&inquiry.activity, &inquiry.webhook));
        let desk = Desk::guarded(policy, &standing)?;
        let (index, mut matches) = self.understand(&inquiry.text, &desk)?;
        let permit = self.permit(&desk, index, &matches)?;
        let registered = self.registered(permit.command())?;
        let entry = &registered.entry;
        // A job was let pass when it was asked for.
        if let Some(cooldown) = entry.spec().cooldown
            && inquiry.job.get().is_none()
            && pause == Pause::Kept
        {
            self.cooldowns
                .begin(entry.shared_path(), cooldown, inquiry)
                .map_err(|wait| Misunderstanding::TooSoon {
                    entry: Arc::clone(entry),
                    wait,
                })?;
        }
        let declared = registered.reader.declared();
        let held = policy.held(&standing, index, |names| {
            Values::read(declared, &matches, names)
        });
        let arguments = if entry.leaves_a_trace() || held.is_some() {
            lock::given(entry, declared, &matches)
        } else {
            Vec::new()
        };
        let asking = held.map(|(held, values)| {
            let call = HeldCall {
                command: index,
                values,
                digest: digest::digest(registered, &arguments, inquiry),
                asker: standing.asker().clone(),
            };
            Asking::new(policy, held, call)
        });
        let secrets = Secrets::of(entry, declared, &matches);
        let retold = (!secrets.is_empty()).then(|| secret::retold(entry, declared, &matches));
        let lock = entry.lock().map(|name| lock::fill(name, &arguments));
        let bound = Arc::clone(&registered.command)
            .bind(&mut matches, &permit)
            .map_err(|error| misused(registered, UsageProblem::Other(error.kind().to_string())))?;
        Ok(Call {
            entry: Arc::clone(entry),
            bound,
            invocation: Invocation::new(
                Arc::clone(inquiry),
                Arc::clone(entry),
                Arc::clone(self),
                Arc::clone(policy),
                permit,
                secrets.clone(),
            ),
            hooks: Arc::clone(&registered.hooks),
            lock,
            arguments,
            asking,
            secrets,
            retold,
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

    /// Lets a policy decide, with the arguments when it depends on them.
    fn permit(
        &self,
        desk: &Desk<'_>,
        index: usize,
        matches: &clap::ArgMatches,
    ) -> Result<Permit, Misunderstanding> {
        let registered = self.registered(index)?;
        let Desk::Guarded { policy, standing } = desk else {
            return Err(Misunderstanding::Empty);
        };
        let values = |names: &[String]| Values::read(registered.reader.declared(), matches, names);
        policy
            .permit(standing, index, values)
            .map_err(|refusal| not_permitted(registered, refusal))
    }

    fn permitted(&self, index: usize, desk: &Desk<'_>) -> Result<&Registered, Misunderstanding> {
        let registered = self.registered(index)?;
        match desk.decide(index) {
            Decision::Refused(refusal) => Err(not_permitted(registered, refusal)),
            Decision::Permitted(_) | Decision::Depends => Ok(registered),
        }
    }

    /// The tree and the patterns give only indices of commands that exist.
    fn registered(&self, index: usize) -> Result<&Registered, Misunderstanding> {
        self.commands.get(index).ok_or(Misunderstanding::Empty)
    }
}

/// Whether a message waits for the pause that its command wants.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pause {
    Kept,
    Passed,
}

/// Who looks at what is understood: nobody, when an example is read at start, or a policy.
enum Desk<'p> {
    Open,
    Guarded {
        policy: &'p Policy,
        standing: &'p Standing<'p>,
    },
}

impl<'p> Desk<'p> {
    /// Lets nobody in for whom nothing at all is done: not even what they meant is looked for.
    fn guarded(policy: &'p Policy, standing: &'p Standing<'p>) -> Result<Self, Misunderstanding> {
        match standing.barred() {
            Some(refusal) => Err(Misunderstanding::NotPermitted {
                entry: None,
                refusal: refusal.clone(),
            }),
            None => Ok(Self::Guarded { policy, standing }),
        }
    }

    fn decide(&self, command: usize) -> Decision {
        match self {
            Self::Open => Decision::Depends,
            Self::Guarded { policy, standing } => policy.decide_early(standing, command),
        }
    }

    fn may_run(&self, command: usize) -> bool {
        !matches!(self.decide(command), Decision::Refused(_))
    }
}

fn not_permitted(registered: &Registered, refusal: Refusal) -> Misunderstanding {
    Misunderstanding::NotPermitted {
        entry: Some(Arc::clone(&registered.entry)),
        refusal,
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
