//! Pages for people on the admin listener: made by whoever knows commands and jobs, served beside metrics and probes.

use std::fmt;
use std::sync::{Arc, OnceLock};

use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;
use futures_util::future::LocalBoxFuture;
use tokio::sync::mpsc::Receiver;

use crate::watch::Watch;

/// Pages that the admin listener serves for somebody else.
pub trait AdminPages: Send + Sync + 'static {
    /// Says whether a path belongs to them.
    fn has(&self, path: &str) -> bool;

    /// Answers a request to one of their paths, whatever its method. The body is there as a whole, and small.
    fn respond(
        self: Arc<Self>,
        request: HttpRequest,
        body: Bytes,
    ) -> LocalBoxFuture<'static, HttpResponse>;
}

/// The pages, which come after the listener has its address.
pub(crate) type PagesSlot = Arc<OnceLock<Arc<dyn AdminPages>>>;

/// Every exchange as it happens, without a proof: for pages that have found out themselves who asks.
#[derive(Clone)]
pub struct Tail {
    watch: Arc<Watch>,
}

impl Tail {
    pub(crate) fn new(watch: Arc<Watch>) -> Self {
        Self { watch }
    }

    /// Begins to listen: each message is a line of JSON as `/-/watch` sends it, or an empty line now and then. `None`
    /// when too many listen already.
    pub fn open(&self) -> Option<Receiver<Bytes>> {
        self.watch.add_to_all()
    }
}

impl fmt::Debug for Tail {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Tail").finish_non_exhaustive()
    }
}
