//! The door: what is stored of a message before anything of it runs.

use crate::audit::AuditEntry;
use crate::hold::Hold;
use crate::id::JobId;
use crate::job::{Fence, Job, NewJob, Person};
use crate::request::NewRequest;

/// What makes a message that message, so that its second delivery is known as a repeat.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MessageKey {
    /// The name of the webhook.
    pub webhook: String,
    /// The tenant's id.
    pub tenant: String,
    /// The team's id.
    pub team: String,
    /// The conversation's id.
    pub conversation: String,
    /// The activity's id.
    pub activity: String,
}

/// Whether an admitted job waits for a runner or already runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// It is queued.
    Queued,
    /// It runs at once in this process, which holds it from the start.
    Now,
    /// As [`Start::Now`], but it has not begun before this process says so by [`started`](crate::Store::started).
    AtGate,
}

/// Everything that the door stores in one transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admission {
    /// The message.
    pub key: MessageKey,
    /// A hash over requester, conversation and normalised text: the second guard, for messages sent again with a new id. It holds for 10 s.
    pub guard: Option<[u8; 32]>,
    /// The job.
    pub job: NewJob,
    /// Whether it waits or runs.
    pub start: Start,
    /// The audit's intent row; its `job` is filled in.
    pub intent: AuditEntry,
    /// How many jobs may be queued, the new one among them.
    pub queue_limit: u64,
    /// Whether it starts although people hold what it needs: it is about what they hold.
    pub despite_holds: bool,
    /// What the job has to wait for before it is queued, whatever `start` says.
    pub request: Option<NewRequest>,
}

/// What the door said.
#[derive(Clone, Debug, PartialEq)]
pub enum Admitted {
    /// The job is queued.
    Queued(JobId),
    /// The job waits for a yes.
    Asking(JobId),
    /// The job is this process's, and running.
    Running(Fence),
    /// This message was admitted before; the job is that of its first delivery.
    Repeat(Box<Job>),
    /// The same person said the same here within 10 s, and that job is not over.
    Attached(Box<Job>),
    /// Another job holds the lock; nothing was stored. Not for [`Start::Queued`]: a queued job waits for its lock.
    Locked {
        /// The lock.
        lock: String,
        /// The job that holds it.
        by: Box<Job>,
    },
    /// Somebody holds its lock, or froze everything that changes something; nothing was stored. What is queued when a hold begins waits
    /// until its end.
    Kept(Box<Hold>),
    /// As many jobs as allowed are queued; nothing was stored.
    QueueFull,
}

/// What became of a job that runs already and was to be written down.
#[derive(Clone, Debug, PartialEq)]
pub enum Adopted {
    /// This opening holds it, as running.
    Held(Fence),
    /// Another delivery of its message has a job; nothing was stored.
    Repeat(Box<Job>),
}

/// What a cancel did.
#[derive(Clone, Debug, PartialEq)]
pub enum Cancelled {
    /// The job had not started and is over.
    AtOnce(Box<Job>),
    /// The job runs; its server has been asked to stop it.
    Asked(Box<Job>),
    /// Somebody asked for it before.
    AskedBefore(Box<Job>),
    /// The job was over already.
    Ended(Box<Job>),
    /// There is no such job.
    NotFound,
}

/// What a retry did.
#[derive(Clone, Debug, PartialEq)]
pub enum Retried {
    /// A new job is queued.
    New(JobId),
    /// The job is not over, so it cannot be retried.
    NotEnded(Box<Job>),
    /// As many jobs as allowed are queued; nothing was stored.
    QueueFull,
    /// The job's message was not stored: there is a secret in it.
    NotKept(Box<Job>),
    /// There is no such job.
    NotFound,
}

/// Who wants a job cancelled or retried, and how they came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Caller {
    /// The person.
    pub person: Person,
    /// The id of their request.
    pub request_id: String,
    /// The name of the webhook through which they came; empty at the command line.
    pub webhook: String,
    /// The tenant's id; empty at the command line.
    pub tenant: String,
    /// The message, whose second delivery must not do it twice; `None` at the command line.
    pub message: Option<MessageKey>,
    /// The message of the job that is retried with the caller as its sender, which makes the new job theirs; `None` at the command line,
    /// where it stays the requester's.
    pub as_theirs: Option<String>,
}
