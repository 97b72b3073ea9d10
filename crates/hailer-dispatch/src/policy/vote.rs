//! Whether a yes counts, and whether a call that was held back may run.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use crate::approval::Via;
use crate::policy::asker::Asker;
use crate::policy::asking::Asking;
use crate::policy::decision::{Decision, Refusal};
use crate::policy::need::Need;
use crate::policy::{Policy, lower};

/// Somebody who says yes.
#[derive(Debug, Clone)]
pub struct Voter<'a> {
    /// Who it is, and from where. At the command line it is the place of the request.
    pub asker: Asker<'a>,
    /// By which way the yes comes.
    pub way: Way,
}

/// By which way a yes comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Way {
    /// In a message.
    Message,
    /// From the command line of the computer where the bot runs.
    CommandLine,
}

/// What is known of a call that was held back, when it is about to run.
#[derive(Debug, Clone, Default)]
pub struct Evidence<'a> {
    /// The digest of what was approved.
    pub digest: &'a str,
    /// Whether the sender has said so twice.
    pub is_confirmed: bool,
    /// Who said yes.
    pub voters: Vec<Voter<'a>>,
    /// Whether glass is broken where the sender speaks.
    pub glass_is_broken: bool,
}

/// Why somebody's yes does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotCounted {
    /// Nobody else is asked.
    NobodyElse,
    /// It is their own request.
    Own,
    /// The request names nobody, so nobody can be told to be another.
    NobodyAsked,
    /// Nothing is done for the person, or by this webhook.
    Refused(Refusal),
    /// It does not come by one of these ways.
    Way {
        /// The ways that count, for people.
        ways: String,
    },
    /// They are in none of these groups.
    NotAmong {
        /// The groups.
        groups: Vec<Arc<str>>,
    },
    /// They may not run it themselves.
    MayNotRun(Refusal),
}

/// Why a call that was held back may not run.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unreleased {
    /// The command, its arguments or its place are not what was approved.
    Changed,
    /// The sender has not said so twice.
    Unconfirmed,
    /// Too few of those who said yes count.
    Unapproved {
        /// How many count.
        counted: usize,
        /// What is needed.
        need: String,
        /// Why the yes of one of them does not count any more, if one does not.
        because: Option<Box<NotCounted>>,
    },
}

impl Asking {
    /// Says whether somebody's yes counts for any of the approvals that are needed.
    ///
    /// # Errors
    ///
    /// Why it does not.
    pub fn check_voter(&self, voter: &Voter<'_>) -> Result<(), NotCounted> {
        let mut refused = Err(NotCounted::NobodyElse);
        for need in self.needs() {
            match self.counts(need, voter) {
                Ok(()) => return Ok(()),
                Err(reason) => refused = Err(reason),
            }
        }
        refused
    }

    /// Says whether a call may run.
    ///
    /// # Errors
    ///
    /// What is missing.
    pub fn check(&self, evidence: &Evidence<'_>) -> Result<(), Unreleased> {
        if evidence.digest != self.digest() {
            return Err(Unreleased::Changed);
        }
        if self.confirm().is_some() && !evidence.is_confirmed {
            return Err(Unreleased::Unconfirmed);
        }
        if evidence.glass_is_broken && self.breaks_glass {
            return Ok(());
        }
        self.check_votes(&evidence.voters)
    }

