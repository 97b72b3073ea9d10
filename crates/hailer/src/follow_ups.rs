//! Where modules post later messages: through the follow-up of a webhook.

use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use hailer_dispatch::CommandError;
use hailer_jobs::Jobs;
use hailer_reply::Reply;
use hailer_store::Expected;
use serde::Serialize;

use crate::module_state::{ModuleState, out};

/// What a bot posts in tests, in order: the webhook, and the message's JSON.
pub(crate) type Posted = Arc<Mutex<Vec<(String, String)>>>;

/// Posts messages that answer nobody, where the jobs of a webhook are told: `followup` of its table names it.
///
/// Give it to [`Module::follow_ups`](crate::Module::follow_ups) too, so that it finds the store, from which messages are
/// sent: in order, at least once, no faster than the flow takes them.
#[derive(Clone, Default)]
pub struct FollowUps {
    way: Arc<OnceLock<Way>>,
}

enum Way {
    Store(Jobs),
    Test(Posted),
}

impl FollowUps {
    /// Makes a handle.
    pub fn new() -> Self {
        Self::default()
    }

    pub(crate) fn open(&self, jobs: &Jobs) {
        let _ = self.way.set(Way::Store(jobs.clone()));
    }

    pub(crate) fn open_for_test(&self, posted: &Posted) {
        let _ = self.way.set(Way::Test(Arc::clone(posted)));
    }

    /// Says whether what is posted by this webhook arrives anywhere.
    pub fn reach(&self, webhook: &str) -> bool {
        match self.way.get() {
            Some(Way::Store(jobs)) => jobs.tells(webhook),
            Some(Way::Test(_)) => true,
            None => false,
        }
    }

    /// Stores a message to be posted by this webhook; `false` when it has no follow-up, or the bot no store.
    ///
    /// # Errors
    ///
    /// The store is out.
    pub async fn post(&self, webhook: &str, reply: &Reply) -> Result<bool, CommandError> {
        match self.way.get() {
            Some(Way::Store(jobs)) => jobs.announce(webhook, reply).await.map_err(out),
            Some(Way::Test(posted)) => {
                keep(posted, webhook, reply);
                Ok(true)
            }
            None => Ok(false),
        }
    }

    /// Keeps a value and posts a message, both or neither: neither when something else is there than is expected. So the
    /// same is told once, however many replicas want to. Where nothing can be posted the value is kept all the same.
    ///
    /// # Errors
    ///
    /// As [`ModuleState::put`].
    pub async fn post_with<T: Serialize>(
        &self,
        webhook: &str,
        reply: &Reply,
        state: &ModuleState,
        (key, value, expected): (&str, &T, Expected),
    ) -> Result<Option<i64>, CommandError> {
        match self.way.get() {
            Some(Way::Store(jobs)) => {
                let record = state.record(key, value, expected)?;
                let written = jobs.announce_with(webhook, reply, record).await;
                written.map_err(out)
            }
            Some(Way::Test(posted)) => {
                let written = state.put_if(key, value, expected).await?;
                if written.is_some() {
                    keep(posted, webhook, reply);
                }
                Ok(written)
            }
            None => state.put_if(key, value, expected).await,
        }
    }
}

fn keep(posted: &Posted, webhook: &str, reply: &Reply) {
    let message = reply.to_message().into_json();
    let mut posted = posted.lock().unwrap_or_else(PoisonError::into_inner);
    posted.push((webhook.to_owned(), message));
}

impl fmt::Debug for FollowUps {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("FollowUps").finish_non_exhaustive()
    }
}
