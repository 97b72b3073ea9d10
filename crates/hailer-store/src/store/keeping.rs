//! What a store keeps beside jobs: later messages, texts, the audit.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use crate::admission::{Caller, Retried};
use crate::audit::{AuditEntry, AuditFilter, AuditPage, AuditRow, ChainHead, ChainReport};
use crate::error::StoreError;
use crate::hold::{Force, HeldName, Hold, Holding, JobLock, NewHold, Released};
use crate::id::{JobId, TextId};
use crate::job::Fence;
use crate::key::{KeySeen, KeyUse};
use crate::operation;
use crate::outbox::{NewPost, Post, PostQuery};
use crate::retention::{Pruned, Retention};
use crate::state::JobState;
use crate::store::Store;
use crate::text::{KeptText, NewText};
use crate::verify::ChainCheck;

/// How many audit rows are read in one step of a check.
const VERIFY_AT_ONCE: i64 = 500;

impl Store {
    /// Queues a new job that is to do what an ended one was to do: as the caller's where they say so, else for the same requester. Who
    /// asked for it is in the audit.
    ///
    /// # Errors
    ///
    /// As [`admit`](Self::admit).
    pub async fn retry(
        &self,
        id: &JobId,
        by: &Caller,
        queue_limit: u64,
    ) -> Result<Retried, StoreError> {
        let (id, by) = (id.clone(), by.clone());
        self.write(move |session| {
            Box::pin(async move { operation::retry(session, &id, &by, queue_limit).await })
        })
        .await
    }

    /// Puts a job that this opening claimed, and has not begun, back into the queue until a moment in milliseconds since 1970.
    ///
    /// # Errors
    ///
    /// [`StoreError::Stale`] when another server has it.
    pub async fn postpone(
        &self,
        fence: &Fence,
        until_ms: i64,
        why: &str,
    ) -> Result<(), StoreError> {
        let (fence, why) = (fence.clone(), why.to_owned());
        self.write(move |session| {
            Box::pin(async move { operation::postpone(session, &fence, until_ms, &why).await })
        })
        .await
    }

    /// Counts jobs by state; every state is there.
    ///
    /// # Errors
    ///
    /// Only those of the database.
    pub async fn job_counts(&self) -> Result<BTreeMap<JobState, u64>, StoreError> {
        self.read(|session| Box::pin(operation::counts(session)))
            .await
    }

    /// Stores a message to be sent later, by itself. What tells of a job's end goes with [`finish`](Self::finish).
    ///
    /// # Errors
    ///
    /// Only those of the database.
    pub async fn post_later(&self, post: &NewPost, job: Option<&JobId>) -> Result<(), StoreError> {
        let (post, job) = (post.clone(), job.cloned());
        self.write(move |session| {
            Box::pin(async move { operation::put_post(session, &post, job.as_ref()).await })
        })
        .await
    }

    /// Takes the next later message: the oldest of a target, unless that one must wait or another sender has it.
    ///
    /// The order of one target is kept, and each message is sent at least once: after a crash it can be seen twice.
    ///
    /// # Errors
    ///
    /// After [`StoreError::Unknown`] a message may have been taken; it is free again when its lease is over.
    pub async fn next_post(&self, query: &PostQuery) -> Result<Option<Post>, StoreError> {
        let query = query.clone();
        self.write(move |session| {
            Box::pin(async move { operation::next_post(session, &query).await })
        })
        .await
    }

    /// Says that a later message was sent.
    ///
    /// # Errors
    ///
    /// [`StoreError::Lost`] when its lease was over and another sender took it.
    pub async fn post_sent(&self, post: &Post) -> Result<(), StoreError> {
        self.settle(post, operation::Sending::Sent).await
    }

    /// Says that a later message could not be sent now, and how long to wait before the next try.
    ///
    /// # Errors
    ///
    /// As [`post_sent`](Self::post_sent).
    pub async fn post_failed(
        &self,
        post: &Post,
        wait: Duration,
        error: &str,
    ) -> Result<(), StoreError> {
        self.settle(post, operation::Sending::Later(wait, error.to_owned()))
            .await
    }

