//! A request that waits for a yes, read again by the rules that hold now.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant, SystemTime};

use hailer_activity::{Activity, ChannelId, ObjectId, TeamId, TenantId};
use hailer_dispatch::{
    Asker, Asking, Call, CancellationToken, Inquiry, MessageText, Misunderstanding, NotCounted,
    Voter, Way,
};
use hailer_reply::RequestId;
use hailer_store::{AreEnough, Job, Request, Vote};

/// The word that the store uses for a yes that came in a message.
pub(crate) const BY_MESSAGE: &str = "message";

/// The word that the store uses for a yes from the command line.
pub(crate) const BY_COMMAND_LINE: &str = "cli";

/// A request that waits for a yes, and what it needs by the rules that hold now.
#[derive(Debug, Clone)]
pub struct OpenRequest {
    asking: Asking,
}

/// Why a request leads nowhere any more, whoever says yes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Pointless {
    /// There is a secret in its message, which is kept nowhere but in the memory of the server that took it.
    Unstored,
    /// Its message cannot be read by this version.
    Unreadable,
    /// Whoever asked may not run it any more, or the command does not understand it any more.
    Refused {
        /// What they would be told.
        told: String,
    },
    /// Nothing has to be approved any more.
    NothingAsked,
    /// The command does something else than when it was asked for.
    Changed,
}

/// Who says yes, and from where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approver {
    /// The person.
    pub id: ObjectId,
    /// The tenant that vouches for them.
    pub tenant: Option<TenantId>,
    /// The webhook by which they speak; that of the request at the command line.
    pub webhook: String,
    /// The team.
    pub team: Option<TeamId>,
    /// The channel.
    pub channel: Option<ChannelId>,
    /// By which way the yes comes.
    pub way: Way,
}

impl OpenRequest {
    /// Reads a request again: whether its requester may still run it, and what it needs now.
    ///
    /// # Errors
    ///
    /// Why it leads nowhere.
    pub(crate) fn read(
        request: &Request,
        message: Option<&[u8]>,
        now: SystemTime,
        dispatch: impl FnOnce(&Arc<Inquiry>) -> Result<Call, Misunderstanding>,
    ) -> Result<Self, Pointless> {
        let message = message.ok_or(Pointless::Unstored)?;
        let inquiry =
            inquiry_of(&request.job, message, &request.bot, now).ok_or(Pointless::Unreadable)?;
        let call = dispatch(&inquiry).map_err(|misunderstanding| {
            let name = &request.job.spec.requester.name;
            let told = misunderstanding.reply(&request.bot, name, None).to_plain();
            Pointless::Refused { told }
        })?;
        let asking = call.asking().ok_or(Pointless::NothingAsked)?;
        if asking.digest() != request.digest {
            return Err(Pointless::Changed);
        }
        Ok(Self {
            asking: asking.clone(),
        })
    }

    /// Returns what the request needs.
    pub fn asking(&self) -> &Asking {
        &self.asking
    }

    /// Says whether somebody's yes counts.
    ///
    /// # Errors
    ///
    /// Why it does not.
    pub fn check(&self, approver: &Approver) -> Result<(), NotCounted> {
        self.asking.check_voter(&approver.voter())
    }

    /// Says what is still needed of others when these have said yes, for people; nothing when they are enough.
    pub fn lacking(&self, votes: &[Vote]) -> Option<String> {
        let approvers: Vec<Approver> = votes.iter().map(Approver::of).collect();
        let voters: Vec<Voter<'_>> = approvers.iter().map(Approver::voter).collect();
        self.asking.lacking(&voters)
    }

    /// Returns what says whether the votes are enough, for the store to ask.
    pub fn are_enough(&self) -> AreEnough {
        let asking = self.asking.clone();
        Arc::new(move |votes| {
            let approvers: Vec<Approver> = votes.iter().map(Approver::of).collect();
            let voters: Vec<Voter<'_>> = approvers.iter().map(Approver::voter).collect();
            asking.check_votes(&voters).is_ok()
        })
    }
}

impl Approver {
    /// Takes who said yes from the store.
    pub(crate) fn of(vote: &Vote) -> Self {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Self {
            id: ObjectId::from(vote.person.id.as_str()),
            tenant: some(&vote.tenant).map(|it| TenantId::from(it.as_str())),
            webhook: vote.webhook.clone(),
            team: some(&vote.team).map(|it| TeamId::from(it.as_str())),
            channel: some(&vote.channel).map(|it| ChannelId::from(it.as_str())),
            way: if vote.way == BY_COMMAND_LINE {
                Way::CommandLine
            } else {
                Way::Message
            },
        }
    }

    pub(crate) fn voter(&self) -> Voter<'_> {
        Voter {
            asker: Asker {
                tenant: self.tenant.as_ref(),
                person: Some(&self.id),
                webhook: &self.webhook,
                team: self.team.as_ref(),
                channel: self.channel.clone(),
            },
            way: self.way,
        }
    }
}

/// Makes of a stored message what dispatch reads. Nothing runs by it.
fn inquiry_of(job: &Job, message: &[u8], bot: &str, now: SystemTime) -> Option<Arc<Inquiry>> {
    let activity = Activity::parse_kept(&String::from_utf8_lossy(message)).ok()?;
    Some(Arc::new(Inquiry {
        text: MessageText::from_activity(&activity, bot),
        activity,
        bot: bot.into(),
        webhook: job.spec.webhook.as_str().into(),
        request_id: RequestId::next(),
        received: Instant::now(),
        now,
        deadline: Instant::now() + Duration::from_secs(4),
        cancellation: CancellationToken::new(),
        job: OnceLock::new(),
    }))
}

impl fmt::Display for Pointless {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unstored => formatter.write_str(
                "there is a secret in its message, which only the server that took it has",
            ),
            Self::Unreadable => formatter.write_str("its message cannot be read by this version"),
            Self::Refused { told } => write!(
                formatter,
                "whoever asked may not run it now, and would read \"{told}\""
            ),
            Self::NothingAsked => {
                formatter.write_str("it needs no approval any more; ask for it again")
            }
            Self::Changed => {
                formatter.write_str("the command does something else by now; ask for it again")
            }
        }
    }
}
