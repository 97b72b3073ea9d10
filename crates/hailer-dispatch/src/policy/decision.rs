//! What a policy says, and why.

use std::fmt;
use std::sync::Arc;

use crate::policy::DefaultPermission;
use crate::spec::Effect;

/// What a policy says to one person, in one place, about one command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// The command may run.
    Permitted(Grant),
    /// The command may not run.
    Refused(Refusal),
    /// It depends on the arguments, which are not known yet.
    Depends,
}

/// Why a command may run.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Grant {
    /// Everybody may always run it: without it nobody could find out why they may do nothing.
    Always,
    /// What holds without a rule lets everybody run it.
    Default(DefaultPermission),
    /// As [`Grant::Default`], of a command that looks itself at who may do what with it.
    ChecksItself,
    /// A rule lets the person run it.
    Rule {
        /// Where the rule is written: `hailer.toml:49`.
        place: Arc<str>,
    },
}

/// Why a command may not run.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The message says another tenant than the webhook is pinned to: somebody uses a key that is not theirs, or the
    /// pin is wrong.
    OtherTenant {
        /// Where the webhook is written.
        place: Arc<str>,
    },
    /// The message says another team than the webhook is pinned to.
    OtherTeam {
        /// Where the webhook is written.
        place: Arc<str>,
    },
    /// The person is blocked.
    Blocked,
    /// The message names no person that a rule could name.
    NoIdentity,
    /// The command does more than may be done by this webhook.
    OverEffect {
        /// Where the webhook is written.
        place: Arc<str>,
        /// The most that may be done.
        max: Effect,
    },
    /// The command is not among those of this webhook.
    OtherCommands {
        /// Where the webhook is written.
        place: Arc<str>,
    },
    /// Commands do not run in this channel.
    OtherChannel {
        /// Where the webhook is written.
        place: Arc<str>,
        /// The channels in which they do, as far as their names are known.
        names: Vec<Arc<str>>,
    },
    /// A rule denies it.
    Rule {
        /// Where the rule is written.
        place: Arc<str>,
        /// What it has to say.
        say: Option<Arc<str>>,
    },
    /// It is frozen for a while.
    Frozen {
        /// Where the freeze is written.
        place: Arc<str>,
        /// What it has to say.
        say: Option<Arc<str>>,
        /// When it ends, in milliseconds since 1970.
        until_ms: i64,
        /// The same as people read it.
        until: Arc<str>,
    },
    /// No rule allows it.
    NoRule(NearMiss),
}

/// The rules that would allow a command to somebody else, somewhere else, or with other arguments.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NearMiss {
    /// Where the nearest rule is written.
    pub place: Option<Arc<str>>,
    /// What it has to say.
    pub say: Option<Arc<str>>,
    /// The groups that may run it here.
    pub groups: Vec<Arc<str>>,
    /// Whether this person may run it in another place.
    pub is_elsewhere: bool,
    /// The names of those places, as far as they are known.
    pub elsewhere: Vec<Arc<str>>,
    /// The arguments with which this person may run it here: `env staging`.
    pub with: Vec<String>,
}

impl Decision {
    /// Says whether the command may run with these arguments.
    pub fn is_permitted(&self) -> bool {
        matches!(self, Self::Permitted(_))
    }

    /// Returns where the rule is written that decided, if one did.
    pub fn place(&self) -> Option<&str> {
        match self {
            Self::Permitted(grant) => grant.place(),
            Self::Refused(refusal) => refusal.place(),
            Self::Depends => None,
        }
    }
}

impl Grant {
    /// Returns where the rule is written that allows it, if one does.
    pub fn place(&self) -> Option<&str> {
        match self {
            Self::Rule { place } => Some(place),
            Self::Always | Self::Default(_) | Self::ChecksItself => None,
        }
    }
}

impl Refusal {
    /// Returns where the rule or the webhook is written that refuses it; none when nothing that is written does.
    pub fn place(&self) -> Option<&str> {
        match self {
            Self::OtherTenant { place }
            | Self::OtherTeam { place }
            | Self::OverEffect { place, .. }
            | Self::OtherCommands { place }
            | Self::OtherChannel { place, .. }
            | Self::Rule { place, .. }
            | Self::Frozen { place, .. } => Some(place),
            Self::Blocked | Self::NoIdentity | Self::NoRule(_) => None,
        }
    }

    /// Says whether it looks as if somebody uses the key of a webhook that is not theirs.
    pub fn is_alarming(&self) -> bool {
        matches!(self, Self::OtherTenant { .. } | Self::OtherTeam { .. })
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Permitted(grant) => write!(formatter, "{grant}"),
            Self::Refused(refusal) => write!(formatter, "{refusal}"),
            Self::Depends => formatter.write_str("it depends on the arguments"),
        }
    }
}

impl fmt::Display for Grant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Always => formatter.write_str("everybody may always run it"),
            Self::Default(DefaultPermission::Allow) => {
                formatter.write_str("[permissions] default lets everybody run everything")
            }
            Self::Default(_) => {
                formatter.write_str("[permissions] default lets everybody run what only reads")
            }
            Self::ChecksItself => formatter
                .write_str("everybody may type it; it looks itself at who may do just that"),
            Self::Rule { place } => write!(formatter, "the rule at {place} allows it"),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherTenant { place } => {
                write!(
                    formatter,
                    "the webhook at {place} belongs to another tenant"
                )
            }
            Self::OtherTeam { place } => {
                write!(formatter, "the webhook at {place} belongs to another team")
            }
            Self::Blocked => formatter.write_str("[permissions] blocked names this person"),
            Self::NoIdentity => {
                formatter.write_str("the message has no Entra ID that a rule could name")
            }
            Self::OverEffect { place, max } => write!(
                formatter,
                "max_effect of the webhook at {place} is {}",
                max.as_str()
            ),
            Self::OtherCommands { place } => write!(
                formatter,
                "it is not among the commands of the webhook at {place}"
            ),
            Self::OtherChannel { place, .. } => write!(
                formatter,
                "this is not among the channels of the webhook at {place}"
            ),
            Self::Rule { place, .. } => write!(formatter, "the rule at {place} denies it"),
            Self::Frozen { place, until, .. } => {
                write!(formatter, "the freeze at {place} holds until {until}")
            }
            Self::NoRule(near) => write!(formatter, "{near}"),
        }
    }
}

impl fmt::Display for NearMiss {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("no rule allows it")?;
        let Some(place) = &self.place else {
            return Ok(());
        };
        write!(formatter, "; the rule at {place} would")?;
        if !self.with.is_empty() {
            write!(formatter, ", with {}", self.with.join(" or "))
        } else if self.is_elsewhere && !self.elsewhere.is_empty() {
            write!(formatter, ", in {}", self.elsewhere.join(" or "))
        } else if self.is_elsewhere {
            formatter.write_str(", in another place")
        } else if !self.groups.is_empty() {
            write!(formatter, ", for {}", self.groups.join(" or "))
        } else {
            formatter.write_str(", for others")
        }
    }
}
