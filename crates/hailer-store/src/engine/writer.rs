//! The one writer of an SQLite file: what waits while a commit reaches the disk is committed together with the next.

use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, timeout};

use crate::engine::work::Work;
use crate::error::{DatabaseError, StoreError};
use crate::session::{SAVEPOINT, Session};

/// How many operations one commit takes at most: about 50 ms of work.
const LARGEST_BATCH: usize = 256;

/// How long operations are gathered for one commit at most, so that the first does not wait for the last.
const LONGEST_BATCH: Duration = Duration::from_millis(100);

/// How often the writer looks for commits of other processes: a cancel typed at the command line is seen within a second.
const LOOK_AROUND: Duration = Duration::from_millis(400);

/// The one writer of a file.
pub(crate) struct Writer {
    session: Session,
    inbox: mpsc::Receiver<Box<dyn Work>>,
    changes: watch::Sender<u64>,
    /// Changes with every commit of another connection.
    data_version: i64,
}

/// What came of a batch before its commit.
struct Batch {
    /// Those that are part of the transaction, or were rolled back alone, with the reason when they do not know it themselves.
    done: Vec<(Box<dyn Work>, Option<StoreError>)>,
    is_touched: bool,
    /// The transaction is gone: SQLite rolled all of it back, as it may when the disk is full.
    broken: Option<StoreError>,
}

impl Writer {
    pub(crate) fn new(
        session: Session,
        inbox: mpsc::Receiver<Box<dyn Work>>,
        changes: watch::Sender<u64>,
    ) -> Self {
        Self {
            session,
            inbox,
            changes,
            data_version: 0,
        }
    }

    /// Works until the store is closed.
    pub(crate) async fn run(mut self) {
        self.look_around().await;
        loop {
            match timeout(LOOK_AROUND, self.inbox.recv()).await {
                Ok(Some(work)) => self.commit_batch(work).await,
                Ok(None) => return,
                Err(_idle) => self.look_around().await,
            }
        }
    }

    async fn commit_batch(&mut self, first: Box<dyn Work>) {
        let Some(first) = self.begin(first).await else {
            return;
        };
        // Another process may have appended to the chain.
        self.session.set_head(None);
        let mut batch = self.gather(first).await;
        let committed = match batch.broken.take() {
            Some(error) => Err(error),
            None => self.commit().await,
        };
        match committed {
            Ok(()) => {
                for (work, error) in batch.done {
                    match error {
                        Some(error) => work.fail(error),
                        None => work.answer(),
                    }
                }
                if batch.is_touched {
                    self.changes.send_modify(|count| *count += 1);
                }
            }
            Err(error) => {
                // It fails when the transaction is over already, which is what is wanted.
                let _over = self.session.execute("ROLLBACK", &[]).await;
                fail_all(
                    batch.done.into_iter().map(|(work, _)| work).collect(),
                    &error,
                );
            }
        }
    }

    /// A commit that fails, unless for want of space, may have reached the disk all the same.
    async fn commit(&mut self) -> Result<(), StoreError> {
        match self.session.execute("COMMIT", &[]).await {
            Ok(_rows) => Ok(()),
            Err(error @ StoreError::Full { .. }) => Err(error),
            Err(error) => {
                tracing::error!(error = ?error, "the store could not commit");
                Err(StoreError::Unknown)
            }
        }
    }

    /// Takes the write lock of the file for an operation, or for the next whose caller still waits.
    async fn begin(&mut self, mut first: Box<dyn Work>) -> Option<Box<dyn Work>> {
        loop {
            match self.session.execute("BEGIN IMMEDIATE", &[]).await {
                Ok(_rows) => return Some(first),
                // Another process writes: each caller's own limit says how long that may last.
                Err(error) if error.is_busy() => {
                    while first.ticket().is_withdrawn() {
                        first = self.inbox.try_recv().ok()?;
                    }
                }
                Err(error) => {
                    self.refuse_waiting(first, error).await;
                    return None;
                }
            }
        }
    }

    async fn gather(&mut self, first: Box<dyn Work>) -> Batch {
        let until = Instant::now() + LONGEST_BATCH;
        let mut batch = Batch {
            done: Vec::new(),
            is_touched: false,
            broken: None,
        };
        let mut next = Some(first);
        while let Some(work) = next {
            self.run_one(work, &mut batch).await;
            let is_full = batch.done.len() >= LARGEST_BATCH
                || Instant::now() >= until
                || batch.broken.is_some();
            next = if is_full {
                None
            } else {
                self.inbox.try_recv().ok()
            };
        }
        batch
    }

    async fn run_one(&mut self, mut work: Box<dyn Work>, batch: &mut Batch) {
        if !work.ticket().pass() {
            return;
        }
        // Put off, as is what only writes: an operation goes to the connection's thread twice at most.
        let mut result = self.session.put(SAVEPOINT, &[]).await;
        let is_done = work.run(&mut self.session).await.is_ok();
        let mut is_kept = is_done && !self.session.is_abandoned();
        if is_kept {
            result = match self.session.put("RELEASE operation", &[]).await {
                Ok(()) => self.session.flush().await,
                Err(error) => Err(error),
            };
            is_kept = result.is_ok();
        }
        if !is_kept {
            self.session.set_head(None);
            // Nothing of it was run when its beginning is still put off.
            if !self.session.forget()
                && let Err(error) = self
                    .session
                    .run_script("ROLLBACK TO operation; RELEASE operation")
                    .await
            {
                batch.broken = Some(error);
            }
        }
        batch.is_touched |= is_kept && self.session.is_touched();
        batch.done.push((work, result.err()));
    }

    /// The database is out: all that wait are told.
    async fn refuse_waiting(&mut self, first: Box<dyn Work>, error: StoreError) {
        // A connection whose transaction was cut may still be in it.
        let _over = self.session.execute("ROLLBACK", &[]).await;
        let mut waiting = vec![first];
        while let Ok(work) = self.inbox.try_recv() {
            waiting.push(work);
        }
        fail_all(waiting, &error);
    }

    async fn look_around(&mut self) {
        let Ok(Some(row)) = self.session.fetch_one("PRAGMA data_version", &[]).await else {
            return;
        };
        let Ok(version) = row.int("data_version") else {
            return;
        };
        if self.data_version != 0 && self.data_version != version {
            self.changes.send_modify(|count| *count += 1);
        }
        self.data_version = version;
    }
}

/// Tells each of them; an error cannot be cloned, so that all but the kind is told once and logged.
fn fail_all(batch: Vec<Box<dyn Work>>, error: &StoreError) {
    tracing::warn!(error = ?error, operations = batch.len(), "the store rolled back");
    for work in batch {
        work.fail(same_kind(error));
    }
}

fn same_kind(error: &StoreError) -> StoreError {
    let again = || DatabaseError::from(sqlx::Error::Protocol(source_text(error)));
    match error {
        StoreError::Full { .. } => StoreError::Full { source: again() },
        StoreError::Unknown => StoreError::Unknown,
        StoreError::Unavailable { .. }
        | StoreError::Refused { .. }
        | StoreError::TimedOut { .. }
        | StoreError::Stale { .. }
        | StoreError::Lost { .. }
        | StoreError::Misuse { .. }
        | StoreError::Unreadable { .. }
        | StoreError::Closed => StoreError::Unavailable { source: again() },
    }
}

fn source_text(error: &StoreError) -> String {
    std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string)
}
