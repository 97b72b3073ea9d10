//! The one writer of an SQLite file: what waits while a commit reaches the disk is committed together with the next.

use std::sync::Arc;
use std::time::Duration;

use hailer_failpoint as failpoint;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, timeout};

use crate::engine::work::Work;
use crate::error::StoreError;
use crate::operation;
use crate::session::Session;

/// How many operations one commit takes at most: about 50 ms of work.
const LARGEST_BATCH: usize = 256;

/// How many admissions are done in one go at most: for each number there is another text to keep prepared.
const LARGEST_GROUP: usize = 32;

/// How long operations are gathered for one commit at most, so that the first does not wait for the last.
const LONGEST_BATCH: Duration = Duration::from_millis(100);

/// How often the writer looks for commits of other processes: a cancel typed at the command line is seen within a second.
const LOOK_AROUND: Duration = Duration::from_millis(400);

/// The one writer of a file.
pub(crate) struct Writer {
    session: Session,
    inbox: mpsc::Receiver<Box<dyn Work>>,
    changes: watch::Sender<u64>,
    /// Taken out of the inbox, and not begun.
    held: Option<Box<dyn Work>>,
    /// Changes with every commit of another connection.
    data_version: i64,
}

/// What came of a batch before its commit.
struct Batch {
    /// Those that are part of the transaction, or were undone alone.
    done: Vec<Box<dyn Work>>,
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
            held: None,
            data_version: 0,
        }
    }

    /// Works until the store is closed.
    pub(crate) async fn run(mut self) {
        self.look_around().await;
        loop {
            if let Some(work) = self.held.take() {
                self.commit_batch(work).await;
                continue;
            }
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
        self.session.begin_batch();
        let mut batch = self.gather(first).await;
        let committed = match batch.broken.take() {
            Some(error) => Err(error),
            None => self.commit().await,
        };
        match committed {
            Ok(()) => {
                batch.done.into_iter().for_each(Work::answer);
                if batch.is_touched {
                    self.changes.send_modify(|count| *count += 1);
                }
            }
            Err(error) => {
                // It fails when the transaction is over already, which is what is wanted.
                self.session.begin_batch();
                let _over = self.session.execute("ROLLBACK", &[]).await;
                fail_all(batch.done, &error);
            }
        }
    }

    /// A commit that fails may have reached the disk all the same, unless the statement was refused.
    async fn commit(&mut self) -> Result<(), StoreError> {
        if let Err(error) = failpoint::check("commit-before") {
            return Err(StoreError::Refused {
                source: sqlx::Error::Io(error).into(),
            });
        }
        match self.session.fetch("COMMIT", &[]).await {
            Ok(_rows) => {
                failpoint::hit("commit-after");
                Ok(())
            }
            Err(error @ (StoreError::Full { .. } | StoreError::Refused { .. })) => Err(error),
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
                        first = self.waiting()?;
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
        while let Some(mut work) = next {
            if work.admitting().is_some() {
                let group = self.group(work);
                self.run_group(group, &mut batch).await;
            } else {
                self.run_one(work, &mut batch).await;
            }
            let is_full = batch.done.len() >= LARGEST_BATCH
                || Instant::now() >= until
                || batch.broken.is_some();
            next = if is_full { None } else { self.waiting() };
        }
        batch
    }

    /// Takes the admissions that wait right behind one.
    fn group(&mut self, first: Box<dyn Work>) -> Vec<Box<dyn Work>> {
        let mut group = vec![first];
        while group.len() < LARGEST_GROUP {
            let Some(mut work) = self.waiting() else {
                break;
            };
            if work.admitting().is_none() {
                self.held = Some(work);
                break;
            }
            group.push(work);
        }
        group
    }

    fn waiting(&mut self) -> Option<Box<dyn Work>> {
        self.held.take().or_else(|| self.inbox.try_recv().ok())
    }

    /// Admits several messages in one go, and those that meet others one by one behind it.
    async fn run_group(&mut self, mut group: Vec<Box<dyn Work>>, batch: &mut Batch) {
        group.retain(|work| work.ticket().pass());
        if group.len() > 1 {
            self.admit_together(&mut group, batch).await;
        }
        for mut work in group {
            let is_done = work.admitting().is_some_and(|it| it.result.is_some());
            if is_done || batch.broken.is_some() {
                batch.done.push(work);
            } else {
                self.run_passed(work, batch).await;
            }
        }
    }

    async fn admit_together(&mut self, group: &mut [Box<dyn Work>], batch: &mut Batch) {
        let all = group.iter_mut().filter_map(|it| it.admitting());
        let admissions: Vec<_> = all.map(|it| Arc::clone(&it.admission)).collect();
        self.session.begin_operation();
        self.session.begin();
        let admitted = operation::admit_together(&mut self.session, &admissions).await;
        let ended = match &admitted {
            Ok(_) => self.session.end_operation().await,
            Err(_) => self.session.undo_operation().await,
        };
        batch.broken = self.session.take_broken().or(ended.err());
        let Ok(admitted) = admitted else { return };
        for (work, admitted) in group.iter_mut().zip(admitted) {
            if let (Some(it), Some(admitted)) = (work.admitting(), admitted) {
                it.result = Some(Ok(admitted));
                batch.is_touched = true;
            }
        }
    }

    async fn run_one(&mut self, work: Box<dyn Work>, batch: &mut Batch) {
        if work.ticket().pass() {
            self.run_passed(work, batch).await;
        }
    }

    async fn run_passed(&mut self, mut work: Box<dyn Work>, batch: &mut Batch) {
        self.session.begin_operation();
        let is_done = work.run(&mut self.session).await.is_ok();
        let is_kept = is_done && !self.session.is_abandoned();
        let ended = if is_kept {
            self.session.end_operation().await
        } else {
            self.session.undo_operation().await
        };
        batch.broken = self.session.take_broken().or(ended.err());
        batch.is_touched |= is_kept && self.session.is_touched();
        batch.done.push(work);
    }

    /// The database is out: all that wait are told.
    async fn refuse_waiting(&mut self, first: Box<dyn Work>, error: StoreError) {
        // A connection whose transaction was cut may still be in it.
        let _over = self.session.execute("ROLLBACK", &[]).await;
        let mut waiting = vec![first];
        while let Some(work) = self.waiting() {
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
        work.fail(error.again());
    }
}
