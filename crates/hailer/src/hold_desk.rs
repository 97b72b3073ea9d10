//! Where commands ask for locks and freezes.

use std::time::Duration;

use hailer_dispatch::{CommandError, Invocation};
use hailer_store::{Force, HeldName, Hold, Holding, JobLock, NewHold, Released};

use crate::job_desk::{JobDesk, caller};
use crate::local_time::LocalTime;

/// Locks and freezes, for commands that show and change them. It is open where its [`JobDesk`] is.
///
/// Locks are about the same things whoever asks, so their names are those of all webhooks together. A freeze made here is
/// that of the webhook alone.
#[derive(Debug, Clone, Default)]
pub struct HoldDesk {
    jobs: JobDesk,
}

impl HoldDesk {
    /// Makes a desk beside that of jobs.
    pub fn new(jobs: &JobDesk) -> Self {
        Self { jobs: jobs.clone() }
    }

    /// Returns how moments are written here.
    pub fn times(&self) -> LocalTime {
        self.jobs.times()
    }

    /// Locks a name for somebody, for a time.
    ///
    /// # Errors
    ///
    /// There is no store, or it is out.
    pub async fn lock(
        &self,
        invocation: &Invocation,
        name: &str,
        lasts: Duration,
        reason: &str,
    ) -> Result<Holding, CommandError> {
        let held = HeldName::Lock(name.to_owned());
        self.hold(invocation, held, Some(lasts), reason).await
    }

    /// Freezes everything that changes something, through this webhook or through all of them.
    ///
    /// # Errors
    ///
    /// As [`HoldDesk::lock`].
    pub async fn freeze(
        &self,
        invocation: &Invocation,
        held: HeldName,
        lasts: Option<Duration>,
        reason: &str,
    ) -> Result<Holding, CommandError> {
        self.hold(invocation, held, lasts, reason).await
    }

    async fn hold(
        &self,
        invocation: &Invocation,
        held: HeldName,
        lasts: Option<Duration>,
        reason: &str,
    ) -> Result<Holding, CommandError> {
        let new = NewHold {
            held,
            reason: reason.to_owned(),
            lasts,
        };
        let caller = caller(invocation);
        let call = move |store: hailer_store::Store| async move { store.hold(&new, &caller).await };
        self.jobs.call(call).await
    }

    /// Lets something go.
    ///
    /// # Errors
    ///
    /// As [`HoldDesk::lock`].
    pub async fn release(
        &self,
        invocation: &Invocation,
        held: HeldName,
        force: Force,
    ) -> Result<Released, CommandError> {
        let caller = caller(invocation);
        self.jobs
            .call(move |store| async move { store.release(&held, &caller, force).await })
            .await
    }

    /// Returns what people hold and what jobs hold. A freeze of another webhook is nobody's business here.
    ///
    /// # Errors
    ///
    /// As [`HoldDesk::lock`].
    pub async fn all(
        &self,
        invocation: &Invocation,
    ) -> Result<(Vec<Hold>, Vec<JobLock>), CommandError> {
        let call = |store: hailer_store::Store| async move {
            Ok((store.holds().await?, store.job_locks().await?))
        };
        let (mut holds, locks) = self.jobs.call(call).await?;
        let webhook = invocation.webhook();
        holds.retain(|hold| match &hold.held {
            HeldName::Lock(_) | HeldName::FreezeAll => true,
            HeldName::Freeze(frozen) => frozen == webhook,
        });
        Ok((holds, locks))
    }

    /// Returns what keeps a command from starting now, by its effect on the world and its lock; nothing where there is no store.
    ///
    /// # Errors
    ///
    /// The store is out.
    pub async fn keeps_out(
        &self,
        invocation: &Invocation,
        entry: &hailer_dispatch::Entry,
        lock: Option<&str>,
    ) -> Result<Option<Hold>, CommandError> {
        if !self.jobs.is_open() || entry.runs_despite_holds() {
            return Ok(None);
        }
        let (holds, _) = self.all(invocation).await?;
        let changes = entry.effect() != hailer_dispatch::Effect::Read;
        let webhook = invocation.webhook();
        Ok(holds.into_iter().find(|hold| {
            (changes && hold.held.freezes(webhook))
                || lock.is_some_and(|lock| hold.held.covers_lock(lock))
        }))
    }
}