    /// Says whether enough people have said yes.
    ///
    /// # Errors
    ///
    /// The first need that is not met.
    pub fn check_votes(&self, voters: &[Voter<'_>]) -> Result<(), Unreleased> {
        for need in self.needs() {
            let (counted, because) = self.count(need, voters);
            if counted < wanted(need) {
                return Err(Unreleased::Unapproved {
                    counted,
                    need: need.to_string(),
                    because,
                });
            }
        }
        Ok(())
    }

    /// Says what is still needed of others, for people; nothing when those who said yes are enough.
    pub fn lacking(&self, voters: &[Voter<'_>]) -> Option<String> {
        let rest = self.needs().iter().filter_map(|need| {
            let (counted, _) = self.count(need, voters);
            (counted < wanted(need)).then(|| need.rest(counted))
        });
        let rest: Vec<String> = rest.collect();
        (!rest.is_empty()).then(|| rest.join(", and "))
    }

    /// Counts the people whose yes counts, and says why that of one of the others does not.
    fn count(&self, need: &Need, voters: &[Voter<'_>]) -> (usize, Option<Box<NotCounted>>) {
        let mut counted = HashSet::new();
        let mut because = None;
        for voter in voters {
            match (self.counts(need, voter), voter.asker.person) {
                (Ok(()), Some(person)) => {
                    counted.insert(lower(person));
                }
                (Ok(()), None) => {}
                (Err(reason), _) => because = Some(Box::new(reason)),
            }
        }
        (counted.len(), because)
    }

    fn counts(&self, need: &Need, voter: &Voter<'_>) -> Result<(), NotCounted> {
        let standing = self.policy.standing(voter.asker.clone());
        if let Some(refusal) = standing.barred() {
            return Err(NotCounted::Refused(refusal.clone()));
        }
        let (Some(person), true) = (voter.asker.person, standing.is_person) else {
            return Err(NotCounted::Refused(Refusal::NoIdentity));
        };
        let requester = self.requester.as_ref().filter(|it| it.is_guid());
        match requester {
            None => return Err(NotCounted::NobodyAsked),
            Some(requester) if lower(requester) == lower(person) => return Err(NotCounted::Own),
            Some(_) => {}
        }
        if !need.via.iter().any(|via| self.is_way(via, voter)) {
            return Err(NotCounted::Way {
                ways: need.ways().to_owned(),
            });
        }
        if let Some(refusal) = self.policy.over_effect(&voter.asker, self.command) {
            return Err(NotCounted::Refused(refusal));
        }
        match &need.by {
            Some(people) if people.include(&standing.groups) => Ok(()),
            Some(_) => Err(NotCounted::NotAmong {
                groups: need.groups().to_vec(),
            }),
            None => match self
                .policy
                .decide_finally(&standing, self.command, &self.values)
            {
                Decision::Permitted(_) => Ok(()),
                Decision::Refused(refusal) => Err(NotCounted::MayNotRun(refusal)),
                Decision::Depends => Err(NotCounted::NotAmong { groups: Vec::new() }),
            },
        }
    }

    fn is_way(&self, via: &Via, voter: &Voter<'_>) -> bool {
        let by_message = voter.way == Way::Message;
        match via {
            Via::SameWebhook => by_message && *self.webhook == *voter.asker.webhook,
            Via::OtherWebhook => by_message && *self.webhook != *voter.asker.webhook,
            Via::Webhook(name) => by_message && name == voter.asker.webhook,
            Via::CommandLine => voter.way == Way::CommandLine,
        }
    }
}

fn wanted(need: &Need) -> usize {
    usize::try_from(need.count()).unwrap_or(usize::MAX)
}

impl Policy {
    /// Says whether somebody may have their requests run without approval in an emergency.
    pub fn may_break_glass(&self, asker: Asker<'_>) -> bool {
        let standing = self.standing(asker);
        standing.barred().is_none()
            && standing.is_person
            && self.glass_breakers.include(&standing.groups)
    }

    /// A webhook whose token may do little approves little.
    fn over_effect(&self, asker: &Asker<'_>, command: usize) -> Option<Refusal> {
        let ceiling = self.ceilings.get(asker.webhook)?;
        let effect = self.commands.get(command)?.effect;
        let max = ceiling.max_effect.filter(|max| effect > *max)?;
        Some(Refusal::OverEffect {
            place: Arc::clone(&ceiling.place),
            max,
        })
    }
}

impl fmt::Display for NotCounted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NobodyElse => formatter.write_str("nobody but who asked is asked"),
            Self::Own => formatter.write_str("nobody approves their own request"),
            Self::NobodyAsked => formatter
                .write_str("the request has no Entra ID, so nobody can be told to be another"),
            Self::Refused(refusal) => write!(formatter, "{refusal}"),
            Self::Way { ways } => write!(formatter, "a yes counts only when it is {ways}"),
            Self::NotAmong { groups } => {
                let groups: Vec<&str> = groups.iter().map(AsRef::as_ref).collect();
                write!(
                    formatter,
                    "only the group {} approves it",
                    groups.join(" or ")
                )
            }
            Self::MayNotRun(refusal) => {
                write!(
                    formatter,
                    "who approves it must be allowed to run it, and {refusal}"
                )
            }
        }
    }
}

impl fmt::Display for Unreleased {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed => formatter.write_str(
                "the command, its arguments or its place are not those that were asked for",
            ),
            Self::Unconfirmed => formatter.write_str("the sender has not confirmed it"),
            Self::Unapproved {
                counted,
                need,
                because,
            } => {
                write!(
                    formatter,
                    "it needs {need}; {counted} of those who said yes count"
                )?;
                match because {
                    Some(because) => write!(formatter, " ({because})"),
                    None => Ok(()),
                }
            }
        }
    }
}
