//! What a command asks for before it runs: the sender's second word, or the yes of somebody else.

use std::fmt;
use std::time::Duration;

use crate::policy::Whom;

/// What has to be approved, and by whom: declared by a command with [`Spec::approval`](crate::Spec::approval), or by a
/// configuration for a command and the values of its arguments.
///
/// Whoever asks never counts, and nobody counts twice.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use hailer_dispatch::{Approval, Effect, Spec, Via};
///
/// Spec::new("deploy run", "Ship a version").effect(Effect::Write).approval(
///     Approval::by_another()
///         .of_group("sre")
///         .count(2)
///         .expires(Duration::from_secs(30 * 60))
///         .via(Via::OtherWebhook),
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    pub(crate) by: Vec<Whom>,
    pub(crate) count: u32,
    pub(crate) expires: Duration,
    pub(crate) run_within: Duration,
    pub(crate) via: Vec<Via>,
    pub(crate) follow_up: Option<String>,
}

/// By which way an approval comes. A webhook's token is known to every owner of its team, and whoever has it can write
/// both the request and the yes; a yes that comes another way needs something else as well.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Via {
    /// The webhook by which the request came.
    SameWebhook,
    /// Any other webhook.
    OtherWebhook,
    /// The webhook of this name.
    Webhook(String),
    /// `hailer approvals approve` on the computer where the bot runs.
    CommandLine,
}

impl Approval {
    /// How long an approval is waited for when nothing is said.
    pub const EXPIRES: Duration = Duration::from_secs(30 * 60);

    /// How long after its approval a call may start when nothing is said.
    pub const RUN_WITHIN: Duration = Duration::from_secs(60 * 60);

    /// Asks for the yes of one other person who may run the same.
    pub fn by_another() -> Self {
        Self {
            by: Vec::new(),
            count: 1,
            expires: Self::EXPIRES,
            run_within: Self::RUN_WITHIN,
            via: Vec::new(),
            follow_up: None,
        }
    }

    /// Lets the members of a group of the configuration approve, whether they may run the command or not. Several groups
    /// are alternatives.
    #[must_use]
    pub fn of_group(self, group: impl Into<String>) -> Self {
        self.of(Whom::Group(group.into()))
    }

    /// As [`Approval::of_group`], for whomever a configuration names.
    #[must_use]
    pub fn of(mut self, whom: Whom) -> Self {
        self.by.push(whom);
        self
    }

    /// Asks for the yes of this many people; 0 counts as 1.
    #[must_use]
    pub fn count(mut self, people: u32) -> Self {
        self.count = people.max(1);
        self
    }

    /// Waits this long for the approval; 30 minutes when left out.
    #[must_use]
    pub fn expires(mut self, after: Duration) -> Self {
        self.expires = after;
        self
    }

    /// Lets the call start no later than this after its approval; an hour when left out.
    #[must_use]
    pub fn run_within(mut self, time: Duration) -> Self {
        self.run_within = time;
        self
    }

    /// Takes a yes that comes this way; several ways are alternatives. When none is named, a destructive command takes
    /// [`Via::OtherWebhook`] and [`Via::CommandLine`], any other command also [`Via::SameWebhook`].
    #[must_use]
    pub fn via(mut self, via: Via) -> Self {
        self.via.push(via);
        self
    }

    /// Returns the groups that are named.
    pub fn groups(&self) -> Vec<&str> {
        let groups = self.by.iter().filter_map(|whom| match whom {
            Whom::Group(name) => Some(name.as_str()),
            Whom::Everyone => None,
        });
        groups.collect()
    }

    /// Says whether anybody else may approve.
    pub fn is_for_everyone(&self) -> bool {
        self.by.contains(&Whom::Everyone)
    }

    /// Returns how many people have to say yes.
    pub fn wanted(&self) -> u32 {
        self.count
    }

    /// Tells those who can approve by this follow-up of the configuration.
    #[must_use]
    pub fn tells(mut self, follow_up: impl Into<String>) -> Self {
        self.follow_up = Some(follow_up.into());
        self
    }
}

impl fmt::Display for Via {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SameWebhook => formatter.write_str("same-webhook"),
            Self::OtherWebhook => formatter.write_str("other-webhook"),
            Self::Webhook(name) => write!(formatter, "webhook:{name}"),
            Self::CommandLine => formatter.write_str("cli"),
        }
    }
}

/// Whether the sender of a command is asked whether they mean it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Confirming {
    /// When it is destructive.
    #[default]
    ByEffect,
    /// Always.
    Always,
    /// Never.
    Never,
}
