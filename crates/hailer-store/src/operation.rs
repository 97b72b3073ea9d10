//! What the store does, each a function over a session, written once for both engines.

mod admit;
mod audit;
mod cancel;
mod claim;
mod finish;
mod listing;
mod outbox;
mod recover;
mod row;
mod running;

pub(crate) use admit::{admit, adopt};
pub(crate) use cancel::cancel;
pub(crate) use claim::claim;
pub(crate) use finish::finish;
pub(crate) use listing::{job, jobs};
pub(crate) use recover::recover;
pub(crate) use running::{progress, renew, started};
