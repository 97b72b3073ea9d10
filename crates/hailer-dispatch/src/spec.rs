//! What a command says of itself beyond its arguments.

use std::time::Duration;

use crate::approval::{Approval, Confirming};

/// What running a command does to the world; decides who may run it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// Looks, and changes nothing.
    Read,
    /// Changes something that can be changed back.
    Write,
    /// Changes something that cannot, or that many people feel.
    Destructive,
}

impl Effect {
    /// Returns the word that configuration and JSON use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Destructive => "destructive",
        }
    }
}

/// How long people wait before a command runs again, and who waits.
///
/// It is kept in memory by each process: a courtesy to what the command asks, and no protection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cooldown {
    pub(crate) time: Duration,
    pub(crate) scope: CooldownScope,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CooldownScope {
    Person,
    Channel,
    Everybody,
}

impl Cooldown {
    /// Each person waits by themselves.
    pub fn per_person(time: Duration) -> Self {
        Self {
            time,
            scope: CooldownScope::Person,
        }
    }

    /// Everybody in a channel waits.
    pub fn per_channel(time: Duration) -> Self {
        Self {
            time,
            scope: CooldownScope::Channel,
        }
    }

    /// Everybody waits.
    pub fn for_everybody(time: Duration) -> Self {
        Self {
            time,
            scope: CooldownScope::Everybody,
        }
    }
}

/// An example of a command, shown in help and parsed at start: an example that does not work is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// What to type, without the mention.
    pub text: String,
    /// What it does.
    pub note: String,
}

/// What a command says of itself: how it is called, what it does, what clap has no place for.
///
/// # Examples
///
/// ```
/// use hailer_dispatch::{Effect, Spec};
///
/// let spec = Spec::new("deploy status", "What is running where")
///     .effect(Effect::Read)
///     .group("Deploys")
///     .alias("ds")
///     .example("deploy status api", "what runs of api");
/// assert_eq!(spec.path(), "deploy status");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spec {
    path: String,
    summary: String,
    pub(crate) group: Option<String>,
    pub(crate) effect: Effect,
    pub(crate) aliases: Vec<String>,
    pub(crate) examples: Vec<Example>,
    pub(crate) patterns: Vec<String>,
    pub(crate) rest: Option<String>,
    pub(crate) deadline: Option<Duration>,
    pub(crate) is_immediate: bool,
    pub(crate) is_hidden: bool,
    pub(crate) replacement: Option<String>,
    pub(crate) cooldown: Option<Cooldown>,
    pub(crate) job: JobSpec,
    pub(crate) confirming: Confirming,
    pub(crate) approval: Option<Approval>,
    pub(crate) secrets: Vec<String>,
    pub(crate) checks_itself: bool,
}

/// How a command runs that outlives its reply.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct JobSpec {
    pub(crate) is_job: bool,
    pub(crate) is_idempotent: bool,
    pub(crate) is_gated: bool,
    pub(crate) time_limit: Option<Duration>,
    pub(crate) lock: Option<String>,
    pub(crate) at_once: Option<u32>,
    pub(crate) despite_holds: bool,
}

