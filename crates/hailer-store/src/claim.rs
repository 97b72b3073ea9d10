//! What a runner tells the store: what it may take, what it holds, what became of others' jobs.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::id::BootId;
use crate::job::{CancelRequest, Fence, Job, ProcessIdentity};
use crate::outbox::NewPost;

/// What may be taken from the queue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClaimLimits {
    /// How many jobs of a command may be starting or running at once, on all servers together; a command without an entry has no limit.
    pub at_once: BTreeMap<String, u32>,
    /// How many jobs of one team (webhook and team id) may be starting or running at once; `None` is no limit. With several servers it
    /// can be passed by one for each server that takes a job at the same moment.
    pub per_team: Option<u32>,
    /// Commands of which none is taken.
    pub paused_commands: BTreeSet<String>,
    /// Webhooks of which none is taken.
    pub paused_webhooks: BTreeSet<String>,
}

/// What [`renew`](crate::Store::renew) found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Renewed {
    /// What the caller holds and still may run.
    pub held: Vec<Held>,
    /// What the caller holds and another has taken over or ended: stop it now, its writes are refused.
    pub lost: Vec<Fence>,
    /// What the store says this opening holds and the caller does not name: the answer to its claim or admission was lost.
    /// Nothing of it runs; finish it.
    pub strays: Vec<Held>,
}

/// A job that this opening of the store holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// What lets it write.
    pub fence: Fence,
    /// Who asked that it stop.
    pub cancel: Option<CancelRequest>,
}

/// Says how jobs of dead servers are treated.
#[derive(Clone)]
pub struct RecoverPolicy {
    /// A job is parked when this many servers died with it.
    pub park_after: u32,
    /// How long a requeued job waits after the first crash; doubled with each further attempt, up to 5 minutes.
    pub back_off: Duration,
    /// Makes the later message that tells of a job that will not run again; stored in the same transaction.
    pub follow_up: Option<ComposeFollowUp>,
}

/// Makes a later message from what was recovered.
pub type ComposeFollowUp = Arc<dyn Fn(&Recovered) -> Option<NewPost> + Send + Sync>;

impl Default for RecoverPolicy {
    fn default() -> Self {
        Self {
            park_after: 2,
            back_off: Duration::from_secs(5),
            follow_up: None,
        }
    }
}

impl fmt::Debug for RecoverPolicy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("RecoverPolicy")
            .field("park_after", &self.park_after)
            .field("back_off", &self.back_off)
            .finish_non_exhaustive()
    }
}

/// A job of a server that died.
#[derive(Clone, Debug, PartialEq)]
pub struct Recovered {
    /// The job as it is now.
    pub job: Job,
    /// What became of it.
    pub fate: Fate,
    /// Which opening of a store held it.
    pub owner: Option<BootId>,
    /// The process that may still run, to be killed if this is its machine.
    pub process: Option<ProcessIdentity>,
}

/// What became of a job whose server died.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is queued again, for it is idempotent and has attempts left.
    Requeued,
    /// It is interrupted; [`Job::did_start`] says whether it may have run.
    Interrupted,
    /// It is interrupted and put aside: servers keep dying with it.
    Parked,
    /// Somebody had asked that it stop.
    Cancelled,
}
