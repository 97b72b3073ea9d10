//! What a store keeps for modules.

use crate::error::StoreError;
use crate::operation;
use crate::outbox::NewPost;
use crate::record::{Expected, LeaseRequest, NewRecord, Record, RecordFilter};
use crate::store::Store;

impl Store {
    /// Returns a record of a module.
    ///
    /// # Errors
    ///
    /// Only those of the database.
    pub async fn record(&self, module: &str, key: &str) -> Result<Option<Record>, StoreError> {
        let (module, key) = (module.to_owned(), key.to_owned());
        self.read(move |session| {
            Box::pin(async move { operation::get_record(session, &module, &key).await })
        })
        .await
    }

    /// Returns records of a module, in the order of their keys' bytes.
    ///
    /// # Errors
    ///
    /// Only those of the database.
    pub async fn records(&self, filter: &RecordFilter) -> Result<Vec<Record>, StoreError> {
        let filter = filter.clone();
        self.read(move |session| {
            Box::pin(async move { operation::list_records(session, &filter).await })
        })
        .await
    }

    /// Writes a record and returns its version; `None` when something else is there than was expected.
    ///
    /// # Errors
    ///
    /// [`StoreError::Misuse`] for a key or a value that is too long; else those of the database.
    pub async fn put_record(&self, record: &NewRecord) -> Result<Option<i64>, StoreError> {
        let record = record.clone();
        self.write(move |session| {
            Box::pin(async move { operation::put_record(session, &record).await })
        })
        .await
    }

    /// As [`put_record`](Self::put_record), and stores a message to be sent later where the record is written: both, or neither.
    ///
    /// # Errors
    ///
    /// As [`put_record`](Self::put_record).
    pub async fn put_record_and_post(
        &self,
        record: &NewRecord,
        post: &NewPost,
    ) -> Result<Option<i64>, StoreError> {
        let (record, post) = (record.clone(), post.clone());
        self.write(move |session| {
            Box::pin(async move { operation::put_record_and_post(session, &record, &post).await })
        })
        .await
    }

    /// Deletes a record; `false` when something else is there than was expected, or nothing.
    ///
    /// # Errors
    ///
    /// Only those of the database.
    pub async fn delete_record(
        &self,
        module: &str,
        key: &str,
        expected: Expected,
    ) -> Result<bool, StoreError> {
        let (module, key) = (module.to_owned(), key.to_owned());
        self.write(move |session| {
            Box::pin(
                async move { operation::delete_record(session, &module, &key, expected).await },
            )
        })
        .await
    }

    /// Takes a lease for this opening of the store, or prolongs it; `false` while another opening has it. Time is the database's.
    ///
    /// # Errors
    ///
    /// After any error the lease may have been taken; nobody else has it then before its term is over.
    pub async fn lease(&self, request: &LeaseRequest) -> Result<bool, StoreError> {
        let request = request.clone();
        self.write(move |session| {
            Box::pin(async move { operation::lease(session, &request).await })
        })
        .await
    }

    /// Gives a lease back, so that another need not wait for the end of its term. Others' leases stay.
    ///
    /// # Errors
    ///
    /// Only those of the database.
    pub async fn release_lease(&self, module: &str, key: &str) -> Result<(), StoreError> {
        let (module, key) = (module.to_owned(), key.to_owned());
        self.write(move |session| {
            Box::pin(async move { operation::release_lease(session, &module, &key).await })
        })
        .await
    }
}