impl Spec {
    /// Names the command by its path, words separated by a space, and says in up to 60 characters what it does.
    ///
    /// Until [`Spec::effect`] says otherwise the command counts as [`Effect::Destructive`], so that forgetting
    /// to say it opens nothing.
    pub fn new(path: impl Into<String>, summary: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            summary: summary.into(),
            group: None,
            effect: Effect::Destructive,
            aliases: Vec::new(),
            examples: Vec::new(),
            patterns: Vec::new(),
            rest: None,
            deadline: None,
            is_immediate: false,
            is_hidden: false,
            replacement: None,
            cooldown: None,
            job: JobSpec::default(),
            confirming: Confirming::ByEffect,
            approval: None,
            secrets: Vec::new(),
            checks_itself: false,
        }
    }

    /// Declares what running the command does to the world.
    #[must_use]
    pub fn effect(mut self, effect: Effect) -> Self {
        self.effect = effect;
        self
    }

    /// Puts the command under a heading of help; the module's title when left out.
    #[must_use]
    pub fn group(mut self, group: impl Into<String>) -> Self {
        self.group = Some(group.into());
        self
    }

    /// Adds another path by which the command is found.
    #[must_use]
    pub fn alias(mut self, alias: impl Into<String>) -> Self {
        self.aliases.push(alias.into());
        self
    }

    /// Adds an example: what to type without the mention, and what it does.
    #[must_use]
    pub fn example(mut self, text: impl Into<String>, note: impl Into<String>) -> Self {
        self.examples.push(Example {
            text: text.into(),
            note: note.into(),
        });
        self
    }

    /// Lets a free phrase reach the command: a regular expression for the whole message, whose named groups are
    /// arguments. Case does not matter, nor does a `?`, `!` or `.` at the end.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hailer_dispatch::Spec;
    /// Spec::new("status", "Is it up?").pattern(r"is (?<service>\w+) up");
    /// ```
    #[must_use]
    pub fn pattern(mut self, pattern: impl Into<String>) -> Self {
        self.patterns.push(pattern.into());
        self
    }

    /// Gives the named positional argument, the last one, the rest of the message as it was written: line breaks
    /// stay, nothing is split, unquoted or taken for an option.
    #[must_use]
    pub fn rest_of_message(mut self, argument: impl Into<String>) -> Self {
        self.rest = Some(argument.into());
        self
    }

    /// Answers "still working" after this time instead of the configured one, when it is shorter.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Promises that the command only computes, for less than a millisecond: it blocks never and waits for nothing.
    ///
    /// It then runs where its message arrived, which spares it changing threads twice. Should it wait
    /// nevertheless, it goes on where other commands run; should it block, it holds up other messages.
    #[must_use]
    pub fn immediate(mut self) -> Self {
        self.is_immediate = true;
        self
    }

    /// Leaves the command out of help's lists; it can be run all the same.
    #[must_use]
    pub fn hidden(mut self) -> Self {
        self.is_hidden = true;
        self
    }

    /// Keeps the command for those who know it, out of help's lists, with a note on each reply that names the
    /// command to use instead: its path, which must exist.
    #[must_use]
    pub fn deprecated(mut self, replacement: impl Into<String>) -> Self {
        self.replacement = Some(replacement.into());
        self.is_hidden = true;
        self
    }

    /// Promises that the command itself looks, each time, at whether this person may do just this, because it depends
    /// on the thing: on whose job it is, say. For rules and ceilings it counts as one that reads, whatever its effect
    /// on the thing is, and it writes down itself what it does: its calls are no jobs and have no row of their own.
    #[must_use]
    pub fn checks_itself(mut self) -> Self {
        self.checks_itself = true;
        self
    }

    /// Keeps the values of the named argument from everything that is kept and shown: they are `***` in the text of
    /// jobs, in the audit, in replies and in the log. An argument of type
    /// [`SecretText`](crate::SecretText) is kept so anyway.
    ///
    /// The message of a queued job with a secret is only in the memory of the process that took it; when that ends
    /// before the job began, the job ends as interrupted. Such a job cannot be retried.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hailer_dispatch::{Effect, Spec};
    /// Spec::new("vault unseal", "Unseals the vault").effect(Effect::Write).secret("key");
    /// ```
    #[must_use]
    pub fn secret(mut self, argument: impl Into<String>) -> Self {
        self.secrets.push(argument.into());
        self
    }

    /// Makes people wait before they run the command again.
    #[must_use]
    pub fn cooldown(mut self, cooldown: Cooldown) -> Self {
        self.cooldown = Some(cooldown);
        self
    }

    /// Makes each call a job where the bot has a store: the person reads its id at once, it is run when its turn
    /// comes, and its result is kept. Without a store it runs like any other command.
    ///
    /// # Examples
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use hailer_dispatch::{Effect, Spec};
    /// Spec::new("deploy run", "Ship a version")
    ///     .effect(Effect::Write)
    ///     .job()
    ///     .time_limit(Duration::from_secs(10 * 60))
    ///     .lock("deploy/{service}")
    ///     .at_once(2);
    /// ```
    #[must_use]
    pub fn job(mut self) -> Self {
        self.job.is_job = true;
        self
    }

    /// Promises that running the command twice does what running it once does, so that a job which was cut off is
    /// run again by itself, three times at most. Without it such a job ends as interrupted, and a person decides.
    #[must_use]
    pub fn idempotent(mut self) -> Self {
        self.job.is_idempotent = true;
        self
    }

    /// Promises that nothing of the command happens before it calls
    /// [`Invocation::note_start`](crate::Invocation::note_start), and that it does so. Until then its job counts as
    /// not begun, also after a crash. For commands that start a process which waits for a last word.
    #[must_use]
    pub fn gated(mut self) -> Self {
        self.job.is_gated = true;
        self
    }

    /// Ends the command's job after this time; 15 minutes when left out, and never more than `[jobs] max_time`.
    #[must_use]
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.job.time_limit = Some(limit);
        self
    }

    /// Lets nothing else with the same lock run meanwhile, of this command or another. Names of arguments in braces
    /// stand for their values, whatever their case: `deploy/{env}`. Needs a store.
    #[must_use]
    pub fn lock(mut self, name: impl Into<String>) -> Self {
        self.job.lock = Some(name.into());
        self
    }

    /// Runs no more than this many jobs of the command at once; further ones wait. For commands that are jobs.
    #[must_use]
    pub fn at_once(mut self, jobs: u32) -> Self {
        self.job.at_once = Some(jobs);
        self
    }

    /// Lets the command run although somebody froze what changes something, or holds its lock: it is what ends that, or what helps
    /// meanwhile.
    #[must_use]
    pub fn despite_holds(mut self) -> Self {
        self.job.despite_holds = true;
        self
    }

    /// Asks the sender whether they mean it, and runs the command when they type `yes CODE`. A destructive command asks
    /// without this.
    #[must_use]
    pub fn confirmed(mut self) -> Self {
        self.confirming = Confirming::Always;
        self
    }

    /// Runs the command at once although it is destructive, unless `[confirm] commands` names it.
    #[must_use]
    pub fn unconfirmed(mut self) -> Self {
        self.confirming = Confirming::Never;
        self
    }

    /// Runs the command only when others have approved it. A configuration can ask for more of it, never for none. Needs a
    /// store.
    #[must_use]
    pub fn approval(mut self, approval: Approval) -> Self {
        self.approval = Some(approval);
        self
    }

    /// Returns the command's path: words separated by one space.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns what the command does, in a line.
    pub fn summary(&self) -> &str {
        &self.summary
    }
}
