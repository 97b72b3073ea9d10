//! Requests: jobs that wait for a yes, of whoever asked for them or of others.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::admission::Caller;
use crate::error::StoreError;
use crate::job::{Job, Person};
use crate::outbox::NewPost;

/// What a job waits for, or what it did not have to wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// The second word of its requester.
    Confirm,
    /// The yes of others.
    Approve,
    /// Nothing: glass was broken.
    Glass,
}

/// What a job has to wait for, as it is admitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRequest {
    /// What it waits for first.
    pub stage: Stage,
    /// A hash of everything that is approved.
    pub digest: String,
    /// The name by which people mention the bot where it was asked for; what was said is read again by it.
    pub bot: String,
    /// What is needed, for people.
    pub needs: String,
    /// How long the first stage is waited for.
    pub expires: Duration,
    /// How long the yes of others is waited for after a confirmation; `None` when no others are asked.
    pub approve_within: Option<Duration>,
    /// How long after the last yes the job may start.
    pub run_within: Duration,
    /// Tells those who can approve, once they are asked. [`NewRequest::ID`] in it becomes the job's id.
    pub post: Option<NewPost>,
}

impl NewRequest {
    /// Stands for the id of a job before it has one.
    pub const ID: &'static str = "{{hailer-job-id}}";
}

/// A job that waits for a yes, or did.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The job.
    pub job: Job,
    /// What it waits for, or waited for last.
    pub stage: Stage,
    /// A hash of everything that is approved.
    pub digest: String,
    /// The name by which people mention the bot where it was asked for.
    pub bot: String,
    /// What is needed, for people.
    pub needs: String,
    /// Until when a yes is waited for, in milliseconds since 1970.
    pub expires_at_ms: i64,
    /// How long after the last yes the job may start.
    pub run_within: Duration,
    /// Whether its requester has said so twice.
    pub is_confirmed: bool,
    /// When nothing more had to be waited for.
    pub released_at_ms: Option<i64>,
    /// Who said yes, the first first.
    pub votes: Vec<Vote>,
}

/// Somebody's yes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vote {
    /// Who.
    pub person: Person,
    /// By which way: `message` or `cli`.
    pub way: String,
    /// The webhook by which it came; that of the request at the command line.
    pub webhook: String,
    /// The tenant's id.
    pub tenant: String,
    /// The team's id.
    pub team: String,
    /// The channel's id.
    pub channel: String,
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
}

/// What somebody says about a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ballot {
    /// Who, and how they came.
    pub caller: Caller,
    /// By which way: `message` or `cli`.
    pub way: String,
    /// The team's id.
    pub team: String,
    /// The channel's id.
    pub channel: String,
    /// Why, in their words.
    pub reason: String,
    /// Who else is named in the audit: the user of the computer, at the command line.
    pub operator: String,
    /// Tells whoever asked, should this end the request.
    pub post: Option<NewPost>,
}

/// Says whether those who said yes are enough. It is asked within the transaction that counts the last of them.
pub type AreEnough = Arc<dyn Fn(&[Vote]) -> bool + Send + Sync>;

/// Composes what tells that a request was not approved in time.
pub type ComposeExpired = Arc<dyn Fn(&Job) -> Option<NewPost> + Send + Sync>;

/// What a ballot did.
#[derive(Clone, Debug, PartialEq)]
pub enum Voted {
    /// Nothing more is waited for: the job is queued. Exactly one ballot of a request does this.
    Released(Box<Job>),
    /// It counts, and more are needed.
    Noted(Vec<Vote>),
    /// The requester has said so twice; now others are asked.
    Confirmed(Box<Job>),
    /// They said yes before, and more are needed.
    Before,
    /// The job will not run.
    Rejected(Box<Job>),
    /// It was too late.
    Expired(Box<Job>),
    /// The requester has not said so twice yet, so others are not asked.
    Unconfirmed(Box<Job>),
    /// Only the requester can confirm.
    NotTheirs(Box<Job>),
    /// The job waits for no yes.
    NotWaiting(Box<Job>),
    /// There is no such request.
    NotFound,
}

/// An emergency in which requests run without approval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glass {
    /// Its number.
    pub number: i64,
    /// The webhook where it holds.
    pub webhook: String,
    /// Who broke it.
    pub by: Person,
    /// Why.
    pub reason: String,
    /// When, in milliseconds since 1970.
    pub began_at_ms: i64,
    /// Until when it holds.
    pub until_ms: i64,
    /// Who looked at it afterwards, and what they said.
    pub review: Option<(Person, String)>,
}

/// What asking for a review did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reviewed {
    /// It is signed.
    Signed(Glass),
    /// It was signed before.
    Before(Glass),
    /// Nobody reviews what they did themselves.
    Own(Glass),
    /// There is none by this number.
    NotFound,
}

impl Stage {
    /// Every stage.
    const ALL: [Self; 3] = [Self::Confirm, Self::Approve, Self::Glass];

    /// Returns the word that the store uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
            Self::Approve => "approve",
            Self::Glass => "glass",
        }
    }

    pub(crate) fn stored(text: &str) -> Result<Self, StoreError> {
        Self::ALL
            .into_iter()
            .find(|stage| stage.as_str() == text)
            .ok_or(StoreError::Unreadable { column: "stage" })
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
