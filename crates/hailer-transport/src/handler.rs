//! The seam to whoever answers: an admitted activity in, an answer out.

use std::net::IpAddr;
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
    /// Which of the webhook's keys signed it, counted from 0.
    pub key_index: usize,
    /// From where it came: the caller, or the proxy in front. Nothing where there is no network.
    pub peer: Option<IpAddr>,
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
    /// Hears of a request that nobody with a key signed, or whose time is not ours: for counting, at once, on a thread of the server.
    fn refused(&self, webhook: Option<&str>, reason: &str) {
        let _ = (webhook, reason);
    }

    /// Answers one activity.
    fn handle(&self, inbound: Inbound) -> BoxFuture<'static, Answer>;
}
