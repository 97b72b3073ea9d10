//! Posting what no job said: a reply by itself.

use hailer_reply::Reply;
use hailer_store::{NewPost, NewRecord, Store, StoreError};

use crate::follow_up::compose::announcement;
use crate::jobs::Jobs;

impl Jobs {
    /// Stores a reply to be posted where the webhook's jobs are told; `false` when they are told nowhere.
    ///
    /// # Errors
    ///
    /// As [`Store::post_later`].
    pub async fn announce(&self, webhook: &str, reply: &Reply) -> Result<bool, StoreError> {
        let Some(post) = self.announcement(webhook, reply) else {
            return Ok(false);
        };
        let call = move |store: Store| async move { store.post_later(&post, None).await };
        self.call(call).await?;
        Ok(true)
    }

    /// As [`Jobs::announce`], together with a record: when something else is there than the record expects, nothing is
    /// posted. Returns the record's version, if it was written.
    ///
    /// # Errors
    ///
    /// As [`Store::put_record_and_post`].
    pub async fn announce_with(
        &self,
        webhook: &str,
        reply: &Reply,
        record: NewRecord,
    ) -> Result<Option<i64>, StoreError> {
        let post = self.announcement(webhook, reply);
        let call = move |store: Store| async move {
            match post {
                Some(post) => store.put_record_and_post(&record, &post).await,
                None => store.put_record(&record).await,
            }
        };
        self.call(call).await
    }

    /// Composes a reply for a follow-up, by its name; `None` when there is none by that name.
    pub fn compose_to(&self, follow_up: &str, reply: &Reply) -> Option<NewPost> {
        let plan = self.plan();
        let target = plan.follow_up(follow_up)?;
        Some(announcement(target, reply))
    }

    /// Composes a reply for where a webhook's jobs are told; `None` when they are told nowhere.
    pub fn compose_for(&self, webhook: &str, reply: &Reply) -> Option<NewPost> {
        self.announcement(webhook, reply)
    }

    fn announcement(&self, webhook: &str, reply: &Reply) -> Option<NewPost> {
        let plan = self.plan();
        let target = plan.follow_up_of(webhook)?;
        Some(announcement(target, reply))
    }
}
