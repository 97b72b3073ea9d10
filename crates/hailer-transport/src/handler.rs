//! The seam to whoever answers: an admitted activity in, an answer out.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use hailer_activity::Activity;
use hailer_reply::RequestId;

use crate::answer::Answer;
use crate::webhook::Webhook;

/// One admitted activity on its way to the handler.
#[derive(Clone, Debug)]
pub struct Inbound {
    /// The webhook whose key signed it.
    pub webhook: Arc<Webhook>,
    /// What Teams sent.
    pub activity: Activity,
    /// The same as it was signed, for whoever keeps it.
    pub body: Bytes,
    /// Finds this exchange in logs and in what people are shown.
    pub request_id: RequestId,
    /// When the request's head had arrived: what the deadline is counted from.
    pub received: Instant,
}

/// Answers activities.
///
/// The future runs on one of the server's worker threads, next to other requests: what blocks must be
/// moved elsewhere. It is dropped where it stands when the caller hangs up or the time to shut down is
/// over; what must be finished has to be spawned. A panic is caught and answered.
pub trait Handler: Send + Sync + 'static {
    /// Answers one activity.
    fn handle(&self, inbound: Inbound) -> BoxFuture<'static, Answer>;
}