    /// Says that a later message will not be sent: what refused it would refuse it again.
    ///
    /// # Errors
    ///
    /// As [`post_sent`](Self::post_sent).
    pub async fn post_given_up(&self, post: &Post, error: &str) -> Result<(), StoreError> {
        self.settle(post, operation::Sending::GivenUp(error.to_owned()))
            .await
    }

    async fn settle(&self, post: &Post, sending: operation::Sending) -> Result<(), StoreError> {
        let post = post.clone();
        self.write(move |session| {
            Box::pin(async move { operation::settle_post(session, &post, &sending).await })
        })
        .await
    }

    /// Counts the later messages that wait, by target.
    ///
    /// # Errors
    ///
    /// Only those of the database.
    pub async fn posts_waiting(&self) -> Result<BTreeMap<String, u64>, StoreError> {
        self.read(|session| Box::pin(operation::posts_waiting(session)))
            .await
    }

    /// Keeps a text that is too long for one reply, and returns the id under which it is found.
    ///
    /// # Errors
    ///
    /// Only those of the database.
    pub async fn keep_text(&self, text: &NewText) -> Result<TextId, StoreError> {
        let text = text.clone();
        self.write(move |session| {
            Box::pin(async move { operation::keep_text(session, &text).await })
        })
        .await
    }

    /// Returns a kept text whose time is not over. The caller checks that the reader may read it.
    ///
    /// # Errors
    ///
    /// Only those of the database.
    pub async fn text(&self, id: &TextId) -> Result<Option<KeptText>, StoreError> {
        let id = id.clone();
        self.read(move |session| Box::pin(async move { operation::text(session, &id).await }))
            .await
    }

    /// Holds a lock or a freeze for somebody: nothing that it keeps out starts from now on, on any server.
    ///
    /// # Errors
    ///
    /// Only those of the database.
    pub async fn hold(&self, new: &NewHold, by: &Caller) -> Result<Holding, StoreError> {
        let (new, by) = (new.clone(), by.clone());
        self.write(move |session| {
            Box::pin(async move { operation::hold(session, &new, &by).await })
        })
        .await
    }

    /// Lets a lock or a freeze go: their own, or with force somebody else's.
    ///
    /// # Errors
    ///
    /// Only those of the database.
    pub async fn release(
        &self,
        held: &HeldName,
        by: &Caller,
        force: Force,
    ) -> Result<Released, StoreError> {
        let (held, by) = (held.clone(), by.clone());
        self.write(move |session| {
            Box::pin(async move { operation::release(session, &held, &by, force).await })
        })
        .await
    }

    /// Returns everything that people hold at this moment, the oldest first.
    ///
    /// # Errors
    ///
    /// Only those of the database.
    pub async fn holds(&self) -> Result<Vec<Hold>, StoreError> {
        self.read(|session| Box::pin(operation::holds(session)))
            .await
    }

    /// Returns the locks that jobs have, by name.
    ///
    /// # Errors
    ///
    /// Only those of the database.
    pub async fn job_locks(&self) -> Result<Vec<JobLock>, StoreError> {
        self.read(|session| Box::pin(operation::job_locks(session)))
            .await
    }

    /// Notes a use of a key. The first use, and one from another network, is in the audit from then on; `entry` says who spoke.
    ///
    /// # Errors
    ///
    /// Only those of the database.
    pub async fn note_key(&self, used: &KeyUse, entry: &AuditEntry) -> Result<KeySeen, StoreError> {
        let (used, entry) = (used.clone(), entry.clone());
        self.write(move |session| {
            Box::pin(async move { operation::note_key(session, &used, &entry).await })
        })
        .await
    }

    /// Returns every network from which a key was used, by webhook and label.
    ///
    /// # Errors
    ///
    /// Only those of the database.
    pub async fn key_uses(&self) -> Result<Vec<KeyUse>, StoreError> {
        self.read(|session| Box::pin(operation::key_uses(session)))
            .await
    }

    /// Appends an entry to the audit: a denial, a changed configuration, whatever is not part of a job's transaction.
    ///
    /// # Errors
    ///
    /// Any error means that the entry may be missing.
    pub async fn audit(&self, entry: &AuditEntry) -> Result<(), StoreError> {
        let entry = entry.clone();
        self.write(move |session| {
            Box::pin(async move { operation::add_audit(session, &entry).await })
        })
        .await
    }

