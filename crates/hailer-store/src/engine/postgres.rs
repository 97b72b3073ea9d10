//! The PostgreSQL engine: each operation is a transaction on a connection of a pool.
//!
//! Everything runs on the runtime that opened the store, whichever runtime calls: a connection belongs to the runtime that made it.

pub(crate) mod connect;
mod notify;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hailer_failpoint as failpoint;
use sqlx::PgPool;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::AbortHandle;
use tokio::time::timeout;

use crate::engine::postgres::connect::POOL;
use crate::engine::work::Work;
use crate::error::{OpenError, StoreError};
use crate::id::BootId;
use crate::session::{Session, Wire};
use crate::store::Role;

/// How much longer than its caller waits a transaction may take to be rolled back in order; after that its connection is cut.
const GRACE: Duration = Duration::from_millis(500);

/// How many operations write at once. Each appends to an audit chain of its own, so that none waits for another's commit.
const LANES: usize = POOL as usize - 3;

/// An open PostgreSQL database.
pub(crate) struct ServerEngine {
    shared: Arc<Shared>,
    home: Handle,
    listener: AbortHandle,
    notifier: AbortHandle,
}

struct Shared {
    pool: PgPool,
    boot: BootId,
    changes: watch::Sender<u64>,
    /// Ticks when others are to be told.
    news: watch::Sender<u64>,
    lanes: Arc<Semaphore>,
    free: Mutex<Vec<usize>>,
}

impl ServerEngine {
    pub(crate) async fn open(
        options: sqlx::postgres::PgConnectOptions,
        role: Role,
        boot: BootId,
    ) -> Result<Self, OpenError> {
        let pool = connect::open(&options, role, &boot).await?;
        let shared = Arc::new(Shared {
            pool,
            boot,
            changes: watch::Sender::new(0),
            news: watch::Sender::new(0),
            lanes: Arc::new(Semaphore::new(LANES)),
            free: Mutex::new((0..LANES).rev().collect()),
        });
        let own = shared.boot.as_str().to_owned();
        let listener = tokio::spawn(notify::listen(
            shared.pool.clone(),
            own.clone(),
            shared.changes.clone(),
        ))
        .abort_handle();
        let notifier = tokio::spawn(notify::tell(
            shared.pool.clone(),
            own,
            shared.news.subscribe(),
        ))
        .abort_handle();
        Ok(Self {
            shared,
            home: Handle::current(),
            listener,
            notifier,
        })
    }

    pub(crate) fn changes(&self) -> &watch::Sender<u64> {
        &self.shared.changes
    }

    pub(crate) fn submit_write(&self, work: Box<dyn Work>, limit: Duration) {
        let shared = Arc::clone(&self.shared);
        self.home
            .spawn(async move { shared.write(work, limit).await });
    }

    pub(crate) fn submit_read(&self, work: Box<dyn Work>, limit: Duration) {
        let shared = Arc::clone(&self.shared);
        self.home
            .spawn(async move { shared.read(work, limit).await });
    }
}

impl ServerEngine {
    /// Returns the names of the chains of all lanes.
    pub(crate) fn chains(&self) -> Vec<String> {
        let boot = &self.shared.boot;
        (0..LANES)
            .map(|number| format!("{boot}/{number}"))
            .collect()
    }
}

impl Drop for ServerEngine {
    fn drop(&mut self) {
        self.listener.abort();
        self.notifier.abort();
    }
}

impl Shared {
    async fn write(self: Arc<Self>, mut work: Box<dyn Work>, limit: Duration) {
        let lane = match timeout(limit, Lane::take(&self)).await {
            Ok(Some(lane)) => lane,
            Ok(None) => return work.fail(StoreError::Closed),
            Err(_busy) => return work.fail(StoreError::TimedOut { limit }),
        };
        if work.ticket().is_withdrawn() {
            return;
        }
        let chain = format!("{}/{}", self.boot, lane.number);
        let mut connection = match self.ready(chain, Purpose::Write, limit).await {
            Ok(connection) => connection,
            Err(error) => return work.fail(error),
        };
        let Some(session) = connection.session() else {
            return work.fail(StoreError::Closed);
        };
        let Ok(end) = timeout(limit + GRACE, transact(session, work.as_mut())).await else {
            let is_certain = work.ticket().withdraw();
            return work.fail(if is_certain {
                StoreError::TimedOut { limit }
            } else {
                StoreError::Unknown
            });
        };
        match end {
            End::Committed => {
                let is_touched = connection
                    .session()
                    .is_some_and(|session| session.is_touched());
                connection.give_back();
                drop(lane);
                work.answer();
                if is_touched {
                    self.changes.send_modify(|count| *count += 1);
                    self.news.send_modify(|count| *count += 1);
                }
            }
            End::RolledBack => {
                connection.give_back();
                work.answer();
            }
            End::Cut => work.answer(),
            End::Failed(error) => work.fail(error),
        }
    }

