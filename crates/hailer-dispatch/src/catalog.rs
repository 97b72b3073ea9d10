//! The commands as help sees them.

use std::sync::Arc;
use std::time::Duration;

use crate::argument::Argument;
use crate::spec::{Effect, Example, Spec};

/// One command, described.
#[derive(Debug, Clone)]
pub struct Entry {
    spec: Spec,
    arguments: Vec<Argument>,
    usage: String,
    shared_path: Arc<str>,
}

impl Entry {
    pub(crate) fn new(spec: Spec, clap: &clap::Command) -> Self {
        let arguments = Argument::all(&spec, clap);
        let words = arguments.iter().map(Argument::usage);
        let usage = std::iter::once(spec.path().to_owned())
            .chain(words)
            .collect::<Vec<_>>()
            .join(" ");
        Self {
            shared_path: spec.path().into(),
            spec,
            arguments,
            usage,
        }
    }

    /// Returns the path: `deploy status`.
    pub fn path(&self) -> &str {
        self.spec.path()
    }

    /// Returns the path to keep: it costs no copy.
    pub fn shared_path(&self) -> &Arc<str> {
        &self.shared_path
    }

    /// Returns what the command does, in a line.
    pub fn summary(&self) -> &str {
        self.spec.summary()
    }

    /// Returns the heading it stands under.
    pub fn group(&self) -> &str {
        self.spec.group.as_deref().unwrap_or_default()
    }

    /// Returns what running it does to the world.
    pub fn effect(&self) -> Effect {
        self.spec.effect
    }

    /// Says whether it looks itself, each time, at whether somebody may do just this.
    pub fn checks_itself(&self) -> bool {
        self.spec.checks_itself
    }

    /// Returns the effect by which rules and ceilings judge it.
    pub fn permission_effect(&self) -> Effect {
        if self.checks_itself() {
            Effect::Read
        } else {
            self.effect()
        }
    }

    /// Returns the other paths by which it is found.
    pub fn aliases(&self) -> &[String] {
        &self.spec.aliases
    }

    /// Returns its examples.
    pub fn examples(&self) -> &[Example] {
        &self.spec.examples
    }

    /// Returns the free phrases that reach it.
    pub fn patterns(&self) -> &[String] {
        &self.spec.patterns
    }

    /// Says whether help's lists leave it out.
    pub fn is_hidden(&self) -> bool {
        self.spec.is_hidden
    }

    /// Returns the command to use instead, when this one is deprecated.
    pub fn replacement(&self) -> Option<&str> {
        self.spec.replacement.as_deref()
    }

    /// Says whether each call is a job.
    pub fn is_job(&self) -> bool {
        self.spec.job.is_job
    }

    /// Says whether a call of it is written down before it runs: it changes something, is a job, or needs a lock.
    pub fn leaves_a_trace(&self) -> bool {
        self.permission_effect() != Effect::Read || self.is_job() || self.lock().is_some()
    }

    /// Says whether `--again` lets it run although the same is under way: it would be written down twice, and has no
    /// option of that name itself.
    pub fn takes_again(&self) -> bool {
        let mut arguments = self.arguments.iter();
        self.leaves_a_trace() && self.spec.rest.is_none() && !arguments.any(|it| it.name == "again")
    }

    /// Says whether running it twice does what running it once does.
    pub fn is_idempotent(&self) -> bool {
        self.spec.job.is_idempotent
    }

    /// Says whether it says itself when it begins.
    pub fn is_gated(&self) -> bool {
        self.spec.job.is_gated
    }

    /// Returns how long it may run as a job, when it says so.
    pub fn time_limit(&self) -> Option<Duration> {
        self.spec.job.time_limit
    }

    /// Returns its lock as it was declared: `deploy/{env}`.
    pub fn lock(&self) -> Option<&str> {
        self.spec.job.lock.as_deref()
    }

    /// Returns how many of its jobs may run at once, when it says so.
    pub fn at_once(&self) -> Option<u32> {
        self.spec.job.at_once
    }

    /// Says whether it runs although somebody froze what changes something, or holds its lock.
    pub fn runs_despite_holds(&self) -> bool {
        self.spec.job.despite_holds
    }

    /// Says whether any of its arguments must neither be kept nor shown.
    pub fn has_secrets(&self) -> bool {
        self.arguments.iter().any(|it| it.is_secret)
    }

    /// Returns its arguments, positional ones first.
    pub fn arguments(&self) -> &[Argument] {
        &self.arguments
    }

    /// Returns how to call it, without the mention: `deploy status <service> [--env env]`.
    pub fn usage(&self) -> &str {
        &self.usage
    }

    pub(crate) fn spec(&self) -> &Spec {
        &self.spec
    }
}

/// The commands in the order of their registration.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    entries: Vec<Arc<Entry>>,
}

impl Catalog {
    pub(crate) fn push(&mut self, entry: Arc<Entry>) {
        self.entries.push(entry);
    }

    /// Returns the commands in the order of their registration, hidden ones included.
    pub fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().map(Arc::as_ref)
    }

    /// Returns a command by its place in the order of registration.
    pub(crate) fn get(&self, index: usize) -> Option<&Entry> {
        self.entries.get(index).map(Arc::as_ref)
    }

    /// Returns the commands that meet a condition, in the same order.
    #[must_use]
    pub(crate) fn filtered(&self, keeps: impl Fn(usize) -> bool) -> Self {
        let entries = self.entries.iter().enumerate();
        Self {
            entries: entries
                .filter(|(index, _)| keeps(*index))
                .map(|(_, entry)| Arc::clone(entry))
                .collect(),
        }
    }

    /// Returns how many commands there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Says whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}