    /// Returns rows of the audit, newest first.
    ///
    /// # Errors
    ///
    /// Only those of the database.
    pub async fn audit_list(&self, filter: &AuditFilter) -> Result<AuditPage, StoreError> {
        let filter = filter.clone();
        self.read(move |session| {
            Box::pin(async move { operation::list_audit(session, &filter).await })
        })
        .await
    }

    /// Returns the end of every audit chain, to be kept where this server cannot write.
    ///
    /// # Errors
    ///
    /// Only those of the database.
    pub async fn audit_heads(&self) -> Result<Vec<ChainHead>, StoreError> {
        self.read(|session| Box::pin(operation::audit_heads(session)))
            .await
    }

    /// Returns the end of one audit chain; nothing when it has no rows.
    ///
    /// # Errors
    ///
    /// Only those of the database.
    pub async fn audit_end(&self, chain: &str) -> Result<Option<ChainHead>, StoreError> {
        let chain = chain.to_owned();
        self.read(move |session| {
            Box::pin(async move { operation::audit_end(session, &chain).await })
        })
        .await
    }

    /// Returns the names of the audit chains to which this opening writes: the one of SQLite, or its own of PostgreSQL.
    pub fn own_chains(&self) -> Vec<String> {
        self.inner.engine.chains()
    }

    /// Checks every audit chain, row by row; `anchors` are ends that [`audit_heads`](Self::audit_heads) returned earlier.
    ///
    /// Takes as long as the audit is large; each of its steps is bounded.
    ///
    /// # Errors
    ///
    /// Only those of the database.
    pub async fn audit_verify(
        &self,
        anchors: &[ChainHead],
    ) -> Result<Vec<ChainReport>, StoreError> {
        let mut chains = self
            .read(|session| Box::pin(operation::audit_chains(session)))
            .await?;
        let known: BTreeSet<String> = chains.iter().map(|chain| chain.chain.clone()).collect();
        // A chain that was seen and is not there was cut at its first row.
        let gone: BTreeSet<&String> = anchors
            .iter()
            .map(|anchor| &anchor.chain)
            .filter(|chain| !known.contains(*chain))
            .collect();
        chains.extend(gone.into_iter().map(|chain| ChainHead {
            chain: chain.clone(),
            seq: 0,
            hash: String::new(),
        }));
        let mut reports = Vec::new();
        for chain in chains {
            reports.push(self.verify_chain(chain, anchors).await?);
        }
        Ok(reports)
    }

    async fn verify_chain(
        &self,
        beginning: ChainHead,
        anchors: &[ChainHead],
    ) -> Result<ChainReport, StoreError> {
        let name = beginning.chain.clone();
        let own = anchors
            .iter()
            .filter(|anchor| anchor.chain == name)
            .cloned()
            .collect();
        let mut check = ChainCheck::new(&beginning, own);
        loop {
            let rows = self.audit_rows(&name, check.last_seq()).await?;
            rows.iter().for_each(|row| check.row(row));
            if rows.is_empty() {
                return Ok(check.end());
            }
        }
    }

    /// Returns some hundred rows of a chain after a number, in the order in which they were written: for exports that keep the proof.
    ///
    /// # Errors
    ///
    /// Only those of the database.
    pub async fn audit_rows(&self, chain: &str, after: i64) -> Result<Vec<AuditRow>, StoreError> {
        let chain = chain.to_owned();
        self.read(move |session| {
            Box::pin(async move {
                operation::audit_rows_after(session, &chain, after, VERIFY_AT_ONCE).await
            })
        })
        .await
    }

    /// Drops some of what is over and old; call it again while [`Pruned::has_more`].
    ///
    /// # Errors
    ///
    /// Only those of the database.
    pub async fn prune(&self, keep: &Retention) -> Result<Pruned, StoreError> {
        let keep = keep.clone();
        self.write(move |session| Box::pin(async move { operation::prune(session, &keep).await }))
            .await
    }

    /// Tells how long an empty write takes: that the store can be reached, and takes writes.
    ///
    /// # Errors
    ///
    /// Those that a write would meet now, except a full disk.
    pub async fn ping(&self) -> Result<Duration, StoreError> {
        let since = Instant::now();
        self.write(|session| Box::pin(operation::ping(session)))
            .await?;
        Ok(since.elapsed())
    }
}
