//! A command on its way to being run.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use hailer_reply::{Reply, escape};

use crate::arguments::AGAIN;
use crate::catalog::Entry;
use crate::command::{Bound, CommandResult};
use crate::command_error::CommandError;
use crate::hook::AnyHook;
use crate::invocation::Invocation;
use crate::policy::{Asking, Evidence, Permit, Unreleased};
use crate::secret::Secrets;

/// What phones make of `--again`.
const PHONES: [&str; 2] = ["\u{2014}again", "\u{2013}again"];

/// A command that was found, allowed and understood; it only needs to be run.
pub struct Call {
    pub(crate) entry: Arc<Entry>,
    pub(crate) bound: Bound,
    pub(crate) invocation: Invocation,
    pub(crate) hooks: Arc<[Arc<dyn AnyHook>]>,
    pub(crate) lock: Option<String>,
    pub(crate) arguments: Vec<(String, String)>,
    /// While this is there, nothing runs.
    pub(crate) asking: Option<Asking>,
    pub(crate) secrets: Secrets,
    pub(crate) retold: Option<String>,
}

impl Call {
    /// Returns the description of the command.
    pub fn entry(&self) -> &Arc<Entry> {
        &self.entry
    }

    /// Returns the proof that the command may run.
    pub fn permit(&self) -> &Permit {
        self.invocation.permit()
    }

    /// Returns where the rule is written that lets the command run; nothing when none has to.
    pub fn rule(&self) -> String {
        let place = self.permit().grant().place();
        place.unwrap_or_default().to_owned()
    }

    /// Returns the time after which "still working" is answered, when the command wants less than configured.
    pub fn deadline(&self) -> Option<std::time::Duration> {
        self.entry.spec().deadline
    }

    /// Says whether the command promised to answer at once, and nothing else is done round it.
    pub fn is_immediate(&self) -> bool {
        self.entry.spec().is_immediate
            && self.hooks.is_empty()
            && self.deadline().is_none()
            && self.asking.is_none()
    }

    /// Returns the lock that the call needs, with the values of its arguments in it.
    pub fn lock(&self) -> Option<&str> {
        self.lock.as_deref()
    }

    /// Returns the arguments as they were given, by name, for commands that leave a trace: none of one that only
    /// looks and is no job. Secrets are `***`.
    pub fn arguments(&self) -> &[(String, String)] {
        &self.arguments
    }

    /// Returns the secrets among the arguments.
    pub fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// Says whether it was said with `--again`, so that it is to run although the same is under way.
    pub fn is_again(&self) -> bool {
        let mut words = self.invocation.text().split(' ');
        self.entry.takes_again() && words.any(|it| it == AGAIN || PHONES.contains(&it))
    }

    /// Returns what may be kept and shown of the message: all of it, unless there are secrets in it; then the call is
    /// written anew from its arguments, with `***` for the secrets.
    pub fn text(&self) -> &str {
        self.retold.as_deref().unwrap_or(self.invocation.text())
    }

    /// Says whether the command leaves a trace: it changes something, is a job, or needs a lock.
    pub fn leaves_a_trace(&self) -> bool {
        self.entry.leaves_a_trace()
    }

    /// Returns what holds the call back: until it is released it does not run.
    pub fn asking(&self) -> Option<&Asking> {
        self.asking.as_ref()
    }

    /// Lets the call run that was held back.
    ///
    /// # Errors
    ///
    /// What is missing.
    pub fn release(mut self, evidence: &Evidence<'_>) -> Result<Self, Unreleased> {
        if let Some(asking) = &self.asking {
            asking.check(evidence)?;
        }
        self.asking = None;
        Ok(self)
    }

    /// Checks the arguments against the world before the call is put in a queue, so that a mistake is told at once.
    /// Where hooks could refuse the call first, nothing is checked yet.
    ///
    /// # Errors
    ///
    /// What the command's own check says.
    pub async fn check(mut self) -> Result<Self, CommandError> {
        if self.hooks.is_empty() {
            self.bound = self.bound.check(self.invocation.clone()).await?;
        }
        Ok(self)
    }

    /// Runs the command, with the hooks round it. A call that is held back does not run, and says so.
    pub fn run(self) -> BoxFuture<'static, CommandResult> {
        if let Some(asking) = &self.asking {
            let told = format!("Nothing was started: {asking}.");
            return Box::pin(std::future::ready(Err(CommandError::told(told))));
        }
        let Self {
            entry,
            bound,
            invocation,
            hooks,
            ..
        } = self;
        if hooks.is_empty() && entry.replacement().is_none() {
            return bound.run(invocation);
        }
        Box::pin(async move {
            let result = run_with_hooks(&hooks, bound, invocation.clone()).await;
            match entry.replacement() {
                Some(replacement) => result.map(|reply| with_note(reply, &invocation, replacement)),
                None => result,
            }
        })
    }
}

/// Runs the hooks in order, the command, and in reverse order the hooks that let it pass.
async fn run_with_hooks(
    hooks: &[Arc<dyn AnyHook>],
    bound: Bound,
    invocation: Invocation,
) -> CommandResult {
    let mut passed = Vec::with_capacity(hooks.len());
    let mut result = Ok(());
    for hook in hooks {
        result = hook.before(&invocation).await;
        if result.is_err() {
            break;
        }
        passed.push(hook);
    }
    let result = match result {
        Ok(()) => bound.run(invocation.clone()).await,
        Err(refusal) => Err(refusal),
    };
    for hook in passed.into_iter().rev() {
        hook.after(&invocation, &result).await;
    }
    result
}

/// Says on a reply that its command is old.
fn with_note(reply: Reply, invocation: &Invocation, replacement: &str) -> Reply {
    reply.then_markdown(format!(
        "{} is old; use **@{} {}** instead.",
        escape(invocation.command().path()),
        escape(invocation.bot()),
        escape(replacement)
    ))
}

impl std::fmt::Debug for Call {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Call")
            .field("command", &self.entry.path())
            .finish_non_exhaustive()
    }
}
