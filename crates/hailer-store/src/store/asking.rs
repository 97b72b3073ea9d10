//! What waits for a yes, and what runs without one in an emergency.

use std::time::Duration;

use crate::admission::Caller;
use crate::error::StoreError;
use crate::id::JobId;
use crate::job::Job;
use crate::operation;
use crate::outbox::NewPost;
use crate::request::{AreEnough, Ballot, ComposeExpired, Glass, Request, Reviewed, Voted};
use crate::store::Store;

impl Store {
    /// Returns a request with everybody who said yes; `None` for a job that never had to wait.
    ///
    /// # Errors
    ///
    /// Only those of the database.
    pub async fn request(&self, id: &JobId) -> Result<Option<Request>, StoreError> {
        let id = id.clone();
        self.read(move |session| Box::pin(async move { operation::request(session, &id).await }))
            .await
    }

    /// Returns the requests that wait for a yes, the oldest first; 100 at most.
    ///
    /// # Errors
    ///
    /// Only those of the database.
    pub async fn requests(&self) -> Result<Vec<Request>, StoreError> {
        self.read(|session| Box::pin(operation::requests(session)))
            .await
    }

    /// Takes the second word of whoever asked. Then the job is queued, or others are asked.
    ///
    /// # Errors
    ///
    /// After [`StoreError::Unknown`] the job may be queued; after any other error nothing has changed.
    pub async fn confirm(&self, id: &JobId, ballot: &Ballot) -> Result<Voted, StoreError> {
        let (id, ballot) = (id.clone(), ballot.clone());
        self.write(move |session| {
            Box::pin(async move { operation::confirm(session, &id, &ballot).await })
        })
        .await
    }

    /// Takes somebody's yes, of which the caller knows that it counts; the job is queued with the last one that is needed.
    /// Whether all of them are enough is asked within the transaction, so that no two ballots can both be the last.
    ///
    /// # Errors
    ///
    /// As [`confirm`](Self::confirm).
    pub async fn approve(
        &self,
        id: &JobId,
        ballot: &Ballot,
        are_enough: AreEnough,
    ) -> Result<Voted, StoreError> {
        let (id, ballot) = (id.clone(), ballot.clone());
        self.write(move |session| {
            Box::pin(async move { operation::approve(session, &id, &ballot, &are_enough).await })
        })
        .await
    }

    /// Takes somebody's no, of which the caller knows that it counts: the request is over.
    ///
    /// # Errors
    ///
    /// As [`confirm`](Self::confirm).
    pub async fn deny(&self, id: &JobId, ballot: &Ballot) -> Result<Voted, StoreError> {
        let (id, ballot) = (id.clone(), ballot.clone());
        self.write(move |session| {
            Box::pin(async move { operation::deny(session, &id, &ballot).await })
        })
        .await
    }

    /// Ends requests whose time is over, 100 at most, and returns their jobs.
    ///
    /// # Errors
    ///
    /// Any error means that it has to be called again.
    pub async fn expire_requests(
        &self,
        compose: Option<ComposeExpired>,
    ) -> Result<Vec<Job>, StoreError> {
        self.write(move |session| {
            Box::pin(async move { operation::expire(session, compose.as_ref()).await })
        })
        .await
    }

    /// Lets the requests of a webhook run without approval for a time.
    ///
    /// # Errors
    ///
    /// After any error nothing may run without approval that could not before, unless it is [`StoreError::Unknown`].
    pub async fn break_glass(
        &self,
        webhook: &str,
        by: &Caller,
        reason: &str,
        lasts: Duration,
        post: Option<NewPost>,
    ) -> Result<Glass, StoreError> {
        let (webhook, by, reason) = (webhook.to_owned(), by.clone(), reason.to_owned());
        self.write(move |session| {
            Box::pin(async move {
                operation::break_glass(session, &webhook, &by, &reason, lasts, post.as_ref()).await
            })
        })
        .await
    }

    /// Returns the emergency that holds for a webhook now.
    ///
    /// # Errors
    ///
    /// Only those of the database.
    pub async fn broken_glass(&self, webhook: &str) -> Result<Option<Glass>, StoreError> {
        let webhook = webhook.to_owned();
        self.read(move |session| {
            Box::pin(async move { operation::broken_glass(session, &webhook).await })
        })
        .await
    }

    /// Returns emergencies, the newest first; 50 at most.
    ///
    /// # Errors
    ///
    /// Only those of the database.
    pub async fn glasses(&self) -> Result<Vec<Glass>, StoreError> {
        self.read(|session| Box::pin(operation::glasses(session)))
            .await
    }

    /// Ends the emergency of a webhook before its time; `None` when there is none.
    ///
    /// # Errors
    ///
    /// Any error means that it has to be called again.
    pub async fn mend_glass(
        &self,
        webhook: &str,
        by: &Caller,
    ) -> Result<Option<Glass>, StoreError> {
        let (webhook, by) = (webhook.to_owned(), by.clone());
        self.write(move |session| {
            Box::pin(async move { operation::mend_glass(session, &webhook, &by).await })
        })
        .await
    }

    /// Notes that somebody else than who broke glass has looked at what was done.
    ///
    /// # Errors
    ///
    /// Only those of the database.
    pub async fn review_glass(
        &self,
        number: i64,
        by: &Caller,
        text: &str,
    ) -> Result<Reviewed, StoreError> {
        let (by, text) = (by.clone(), text.to_owned());
        self.write(move |session| {
            Box::pin(async move { operation::review_glass(session, number, &by, &text).await })
        })
        .await
    }
}
