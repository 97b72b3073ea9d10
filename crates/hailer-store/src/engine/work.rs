//! An operation on its way through an engine: it can be taken back until the engine passes the point of no return.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use futures_util::future::BoxFuture;
use tokio::sync::oneshot;

use crate::admission::{Admission, Admitted};
use crate::error::StoreError;
use crate::operation;
use crate::session::Session;

const WAITING: u8 = 0;
const PASSED: u8 = 1;
const WITHDRAWN: u8 = 2;

/// Decides between the caller who gives up and the engine that commits: exactly one of them wins.
#[derive(Clone, Debug)]
pub(crate) struct Ticket(Arc<AtomicU8>);

impl Ticket {
    pub(crate) fn new() -> Self {
        Self(Arc::new(AtomicU8::new(WAITING)))
    }

    /// Passes the point of no return; false when the caller has given up.
    pub(crate) fn pass(&self) -> bool {
        self.0
            .compare_exchange(WAITING, PASSED, Ordering::AcqRel, Ordering::Acquire)
            .is_ok()
    }

    /// Gives up; false when the engine has passed the point of no return.
    pub(crate) fn withdraw(&self) -> bool {
        match self
            .0
            .compare_exchange(WAITING, WITHDRAWN, Ordering::AcqRel, Ordering::Acquire)
        {
            Ok(_waiting) => true,
            Err(found) => found == WITHDRAWN,
        }
    }

    pub(crate) fn is_withdrawn(&self) -> bool {
        self.0.load(Ordering::Acquire) == WITHDRAWN
    }

    pub(crate) fn withdraw_on_drop(&self) -> WithdrawOnDrop {
        WithdrawOnDrop(self.clone())
    }
}

/// Gives up when it is dropped.
#[derive(Debug)]
pub(crate) struct WithdrawOnDrop(Ticket);

impl Drop for WithdrawOnDrop {
    fn drop(&mut self) {
        self.0.withdraw();
    }
}

/// An operation without the type of its result.
pub(crate) trait Work: Send {
    fn ticket(&self) -> &Ticket;
    /// Runs the operation and keeps its result; an error is to be rolled back.
    fn run<'a>(&'a mut self, session: &'a mut Session) -> BoxFuture<'a, Result<(), ()>>;
    /// Tells the caller the kept result.
    fn answer(self: Box<Self>);
    /// Tells the caller an error instead.
    fn fail(self: Box<Self>, error: StoreError);
    /// Returns it as an admission, of which several can be done together.
    fn admitting(&mut self) -> Option<&mut Admitting> {
        None
    }
}

/// An admission, its result once it is there, and who waits for it.
pub(crate) struct Admitting {
    pub(crate) admission: Arc<Admission>,
    pub(crate) result: Option<Result<Admitted, StoreError>>,
    reply: oneshot::Sender<Result<Admitted, StoreError>>,
    ticket: Ticket,
}

impl Admitting {
    pub(crate) fn new(
        admission: Arc<Admission>,
        reply: oneshot::Sender<Result<Admitted, StoreError>>,
        ticket: Ticket,
    ) -> Self {
        Self {
            admission,
            result: None,
            reply,
            ticket,
        }
    }
}

impl Work for Admitting {
    fn ticket(&self) -> &Ticket {
        &self.ticket
    }

    fn run<'a>(&'a mut self, session: &'a mut Session) -> BoxFuture<'a, Result<(), ()>> {
        Box::pin(async move {
            session.begin();
            let result = operation::admit(session, &self.admission).await;
            let outcome = if result.is_ok() { Ok(()) } else { Err(()) };
            self.result = Some(result);
            outcome
        })
    }

    fn answer(self: Box<Self>) {
        let _gone = self
            .reply
            .send(self.result.unwrap_or(Err(StoreError::Closed)));
    }

    fn fail(self: Box<Self>, error: StoreError) {
        let _gone = self.reply.send(Err(error));
    }

    fn admitting(&mut self) -> Option<&mut Admitting> {
        Some(self)
    }
}

/// An operation, its result once it is there, and who waits for it.
pub(crate) struct Pending<T, F> {
    operation: Option<F>,
    result: Option<Result<T, StoreError>>,
    reply: oneshot::Sender<Result<T, StoreError>>,
    ticket: Ticket,
}

impl<T, F> Pending<T, F> {
    pub(crate) fn new(
        operation: F,
        reply: oneshot::Sender<Result<T, StoreError>>,
        ticket: Ticket,
    ) -> Self {
        Self {
            operation: Some(operation),
            result: None,
            reply,
            ticket,
        }
    }
}

impl<T, F> Work for Pending<T, F>
where
    T: Send + 'static,
    F: for<'a> FnOnce(&'a mut Session) -> BoxFuture<'a, Result<T, StoreError>> + Send + 'static,
{
    fn ticket(&self) -> &Ticket {
        &self.ticket
    }

    fn run<'a>(&'a mut self, session: &'a mut Session) -> BoxFuture<'a, Result<(), ()>> {
        Box::pin(async move {
            let Some(operation) = self.operation.take() else {
                return Err(());
            };
            session.begin();
            let result = operation(session).await;
            let outcome = if result.is_ok() { Ok(()) } else { Err(()) };
            self.result = Some(result);
            outcome
        })
    }

    fn answer(self: Box<Self>) {
        // The caller may have gone; then nobody is interested.
        let _gone = self
            .reply
            .send(self.result.unwrap_or(Err(StoreError::Closed)));
    }

    fn fail(self: Box<Self>, error: StoreError) {
        let _gone = self.reply.send(Err(error));
    }
}
