//! A job: what is known of it when it is admitted, while it runs, and when it has ended.

use std::time::Duration;

use crate::audit::AuditEntry;
use crate::id::{BootId, JobId};
use crate::outbox::NewPost;
use crate::state::{DidStart, Effect, JobState};

/// A person, as a signed message names them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// The `aadObjectId`; the account's name on the host for a person at the command line.
    pub id: String,
    /// The display name: shown, never compared.
    pub name: String,
}

/// What a job is to be: everything that another server needs to run it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewJob {
    /// The name of the webhook.
    pub webhook: String,
    /// The tenant's id.
    pub tenant: String,
    /// The team's id.
    pub team: String,
    /// The channel's id.
    pub channel: String,
    /// The conversation's id.
    pub conversation: String,
    /// The id of the message that began the thread, when the message is an answer in one.
    pub thread: Option<String>,
    /// Who asked.
    pub requester: Person,
    /// The path of the command.
    pub command: String,
    /// What was typed, with secrets already masked.
    pub text: String,
    /// The message's JSON; dispatched again when the job starts. `None` when it must not be stored: then only the opening that admits the
    /// job can start it, and the job cannot be retried.
    pub body: Option<String>,
    /// What the command does to the world.
    pub effect: Effect,
    /// Whether it may run again after its server died.
    pub idempotent: bool,
    /// How often it may start at most; at least 1.
    pub max_attempts: u32,
    /// How long one attempt may run.
    pub time_limit: Duration,
    /// The lock that it holds while it is starting or running.
    pub lock: Option<String>,
    /// The id of the request that brought it.
    pub request_id: String,
}

/// What lets one attempt of a job write, and no other.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Fence {
    /// The job.
    pub job: JobId,
    /// Which attempt this is, from 1.
    pub attempt: i64,
    /// Grows with every change of hands.
    pub fence: i64,
}

/// A job that this opening of the store has taken from the queue.
#[derive(Clone, Debug, PartialEq)]
pub struct Claimed {
    /// What lets it write.
    pub fence: Fence,
    /// The job, in state [`JobState::Starting`].
    pub job: Job,
}

/// The process that a job runs in, precise enough never to be taken for another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProcessIdentity {
    /// The kernel's boot id: a pid means nothing after a restart of the machine, or on another one.
    pub host_boot: String,
    /// The process id, which is also that of its session and group.
    pub pid: u32,
    /// The start time in clock ticks since the machine started, which tells a reused pid.
    pub start_ticks: u64,
    /// The control group of its own, where it has one.
    pub cgroup: Option<String>,
}

/// How far a job is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Steps done.
    pub done: u64,
    /// Steps in all; 0 when nobody knows.
    pub total: u64,
    /// What it does now.
    pub text: String,
}

/// Somebody's wish that a job stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CancelRequest {
    /// Who wants it.
    pub by: Person,
    /// When they said so, in milliseconds since 1970.
    pub at_ms: i64,
}

/// What a job said and wrote, head and tail.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Output {
    /// The first bytes.
    pub head: String,
    /// The last bytes; empty when the head is all.
    pub tail: String,
    /// How many bytes between them are not kept here.
    pub dropped_bytes: u64,
    /// Where more of it was written.
    pub log_path: Option<String>,
}

impl Output {
    /// Returns it as one text; where bytes are missing a line says how many.
    pub fn to_text(&self) -> String {
        let Self { head, tail, .. } = self;
        match self.dropped_bytes {
            0 => format!("{head}{tail}"),
            bytes => format!("{}\n… {bytes} bytes left out …\n{tail}", head.trim_end()),
        }
    }
}

/// How a job's process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// With an exit code.
    Code(i32),
    /// By a signal.
    Signal(i32),
}

/// How an attempt ended, and everything that is stored with that in one transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// The state, which must be an end; a job that was asked to stop ends as [`JobState::Cancelled`] all the same.
    pub state: JobState,
    /// The reply as message JSON.
    pub reply: Option<String>,
    /// The first lines of the reply as plain text.
    pub text: Option<String>,
    /// What the job wrote.
    pub output: Option<Output>,
    /// How its process ended.
    pub exit: Option<Exit>,
    /// What went wrong, for people.
    pub error: Option<String>,
    /// The later message to send.
    pub follow_up: Option<NewPost>,
    /// The audit's outcome row.
    pub outcome: AuditEntry,
}

/// A job as the store knows it. Times are milliseconds since 1970.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// Its place in the order of admission; for paging.
    pub number: i64,
    /// Where it stands.
    pub state: JobState,
    /// What it is.
    pub spec: NewJob,
    /// The job of which it is the retry.
    pub retry_of: Option<JobId>,
    /// How often it was started.
    pub attempt: i64,
    /// The fence of the last change of hands.
    pub fence: i64,
    /// Which opening of a store holds it, or held it last.
    pub owner: Option<BootId>,
    /// How often a server died while it held this job.
    pub crashes: u32,
    /// Whether it is put aside because servers keep dying with it.
    pub parked: bool,
    /// Whether it had begun when its server died.
    pub did_start: Option<DidStart>,
    /// When it was admitted.
    pub created_at_ms: i64,
    /// Before when it must not start.
    pub not_before_ms: i64,
    /// When its last attempt was taken from the queue; `None` for one that never was in it.
    pub claimed_at_ms: Option<i64>,
    /// When its last attempt began to run.
    pub started_at_ms: Option<i64>,
    /// When it ended.
    pub ended_at_ms: Option<i64>,
    /// When another server may take it over, unless its owner says that it is alive; PostgreSQL only.
    pub lease_until_ms: Option<i64>,
    /// Who asked that it stop.
    pub cancel: Option<CancelRequest>,
    /// How far it is.
    pub progress: Option<Progress>,
    /// The process of its last attempt.
    pub process: Option<ProcessIdentity>,
    /// Its reply, as message JSON.
    pub reply: Option<String>,
    /// The first lines of its reply as plain text.
    pub result_text: Option<String>,
    /// What it wrote.
    pub output: Option<Output>,
    /// How its process ended.
    pub exit: Option<Exit>,
    /// What went wrong.
    pub error: Option<String>,
}

/// Which jobs to list. The default is all of them, 20 a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JobFilter {
    /// Only those that this person asked for, by id.
    pub requester_id: Option<String>,
    /// Only those of this webhook.
    pub webhook: Option<String>,
    /// Only those of this tenant.
    pub tenant: Option<String>,
    /// Only those of this team.
    pub team: Option<String>,
    /// Only those of this conversation.
    pub conversation: Option<String>,
    /// Only those of this command.
    pub command: Option<String>,
    /// Only those in one of these states; empty is any.
    pub states: Vec<JobState>,
    /// Only those admitted at or after this moment, in milliseconds since 1970.
    pub since_ms: Option<i64>,
    /// Only those before this one: [`Page::next`] of the page before.
    pub before: Option<i64>,
    /// How many at most; 0 is 20, more than 200 is 200.
    pub limit: u32,
}

/// A part of a list, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// What was found.
    pub items: Vec<T>,
    /// What to give as `before` for the next page; `None` at the end.
    pub next: Option<i64>,
}