    async fn read(self: Arc<Self>, mut work: Box<dyn Work>, limit: Duration) {
        let mut connection = match self.ready(String::new(), Purpose::Read, limit).await {
            Ok(connection) => connection,
            Err(error) => return work.fail(error),
        };
        let Some(session) = connection.session() else {
            return work.fail(StoreError::Closed);
        };
        match timeout(limit, work.run(session)).await {
            Ok(_kept) => {
                connection.give_back();
                work.answer();
            }
            Err(_elapsed) => work.fail(StoreError::TimedOut { limit }),
        }
    }

    /// Returns a connection that answers, within the limit.
    async fn ready(
        &self,
        chain: String,
        purpose: Purpose,
        limit: Duration,
    ) -> Result<Borrowed, StoreError> {
        match timeout(limit, self.alive(chain, purpose)).await {
            Ok(found) => found,
            Err(_elapsed) => Err(StoreError::TimedOut { limit }),
        }
    }

    /// Looks for a connection that answers. Of those of the pool some, or all, may have died with the server that was behind them.
    async fn alive(&self, chain: String, purpose: Purpose) -> Result<Borrowed, StoreError> {
        let mut tries = 0;
        loop {
            let mut connection = self.connection(chain.clone()).await?;
            let session = connection.session().ok_or(StoreError::Closed)?;
            let answer = match purpose {
                Purpose::Write => session.begin_shared().await,
                Purpose::Read => session.execute("SELECT 1", &[]).await.map(drop),
            };
            match answer {
                Ok(()) => return Ok(connection),
                Err(error @ StoreError::Unavailable { .. }) if tries < POOL => {
                    tracing::debug!(error = ?error, "a connection of the store was dead");
                    tries += 1;
                }
                Err(error) => return Err(error),
            }
        }
    }

    async fn connection(&self, chain: String) -> Result<Borrowed, StoreError> {
        let connection = self.pool.acquire().await?;
        Ok(Borrowed(Some(Session::new(
            Wire::Server(connection),
            self.boot.clone(),
            chain,
        ))))
    }
}

/// What a connection is wanted for.
#[derive(Clone, Copy)]
enum Purpose {
    Read,
    Write,
}

/// How a transaction ended.
enum End {
    Committed,
    /// The operation's own result tells why.
    RolledBack,
    /// As `RolledBack`, and nobody knows what the connection is in.
    Cut,
    /// The commit failed.
    Failed(StoreError),
}

/// Runs an operation in the transaction that was begun, and ends that.
async fn transact(session: &mut Session, work: &mut dyn Work) -> End {
    let is_kept = work.run(session).await.is_ok() && !session.is_abandoned();
    if !is_kept || !work.ticket().pass() {
        return match session.execute("ROLLBACK", &[]).await {
            Ok(_rows) => End::RolledBack,
            Err(_gone) => End::Cut,
        };
    }
    if let Err(error) = failpoint::check("commit-before") {
        return End::Failed(error.into());
    }
    match session.execute("COMMIT", &[]).await {
        Ok(_rows) => {
            failpoint::hit("commit-after");
            End::Committed
        }
        // A server that answers with an error has rolled back; one that is gone may have committed.
        Err(error @ (StoreError::Refused { .. } | StoreError::Full { .. })) => End::Failed(error),
        Err(_gone) => End::Failed(StoreError::Unknown),
    }
}

/// A connection that is cut, not given back, unless its work is known to be over.
struct Borrowed(Option<Session>);

impl Borrowed {
    fn session(&mut self) -> Option<&mut Session> {
        self.0.as_mut()
    }

    fn give_back(mut self) {
        drop(self.0.take());
    }
}

impl Drop for Borrowed {
    fn drop(&mut self) {
        if let Some(Wire::Server(connection)) = self.0.take().map(Session::into_wire) {
            drop(connection.detach());
        }
    }
}

/// The right to write, and the number of the audit chain that goes with it.
struct Lane {
    number: usize,
    shared: Arc<Shared>,
    _permit: OwnedSemaphorePermit,
}

impl Lane {
    async fn take(shared: &Arc<Shared>) -> Option<Self> {
        let permit = Arc::clone(&shared.lanes).acquire_owned().await.ok()?;
        let number = shared
            .free
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop()?;
        Some(Self {
            number,
            shared: Arc::clone(shared),
            _permit: permit,
        })
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        self.shared
            .free
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(self.number);
    }
}
