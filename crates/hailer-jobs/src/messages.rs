//! Messages of queued jobs that must not be stored: there is a secret in them.
//!
//! Decision: they stay in the memory of the process that took them. The price is that such a job ends with its
//! process if it has not begun; encrypting them would only move the question to where the key is kept.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use hailer_store::{Job, JobId, JobState};

use crate::jobs::Jobs;

/// How long a message is kept of which nobody knows whether its job is stored.
const UNCERTAIN: Duration = Duration::from_secs(60 * 60);

/// The messages, by the request that brought each.
#[derive(Default)]
pub(crate) struct Messages(Mutex<HashMap<String, Kept>>);

struct Kept {
    body: Bytes,
    since: Instant,
    /// Unknown until the job is stored.
    job: Option<JobId>,
}

impl Messages {
    /// Keeps a message before its job is stored, so that it is there when the job is taken.
    pub(crate) fn keep(&self, request_id: &str, body: Bytes) {
        let kept = Kept {
            body,
            since: Instant::now(),
            job: None,
        };
        self.all().insert(request_id.to_owned(), kept);
    }

    pub(crate) fn is_of(&self, request_id: &str, job: &JobId) {
        if let Some(kept) = self.all().get_mut(request_id) {
            kept.job = Some(job.clone());
        }
    }

    pub(crate) fn forget(&self, request_id: &str) {
        self.all().remove(request_id);
    }

    fn get(&self, request_id: &str) -> Option<Bytes> {
        self.all().get(request_id).map(|it| it.body.clone())
    }

    fn known(&self) -> Vec<(String, JobId)> {
        let all = self.all();
        let known = all.iter();
        known
            .filter_map(|(request, kept)| Some((request.clone(), kept.job.clone()?)))
            .collect()
    }

    fn forget_uncertain(&self) {
        self.all()
            .retain(|_, kept| kept.job.is_some() || kept.since.elapsed() < UNCERTAIN);
    }

    fn all(&self) -> MutexGuard<'_, HashMap<String, Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Messages {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Messages({})", self.all().len())
    }
}

impl Jobs {
    /// Returns the message of a job as it was signed; `None` when it was not stored and is no longer in memory.
    pub fn message_of(&self, job: &Job) -> Option<Bytes> {
        match &job.spec.body {
            Some(body) => Some(Bytes::from(body.clone())),
            None => self.inner.messages.get(&job.spec.request_id),
        }
    }

    /// Forgets the messages of jobs that were cancelled while they waited, or were taken away.
    pub(crate) async fn forget_messages(&self) {
        let messages = &self.inner.messages;
        messages.forget_uncertain();
        for (request, id) in messages.known() {
            let job = self
                .call(move |store| async move { store.job(&id).await })
                .await;
            let waits = |it: &Job| !it.state.is_ended() && it.state != JobState::Running;
            if job.is_ok_and(|job| !job.as_ref().is_some_and(waits)) {
                messages.forget(&request);
            }
        }
    }
}
