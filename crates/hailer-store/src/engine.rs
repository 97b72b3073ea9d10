//! The two engines behind one door: an operation goes in, its result comes out after the commit.

pub(crate) mod lock_file;
pub(crate) mod postgres;
pub(crate) mod sqlite;
pub(crate) mod work;
pub(crate) mod writer;

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::sync::{oneshot, watch};
use tokio::time::{Instant, timeout_at};

use crate::admission::{Admission, Admitted};
use crate::engine::postgres::ServerEngine;
use crate::engine::sqlite::FileEngine;
use crate::engine::work::{Admitting, Pending, Ticket, Work};
use crate::error::StoreError;
use crate::session::Session;

/// Either engine.
pub(crate) enum Engine {
    File(FileEngine),
    Server(ServerEngine),
}

impl Engine {
    pub(crate) fn changes(&self) -> &watch::Sender<u64> {
        match self {
            Self::File(engine) => engine.changes(),
            Self::Server(engine) => engine.changes(),
        }
    }

    /// Returns the names of the audit chains that this opening writes to.
    pub(crate) fn chains(&self) -> Vec<String> {
        match self {
            Self::File(_) => vec![sqlite::CHAIN.to_owned()],
            Self::Server(engine) => engine.chains(),
        }
    }

    /// Runs an operation in a transaction; its result is known after the commit.
    pub(crate) async fn write<T, F>(&self, limit: Duration, operation: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'a> FnOnce(&'a mut Session) -> BoxFuture<'a, Result<T, StoreError>> + Send + 'static,
    {
        let make = |reply, ticket| Pending::new(operation, reply, ticket);
        self.write_work(limit, make).await
    }

    /// Admits a message in a transaction, on SQLite together with others.
    pub(crate) async fn admit(
        &self,
        limit: Duration,
        admission: Arc<Admission>,
    ) -> Result<Admitted, StoreError> {
        let make = |reply, ticket| Admitting::new(admission, reply, ticket);
        self.write_work(limit, make).await
    }

    async fn write_work<T, W: Work + 'static>(
        &self,
        limit: Duration,
        make: impl FnOnce(oneshot::Sender<Result<T, StoreError>>, Ticket) -> W,
    ) -> Result<T, StoreError> {
        let (work, asked) = Asked::of(make, limit);
        match self {
            Self::File(engine) => engine.submit(work, limit, asked.deadline).await?,
            Self::Server(engine) => engine.submit_write(work, limit),
        }
        asked.wait().await
    }

    /// Runs an operation that only reads.
    pub(crate) async fn read<T, F>(&self, limit: Duration, operation: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'a> FnOnce(&'a mut Session) -> BoxFuture<'a, Result<T, StoreError>> + Send + 'static,
    {
        let make = |reply, ticket| Pending::new(operation, reply, ticket);
        let (work, asked) = Asked::of(make, limit);
        match self {
            Self::File(engine) => engine.submit_read(work, limit, asked.deadline).await?,
            Self::Server(engine) => engine.submit_read(work, limit),
        }
        let result = asked.wait().await;
        // A read changes nothing, however it ends.
        result.map_err(|error| {
            if error.is_certain() {
                error
            } else {
                StoreError::TimedOut { limit }
            }
        })
    }
}

/// An operation on its way, as its caller sees it.
struct Asked<T> {
    answer: oneshot::Receiver<Result<T, StoreError>>,
    ticket: Ticket,
    limit: Duration,
    deadline: Instant,
}

impl<T> Asked<T> {
    /// Makes the work for an engine, and what waits for its result.
    fn of<W>(
        make: impl FnOnce(oneshot::Sender<Result<T, StoreError>>, Ticket) -> W,
        limit: Duration,
    ) -> (Box<W>, Self) {
        let (reply, answer) = oneshot::channel();
        let ticket = Ticket::new();
        let work = Box::new(make(reply, ticket.clone()));
        let asked = Self {
            answer,
            ticket,
            limit,
            deadline: Instant::now() + limit,
        };
        (work, asked)
    }

    async fn wait(self) -> Result<T, StoreError> {
        let Self {
            answer,
            ticket,
            limit,
            deadline,
        } = self;
        // A caller that gives up (its future is dropped) takes back what has not begun.
        let withdrawn = ticket.withdraw_on_drop();
        match timeout_at(deadline, answer).await {
            Ok(Ok(result)) => result,
            Ok(Err(_gone)) => Err(if ticket.withdraw() {
                StoreError::Closed
            } else {
                StoreError::Unknown
            }),
            Err(_elapsed) => {
                drop(withdrawn);
                Err(if ticket.withdraw() {
                    StoreError::TimedOut { limit }
                } else {
                    StoreError::Unknown
                })
            }
        }
    }
}
